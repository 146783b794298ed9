"""A terminal in memory that processes a program's output and replies to its queries.

pyte draws the screen. Sequences that pyte doesn't know are handled here, because pyte would draw
some of them as text. They are the alternate screen, private sequences of xterm and kitty, and OSC
and DCS strings.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

import pyte

ALTERNATE_SCREEN: Final = 1049
MOUSE: Final = frozenset({1000, 1002, 1003, 1005, 1006, 1015, 1016})
BRACKETED_PASTE: Final = 2004
SYNCHRONIZED_OUTPUT: Final = 2026
IN_BAND_RESIZE: Final = 2048

_AUTO_WRAP: Final = 7
_CURSOR_SHOWN: Final = 25
_AT_START: Final = frozenset({_AUTO_WRAP, _CURSOR_SHOWN})
"""Private modes that are on at the start, and on again after a program has exited properly."""

_SEQUENCE: Final = re.compile(
    rb"""\x1b(?:
        \[(?P<prefix>[<=>?]?)(?P<params>[0-9:;]*)(?P<middle>[ -/]*)(?P<final>[@-~])
      | \](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)
      | (?P<string>[PX^_])(?:[^\x1b]|\x1b\x1b)*\x1b\\
      | (?P<escape>[ -/]*[0-OQ-WYZ`-~=>\\])
    )""",
    re.VERBOSE,
)
_BEGINNING: Final = re.compile(
    rb"\x1b(?:\[[<=>?]?[0-9:;]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_](?:[^\x1b]|\x1b\x1b)*\x1b?|[ -/]*)"
)
"""A sequence that isn't complete yet."""


class Emulator:
    """The terminal's side of a session: `feed` takes bytes and returns the replies.

    Args:
        rows: Lines of the screen.
        cols: Columns of the screen.
        in_band_resize: Report sizes in band (mode 2048) to a program that asks for it.
        has_alternate_screen: False draws everything on one screen.
    """

    def __init__(
        self,
        rows: int,
        cols: int,
        *,
        in_band_resize: bool = False,
        has_alternate_screen: bool = True,
    ) -> None:
        self.rows = rows
        self.cols = cols
        self.modes: set[int] = set(_AT_START)
        """DEC private modes that are on."""
        self.keyboard_depth = 0
        """Levels of kitty's keyboard protocol that were pushed and not popped."""
        self.clipboard: list[str] = []
        """Texts sent to the clipboard (OSC 52)."""
        self.links: list[str] = []
        """Targets of hyperlinks (OSC 8), each once, in the order of first drawing."""
        self._knows_in_band_resize = in_band_resize
        self._has_alternate_screen = has_alternate_screen
        self._main = pyte.Screen(cols, rows)
        self._alternate = pyte.Screen(cols, rows)
        self._streams = {
            screen: pyte.ByteStream(screen) for screen in (self._main, self._alternate)
        }
        self._texts: dict[pyte.Screen, list[str]] = {screen: [] for screen in self._streams}
        """The text of each row when it was last read; pyte is slow to put a row together."""
        self._rest = b""

    @property
    def lines(self) -> list[str]:
        """The screen's text, row by row, each as wide as the screen."""
        screen, texts = self._screen, self._texts[self._screen]
        texts[self.rows :] = [""] * (self.rows - len(texts))
        for row in screen.dirty:
            if row < self.rows:
                texts[row] = _text(screen.buffer[row], self.cols)
        screen.dirty.clear()
        return list(texts)

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        return self._screen.cursor.y, min(self._screen.cursor.x, self.cols - 1)

    @property
    def leftovers(self) -> list[str]:
        """What an exited program should have reset, in words; empty if it reset everything."""
        changed = self.modes ^ _AT_START
        left = [f"mode {mode} {'on' if mode in self.modes else 'off'}" for mode in sorted(changed)]
        return left + ["kitty keyboard"] * self.keyboard_depth

    def resize(self, rows: int, cols: int) -> bytes:
        """Change the size, and return the in-band report, if any."""
        self.rows, self.cols = rows, cols
        for screen in self._streams:
            screen.resize(rows, cols)
        return self._size_report() if IN_BAND_RESIZE in self.modes else b""

    def feed(self, data: bytes) -> bytes:
        """Feed output in pieces of any size, and return the replies to its queries."""
        data = self._rest + data
        answers = []
        at = 0
        while (escape := data.find(b"\x1b", at)) >= 0:
            self._draw(data[at:escape])
            if found := _SEQUENCE.match(data, escape):
                answers.append(self._obey(found))
                at = found.end()
            elif _BEGINNING.fullmatch(data, escape):
                at = escape
                break
            else:
                at = escape + 1
        else:
            self._draw(data[at:])
            at = len(data)
        self._rest = data[at:]
        return b"".join(answers)

    @property
    def _screen(self) -> pyte.Screen:
        is_alternate = ALTERNATE_SCREEN in self.modes and self._has_alternate_screen
        return self._alternate if is_alternate else self._main

    def _draw(self, data: bytes) -> None:
        if data:
            self._streams[self._screen].feed(data)

    def _obey(self, found: re.Match[bytes]) -> bytes:
        if found["osc"] is not None:
            self._keep(found["osc"])
        elif found["escape"] is not None:
            self._draw(found[0])
        elif found["final"] is not None:
            return self._control(found)
        return b""

    def _control(self, found: re.Match[bytes]) -> bytes:
        """Process a control sequence (ECMA-48 §5.4), and return the reply if it is a query."""
        params = [int(part or 0) for part in re.split(b"[;:]", found["params"])]
        match found["prefix"], found["middle"], found["final"]:
            case b"?", b"", b"h" | b"l" as final:
                return self._switch(params, is_on=final == b"h")
            case b"?", b"$", b"p":
                return b"\x1b[?%d;%d$y" % (params[0], self._mode_report(params[0]))
            case b">", b"", b"u":
                self.keyboard_depth += 1
            case b"<", b"", b"u":
                self.keyboard_depth -= min(self.keyboard_depth, params[0] or 1)
            case b"", b"", b"c":
                return b"\x1b[?62;22c"
            case b"", b"", b"n" if params[0] == 6:
                row, column = self.cursor
                return b"\x1b[%d;%dR" % (row + 1, column + 1)
            case b"", b"", b"n":
                return b"\x1b[0n"
            case b"", b"", b"m":
                # Only the text is read. Most sequences set colors, and pyte is slow to parse them.
                pass
            case b"", b"", b"H":
                self._screen.cursor_position(*params)
            case b"", b"", _ if b":" not in found["params"]:
                self._draw(found[0])
        return b""

    def _switch(self, modes: list[int], *, is_on: bool) -> bytes:
        answer = b""
        for mode in modes:
            if mode == ALTERNATE_SCREEN and is_on:
                self._alternate.reset()
            (self.modes.add if is_on else self.modes.discard)(mode)
            if mode == _AUTO_WRAP:
                self._draw(b"\x1b[?7h" if is_on else b"\x1b[?7l")
            if mode == IN_BAND_RESIZE and is_on:
                answer = self._size_report()
        return answer

    def _mode_report(self, mode: int) -> int:
        """Return DECRPM's value: 0 unknown, 1 on, 2 off."""
        if mode in self.modes:
            return 1
        is_known = mode == SYNCHRONIZED_OUTPUT or (
            mode == IN_BAND_RESIZE and self._knows_in_band_resize
        )
        return 2 if is_known else 0

    def _size_report(self) -> bytes:
        # Eight by sixteen pixels a cell.
        return b"\x1b[48;%d;%d;%d;%dt" % (self.rows, self.cols, self.rows * 16, self.cols * 8)

    def _keep(self, osc: bytes) -> None:
        match osc.split(b";", 2):
            case [b"8", _, target] if target and target.decode() not in self.links:
                self.links.append(target.decode())
            case [b"52", _, content] if content != b"?":
                # Terminals drop what is not Base64.
                try:
                    self.clipboard.append(base64.b64decode(content, validate=True).decode())
                except (binascii.Error, UnicodeDecodeError):
                    self.clipboard.append("")


def _text(row: Mapping[int, pyte.screens.Char], cols: int) -> str:
    """Return a row's text; pyte keeps an empty cell to the right of each wide character."""
    return "".join(row[column].data for column in range(cols))
