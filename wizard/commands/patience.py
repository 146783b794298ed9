"""Bounds the time of a command, which says what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from wizard.commands.report import print_to_stderr
from wizard.domain.book.network import NO_TIME_LEFT
from wizard.domain.book.store import LOCK_BUSY
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import replace
from wizard.domain.words import one_line
from wizard.flow.outside import Network
from wizard.flow.refresh import NOT_ASKED

if TYPE_CHECKING:
    from wizard.domain.models import AuthorizationAttempt, CredentialSet, TokenSet, UserList
    from wizard.domain.secret import Secret
    from wizard.flow.ports import TokenEndpoint, UserDirectory

T = TypeVar("T")

LIMIT: Final = 58.0
"""Seconds for all that is awaited for a profile; with what comes before and after it 60."""
LONGEST_REFRESH: Final = 39.0
"""Seconds that a refresh may take, which isn't given up once it was sent: 30 for the request, and
9 for a keyring that is slow to write the new tokens, to read them back and to remove the old."""
FOR_THE_RECORD: Final = 3.0
"""Seconds that are kept to remember how a check ended."""
LATE: Final = 2.0
"""Seconds until it is said what is waited for."""


class Patience:
    """What a command may still wait for, for one profile; its time begins now."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        """Args: `is_quiet`: don't say what is waited for."""
        self._ends = asyncio.get_running_loop().time() + LIMIT
        self._is_quiet = is_quiet
        self._lock: asyncio.Timeout | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def left(self) -> float:
        """Seconds for requests and locks; 0 when they are over."""
        ends = self._ends - FOR_THE_RECORD
        return max(0.0, ends - asyncio.get_running_loop().time())

    @property
    def left_for_the_record(self) -> float:
        """Seconds to remember how it ended."""
        return max(0.0, self._ends - asyncio.get_running_loop().time())

    async def for_lock(self, work: Awaitable[T], name: str) -> T:
        """Await work that waits for a profile's lock and calls `has_lock` once it holds it.

        Only that wait is ended here. The rest is bounded by `ask` and by its own limits.

        Raises:
            SetupError: the lock was not to be had.
        """
        words = f"Waiting for another scim-wizard command that uses profile {one_line(name)}…"
        try:
            async with asyncio.timeout(self.left) as self._lock:
                with self.announcing(words):
                    return await work
        except TimeoutError:
            raise SetupError(LOCK_BUSY.with_detail(NOT_ASKED)) from None

    def has_lock(self) -> None:
        """Let the wait for the lock be over."""
        if self._lock is not None and not self._lock.expired():
            self._lock.reschedule(None)

    def ask(self, credentials: CredentialSet) -> None:
        """Let a refresh begin, or be sent, that can end in time; once sent it isn't given up.

        Raises SetupError.
        """
        if self.left < LONGEST_REFRESH:
            raise SetupError(_no_time_left(_host(credentials.endpoints.token_url)))

    def over(self, network: Network) -> Network:
        """Return the network with its token endpoint and its users asked within this time."""
        return replace(
            network,
            tokens=_PatientTokens(network.tokens, self),
            users=_PatientUsers(network.users, self),
        )

    @contextmanager
    def announcing(self, words: str) -> Iterator[None]:
        """Say on stderr what is waited for, if it takes long; in place of what was said before."""
        if self._is_quiet:
            yield
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(LATE, print_to_stderr, [words])
        try:
            yield
        finally:
            self._timer.cancel()


class _PatientTokens:
    """A token endpoint of which it is said that it is waited for; a TokenEndpoint."""

    def __init__(self, tokens: TokenEndpoint, patience: Patience) -> None:
        self._tokens = tokens
        self._patience = patience

    async def exchange(
        self,
        credentials: CredentialSet,
        attempt: AuthorizationAttempt,
        code: Secret,
        on_wait: Callable[[str, float], None],
    ) -> TokenSet:
        return await self._tokens.exchange(credentials, attempt, code, on_wait)

    async def refresh(self, credentials: CredentialSet) -> TokenSet:
        with self._patience.announcing(f"Waiting for {_host(credentials.endpoints.token_url)}…"):
            return await self._tokens.refresh(credentials)

    def drop_unsent(self) -> None:
        self._tokens.drop_unsent()


class _PatientUsers:
    """A directory that is asked within the time that is left; a UserDirectory."""

    def __init__(self, users: UserDirectory, patience: Patience) -> None:
        self._users = users
        self._patience = patience

    async def list_users(
        self,
        scim_url: str,
        access_token: Secret,
        on_wait: Callable[[str, float], None],
        limit: float | None = None,
    ) -> UserList:
        left = self._patience.left
        host = _host(scim_url)
        if left < 1:
            raise SetupError(_no_time_left(host))
        with self._patience.announcing(f"Waiting for {host}…"):
            return await self._users.list_users(
                scim_url, access_token, on_wait, min(left, limit or left)
            )


def _no_time_left(host: str) -> Problem:
    return NO_TIME_LEFT.filled(host=host)


def _host(url: str) -> str:
    """A host and its port, without a user or password."""
    return one_line(urlsplit(url).netloc.rpartition("@")[2])
