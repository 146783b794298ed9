"""Reads lines from the terminal whole: the kernel's own line editing cuts one at 4,096 bytes.

Unlike that, its wait can be canceled, it can hide what is typed, and it reads a wrapped URL as one
line.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import re
import sys
import unicodedata
from collections.abc import Callable
from typing import Final, Self

from wizard.host.terminal import Output, system

SILENCE: Final = 0.3
"""Seconds without input after the end of a long line: then it is the end, and not a wrap."""
ESCAPE_SILENCE: Final = 0.4
"""Seconds without input after Escape: then it is that key, and not the beginning of another."""
SHORT: Final = 16
"""Characters of a line that is no part of a longer text: a word, a number, Enter alone."""
LIMIT: Final = 1024 * 1024
"""The most characters of a line that are kept."""

_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~])?")
"""A key that isn't text, a paste bracket (ECMA-48 §5.4), or Escape alone."""
_BEGINNING: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")
"""A key whose rest has not come yet."""
_ENTER: Final = "\r\n"
_ERASE: Final = "\x7f\b"
_ERASE_ALL: Final = "\x15"
_END: Final = "\x04"


class LineEditor:
    """Builds a line from the text that a terminal sends."""

    def __init__(self, echo: Callable[[str], None]) -> None:
        """Args: `echo` is called with what the terminal should show."""
        self._echo = echo
        self._text = ""
        self._line: list[str] = []
        self.is_shown = True

    def begin(self, *, is_shown: bool) -> None:
        """Begin a line; leftover input of an earlier one is dropped."""
        self._text, self._line, self.is_shown = "", [], is_shown

    def feed(self, text: str) -> None:
        """Take more text."""
        self._text += text

    def take(self) -> str | None:
        """Return the line once it has ended, "\\x04" for Ctrl+D alone, None for neither."""
        begun = _BEGINNING.search(self._text)
        whole = self._text[: begun.start()] if begun else self._text
        later = self._text[len(whole) :]
        self._text = _SEQUENCE.sub("", whole)
        for index, key in enumerate(self._text):
            if key in _ENTER or (key == _END and not self._line):
                # Enter, sent as two characters by some, is one.
                rest = self._text[index + 1 :]
                rest = rest[1:] if key == "\r" and rest.startswith("\n") else rest
                self._text = rest + later
                line, self._line = "".join(self._line), []
                return _END if key == _END else line
            self._key(key)
        self._text = later
        return None

    @property
    def ends_with_escape(self) -> bool:
        """Whether only Escape came: that key, or the beginning of another."""
        return self._text == "\x1b" and not self._line

    def rest(self) -> str:
        """Return the part of an unfinished line."""
        line, self._line = "".join(self._line), []
        return line

    def _key(self, key: str) -> None:
        if key in _ERASE and self._line:
            self._wipe(self._line.pop())
        elif key == _ERASE_ALL:
            while self._line:
                self._wipe(self._line.pop())
        elif key.isprintable() and len(self._line) < LIMIT:
            self._line.append(key)
            if self.is_shown:
                self._echo(key)

    def _wipe(self, key: str) -> None:
        if self.is_shown:
            cells = 2 if unicodedata.east_asian_width(key) in "WF" else 1
            self._echo("\b \b" * (0 if unicodedata.combining(key) else cells))


class LineReader:
    """The user's input on a terminal, from `__enter__` to `__exit__`, in a running event loop."""

    def __init__(self, echo: Callable[[str], None]) -> None:
        """Args: `echo` is given what the terminal should show of what is typed."""
        self._editor = LineEditor(echo)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(system.reading_keys(self._chunks))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def forget(self) -> None:
        """Drop what was typed before a question was shown: it can't be the answer."""
        while not self._chunks.empty():
            if not self._chunks.get_nowait():
                # The end of all input stays the end.
                self._chunks.put_nowait(b"")
                return
        system.drop_typed()

    async def line(
        self, *, is_shown: bool = True, short: int = SHORT, can_escape: bool = False
    ) -> str | None:
        """Wait for a line; None for Ctrl+D. May be canceled; a partial line is then dropped.

        A long line waits for a possible continuation: a wrapped URL is one line.

        Args:
            is_shown: whether what is typed is echoed.
            short: the most characters of a line that waits for no continuation.
            can_escape: whether Escape alone is like Ctrl+D.

        Raises:
            EOFError: the terminal is gone.
        """
        self._editor.begin(is_shown=is_shown)
        line = await self._whole(can_escape=can_escape)
        if line == _END:
            return None
        lines = [line]
        while len(lines[-1]) > short or len(lines) > 1:
            try:
                async with asyncio.timeout(SILENCE):
                    more = await self._whole()
            except TimeoutError:
                more = self._editor.rest() + _END
            lines.append(more.removesuffix(_END))
            if more.endswith(_END):
                break
        return "\n".join(lines).rstrip("\n")

    async def _whole(self, *, can_escape: bool = False) -> str:
        while (line := self._editor.take()) is None:
            is_escape = can_escape and self._editor.ends_with_escape
            try:
                async with asyncio.timeout(ESCAPE_SILENCE if is_escape else None):
                    chunk = await self._chunks.get()
            except TimeoutError:
                return _END
            if not chunk:
                self._chunks.put_nowait(b"")
                raise EOFError
            self._editor.feed(self._decoder.decode(chunk))
        return line


async def show_bare(url: str) -> str:
    """Print a link in one line and return what is then entered; "" for Enter or Escape alone.

    For a terminal that no app is painting on. What is typed is not echoed: it may hold a code.
    A terminal that closes meanwhile gives ""; what is under way continues.
    """
    output = Output(sys.stderr)
    # Ready to read before it is asked for: the kernel cuts a long line that is pasted earlier.
    with LineReader(lambda _text: None) as reader, contextlib.suppress(EOFError):
        ask = "Paste the URL you land on, or press Enter or Esc to go back."
        output.write(f"\r\n{url}\r\n\r\n{ask}\r\n")
        # In a thread: a stalled terminal must not block the event loop, where a response may
        # arrive.
        await asyncio.to_thread(output.close)
        # A paste may begin with an empty line, so even that one waits for the rest.
        return await reader.line(is_shown=False, short=-1, can_escape=True) or ""
    return ""
