"""Fresh tokens for the active set, under the profile's lock, once however many ask at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from wizard.domain.book.catalogue import recalled
from wizard.domain.book.exchange import REFRESH_REFUSED
from wizard.domain.book.here import NOT_SET_UP
from wizard.domain.classify import no_refresh_token
from wizard.domain.models import CredentialSet, Profile, RefreshFailure, TokenSet
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.ports import Clock, Locked, ProfileStore, TokenEndpoint
from wizard.flow.uninterrupted import to_its_end

NOT_ASKED: Final = "No new access token was asked for, as it could not have been kept."


async def fresh_tokens(
    name: str,
    store: ProfileStore,
    endpoint: TokenEndpoint,
    clock: Clock,
    *,
    at_least: timedelta | None = None,
    is_forced: bool = False,
    refused: Secret | None = None,
    seen: Profile | None = None,
) -> TokenSet:
    """Return tokens of the active set with enough life left, refreshing once if needed.

    What another process saved or was refused since the record was seen counts as this call's own
    answer: a rotating refresh token must not be spent twice (RFC 9700 §4.14). Told by comparing
    records, not times, because clocks are set back.

    Args:
        at_least: life that must be left; the margin of `TokenSet.needs_refresh` without it.
        is_forced: refresh even a valid token.
        refused: an access token that the SCIM API did not take; it is as good as expired.
        seen: the record the caller decided by; read now when None.

    Raises:
        SetupError: not set up, no refresh token, refused, unreachable, or not to be saved.
    """
    before = seen or store.load(name)
    async with AsyncExitStack() as stack:
        with _unasked():
            held = await stack.enter_async_context(store.locked_async(name))
        # In a thread: a keyring may take seconds, and a screen must not stand still.
        profile, active = held.profile, await asyncio.to_thread(held.active)
        if profile is None or active is None or active.tokens is None:
            raise SetupError(NOT_SET_UP)
        is_dead = active.tokens.access_token == refused
        if is_dead:
            is_good = False
        elif before is not None and before.active != profile.active:
            # Another process saved while this one waited: as fresh as it gets, and good unless
            # its whole life is shorter than asked for.
            is_good = active.tokens.expires_at > clock()
        else:
            is_good = not is_forced and not active.tokens.needs_refresh(clock(), at_least)
        if is_good:
            return active.tokens
        failure = profile.refresh_failure
        if failure is not None and before is not None and failure != before.refresh_failure:
            raise SetupError(recalled(failure.problem, failure.words) or REFRESH_REFUSED)
        if active.tokens.refresh_token is None:
            raise SetupError(no_refresh_token(active.scope))
        work = _refresh(held, profile, active, endpoint, clock, is_dead=is_dead)
        return await to_its_end(work, endpoint.drop_unsent)


async def _refresh(
    held: Locked,
    profile: Profile,
    active: CredentialSet,
    endpoint: TokenEndpoint,
    clock: Clock,
    *,
    is_dead: bool,
) -> TokenSet:
    """Args: `is_dead`: the SCIM API refused the access token there is."""
    # Before the request: a rotated refresh token that cannot be saved would be lost.
    with _unasked():
        await asyncio.to_thread(held.prove_writable)
    try:
        tokens = await endpoint.refresh(active)
    except SetupError as error:
        if error.problem.exit_code is ExitCode.ACT_AT_TWILIO:
            failure = RefreshFailure(error.problem.id, clock(), error.problem.words)
            # Or the next `token` would hand out what is known to be refused.
            ended = _ended(active, clock()) if is_dead else None
            # What Twilio said matters more than that it could not be noted for others.
            with suppress(SetupError):
                noted = replace(profile, refresh_failure=failure)
                await asyncio.to_thread(held.save, noted, active=ended)
        raise
    renewed = replace(active, tokens=tokens)
    await asyncio.to_thread(held.save, replace(profile, refresh_failure=None), active=renewed)
    return tokens


@contextmanager
def _unasked() -> Iterator[None]:
    """Say of what fails here that nothing was sent: a refresh token may have been at stake."""
    try:
        yield
    except SetupError as error:
        raise SetupError(error.problem.saying(NOT_ASKED)) from error


def _ended(active: CredentialSet, now: datetime) -> CredentialSet:
    """Return the set with an access token that is good no longer; all else stays."""
    if active.tokens is None:
        return active
    expires_at = min(active.tokens.expires_at, now)
    tokens = replace(active.tokens, expires_at=expires_at, is_refused=True)
    return replace(active, tokens=tokens)
