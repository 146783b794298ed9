"""Locks between processes, threads, and tasks."""

from __future__ import annotations

import asyncio
import errno
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import BaseFileLock

from wizard.domain.errors.store import LOCK_BUSY
from wizard.domain.problems import SetupError
from wizard.store import lock
from wizard.store.lock import hold, hold_async

HOLDER = """
import sys
from pathlib import Path
from wizard.domain.errors.store import LOCK_BUSY
from wizard.store.lock import hold
with hold(Path(sys.argv[1]), 5, LOCK_BUSY):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process_holding(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "default.lock"


def test_lock_of_another_process_is_busy_and_waited_for_in_bounds(path: Path) -> None:
    with another_process_holding(path):
        began = time.monotonic()
        with pytest.raises(SetupError, match="lock-busy"), hold(path, 0.2, LOCK_BUSY):
            pass
        assert 0.2 <= time.monotonic() - began < 5


def test_lock_is_taken_when_the_other_process_lets_go(path: Path) -> None:
    with another_process_holding(path) as process:
        timer = threading.Timer(0.1, process.communicate, ["\n"])
        timer.start()
        with hold(path, 10, LOCK_BUSY):
            timer.join()
            assert process.returncode == 0


def test_lock_of_a_killed_process_is_free(path: Path) -> None:
    with another_process_holding(path) as process:
        process.kill()
        process.wait()
        with hold(path, 5, LOCK_BUSY):
            pass


@pytest.mark.posix("Windows has no file modes")
def test_lock_file_stays_and_is_private(path: Path) -> None:
    for _ in range(2):
        with hold(path, 0, LOCK_BUSY):
            number = path.stat().st_ino
        assert path.stat().st_ino == number
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_lock_is_freed_by_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Garbage collection of a lock releases it too, so these are kept.
    kept: list[BaseFileLock] = []
    make = lock._lock

    def make_and_keep(path: Path) -> BaseFileLock:
        kept.append(make(path))
        return kept[-1]

    monkeypatch.setattr(lock, "_lock", make_and_keep)
    with pytest.raises(ZeroDivisionError), hold(path, 0, LOCK_BUSY):
        _ = 1 / 0
    with pytest.raises(ZeroDivisionError):
        async with hold_async(path, 0, LOCK_BUSY):
            _ = 1 / 0
    with hold(path, 0, LOCK_BUSY):
        assert [one.is_locked for one in kept] == [False, False, True]


def test_lock_is_held_against_the_same_thread_too(path: Path) -> None:
    with (
        hold(path, 0, LOCK_BUSY),
        pytest.raises(SetupError, match="lock-busy"),
        hold(path, 0, LOCK_BUSY),
    ):
        pass


def test_lock_may_be_freed_by_another_thread(path: Path) -> None:
    held = hold(path, 0, LOCK_BUSY)
    held.__enter__()
    thread = threading.Thread(target=held.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with hold(path, 0, LOCK_BUSY):
        pass


def test_folder_that_takes_no_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.lock").mkdir()
    with pytest.raises(SetupError, match="file-not-plain"), hold(tmp_path / "x.lock", 0, LOCK_BUSY):
        pass


async def test_loop_runs_on_while_a_task_waits(path: Path) -> None:
    async def tick_and_let_go() -> int:
        for _ in range(5):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(process.communicate, "\n")
        return process.returncode

    with another_process_holding(path) as process:
        ticking = asyncio.create_task(tick_and_let_go())
        # If waiting for the lock stopped the loop, the other process would never release it.
        async with hold_async(path, 10, LOCK_BUSY):
            assert await ticking == 0


async def test_tasks_take_turns(path: Path) -> None:
    order: list[str] = []

    async def work() -> None:
        async with hold_async(path, 10, LOCK_BUSY):
            order.append("in")
            await asyncio.sleep(0)
            order.append("out")

    await asyncio.gather(work(), work(), work())
    assert order == ["in", "out"] * 3


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
async def test_file_system_without_kernel_locks_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def no_locks(*_args: object) -> None:
        raise OSError(number, "not here")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(SetupError, match="no-file-locks") as caught, hold(path, 0, LOCK_BUSY):
        pass
    assert caught.value.problem.detail == ("not here",)
    with pytest.raises(SetupError, match="no-file-locks"):
        async with hold_async(path, 0, LOCK_BUSY):
            pass


def test_disk_that_fails_is_not_taken_for_one_without_locks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def fail(*_args: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(SetupError, match="store-failed"), hold(path, 0, LOCK_BUSY):
        pass


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("error", [RuntimeError("odd"), MemoryError(), SystemExit(3)])
async def test_whatever_goes_wrong_in_a_try_is_met_by_who_waits_for_the_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(type(error)) as caught, hold(path, 0, LOCK_BUSY):
        pass
    assert caught.value is error
    with pytest.raises(type(error)):
        async with hold_async(path, 0, LOCK_BUSY):
            pass


async def test_lock_that_never_returns_is_given_up_and_freed_when_it_does(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network file system whose server is gone: even LOCK_NB doesn't return."""
    fcntl = pytest.importorskip("fcntl")
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    may_return, flock = threading.Event(), fcntl.flock
    taken: list[int] = []

    def hang(descriptor: int, operation: int) -> None:
        may_return.wait()
        flock(descriptor, operation)
        taken.append(operation)

    monkeypatch.setattr(fcntl, "flock", hang)
    monkeypatch.setattr(lock, "STUCK", 0.05)
    with pytest.raises(SetupError, match="no-file-locks"), hold(path, 60, LOCK_BUSY):
        pass
    with pytest.raises(SetupError, match="no-file-locks"):
        async with hold_async(path, 60, LOCK_BUSY):
            pass
    threads = [thread for thread in threading.enumerate() if thread.name == "lock"]
    may_return.set()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    with hold(path, 0, LOCK_BUSY):
        assert taken


async def test_waiting_task_gives_up_in_time(path: Path) -> None:
    with another_process_holding(path):
        with pytest.raises(SetupError, match="lock-busy"):
            async with hold_async(path, 0.1, LOCK_BUSY):
                pass
        with pytest.raises(SetupError, match="lock-busy"):
            async with hold_async(path, 0, LOCK_BUSY):
                pass


async def test_free_lock_is_taken_without_any_wait(path: Path) -> None:
    async with hold_async(path, 0, LOCK_BUSY):
        pass


async def test_cancelled_waiter_leaves_the_lock_alone(path: Path) -> None:
    async def wait() -> None:
        async with hold_async(path, 10, LOCK_BUSY):
            pass

    with hold(path, 0, LOCK_BUSY):
        waiter = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
    with hold(path, 0, LOCK_BUSY):
        pass


async def test_timeout_inside_the_lock_is_the_callers_own(path: Path) -> None:
    with pytest.raises(TimeoutError):
        async with hold_async(path, 1, LOCK_BUSY):
            raise TimeoutError
