"""`scim-wizard token`: a valid access token on stdout, and nothing else there.

With a valid token stored it takes no lock, writes nothing and imports no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from wizard.commands.report import tell, tell_json
from wizard.domain.endpoints import refuse_others
from wizard.domain.models import Profile, TokenSet
from wizard.domain.problems import SetupError
from wizard.domain.value import Value
from wizard.domain.words import iso
from wizard.flow.standing import why_inactive

if TYPE_CHECKING:
    from wizard.flow.outside import Connecting
    from wizard.flow.ports import Clock, ProfileStore


class TokenRequest(Value):
    """What was asked for."""

    profile: str
    endpoints: Mapping[str, str]
    """Endpoints that were given: refused unless they are the stored ones."""
    as_header: bool = False
    as_json: bool = False
    min_ttl: timedelta | None = None
    is_forced: bool = False


def run(request: TokenRequest, store: ProfileStore, connecting: Connecting, clock: Clock) -> int:
    """Print a valid access token, refreshed if need be; return 0. Raises SetupError."""
    tokens = _tokens(request, store, connecting, clock)
    access_token = tokens.access_token.reveal()
    if request.as_json:
        expires_at = iso(tokens.expires_at)
        answer = {"access_token": access_token, "token_type": "Bearer", "expires_at": expires_at}
        tell_json(**answer)
    else:
        tell(f"Authorization: Bearer {access_token}" if request.as_header else access_token)
    return 0


def _tokens(
    request: TokenRequest, store: ProfileStore, connecting: Connecting, clock: Clock
) -> TokenSet:
    profile = store.load(request.profile)
    if profile is None or profile.active is None:
        raise SetupError(why_inactive(request.profile, store, profile))
    refuse_others(request.endpoints, [profile.endpoints])
    active = store.active(request.profile, profile)
    tokens = active and active.tokens
    if tokens and not request.is_forced and not tokens.needs_refresh(clock(), request.min_ttl):
        return tokens
    return _refreshed(request, store, profile, connecting, clock)


def _refreshed(
    request: TokenRequest,
    store: ProfileStore,
    seen: Profile,
    connecting: Connecting,
    clock: Clock,
) -> TokenSet:
    # Imported here: most calls need none of it.
    from wizard.commands import awaiting

    return awaiting.run(_ask(request, store, seen, connecting, clock))


async def _ask(
    request: TokenRequest,
    store: ProfileStore,
    seen: Profile,
    connecting: Connecting,
    clock: Clock,
) -> TokenSet:
    import asyncio

    from wizard.commands.patience import LIMIT, Patience
    from wizard.flow.refresh import fresh_tokens

    patience = Patience(asyncio.get_running_loop().time() + LIMIT)
    async with connecting() as connect:
        network = patience.over(await connect())
        fresh = fresh_tokens(
            request.profile,
            store,
            network.tokens,
            clock,
            at_least=request.min_ttl,
            is_forced=request.is_forced,
            seen=seen,
        )
        return await patience.for_lock(fresh, request.profile)
