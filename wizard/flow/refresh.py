"""Fresh tokens for the active set, under the profile's lock, once however many ask at a time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from wizard.domain.book.catalogue import find
from wizard.domain.book.exchange import NO_REFRESH_TOKEN, REFRESH_REFUSED
from wizard.domain.book.here import NOT_SET_UP
from wizard.domain.models import CredentialSet, Profile, RefreshFailure, TokenSet
from wizard.domain.problems import ExitCode, SetupError
from wizard.flow.ports import Clock, Locked, ProfileStore, TokenEndpoint


async def fresh_tokens(
    name: str,
    store: ProfileStore,
    endpoint: TokenEndpoint,
    clock: Clock,
    *,
    at_least: timedelta | None = None,
    is_forced: bool = False,
) -> TokenSet:
    """Return tokens of the active set with enough life left, refreshing once if needed.

    What another process saved or was refused since this call began counts as this call's own
    answer: a rotating refresh token must not be spent twice (RFC 9700 §4.14).

    Args:
        at_least: life that must be left; the margin of `TokenSet.needs_refresh` without it.
        is_forced: refresh even a valid token.

    Raises:
        SetupError: not set up, no refresh token, refused, unreachable, or not to be saved.
    """
    began = clock()
    async with store.locked_async(name) as held:
        profile, active = held.profile, held.active()
        if profile is None or active is None or active.tokens is None:
            raise SetupError(NOT_SET_UP)
        if _is_good(active.tokens, began, clock(), at_least, is_forced):
            return active.tokens
        failure = profile.refresh_failure
        if failure is not None and failure.at >= began:
            raise SetupError(find(failure.problem) or REFRESH_REFUSED)
        if active.tokens.refresh_token is None:
            raise SetupError(NO_REFRESH_TOKEN)
        return await _refresh(held, profile, active, endpoint, clock)


def _is_good(
    tokens: TokenSet,
    began: datetime,
    now: datetime,
    at_least: timedelta | None,
    is_forced: bool,
) -> bool:
    if tokens.obtained_at > began:
        # Another process refreshed while this one waited: as fresh as it gets, and good unless
        # its whole life is shorter than asked for.
        return tokens.expires_at > now
    return not is_forced and not tokens.needs_refresh(now, at_least)


async def _refresh(
    held: Locked,
    profile: Profile,
    active: CredentialSet,
    endpoint: TokenEndpoint,
    clock: Clock,
) -> TokenSet:
    # Before the request: a rotated refresh token that cannot be saved would be lost.
    held.prove_writable()
    try:
        tokens = await endpoint.refresh(active)
    except SetupError as error:
        if error.problem.exit_code is ExitCode.ACT_AT_TWILIO:
            failure = RefreshFailure(error.problem.id, clock())
            # What Twilio said matters more than that it could not be noted for others.
            with suppress(SetupError):
                held.save(replace(profile, refresh_failure=failure))
        raise
    held.save(replace(profile, refresh_failure=None), active=replace(active, tokens=tokens))
    return tokens
