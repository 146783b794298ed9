"""Reading lines from a real terminal: complete, unechoed where required, and cancellable."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no pseudoterminals", allow_module_level=True)

import asyncio
import os
import termios
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from time import monotonic

from tests import system
from wizard.host.line_reader import LineEditor, LineReader

# -- keys to lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        (["back\r"], ["back"]),
        (["back\n"], ["back"]),
        (["a\r\nb\r"], ["a", "b"]),
        (["ba", "ck", "\r"], ["back"]),
        (["bax\x7fck\r"], ["back"]),
        (["bax\bck\r"], ["back"]),
        (["\x7f\x7fback\r"], ["back"]),
        (["wrong\x15back\r"], ["back"]),
        (["\x1b[200~pasted\x1b[201~\r"], ["pasted"]),
        (["b\x1b[Aa\x1bOPck\r"], ["back"]),
        (["b\x1b", "[", "A", "ack\r"], ["back"]),
        (["a\rb\r\x1b", "[A", "c\r"], ["a", "b", "c"]),
        (["back\x1b", "\r"], ["back"]),
        (["\x1bback\r"], ["back"]),
        (["b\ta\x00c\x0ek\r"], ["back"]),
        (["\x04"], ["\x04"]),
        (["ba\x04ck\r"], ["back"]),
        (["ü😀\x7f\r"], ["ü"]),
    ],
)
def test_keys_make_lines(pieces: list[str], lines: list[str]) -> None:
    editor, found = LineEditor(lambda _text: None), []
    for piece in pieces:
        editor.feed(piece)
        while (line := editor.take()) is not None:
            found.append(line)
    assert found == lines
    assert editor.take() is None


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("back\r", "back"),
        ("bax\x7f", "bax\b \b"),
        ("ab\x15", "ab\b \b\b \b"),
        ("世\x7f", "世\b \b\b \b"),
        ("\x7f", ""),
        ("a\x1b[A\x0e", "a"),
    ],
)
def test_what_is_typed_is_shown_and_wiped(keys: str, shown: str) -> None:
    echoed: list[str] = []
    for is_shown in (True, False):
        editor = LineEditor(echoed.append)
        editor.begin(is_shown=is_shown)
        editor.feed(keys)
        editor.take()
    assert "".join(echoed) == shown


# -- a terminal ----------------------------------------------------------------------------------


@dataclass
class Tty:
    """Our side of a terminal whose other side is standard input."""

    ours: int
    theirs: FileIO
    echoed: list[str] = field(default_factory=list)

    @property
    def flags(self) -> int:
        """The terminal's local flags."""
        flags: int = termios.tcgetattr(self.theirs.fileno())[3]
        return flags

    def reader(self) -> LineReader:
        return LineReader(self.echoed.append)

    async def type(self, text: str) -> None:
        """Type as fast as the reader takes the input."""
        data = text.encode()
        while data:
            data = data[await asyncio.to_thread(os.write, self.ours, data[:1000]) :]


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tty]:
    ours, theirs = system.openpty()
    with os.fdopen(theirs, "r+b", buffering=0) as raw:
        made = Tty(ours, raw)
        monkeypatch.setattr(sys, "stdin", raw)
        yield made
    if made.ours >= 0:
        os.close(ours)


async def test_line_is_read_and_the_terminal_is_left_as_it_was(tty: Tty) -> None:
    before = tty.flags
    with tty.reader() as reader:
        assert not tty.flags & (termios.ECHO | termios.ICANON)
        assert tty.flags & termios.ISIG
        await tty.type("back\r")
        assert await reader.line() == "back"
        assert "".join(tty.echoed) == "back"
        await tty.type("a-secret\r")
        assert await reader.line(is_shown=False) == "a-secret"
        assert "".join(tty.echoed) == "back"
        await tty.type("\x04")
        assert await reader.line() is None
    assert tty.flags == before


async def test_input_without_line_editing_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a terminal that is gone, which has no settings to change."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with LineReader(lambda _text: None) as reader:
            os.write(writing, b"back\n")
            assert await reader.line() == "back"
            os.close(writing)
            with pytest.raises(EOFError):
                await reader.line()


async def test_what_was_typed_before_a_question_is_dropped_but_not_the_end(tty: Tty) -> None:
    with tty.reader() as reader:
        for typed in (b"early\r", b""):
            reader._chunks.put_nowait(typed)
        reader.forget()
        with pytest.raises(EOFError):
            await reader.line()


async def test_paste_arrives_whole(tty: Tty) -> None:
    address = "https://example.edu/callback?code=" + "c" * 6000
    with tty.reader() as reader:
        typing = asyncio.ensure_future(tty.type(f"{address}\r"))
        assert await reader.line(is_shown=False) == address
        await typing


async def test_wrapped_paste_is_one_answer(tty: Tty) -> None:
    address = "https://example.edu/callback?code=" + "c" * 300
    wrapped = "\r".join(address[i : i + 76] for i in range(0, len(address), 76))
    with tty.reader() as reader:
        # This also holds if the line ends in silence, not in Enter.
        for end in ("", "\r"):
            await tty.type(wrapped + end)
            line = await reader.line(is_shown=False)
            assert line is not None
            assert "".join(line.split()) == address


async def test_second_enter_answers_no_question_that_was_not_there(tty: Tty) -> None:
    with tty.reader() as reader:
        await tty.type("\r\rback\r")
        assert await reader.line() == ""
        reader.forget()
        await tty.type("quit\r")
        assert await reader.line() == "quit"


async def test_wait_for_a_line_can_be_given_up(tty: Tty) -> None:
    with tty.reader() as reader:
        waiting = asyncio.ensure_future(reader.line())
        await tty.type("half a li")
        give_up = monotonic() + 20
        while "".join(tty.echoed) != "half a li":
            assert monotonic() < give_up
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait((waiting,))
        assert waiting.cancelled()
        await tty.type("whole\r")
        assert await reader.line() == "whole"


async def test_closed_terminal_ends_every_wait(tty: Tty) -> None:
    with tty.reader() as reader:
        waiting = asyncio.ensure_future(reader.line())
        await asyncio.sleep(0)
        os.close(tty.ours)
        tty.ours = -1
        with pytest.raises(EOFError):
            await waiting
        reader.forget()
        with pytest.raises(EOFError):
            await reader.line()


async def test_ctrl_s_does_not_stop_the_output(tty: Tty) -> None:
    """The screens save the sheet with it, so it is pressed in plain mode too."""
    with tty.reader():
        assert not termios.tcgetattr(sys.stdin.fileno())[0] & termios.IXON
    assert termios.tcgetattr(sys.stdin.fileno())[0] & termios.IXON
