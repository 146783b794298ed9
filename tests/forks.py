"""`python -m tests.forks FD`: run programs in forks of one process that has loaded the wizard.

A fork has its own process, streams, variables, and exit code, but no interpreter starts, and
nothing is imported again. Programs that are really started test these two.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NoReturn, Self

import wizard
from tests import system
from tests.terminal.leader import come_to_the_foreground, lead, take_terminal

ROOT: Final = Path(__file__).parents[1]
MOST: Final = 1 << 18
"""Bytes of an order."""

ENVIRONMENT: Final = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
"""The variables of the process that forks."""
OF_A_START: Final = ("LANG", "LC_", "PYTHON", "TZ", "ESCDELAY", "SSH_", "TERM_PROGRAM", "TEXTUAL")
"""The variables that are read when an interpreter starts or Textual is imported.

Over SSH, the wizard sets one of these itself.
"""
HARMLESS: Final = "PYTHONDONTWRITEBYTECODE"


def can_fork(env: Mapping[str, str]) -> bool:
    """Whether a fork behaves as a program that starts with these variables."""
    # macOS lacks the kind of socket, and forks of a program with threads may end at once.
    return sys.platform == "linux" and not any(
        name.startswith(OF_A_START) and ENVIRONMENT.get(name) != value
        for name, value in env.items()
        if name != HARMLESS
    )


class Reader(threading.Thread):
    """Reads a file to its end."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(daemon=True)
        self._file = file
        self.text = ""
        self.start()

    def run(self) -> None:
        """Read."""
        self.text = self._file.read()


class Fork:
    """A program that runs in a fork: as much of `subprocess.Popen` as the tests use.

    Its leader reports its process id, and then how it ended, on the pipe `report`.
    """

    stdout: IO[str] | None = None
    stderr: IO[str] | None = None

    def __init__(self, report: int) -> None:
        self._files = ExitStack()
        # Unbuffered, so that what comes next can be waited for.
        self._report = self._files.enter_context(os.fdopen(report, "rb", buffering=0))
        self.pid = int(self._report.readline())
        self.returncode: int | None = None
        self.flags = -1
        """The terminal's local flags at the end; -1 if it was closed, or there was none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wait()
        self._files.close()

    def reading(self, stdout: int, stderr: int) -> Self:
        """Read what it writes from these pipes."""
        self.stdout = self._files.enter_context(os.fdopen(stdout))
        self.stderr = self._files.enter_context(os.fdopen(stderr))
        return self

    def poll(self) -> int | None:
        """Return the exit code (or minus the signal) if the program has ended."""
        if self.returncode is None and select.select([self._report], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the exit code. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._report], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"fork {self.pid}", timeout or 0)
            self.returncode, self.flags = map(int, self._report.readline().split())
            self._report.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end, and return the output. Raises subprocess.TimeoutExpired."""
        readers = [Reader(file) for file in (self.stdout, self.stderr) if file]
        self.wait(timeout)
        for reader in readers:
            reader.join()
        self._files.close()
        out, words = (reader.text for reader in readers)
        return out, words

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the program has ended."""
        if self.poll() is None:
            # It may end at this moment, before its leader reports it.
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the program (SIGKILL), unless it has ended."""
        self.send_signal(system.SIGKILL)


