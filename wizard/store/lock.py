"""Locks between processes, threads and tasks: the kernel's, freed however a process ends.

Who needs both takes the wizard's lock before the profile's. The files stay: removing one
would let two processes hold "the" lock on two files of the same name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wizard.domain.problems import Problem, SetupError
from wizard.store.files import refuse_unfit, telling

if TYPE_CHECKING:
    from filelock import BaseFileLock

POLL: Final = 0.05
"""Seconds between two tries."""


@contextmanager
def hold(path: Path, timeout: float, busy: Problem) -> Iterator[None]:
    """Hold the lock at `path`, in an existing folder, waiting at most `timeout` seconds.

    Raises SetupError with `busy` when another has it for longer.
    """
    lock = _lock(path)
    if not _acquire(lock, timeout):
        raise SetupError(busy)
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def hold_async(path: Path, limit: float, busy: Problem) -> AsyncIterator[None]:
    """Do the same, waiting at most `limit` seconds, without blocking the event loop."""
    # Here, because a command that takes no lock should not pay for it.
    import asyncio

    lock = _lock(path)
    try:
        async with asyncio.timeout(limit):
            while not _acquire(lock, 0):  # noqa: ASYNC110  another process cannot set an Event
                await asyncio.sleep(POLL)
    except TimeoutError:
        raise SetupError(busy) from None
    try:
        yield
    finally:
        lock.release()


def _lock(path: Path) -> BaseFileLock:
    from filelock import FileLock

    # filelock follows no link either, but takes a file that somebody else may hold for ever.
    refuse_unfit(path)
    return FileLock(
        path,
        mode=0o600,
        thread_local=False,
        # Also rules out a lock made of a mere file, which would outlive a killed process.
        preserve_lock_file=True,
    )


def _acquire(lock: BaseFileLock, timeout: float) -> bool:
    from filelock import Timeout

    # The folder is what has to be mended: nobody knows of the lock in it.
    with telling(Path(lock.lock_file).parent):
        try:
            lock.acquire(timeout=timeout, poll_interval=POLL)
        except Timeout:
            return False
    return True
