"""Bounds the time of a command, which says what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from wizard.commands.report import say_lines
from wizard.domain.book.network import NO_TIME_LEFT, TIMED_OUT
from wizard.domain.book.store import LOCK_BUSY
from wizard.domain.problems import SetupError
from wizard.domain.value import replace
from wizard.domain.words import plain
from wizard.flow.outside import Network
from wizard.flow.refresh import NOT_ASKED

if TYPE_CHECKING:
    from wizard.domain.models import AuthorizationAttempt, CredentialSet, TokenSet, UserList
    from wizard.domain.secret import Secret
    from wizard.flow.ports import TokenEndpoint, UserDirectory

T = TypeVar("T")

LIMIT: Final = 58.0
"""Seconds for all that is awaited; with what comes before and after it a command takes 60."""
LONGEST_REFRESH: Final = 30.0
"""Seconds that a refresh may take, which is not given up once it was sent."""
FOR_THE_RECORD: Final = 3.0
"""Seconds that are kept to remember how a check ended."""
LATE: Final = 2.0
"""Seconds until it is said what is waited for."""


class Patience:
    """What a command may still wait for, for one profile."""

    def __init__(self, ends: float) -> None:
        """Args: `ends`: when it has to end, by the event loop's clock."""
        self._ends = ends
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
        """Await work that begins with waiting for a profile's lock.

        A refresh that was sent isn't given up: `over` begins none that can't end in time.

        Raises:
            SetupError: the lock was not to be had.
        """
        words = f"Waiting for another scim-wizard command that uses profile {plain(name)}…"
        try:
            async with asyncio.timeout(self.left):
                with self.saying(words):
                    return await work
        except TimeoutError:
            raise SetupError(LOCK_BUSY.saying(NOT_ASKED)) from None

    def over(self, network: Network) -> Network:
        """Return the network with its token endpoint and its users asked within this time."""
        return replace(
            network,
            tokens=_PatientTokens(network.tokens, self),
            users=_PatientUsers(network.users, self),
        )

    @contextmanager
    def saying(self, words: str) -> Iterator[None]:
        """Say on stderr what is waited for, if it takes long; in place of what was said before."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(LATE, say_lines, [words])
        try:
            yield
        finally:
            self._timer.cancel()


class _PatientTokens:
    """A token endpoint that begins no refresh it may have to give up; a TokenEndpoint."""

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
        if self._patience.left < LONGEST_REFRESH:
            # The time went by in waiting for the lock.
            raise SetupError(LOCK_BUSY.saying(NOT_ASKED))
        with self._patience.saying(f"Waiting for {_host(credentials.endpoints.token_url)}…"):
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
            raise SetupError(TIMED_OUT.told(cause=NO_TIME_LEFT).about(host=host))
        with self._patience.saying(f"Waiting for {host}…"):
            return await self._users.list_users(
                scim_url, access_token, on_wait, min(left, limit or left)
            )


def _host(url: str) -> str:
    """A host and its port, without a user or password."""
    return plain(urlsplit(url).netloc.rpartition("@")[2])