class Forks:
    """The process that forks; it starts with the first program and ends with the tests."""

    def __init__(self) -> None:
        self._orders: socket.socket | None = None

    def start(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        streams: tuple[int, int, int],
        *,
        cwd: Path | None = None,
        umask: int = -1,
        is_on_terminal: bool = False,
    ) -> Fork:
        """Start a program on these file descriptors; `argv` is what would follow `python -m`.

        With `is_on_terminal`, it controls the terminal on stdin, in a session of its own.
        """
        if sys.platform == "win32":
            raise NotImplementedError
        order = {
            "argv": argv,
            "env": dict(env),
            "cwd": str(cwd or ROOT),
            "umask": umask,
            "is_on_terminal": is_on_terminal,
        }
        reader, report = os.pipe()
        socket.send_fds(self._opened(), [json.dumps(order).encode()], [*streams, report])
        os.close(report)
        return Fork(reader)

    def piped(self, argv: Sequence[str], env: Mapping[str, str]) -> Fork:
        """Start a program with nothing to read and with its output on pipes."""
        nothing = os.open(os.devnull, os.O_RDONLY)
        (out, stdout), (err, stderr) = os.pipe(), os.pipe()
        fork = self.start(argv, env, (nothing, stdout, stderr))
        for fd in (nothing, stdout, stderr):
            os.close(fd)
        return fork.reading(out, err)

    def _opened(self) -> socket.socket:
        if self._orders is None:
            self._orders, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno())],
                env=ENVIRONMENT,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
            theirs.close()
            atexit.register(self._end, process)
        return self._orders

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        # It ends when nobody is left to send an order.
        if self._orders:
            self._orders.close()
        process.wait()


FORKS: Final = Forks()


def carry_out(order: Mapping[str, Any], report: int) -> None:
    """Lead one program, which runs in a fork of this process."""
    if sys.platform == "win32":
        raise NotImplementedError
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if order["is_on_terminal"]:
        os.setsid()
        take_terminal()
    lead(report, lambda: run(order))


def run(order: Mapping[str, Any]) -> None:
    """Run the program; this is for a process of its own."""
    if sys.platform == "win32":
        raise NotImplementedError
    if order["is_on_terminal"]:
        come_to_the_foreground()
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    if order["umask"] >= 0:
        os.umask(order["umask"])
    renew_streams()
    module, *sys.argv[1:] = order["argv"]
    if order["is_on_terminal"]:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        end(partial(runpy.run_module, module, run_name="__main__", alter_sys=True))


def end(run: Callable[[], object]) -> NoReturn:
    """Call a function and end this process as an interpreter does, but leave its modules alone.

    To take all of them apart takes longer than most commands.
    """
    code: object = 0
    try:
        run()
    except SystemExit as leaving:
        code = leaving.code or 0
    if not isinstance(code, int):
        sys.exit(str(code))
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    # What is left over may have something to say when it goes.
    gc.collect()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = 120
    os._exit(code)


def renew_streams() -> None:
    """Open the standard streams, as an interpreter does when it starts."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        before = getattr(sys, name)
        stream = os.fdopen(
            number,
            mode,
            # Of lines; -1 means so on a terminal only.
            buffering=1 if name == "stderr" else -1,
            encoding=before.encoding,
            errors=before.errors,
            newline="\n",
            closefd=False,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


LATE: Final = (
    *("asyncio", "concurrent.futures.thread", "filelock", "ssl"),
    *("httpx", "httpcore", "anyio._backends._asyncio"),
    *("textual.drivers.linux_driver", "textual.layouts.factory", "textual.pilot"),
)
"""What the wizard's libraries import late."""


WINDOWS: Final = {"wizard.host.windows", "wizard.store.access_windows"}


def load() -> None:
    """Import all modules of the wizard, and what these import late."""
    modules = [each.name for each in pkgutil.walk_packages(wizard.__path__, "wizard.")]
    for name in (*LATE, *modules):
        # The simulated Twilio is for the demo alone, and some modules are for Windows alone.
        is_for_others = name.startswith("wizard.sandbox") or name in WINDOWS
        if name != "wizard.__main__" and not is_for_others:
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


def main() -> None:
    """Run each ordered program in a fork."""
    if sys.platform == "win32":
        raise NotImplementedError
    load()
    # The leaders report by themselves, and nobody waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    orders = socket.socket(fileno=int(sys.argv[1]))
    while True:
        line, fds, _, _ = socket.recv_fds(orders, MOST, 4)
        if not line:
            return
        if os.fork() == 0:
            orders.close()
            *streams, report = fds
            for number, fd in enumerate(streams):
                os.dup2(fd, number)
                os.close(fd)
            carry_out(json.loads(line), report)
            # Without the exit functions of the process that forks.
            os._exit(0)
        for fd in fds:
            os.close(fd)


if __name__ == "__main__":
    main()
