"""Refreshing the active set's tokens under the profile's lock: once for concurrent callers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from wizard.domain.errors.catalog import recalled
from wizard.domain.errors.exchange import NOTHING_ISSUED, REFRESH_LOST, REFRESH_REFUSED
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.models import CredentialSet, Profile, RefreshFailure, TokenSet
from wizard.domain.oauth.classify import no_refresh_token
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.ports import Clock, Locked, ProfileStore, TokenEndpoint
from wizard.flow.protected import to_its_end

NOT_ASKED: Final = (
    "The wizard didn't request a new access token, because it couldn't have saved it."
)


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
    on_lock: Callable[[], None] = lambda: None,
    on_ask: Callable[[CredentialSet], None] = lambda _: None,
) -> TokenSet:
    """Return tokens of the active set that are valid for long enough, refreshed once if needed.

    Another process may have saved tokens, or met a rejection, since the record was read. Both count
    as this call's own result: a rotating refresh token must not be used twice (RFC 9700 §4.14).
    Records are compared, not times, because clocks can be set back.

    Args:
        at_least: how long the token must stay valid; None: the margin of `TokenSet.needs_refresh`.
        is_forced: refresh even a valid token.
        refused: an access token that the SCIM API rejected; it counts as expired.
        seen: the record that the caller's decision is based on; None: it is read now.
        on_lock: called when the lock is held.
        on_ask: called before a refresh, and again before it is sent, as a keyring may be slow in
            between. If it raises a SetupError, which concerns only this caller, nothing is sent.

    Raises:
        SetupError: not set up, no refresh token, rejected, unreachable, or not saved.
    """
    before = seen or store.load(name) or Profile()
    async with AsyncExitStack() as stack:
        with _unasked():
            held = await stack.enter_async_context(store.locked_async(name))
        on_lock()
        # In a thread: a keyring may take seconds, and the screen must not freeze.
        profile, active = held.profile, await asyncio.to_thread(held.active)
        if profile is None or active is None or active.tokens is None:
            raise SetupError(NOT_SET_UP)
        dead = active.tokens if active.tokens.access_token == refused else None
        if dead:
            is_good = False
        elif before.active != profile.active:
            # Another process saved tokens while this one waited: they are new, and good unless
            # their whole lifetime is shorter than requested.
            is_good = active.tokens.expires_at > clock()
        else:
            is_good = not is_forced and not active.tokens.needs_refresh(clock(), at_least)
        if is_good:
            return active.tokens
        if (failure := _failed_since(before, profile)) is not None:
            raise SetupError(recalled(failure.problem, failure.words) or REFRESH_REFUSED)
        if not active.is_renewable:
            raise SetupError(no_refresh_token(active.scope))
        on_ask(active)
        request = RefreshRequest(held, profile, active, endpoint, on_ask)
        return await to_its_end(_refresh(request, clock, dead), request.drop)


class RefreshRequest:
    """A refresh of the active tokens under the profile's lock, noted in the record first."""

    def __init__(
        self,
        held: Locked,
        profile: Profile,
        credentials: CredentialSet,
        endpoint: TokenEndpoint,
        on_ask: Callable[[CredentialSet], None] = lambda _: None,
    ) -> None:
        """Prepare a refresh.

        Args:
            credentials: the active set, or the same with a new Client Secret.
            on_ask: called before it is sent; if it raises a SetupError, nothing is sent.
        """
        self.held = held
        self.profile = profile
        """The record from before the request."""
        self.credentials = credentials
        self.is_dropped = False
        """Whether it was dropped: no one waits for it any more."""
        self._endpoint = endpoint
        self._on_ask = on_ask

    def drop(self) -> None:
        """Drop it unless it was sent."""
        self.is_dropped = True
        self._endpoint.drop_unsent()

    async def send(self) -> TokenSet:
        """Return the new tokens, which are still to be saved.

        Raises SetupError; if an earlier response was lost, a rejection names that as its cause.
        """
        # Test this before the request: a rotated refresh token that can't be saved would be lost.
        with _unasked():
            await asyncio.to_thread(self.held.prove_writable)
        self._ask()
        with _unasked():
            # Note it on disk too, so that it is known after a power failure or a kill.
            noted = replace(self.profile, is_refresh_open=True)
            await asyncio.to_thread(self.held.save, noted)
        try:
            return await self._endpoint.refresh(self.credentials)
        except SetupError as error:
            if error.is_unsent or error.problem.id in NOTHING_ISSUED:
                await self.note(self.profile)
            if error.problem.id == REFRESH_REFUSED.id and self.profile.is_refresh_open:
                raise SetupError(REFRESH_LOST.with_detail(*error.problem.detail)) from error
            raise

    def _ask(self) -> None:
        try:
            self._on_ask(self.credentials)
        except SetupError:
            # Other callers don't share this failure.
            self.is_dropped = True
            raise

    async def note(self, profile: Profile, active: CredentialSet | None = None) -> None:
        """Save a record if possible: what Twilio responded matters more than a failed save."""
        with suppress(SetupError):
            await asyncio.to_thread(self.held.save, profile, active=active)

    async def keep(self, tokens: TokenSet) -> None:
        """Save new tokens and clear the noted failure. Raises SetupError."""
        renewed = replace(self.credentials, tokens=tokens)
        await asyncio.to_thread(self.held.save, self.profile.refreshed, active=renewed)


async def _refresh(request: RefreshRequest, clock: Clock, dead: TokenSet | None) -> TokenSet:
    """Args: `dead`: the current tokens, if the SCIM API rejected their access token."""
    try:
        tokens = await request.send()
    except SetupError as error:
        # A refresh that was dropped here means nothing to other callers.
        if not request.is_dropped:
            await _share(request, error.problem, clock(), dead)
        raise
    await request.keep(tokens)
    return tokens


async def _share(
    request: RefreshRequest, problem: Problem, now: datetime, dead: TokenSet | None
) -> None:
    """Record a failure for callers that wait for the same lock; a rejection stays recorded."""
    failure = RefreshFailure(problem.id, now, problem.words)
    profile = replace(request.held.profile or request.profile, refresh_error=failure)
    ended = None
    if problem.exit_code is ExitCode.ACT_AT_TWILIO:
        profile = replace(profile, refresh_failure=failure)
        if dead:
            # Otherwise the next `token` would print a token that is known to be rejected.
            tokens = replace(dead, expires_at=min(dead.expires_at, now), is_refused=True)
            ended = replace(request.credentials, tokens=tokens)
    await request.note(profile, ended)


def _failed_since(before: Profile, now: Profile) -> RefreshFailure | None:
    """Return how a refresh failed since a record was read; None if none failed."""
    pairs = (
        (before.refresh_error, now.refresh_error),
        (before.refresh_failure, now.refresh_failure),
    )
    return next((new for old, new in pairs if new is not None and new != old), None)


@contextmanager
def _unasked() -> Iterator[None]:
    """Mark failures in the block as unsent, so that no refresh token counts as lost."""
    try:
        yield
    except SetupError as error:
        raise SetupError(error.problem.with_detail(NOT_ASKED)) from error
