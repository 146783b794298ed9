"""Writing to a terminal that reads, that doesn't read, or that is closed."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no pseudoterminals", allow_module_level=True)

import io
import os
import select
import signal
import threading
from collections.abc import Iterator

from tests import system
from wizard.host import posix
from wizard.host import terminal as output
from wizard.host.terminal import Output, is_stalled

PATIENCE = 20.0


class Pty:
    """A terminal: its master, and a stream on its slave."""

    def __init__(self) -> None:
        self.master, slave = system.openpty()
        self.stream = io.TextIOWrapper(os.fdopen(slave, "r+b", buffering=0), encoding="utf-8")

    def close(self) -> None:
        os.close(self.master)
        self.master = -1


@pytest.fixture
def terminal() -> Iterator[Pty]:
    terminal = Pty()
    yield terminal
    if terminal.master >= 0:
        terminal.close()
    terminal.stream.close()


@pytest.fixture
def hang_up() -> Iterator[threading.Event]:
    """Yield the flag that SIGHUP sets, since SIGHUP would end the tests."""
    told = threading.Event()
    before = signal.signal(system.SIGHUP, lambda *_: told.set())
    yield told
    signal.signal(system.SIGHUP, before)


def test_everything_is_written_in_order(terminal: Pty) -> None:
    out = Output(terminal.stream)
    for number in range(100):
        out.write(f"{number:02},")
    out.close()
    assert os.read(terminal.master, 4096) == b"".join(b"%02d," % n for n in range(100))


def test_terminal_that_reads_nothing_holds_up_nobody(
    terminal: Pty, hang_up: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "PATIENCE", 0.05)
    out = Output(terminal.stream)
    for _ in range(1000):
        out.write("x" * 1000)
    out.close()
    assert is_stalled(terminal.stream)
    terminal.close()
    assert hang_up.wait(PATIENCE)
    out.join(PATIENCE)
    assert not out.is_alive()


def test_terminal_that_is_gone_raises_sighup_and_drops_the_rest(
    terminal: Pty, hang_up: threading.Event
) -> None:
    out = Output(terminal.stream)
    terminal.close()
    for _ in range(1000):
        out.write("x" * 1000)
    out.close()
    assert hang_up.wait(PATIENCE)
    assert not out.is_alive()


@pytest.mark.parametrize("which", [0, 1])
def test_hang_up_of_either_terminal_is_noticed(which: int) -> None:
    terminals, told = (Pty(), Pty()), threading.Event()
    with output.system.noticing_hang_up([each.stream for each in terminals], told.set):
        terminals[which].close()
        assert told.wait(PATIENCE)
    terminals[1 - which].close()
    for each in terminals:
        each.stream.close()


def test_end_of_the_block_is_no_hang_up(terminal: Pty) -> None:
    told = threading.Event()
    with output.system.noticing_hang_up([terminal.stream], told.set):
        pass
    assert not told.is_set()


def test_output_has_the_descriptor_of_its_stream(terminal: Pty) -> None:
    out = Output(terminal.stream)
    out.close()
    assert out.fileno() == terminal.stream.fileno()


def test_closed_terminal_is_not_stalled_and_has_no_input() -> None:
    assert posix.available(-1) == b""
    with io.StringIO() as closed:
        assert not is_stalled(closed)
    assert not output.is_readable(closed)


def test_input_that_no_one_has_read_is_seen(terminal: Pty) -> None:
    assert not output.is_readable(None)
    assert not output.is_readable(terminal.stream)
    os.write(terminal.master, b"x\n")
    select.select([terminal.stream], [], [])
    assert output.is_readable(terminal.stream)


def test_terminal_that_takes_nothing_at_the_moment_is_waited_for(
    terminal: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, refusals = os.write, iter([True])

    def refuse_once(descriptor: int, data: bytes) -> int:
        if descriptor == terminal.stream.fileno() and next(refusals, False):
            raise BlockingIOError
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", refuse_once)
    out = Output(terminal.stream)
    out.write("late")
    out.close()
    assert os.read(terminal.master, 100) == b"late"


def test_streams_that_are_let_go_take_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    output.let_go()
    with sys.stdout as nowhere:
        assert sys.stderr.write("lost") == 4
    assert str(nowhere.name) == os.devnull
