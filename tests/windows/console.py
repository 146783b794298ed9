"""A program on a console of its own, and the user in front of it."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

from tests import system
from tests.commands.stage import ROOT
from tests.windows.hand import CLOSE

PATIENCE: Final = 90.0
"""Seconds after which waiting fails; no test measures it."""


CREATE_NO_WINDOW: Final = 0x08000000
"""Gives a program a console that isn't shown."""
DETACHED_PROCESS: Final = 8
"""Gives it none."""

WIZARD: Final = ("-m", *(("tests.windows.breaks",) if system.IS_WINE else ()), "wizard")
"""The arguments of `python` that start the wizard."""


class Console:
    """A program of `python` on a new console, which has no window."""

    def __init__(
        self, arguments: Sequence[str], env: Mapping[str, str], *, is_piped: bool = False
    ) -> None:
        """Args: `is_piped`: its output goes to pipes, and it has nothing to read."""
        # Otherwise the program ignores Ctrl+C if this process was started so.
        ctypes.CDLL("kernel32").SetConsoleCtrlHandler(None, False)
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL} if is_piped else {}
        streams |= dict.fromkeys(("stdout", "stderr"), subprocess.PIPE if is_piped else None)
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            env=env,
            cwd=ROOT,
            text=True,
            creationflags=CREATE_NO_WINDOW,
            **streams,
        )
        self._hand = subprocess.Popen(
            [sys.executable, "-m", "tests.windows.hand", str(self.process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            encoding="utf-8",
            creationflags=DETACHED_PROCESS,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in (self.process, self._hand):
            self._end(process)

    def type(self, text: str) -> None:
        """Type text; Enter is "\\r"."""
        self._order("type", text)

    def send(self, event: int) -> None:
        """Send an event, as a key or a closing window does.

        No system lets a program send that of a closing window. wine 8 sends Ctrl+C only, and that
        in a Unix signal's handler, where any program may break.
        """
        is_sent = event != CLOSE and not system.IS_WINE
        self._order("send" if is_sent else "start_handler", event)

    def screen(self) -> str:
        """Return what the console shows."""
        screen: str = self._order("screen")
        return screen

    def wait_for(self, words: str) -> None:
        """Wait until the console shows words, however they are wrapped."""
        give_up = time.monotonic() + PATIENCE
        while "".join(words.split()) not in "".join(self.screen().split()):
            assert time.monotonic() < give_up, self.screen()
            assert self.process.poll() is None, f"ended with {self.process.returncode}"
            time.sleep(0.1)

    def wait_exit(self) -> int:
        """Wait for the program's end, and return its exit code."""
        return self.process.wait(PATIENCE)

    def ended(self) -> tuple[int, str, str]:
        """Return the exit code and the output of a program with pipes.

        Lines that a busy machine is late are left out, as by `next_line`.
        """
        code = self.wait_exit()
        # wine's console keeps the pipes open as long as another process uses it.
        self._end(self._hand)
        out, words = self.process.communicate(timeout=PATIENCE)
        lines = words.splitlines(keepends=True)
        return code, out, "".join(line for line in lines if not line.startswith("Waiting for "))

    def next_line(self) -> str:
        """Wait for a line on stderr, apart from those that a busy machine is late."""
        assert self.process.stderr is not None
        line = self.process.stderr.readline().strip()
        return self.next_line() if line.startswith("Waiting for ") else line

    @staticmethod
    def _end(process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            # What `communicate` has closed stays closed.
            if stream is not None and not stream.closed:
                stream.close()

    def _order(self, *order: object) -> Any:
        assert self._hand.stdin is not None
        assert self._hand.stdout is not None
        self._hand.stdin.write(json.dumps(order) + "\n")
        self._hand.stdin.flush()
        line = self._hand.stdout.readline()
        assert line, "the console is gone"
        return json.loads(line)
