"""Run a program on its own pseudo-terminal, and act as the person in front of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.terminal.emulator import (
    ALTERNATE_SCREEN,
    BRACKETED_PASTE,
    MOUSE,
    SYNCHRONIZED_OUTPUT,
    Emulator,
)
from tests.terminal.process import PtyProcess

ENTER: Final = "\r"
ESC: Final = "\x1b"
TAB: Final = "\t"
SHIFT_TAB: Final = "\x1b[Z"
SPACE: Final = " "
BACKSPACE: Final = "\x7f"
DELETE: Final = "\x1b[3~"
UP: Final = "\x1b[A"
DOWN: Final = "\x1b[B"
RIGHT: Final = "\x1b[C"
LEFT: Final = "\x1b[D"
HOME: Final = "\x1b[H"
END: Final = "\x1b[F"
PAGE_UP: Final = "\x1b[5~"
PAGE_DOWN: Final = "\x1b[6~"
F1: Final = "\x1bOP"
F2: Final = "\x1bOQ"
F3: Final = "\x1bOR"
F4: Final = "\x1bOS"

ENVIRONMENT: Final = {
    "PATH": os.environ.get("PATH", os.defpath),
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
}
"""The program's default environment; nothing else of the tests' environment is passed on."""

DOUBLE_CLICK: Final = 0.6
"""Seconds after which a second click at the same place counts as a new click."""

_PATIENCE: Final = 20.0


def ctrl(letter: str) -> str:
    """Return what the terminal sends for Ctrl and a letter."""
    return chr(ord(letter.upper()) & 0x1F)


class Terminal:
    """A program on its own terminal, from `__enter__` to `__exit__`.

    Args:
        argv: The program and its arguments.
        env: Variables that override ENVIRONMENT.
        cwd: Where it runs.
        rows: Lines of the terminal.
        cols: Columns of the terminal.
        umask: The program's umask; -1 leaves it unchanged.
        in_band_resize: Whether the terminal reports its size in band (mode 2048).
        has_alternate_screen: False as in GNU screen by default, where all programs share one.
        is_forked: Run the program, which is a Python module, in a fork of a loaded process.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        rows: int = 24,
        cols: int = 80,
        umask: int = -1,
        in_band_resize: bool = False,
        has_alternate_screen: bool = True,
        is_forked: bool = False,
    ) -> None:
        self._argv = argv
        self._env = ENVIRONMENT | dict(env or {})
        self._cwd = cwd
        self._umask = umask
        self._is_forked = is_forked
        self._emulator = Emulator(
            rows,
            cols,
            in_band_resize=in_band_resize,
            has_alternate_screen=has_alternate_screen,
        )
        self._raw = bytearray()
        self._is_at_end = False
        self._flags = -1
        self._changed = threading.Condition()
        self._clicked_at = (0, 0)
        self._clicked_until = 0.0

    def __enter__(self) -> Self:
        size = self._emulator.rows, self._emulator.cols
        self._process = PtyProcess(
            self._argv,
            self._env,
            size,
            cwd=self._cwd,
            umask=self._umask,
            is_forked=self._is_forked,
        )
        self._process.start_reading(self._show)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.close()

    # The person

    def send(self, keys: str | bytes) -> None:
        """Type text and the key constants of this module, all at once.

        Textual lets text overtake keys of bindings that arrive with it. If the order matters, wait
        for the effect of a binding before you type on.
        """
        self._process.write(keys.encode() if isinstance(keys, str) else keys)

    def paste(self, text: str) -> None:
        """Paste as a terminal does: in brackets if the program asked for them."""
        is_bracketed = BRACKETED_PASTE in self.modes
        self.send(f"\x1b[200~{_pasted(text)}\x1b[201~" if is_bracketed else _pasted(text))

    def paste_raw(self, text: str) -> None:
        """Paste without brackets, like a terminal that doesn't support them."""
        self.send(_pasted(text))

    def click(self, text: str, *, below: int = 0) -> None:
        """Wait for a text, and click in the middle of its first place or some rows below it."""
        lines = self.wait_for(text).split("\n")
        row = next(row for row, line in enumerate(lines) if text in line)
        self._click(lines, row, text, below)

    def click_button(self, label: str) -> None:
        """Wait for a button and click it: the lowest place that shows its label.

        The row of keys at the bottom has the same words. It is drawn later than the buttons, and
        again with each move of the focus.
        """
        lines = self.wait_for(lambda screen: label in _without_keys(screen)).split("\n")
        rows = [row for row, line in enumerate(lines[:-1]) if label in line]
        self._click(lines, rows[-1], label)

    def _click(self, lines: list[str], row: int, text: str, below: int = 0) -> None:
        x, y = lines[row].index(text) + len(text) // 2 + 1, row + below + 1
        self.send(self._new_click(x, y))

    def _new_click(self, x: int, y: int) -> str:
        """Return a click on a cell counted from 1, late enough not to be a double click."""
        if abs(x - self._clicked_at[0]) <= 1 and y == self._clicked_at[1]:
            # An earlier click would be the second one of a double click.
            time.sleep(max(self._clicked_until - time.monotonic(), 0))
        self._clicked_at, self._clicked_until = (x, y), time.monotonic() + DOUBLE_CLICK
        return f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"

    def double_click(self, row: int, column: int) -> None:
        """Click twice at once on a cell counted from 0."""
        self.send(self._new_click(column + 1, row + 1) * 2)

    def resize(self, rows: int, cols: int) -> None:
        """Change the window's size; the kernel notifies the program (SIGWINCH)."""
        with self._changed:
            report = self._emulator.resize(rows, cols)
            self._process.set_size((rows, cols))
            self._process.write(report)

    def wipe(self) -> None:
        """Erase the screen, as a shell and its programs do between runs."""
        with self._changed:
            self._emulator.feed(b"\x1b[H\x1b[2J")

    def hang_up(self) -> None:
        """Close the window: the program gets SIGHUP, and its output is lost."""
        self._process.hang_up()

    @property
    def is_running(self) -> bool:
        """Whether the program is still running."""
        return self._process.is_running

    def stall(self) -> None:
        """Stop reading the program's output, like a connection that is stuck."""
        self._process.stall()

    def kill(self, number: signal.Signals) -> None:
        """Send the program a signal, unless it has ended."""
        self._process.kill(number)

    # The output

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    def screen(self) -> str:
        """Return the screen's text, one line per row, without trailing spaces."""
        with self._changed:
            return "\n".join(line.rstrip() for line in self._emulator.lines)

    @property
    def raw(self) -> bytes:
        """All output so far, unchanged."""
        with self._changed:
            return bytes(self._raw)

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        with self._changed:
            return self._emulator.cursor

    @property
    def modes(self) -> frozenset[int]:
        """The DEC private modes that are on."""
        with self._changed:
            return frozenset(self._emulator.modes)

    @property
    def is_alt_screen(self) -> bool:
        """Whether the program shows its own screen instead of the shell's."""
        return ALTERNATE_SCREEN in self.modes

    @property
    def is_mouse_on(self) -> bool:
        """Whether the mouse is reported to the program."""
        return bool(MOUSE & self.modes)

    @property
    def clipboard(self) -> list[str]:
        """Texts the program sent to the clipboard (OSC 52)."""
        with self._changed:
            return list(self._emulator.clipboard)

    @property
    def links(self) -> list[str]:
        """Targets of hyperlinks (OSC 8), each once, in the order of first drawing."""
        with self._changed:
            return list(self._emulator.links)

    @property
    def leftovers(self) -> list[str]:
        """After `wait_exit`: what the program should have reset; empty if it reset everything."""
        if sys.platform == "win32":
            raise NotImplementedError
        import termios

        with self._changed:
            left = self._emulator.leftovers
        wanted = {"echo": termios.ECHO, "line input": termios.ICANON, "Ctrl+C": termios.ISIG}
        return left + [f"no {name}" for name, flag in wanted.items() if not self._flags & flag]

    # Waiting

    def wait_for(self, wanted: str | Callable[[str], bool], timeout: float = _PATIENCE) -> str:
        """Wait until the screen shows a text or satisfies a function, and return the screen.

        Raises AssertionError that shows the screen after `timeout` seconds, or as soon as the
        program has ended.
        """
        is_so = (lambda screen: wanted in screen) if isinstance(wanted, str) else wanted
        with self._changed:
            self._changed.wait_for(lambda: self._is_at_end or self._holds(is_so), timeout)
            # If a frame stays half drawn, that frame is all there is to see.
            assert is_so(self.screen()), self._describe(f"waited in vain for {wanted!r}")
            return self.screen()

    def wait_gone(self, text: str, timeout: float = _PATIENCE) -> str:
        """Wait until the screen no longer shows a text, and return the screen."""
        return self.wait_for(lambda screen: text not in screen, timeout)

    def wait_exit(self, timeout: float = _PATIENCE) -> int:
        """Wait for the program's exit and all its output; return its code, or minus its signal."""
        try:
            code, self._flags = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(self._describe("still running")) from None
        with self._changed:
            # A background process may keep the terminal open, which is no reason to wait for it.
            self._changed.wait_for(lambda: self._is_at_end, 2)
        return code

    def _show(self, output: bytes) -> None:
        with self._changed:
            self._raw += output
            self._is_at_end = not output
            # Under the lock, so that an older size can't be reported after a newer one.
            self._process.write(self._emulator.feed(output))
            self._changed.notify_all()

    def _holds(self, is_so: Callable[[str], bool]) -> bool:
        return SYNCHRONIZED_OUTPUT not in self._emulator.modes and is_so(self.screen())

    def _describe(self, problem: str) -> str:
        rim = "+" + "-" * self._emulator.cols + "+"
        rows = [f"|{line}|" for line in self._emulator.lines]
        state = "running" if self._process.is_running else "ended"
        return "\n".join([f"{problem} (program {state})", rim, *rows, rim])


def _without_keys(screen: str) -> str:
    """Return a screen without its last row."""
    return screen.rpartition("\n")[0]


def _pasted(text: str) -> str:
    """Return a text as terminals paste it: each line ends with the character that Enter sends."""
    return text.replace("\r\n", "\r").replace("\n", "\r")
