"""Fresh tokens for the active set, under the profile's lock, once however many ask at a time."""

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
    on_lock: Callable[[], None] = lambda: None,
    on_ask: Callable[[CredentialSet], None] = lambda _: None,
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
        on_lock: called once the lock is held.
        on_ask: called before a refresh, and again before it is sent, as a keyring may be slow in
            between; with its SetupError, which concerns only this caller, none is sent.

    Raises:
        SetupError: not set up, no refresh token, refused, unreachable, or not to be saved.
    """
    before = seen or store.load(name)
    async with AsyncExitStack() as stack:
        with _unasked():
            held = await stack.enter_async_context(store.locked_async(name))
        on_lock()
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
        if (failure := _failed_since(before, profile)) is not None:
            raise SetupError(recalled(failure.problem, failure.words) or REFRESH_REFUSED)
        if active.tokens.refresh_token is None:
            raise SetupError(no_refresh_token(active.scope))
        on_ask(active)
        request = RefreshRequest(held, profile, active, endpoint, on_ask)
        return await to_its_end(_refresh(request, clock, is_dead=is_dead), request.drop)


class RefreshRequest:
    """A refresh of the active tokens under the profile's lock, noted in the record while sent."""

    def __init__(
        self,
        held: Locked,
        profile: Profile,
        credentials: CredentialSet,
        endpoint: TokenEndpoint,
        on_ask: Callable[[CredentialSet], None] = lambda _: None,
    ) -> None:
        """Take what to refresh.

        Args:
            credentials: the active set, or the same with a new Client Secret.
            on_ask: called before it is sent; with its SetupError it isn't.
        """
        self.held = held
        self.profile = profile
        """The record from before the request."""
        self.credentials = credentials
        self.is_dropped = False
        """Nobody waits for it any more."""
        self._endpoint = endpoint
        self._on_ask = on_ask

    def drop(self) -> None:
        """Give it up unless it was sent."""
        self.is_dropped = True
        self._endpoint.drop_unsent()

    async def send(self) -> TokenSet:
        """Return the new tokens, which are still to be saved.

        Raises SetupError; where an earlier response was lost, a rejection names that as its cause.
        """
        # Before the request: a rotated refresh token that cannot be saved would be lost.
        with _unasked():
            await asyncio.to_thread(self.held.prove_writable)
        self._ask()
        with _unasked():
            # On disk too, so that it is known after a power cut, or a kill in the middle.
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
            # Nobody else is to be told of it.
            self.is_dropped = True
            raise

    async def note(self, profile: Profile, active: CredentialSet | None = None) -> None:
        """Save a record, if that is possible: what Twilio said matters more."""
        with suppress(SetupError):
            await asyncio.to_thread(self.held.save, profile, active=active)

    async def keep(self, tokens: TokenSet) -> None:
        """Save new tokens; whatever failed before is over. Raises SetupError."""
        renewed = replace(self.credentials, tokens=tokens)
        profile = replace(
            self.profile, refresh_failure=None, refresh_error=None, is_refresh_open=False
        )
        await asyncio.to_thread(self.held.save, profile, active=renewed)


async def _refresh(request: RefreshRequest, clock: Clock, *, is_dead: bool) -> TokenSet:
    """Args: `is_dead`: the SCIM API refused the access token there is."""
    try:
        tokens = await request.send()
    except SetupError as error:
        # What was given up here says nothing to who still waits.
        if not request.is_dropped:
            await _share(request, error.problem, clock(), is_dead=is_dead)
        raise
    await request.keep(tokens)
    return tokens


async def _share(
    request: RefreshRequest, problem: Problem, now: datetime, *, is_dead: bool
) -> None:
    """Record a failure: for who waits for the same lock, and a rejection until it is over."""
    failure = RefreshFailure(problem.id, now, problem.words)
    profile = replace(request.held.profile or request.profile, refresh_error=failure)
    is_rejected = problem.exit_code is ExitCode.ACT_AT_TWILIO
    if is_rejected:
        profile = replace(profile, refresh_failure=failure)
    # Or the next `token` would hand out what is known to be refused.
    ended = _ended(request.credentials, now) if is_rejected and is_dead else None
    await request.note(profile, ended)


def _failed_since(before: Profile | None, now: Profile) -> RefreshFailure | None:
    """Return how a refresh failed since a record was read; None where none did."""
    if before is None:
        return None
    pairs = (
        (before.refresh_error, now.refresh_error),
        (before.refresh_failure, now.refresh_failure),
    )
    return next((new for old, new in pairs if new is not None and new != old), None)


@contextmanager
def _unasked() -> Iterator[None]:
    """Say of what fails here that nothing was sent: a refresh token may have been at stake."""
    try:
        yield
    except SetupError as error:
        raise SetupError(error.problem.with_detail(NOT_ASKED)) from error


def _ended(active: CredentialSet, now: datetime) -> CredentialSet:
    """Return the set with an access token that is good no longer; all else stays."""
    if active.tokens is None:
        return active
    expires_at = min(active.tokens.expires_at, now)
    tokens = replace(active.tokens, expires_at=expires_at, is_refused=True)
    return replace(active, tokens=tokens)
