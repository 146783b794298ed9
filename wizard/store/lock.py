"""Locks between processes, threads, and tasks, released by the kernel however a process ends.

Code that needs both takes the wizard's lock before the profile's. Lock files are never removed:
otherwise two processes could hold a lock on two files of the same name.
"""

from __future__ import annotations

import errno
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wizard.domain.errors.store import NO_FILE_LOCKS
from wizard.domain.problems import Problem, SetupError
from wizard.store.files import refuse_unfit, telling

if TYPE_CHECKING:
    from concurrent.futures import Future

    from filelock import BaseFileLock

POLL: Final = 0.05
"""Seconds between two tries."""

STUCK: Final = 10.0
"""Seconds for one try. It is non-blocking, but on a network file system whose lock service is down
even that never returns."""

SOON: Final = 0.1
"""Seconds to wait for a try that was given up."""

_UNSUPPORTED: Final = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


@contextmanager
def hold(path: Path, timeout: float, busy: Problem) -> Iterator[None]:
    """Hold the lock at `path`, in an existing folder, waiting at most `timeout` seconds.

    Raises SetupError: `busy` if it isn't released in time, or if the file system has no locks.
    """
    lock = _lock(path)
    deadline = time.monotonic() + timeout
    while not _try(lock):
        if time.monotonic() >= deadline:
            raise SetupError(busy)
        time.sleep(POLL)
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def hold_async(path: Path, limit: float, busy: Problem) -> AsyncIterator[None]:
    """Do the same, waiting at most `limit` seconds, without blocking the event loop."""
    # Imported here, because not every command takes a lock.
    import asyncio

    lock, clock = _lock(path), asyncio.get_running_loop().time
    deadline = clock() + limit
    while not await _try_async(lock):
        if clock() >= deadline:
            raise SetupError(busy)
        await asyncio.sleep(POLL)
    try:
        yield
    finally:
        lock.release()


def _lock(path: Path) -> BaseFileLock:
    from filelock import FileLock

    # filelock follows no link either, but takes a file that someone else may hold for ever.
    refuse_unfit(path)
    return FileLock(
        path,
        mode=0o600,
        thread_local=False,
        # Also rules out a lock made of a mere file, which would outlive a killed process.
        preserve_lock_file=True,
    )


def _try(lock: BaseFileLock) -> bool:
    """Try to take the lock; return whether that succeeded. Raises SetupError."""
    future = _started(lock)
    with _giving_up(lock, future):
        return future.result(STUCK)


async def _try_async(lock: BaseFileLock) -> bool:
    """Do the same without blocking the event loop."""
    import asyncio

    future = _started(lock)
    ended = asyncio.wrap_future(future)
    with _giving_up(lock, future):
        await asyncio.wait((ended,), timeout=STUCK)
        # The clock may have jumped, as after the machine slept: give the thread some time.
        async with asyncio.timeout(SOON):
            return await ended


@contextmanager
def _giving_up(lock: BaseFileLock, future: Future[bool]) -> Iterator[None]:
    """Release what the try takes after the block has failed. Raises SetupError for a timeout."""
    from concurrent.futures import wait

    def release(tried: Future[bool]) -> None:
        if tried.exception() is None and tried.result():
            lock.release()

    try:
        yield
    except BaseException as error:
        # If locks work, a try ends immediately, so that it doesn't disturb the next caller.
        wait((future,), SOON)
        future.add_done_callback(release)
        if not isinstance(error, TimeoutError):
            raise
        problem = NO_FILE_LOCKS.filled(path=str(Path(lock.lock_file).parent))
        words = f"A lock was requested, but the system didn't respond within {STUCK:g} seconds."
        raise SetupError(problem.with_detail(words)) from None


def _started(lock: BaseFileLock) -> Future[bool]:
    """Try to take a lock in a daemon thread, which doesn't delay the exit."""
    from concurrent.futures import Future
    from threading import Thread

    future: Future[bool] = Future()
    future.set_running_or_notify_cancel()  # So that giving up waiting cannot cancel it.

    def run() -> None:
        try:
            future.set_result(_acquire(lock))
        except BaseException as error:  # noqa: BLE001  whoever waits for the lock meets it
            future.set_exception(error)

    Thread(target=run, name="lock", daemon=True).start()
    return future


def _acquire(lock: BaseFileLock) -> bool:
    from filelock import Timeout

    # Name the folder: it has to be fixed, and users don't know of the lock file in it.
    folder = Path(lock.lock_file).parent
    with telling(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            if error.errno in _UNSUPPORTED:
                problem = NO_FILE_LOCKS.filled(path=str(folder))
                raise SetupError(problem.with_detail(error.strerror or "")) from error
            raise
    return True
