"""Runs the network requests of a command: bounded in time, and ended by signals."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from wizard.console import print_to_stderr
from wizard.domain.errors.network import NO_TIME_LEFT
from wizard.domain.errors.store import LOCK_BUSY
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.text import one_line
from wizard.domain.value import Value
from wizard.flow.protected import is_under_way
from wizard.flow.refresh import NOT_ASKED
from wizard.host.loop import Loop
from wizard.host.process import SIGNALS
from wizard.host.terminal import let_go, system

if TYPE_CHECKING:
    from wizard.domain.models import CredentialSet, UserList
    from wizard.domain.secret import Secret
    from wizard.flow.ports import OnWait, UserDirectory

T = TypeVar("T")

SOON: Final = 0.2
"""Seconds after a signal until the reason for waiting is printed."""

WAITING: Final = "Waiting up to 30 seconds for Twilio's response, so that no token is lost…"
STILL_WAITING: Final = "Still waiting. A lost refresh token can't be recovered."


def run(work: Coroutine[object, object, T]) -> T:
    """Run work to its end, or until a signal cancels it.

    Work in `to_its_end` is still awaited, however many signals come, and each time a line says so.

    Raises:
        SystemExit: a signal came.
    """
    try:
        # A window that closes waits for it, where the system lets it.
        with (
            system.noticing_hang_up((), system.hang_up),
            asyncio.Runner(loop_factory=Loop) as runner,
        ):
            return runner.run(_until_signaled(work))
    except asyncio.CancelledError:
        # Not a KeyboardInterrupt: click ends the line with "^C" too, but not on a closed terminal.
        _say("")
        raise SystemExit(ExitCode.SIGNAL) from None


async def _until_signaled(work: Coroutine[object, object, T]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    words = iter((WAITING,))

    def announce() -> None:
        if is_under_way():
            _say(next(words, STILL_WAITING))

    def end() -> None:
        if task is not None:
            task.cancel()
        loop.call_later(SOON, announce)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end)

    # In place of asyncio's own handler: its second Ctrl+C drops everything, a token with it.
    usual = {n: signal.getsignal(n) for n in SIGNALS if signal.getsignal(n) != signal.SIG_IGN}
    for number in usual:
        signal.signal(number, on_signal)
    try:
        return await work
    finally:
        for number, before in usual.items():
            signal.signal(number, before)


def _say(words: str) -> None:
    # On a terminal the line begins with what was typed.
    ends_the_line = [""] if sys.stderr.isatty() else []
    try:
        print_to_stderr([*ends_the_line, words] if words else ends_the_line)
    except OSError:
        # The window was closed, which is what the signal tells.
        let_go()


LIMIT: Final = 58.0
"""Seconds for all that is awaited for a profile; with what comes before and after it 60."""
LONGEST_REFRESH: Final = 39.0
"""Seconds that a refresh may take, because it isn't given up once it was sent.

30 are for the request. 9 are for a slow keyring: it writes the new tokens, reads them back, and
removes the old ones.
"""
FOR_THE_RECORD: Final = 3.0
"""Seconds reserved to save the result of a check."""
LATE: Final = 2.0
"""Seconds until the reason for waiting is printed."""


class Patience:
    """The time limit of a command for one profile; it begins now."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        """Args: `is_quiet`: don't say what is waited for."""
        self._ends = asyncio.get_running_loop().time() + LIMIT
        self._is_quiet = is_quiet
        self._lock: asyncio.Timeout | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def left(self) -> float:
        """Seconds for requests and locks; 0 when they are over."""
        return max(0.0, self.left_for_the_record - FOR_THE_RECORD)

    @property
    def left_for_the_record(self) -> float:
        """Seconds left to save the result."""
        return max(0.0, self._ends - asyncio.get_running_loop().time())

    async def for_lock(self, work: Awaitable[T], name: str) -> T:
        """Await work that acquires a profile's lock and then calls `has_lock`.

        Only the wait for the lock is limited here; `ask` and its own limits bound the rest.

        Raises:
            SetupError: the lock was not acquired in time.
        """
        words = f"Waiting for another scim-wizard command that is using profile {one_line(name)}…"
        try:
            async with asyncio.timeout(self.left) as self._lock:
                with self.announcing(words):
                    return await work
        except TimeoutError:
            raise SetupError(LOCK_BUSY.with_detail(NOT_ASKED)) from None

    def has_lock(self) -> None:
        """End the time limit of the wait for the lock."""
        if self._lock is not None and not self._lock.expired():
            self._lock.reschedule(None)

    def ask(self, credentials: CredentialSet) -> None:
        """Allow a refresh only if it can finish in time; once sent, it isn't canceled.

        From now on, a long wait is announced as one for the server. Raises SetupError.
        """
        host = _host(credentials.endpoints.token_url)
        if self.left < LONGEST_REFRESH:
            raise SetupError(NO_TIME_LEFT.filled(host=host))
        self._announce_late(f"Waiting for {host}…")

    @contextmanager
    def announcing(self, words: str) -> Iterator[None]:
        """Print the reason to stderr if the block takes long, unless another replaces it."""
        self._announce_late(words)
        try:
            yield
        finally:
            self._announce_late("")

    def _announce_late(self, words: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if words and not self._is_quiet:
            self._timer = asyncio.get_running_loop().call_later(LATE, print_to_stderr, [words])


class PatientUsers(Value):
    """A UserDirectory limited to the remaining time."""

    users: UserDirectory
    patience: Patience

    async def list_users(
        self, scim_url: str, access_token: Secret, on_wait: OnWait, limit: float | None = None
    ) -> UserList:
        """Do the same, but announce a long wait. Raises SetupError if no time is left."""
        left = self.patience.left
        host = _host(scim_url)
        if left < 1:
            raise SetupError(NO_TIME_LEFT.filled(host=host))
        with self.patience.announcing(f"Waiting for {host}…"):
            return await self.users.list_users(
                scim_url, access_token, on_wait, min(left, limit or left)
            )


def _host(url: str) -> str:
    """A host and its port, without a user or password."""
    return one_line(urlsplit(url).netloc.rpartition("@")[2])
