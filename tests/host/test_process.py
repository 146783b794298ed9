"""What leaves the process when it fails: nothing that may contain a secret."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from asyncio import Runner
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from wizard.domain import journal
from wizard.domain.problems import ExitCode
from wizard.host import process
from wizard.host.loop import Loop

PLANTED: Final = "planted-secret"

FAULTS: Final = {
    "thread": """
thread = threading.Thread(target=fail, args=[SECRET])
thread.start()
thread.join()
""",
    "finalizer": """
class Broken:
    def __del__(self):
        fail(SECRET)

broken = Broken()
del broken
""",
    "callback": """
async def main():
    asyncio.get_running_loop().call_soon(fail, SECRET)
    await asyncio.sleep(0)

run(main())
""",
    "task": """
async def lost():
    fail(SECRET)

async def main():
    task = asyncio.ensure_future(lost())
    await asyncio.wait([task])
    del task
    gc.collect()

run(main())
""",
    "connection": """
async def serve(reader, writer):
    fail(SECRET)

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.close()
    await asyncio.sleep(0)
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(0)
    server.close()
    await server.wait_closed()
    gc.collect()

run(main())
""",
}
PROGRAM: Final = f"""
import asyncio, gc, logging, sys, threading
from pathlib import Path
from wizard.host.process import protect
from wizard.host.loop import Loop
from wizard.store.log import keeping

SECRET = {PLANTED!r}

def fail(secret):
    raise RuntimeError(secret)

def run(work):
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(work)

protect()
with keeping(Path(sys.argv[1])):
"""


@pytest.mark.posix("An open connection is reported otherwise on Windows")
@pytest.mark.parametrize("kind", FAULTS)
def test_fault_that_nobody_catches_is_in_the_log_by_its_place_alone(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    body = "\n".join(f"    {line}" for line in FAULTS[kind].splitlines())
    got = subprocess.run(
        [sys.executable, "-c", PROGRAM + body, str(log)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (got.stdout, got.stderr) == ("", "")
    assert "RuntimeError" in log.read_text(encoding="utf-8")
    assert "in fail" in log.read_text(encoding="utf-8")
    assert PLANTED not in log.read_text(encoding="utf-8")


def test_warning_of_a_library_is_not_printed_over_the_screen() -> None:
    program = """
import asyncio, logging
from wizard.host.loop import Loop

with asyncio.Runner(loop_factory=Loop):
    logging.getLogger("asyncio").warning("socket.send() raised exception.")
"""
    got = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (got.stdout, got.stderr) == ("", "")


def test_core_is_never_dumped() -> None:
    resource = pytest.importorskip("resource")
    program = """
import resource
from wizard.__main__ import main

hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
try:
    main()
finally:
    print(resource.getrlimit(resource.RLIMIT_CORE)[0])
"""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    assert hard != 0, "a core could not be dumped here anyway"
    got = subprocess.run(
        [sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=True
    )
    assert got.stdout.splitlines()[-1] == "0"


def test_uncaught_exceptions_are_noted_without_their_messages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resource = pytest.importorskip("resource")
    limits: list[tuple[int, int]] = []
    noted: list[str] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: limits.append(limit))
    monkeypatch.setattr(threading, "excepthook", None)
    monkeypatch.setattr(sys, "unraisablehook", None)
    monkeypatch.setattr(journal, "note", lambda words, **_: noted.append(words))
    process.protect()
    hooks: list[Any] = [threading.excepthook, sys.unraisablehook]
    for hook in hooks:
        for fault in (ValueError(PLANTED), SystemExit(3), None):
            hook(SimpleNamespace(exc_value=fault))
    assert [soft for soft, _ in limits] == [0]
    assert ["ValueError" in words for words in noted] == [True, True]
    assert PLANTED not in "".join(noted)


@pytest.mark.posix("Windows has no SIGHUP, and sends no signal to a thread")
def test_hang_up_leaves_whichever_thread_gets_it_and_is_ignored_from_then_on() -> None:
    if sys.platform == "win32":
        raise NotImplementedError
    left: list[str] = []

    async def wait() -> None:
        left_at, is_over = asyncio.Event(), threading.Event()

        def leave() -> None:
            left.append("left")
            left_at.set()

        process.leave_on_signals(leave)
        other = threading.Thread(target=is_over.wait)
        other.start()
        try:
            signal.pthread_kill(other.ident or 0, signal.SIGHUP)
            await asyncio.wait_for(left_at.wait(), 30)
        finally:
            is_over.set()
        signal.raise_signal(signal.SIGHUP)

    with Runner(loop_factory=Loop) as runner:
        runner.run(wait())
    signal.raise_signal(signal.SIGHUP)
    assert left == ["left"]
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.posix("Windows has no SIGHUP")
def test_hang_up_after_the_loop_is_closed_is_no_error() -> None:
    async def begin() -> None:
        process.leave_on_signals(lambda: None)

    with Runner(loop_factory=Loop) as runner:
        runner.run(begin())
    signal.raise_signal(process.HANG_UP)
    assert signal.getsignal(process.HANG_UP) is signal.SIG_IGN


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the signal handlers afterwards."""
    before = {number: signal.getsignal(number) for number in process.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_other_signals_do_what_ctrl_c_does() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    process.end_on_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.usefixtures("handlers")
def test_other_signals_end_a_background_job_that_ignores_ctrl_c(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    process.end_on_signals()
    signal.raise_signal(signal.SIGTERM)
    assert codes == [ExitCode.SIGNAL]


@pytest.mark.usefixtures("handlers")
def test_exit_survives_a_closed_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as stderr:
        pass
    monkeypatch.setattr(sys, "stdout", stderr)
    monkeypatch.setattr(sys, "stderr", stderr)
    process.prepare_exit()
    with sys.stderr as nowhere:
        assert nowhere.write("words") == 5
    assert sys.stdout is nowhere
