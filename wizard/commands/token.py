"""`scim-wizard token`: a valid access token on stdout, and nothing else there.

With a valid token stored it takes no lock, writes nothing and imports no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from wizard.console import PASSED, outcome, print_answer, print_json
from wizard.domain.endpoints import refuse_others
from wizard.domain.models import Profile, TokenSet
from wizard.domain.problems import SetupError
from wizard.domain.text import iso
from wizard.domain.value import Value
from wizard.flow.inactive import standing, why_inactive

if TYPE_CHECKING:
    from wizard.flow.ports import Clock, ProfileStore
    from wizard.flow.services import Connecting


EMPTY: Final[Mapping[str, object]] = dict.fromkeys(("access_token", "token_type", "expires_at"))
"""The JSON values without a token, beside the problem."""


class TokenRequest(Value):
    """What was asked for."""

    profile: str
    endpoints: Mapping[str, str]
    """The given endpoints: rejected unless they are the saved ones."""
    as_header: bool = False
    as_json: bool = False
    min_ttl: timedelta | None = None
    is_forced: bool = False
    is_quiet: bool = False
    """Say nothing of what has not failed."""


def run(request: TokenRequest, store: ProfileStore, connecting: Connecting, clock: Clock) -> int:
    """Print a valid access token, refreshed if need be; return 0. Raises SetupError."""
    tokens = _tokens(request, store, connecting, clock)
    access_token = tokens.access_token.reveal()
    if request.as_json:
        expires_at = iso(tokens.expires_at)
        answer = {"access_token": access_token, "token_type": "Bearer", "expires_at": expires_at}
        told = outcome(request.profile, None, PASSED, warnings=standing(store))
        print_json(**told, **answer)
    else:
        print_answer(f"Authorization: Bearer {access_token}" if request.as_header else access_token)
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
    if tokens and request.min_ttl is not None and not request.is_forced:
        # A refresh hardly helps: the next token has the same lifetime, unless the app was changed.
        _refuse_beyond(tokens, request.min_ttl)
    if tokens and not request.is_forced and not tokens.needs_refresh(clock(), request.min_ttl):
        return tokens
    # Imported here: most calls need none of it.
    from wizard.commands import network

    tokens = network.run(_refreshed(request, store, profile, connecting, clock))
    if request.min_ttl is not None:
        # Twilio may have made the lifetime shorter since the last one.
        _refuse_beyond(tokens, request.min_ttl)
    return tokens


def _refuse_beyond(tokens: TokenSet, min_ttl: timedelta) -> None:
    """Raise SetupError unless a token like this can be valid for as long as was asked for."""
    if min_ttl <= tokens.longest_use:
        return
    # Imported here: few calls need it.
    from wizard.domain.errors.local import MIN_TTL_TOO_LONG

    life = tokens.expires_at - tokens.obtained_at
    asked, whole, longest = (int(t.total_seconds()) for t in (min_ttl, life, tokens.longest_use))
    problem = MIN_TTL_TOO_LONG.filled(asked=str(asked), life=str(whole), longest=str(longest))
    raise SetupError(problem)


async def _refreshed(
    request: TokenRequest,
    store: ProfileStore,
    seen: Profile,
    connecting: Connecting,
    clock: Clock,
) -> TokenSet:
    from wizard.commands.network import Patience
    from wizard.flow.refresh import fresh_tokens

    patience = Patience(is_quiet=request.is_quiet)
    async with connecting() as connect:
        network = await connect()
        fresh = fresh_tokens(
            request.profile,
            store,
            network.tokens,
            clock,
            at_least=request.min_ttl,
            is_forced=request.is_forced,
            seen=seen,
            on_lock=patience.has_lock,
            on_ask=patience.ask,
        )
        return await patience.for_lock(fresh, request.profile)
