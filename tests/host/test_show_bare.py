"""The full link on a plain terminal that may have stopped reading."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no pseudoterminals", allow_module_level=True)

import asyncio
import os
import threading
from collections.abc import Iterator

from tests.host.test_output import PATIENCE, Pty
from wizard.host import terminal as output
from wizard.host.line_reader import LineReader, show_bare
from wizard.host.terminal import is_stalled

URL = "https://t.test/authorize?state=1"


@pytest.fixture
def terminal() -> Iterator[Pty]:
    terminal = Pty()
    yield terminal
    terminal.close()
    terminal.stream.close()


async def test_stalled_terminal_does_not_hold_up_the_loop(
    terminal: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here, the loop itself makes the terminal read again, just as it would save a response."""
    monkeypatch.setattr(output, "PATIENCE", PATIENCE)
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    monkeypatch.setattr(sys, "stdin", terminal.stream)
    os.set_blocking(terminal.stream.fileno(), False)
    while not is_stalled(terminal.stream):
        os.write(terminal.stream.fileno(), b"x" * 1024)
    left: list[str] = []

    async def read(_reader: LineReader, **_options: object) -> str:
        left.extend(t.name for t in threading.enumerate() if t.name == "output")
        return "code"

    monkeypatch.setattr(LineReader, "line", read)
    showing = asyncio.create_task(show_bare(URL))
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.add_reader, terminal.master, lambda: os.read(terminal.master, 4096))
    assert await showing == "code"
    loop.remove_reader(terminal.master)
    assert left == [], "all was written before PATIENCE was over"


@pytest.mark.parametrize(
    ("typed", "entered"),
    [
        (b"\r", ""),
        (b"\rhttps://a.test/?code=1\r", "\nhttps://a.test/?code=1"),
        (b"https://a.test/?co\rde=1\r", "https://a.test/?co\nde=1"),
        (b"\x04", ""),
        # Escape alone; an arrow key is none.
        (b"\x1b", ""),
        (b"\x1b[Acode\r", "code"),
        (b"co\x1bde\r", "code"),
    ],
)
async def test_paste_is_read_to_its_end_and_not_echoed(
    terminal: Pty, monkeypatch: pytest.MonkeyPatch, typed: bytes, entered: str
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    monkeypatch.setattr(sys, "stdin", terminal.stream)
    showing = asyncio.create_task(show_bare(URL))
    loop, shown = asyncio.get_running_loop(), b""

    def look() -> None:
        nonlocal shown
        was_asked = b"go back." in shown
        shown += os.read(terminal.master, 4096)
        if not was_asked and b"go back." in shown:
            os.write(terminal.master, typed)

    loop.add_reader(terminal.master, look)
    assert await showing == entered
    loop.remove_reader(terminal.master)
    assert b"code" not in shown


async def test_terminal_that_closes_enters_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "w") as stderr:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", stderr)
        monkeypatch.setattr("wizard.host.posix.available", lambda _: b"")
        assert await show_bare(URL) == ""
