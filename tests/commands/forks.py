"""`python -m tests.commands.forks`: run each command in a fork of a process that has loaded it.

Each line of JSON on stdin requests one command; `Forks` writes these lines. A command has its own
process, variables, files, and exit code, but no interpreter has to start.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 30
"""Seconds after which a command is stopped; no test measures it."""
CODE: Final = "code"


class Forks:
    """The process that forks; it starts with the first command and ends with the tests."""

    def __init__(self, root: Path, env: Mapping[str, str]) -> None:
        self._root, self._env = root, env
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()

    def run(self, args: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with nothing to read."""
        with self._turn, tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            order = {"args": args, "env": dict(env), "out": str(out), "err": str(err)}
            code = self._order(json.dumps(order))
            return subprocess.CompletedProcess(args, code, out.read_text(), err.read_text())

    def _order(self, line: str) -> int:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line + "\n")
        process.stdin.flush()
        return int(json.loads(process.stdout.readline())[CODE])

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.commands.forks"],
            env=self._env,
            cwd=self._root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._end, self._process)
        return self._process

    @staticmethod
    def _end(process: subprocess.Popen[str]) -> None:
        # The process ends when its stdin closes.
        with process:
            pass


LATE: Final = (
    *("asyncio", "ssl", "filelock", "httpx", "wizard.cli", "wizard.store.profiles"),
    *("wizard.api.http", "wizard.api.token", "wizard.api.users"),
    *(f"wizard.commands.{name}" for name in ("check", "forget", "handoff", "status", "token")),
)
"""The modules that commands import, most of them late."""


def carry_out(order: Mapping[str, object]) -> None:
    """Run the requested command; this is for a process of its own."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    files = [os.open(str(order[name]), os.O_WRONLY | os.O_CREAT) for name in ("out", "err")]
    for stream, fd in enumerate((nothing, *files)):
        os.dup2(fd, stream)
        os.close(fd)
    os.environ.clear()
    os.environ.update(order["env"])  # type: ignore[call-overload]
    sys.argv[1:] = order["args"]  # type: ignore[call-overload]
    runpy.run_module("wizard", run_name="__main__", alter_sys=True)


def ended(child: int) -> int:
    """Wait for a command to end, kill it if necessary, and return its exit code."""

    def kill(*_: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.alarm(PATIENCE)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.alarm(0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    return code


def main() -> None:
    """Run each requested command in a fork, and report how it ended."""
    for module in LATE:
        importlib.import_module(module)
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            carry_out(json.loads(line))
            sys.exit(0)
        os.write(1, json.dumps({CODE: ended(child)}).encode() + b"\n")


if __name__ == "__main__":
    main()
