"""The terminal closes during a slow request: the response is saved, and the wizard ends.

It closes as a window closes: from then on, nothing can be read or written. The session's leader may
pass SIGHUP on, as a shell does. Otherwise no process gets a signal: stdin, stderr, or both are then
on another terminal than the controlling one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.holding import HoldingServer
from tests.terminal.harness import ENTER, Terminal, ctrl
from tests.terminal.test_cancel import REDIRECT_URL, prepare, reach, tokens
from tests.terminal.walk import WIZARD, wizard

SLOW: Final = 0.5
"""Seconds that the server takes to respond, while the screens paint five times."""
WAITS: Final = {
    "exchange": "exchange",
    "rehearsal": "refresh",
    "refresh at Check now": "refresh",
    "refresh at rotate": "refresh",
}
REDIRECTED: Final = {"stdin": '<"$0"', "stderr": '2>"$0"', "both": '<"$0" 2>"$0"'}


@pytest.fixture
def server() -> Iterator[HoldingServer]:
    with HoldingServer(REDIRECT_URL) as serving:
        yield serving


@dataclass(frozen=True)
class Terminals:
    """A wizard's own terminal, and another one for some of its streams."""

    own: Terminal
    other: Terminal
    gone: str

    @property
    def screen(self) -> Terminal:
        """The terminal that stderr is on."""
        return self.other if self.gone in ("stderr", "both") else self.own

    @property
    def keyboard(self) -> Terminal:
        """The terminal that stdin is on."""
        return self.other if self.gone in ("stdin", "both") else self.own

    def hang_up(self) -> None:
        """Close the terminal under test."""
        (self.own if self.gone == "closed" else self.other).hang_up()


@contextmanager
def redirected(gone: str, env: Mapping[str, str], *arguments: str) -> Iterator[Terminals]:
    """Start a wizard with these streams on a second terminal, held by a sleeping program."""
    with Terminal(["sh", "-c", "tty; exec sleep 600"]) as other:
        path = other.wait_for("/dev/").strip()
        script = f'exec "$@" {REDIRECTED.get(gone, "")}'
        with Terminal(["sh", "-c", script, path, *WIZARD, *arguments], env=env) as own:
            yield Terminals(own, other, gone)


def answer_late(server: HoldingServer) -> threading.Timer:
    timer = threading.Timer(SLOW, server.release)
    timer.start()
    return timer


@pytest.mark.parametrize("wait", WAITS)
def test_answer_is_saved_after_window_is_closed(
    server: HoldingServer, home: Path, wait: str
) -> None:
    link, env = prepare(server, home, wait)
    server.held = WAITS[wait]  # type: ignore[assignment]
    before = tokens(home)
    with wizard(env) as terminal:
        reach(terminal, server, home, wait)
        if link:
            terminal.paste(server.approve(link))
        server.wait_for_request()
        terminal.hang_up()
        timer = answer_late(server)
        assert terminal.wait_exit() == 130
        timer.join()
    assert tokens(home) not in (None, before)


@pytest.mark.parametrize("gone", REDIRECTED)
def test_answer_is_saved_when_nobody_tells_of_the_closing(
    server: HoldingServer, home: Path, gone: str
) -> None:
    link, env = prepare(server, home, "exchange")
    server.held = "exchange"
    with redirected(gone, env) as terminals:
        terminals.screen.wait_for("resumes at Redirect")
        terminals.keyboard.send(ENTER)
        terminals.screen.wait_for("Link     created")
        terminals.keyboard.send(server.approve(link))
        server.wait_for_request()
        terminals.hang_up()
        timer = answer_late(server)
        assert terminals.own.wait_exit() == 130
        timer.join()
    assert tokens(home) is not None


@pytest.mark.parametrize("mode", ["screens", "plain"])
def test_terminal_that_reads_nothing_holds_up_neither_saving_nor_leaving(
    server: HoldingServer, home: Path, mode: str
) -> None:
    link, env = prepare(server, home, "exchange")
    server.held = "exchange"
    with wizard(env, *(["--plain"] if mode == "plain" else [])) as terminal:
        if mode == "plain":
            terminal.wait_for("Type a number, ")
            terminal.send("1\r")
            terminal.wait_for("Paste the URL you land on")
            terminal.send(f"{server.approve(link)}\r")
        else:
            reach(terminal, server, home, "exchange")
            terminal.paste(server.approve(link))
        server.wait_for_request()
        terminal.stall()
        stop_output(terminal)
        server.release()
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 130
    assert tokens(home) is not None


def stop_output(terminal: Terminal) -> None:
    """Fill the kernel's buffer of a terminal's output, so that nothing more can be written."""
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    fd = os.open(f"/proc/{terminal.pid}/fd/2", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        with suppress(BlockingIOError):
            while os.write(fd, b" " * 1000):
                pass
    finally:
        os.close(fd)


@pytest.mark.parametrize("gone", ["closed", "stdin", "stderr", "both"])
def test_answer_is_saved_in_plain_mode(server: HoldingServer, home: Path, gone: str) -> None:
    link, env = prepare(server, home, "exchange")
    server.held = "exchange"
    with redirected(gone, env, "--plain") as terminals:
        terminals.screen.wait_for("Type a number, ")
        terminals.keyboard.send("1\r")
        terminals.screen.wait_for("Paste the URL you land on")
        terminals.keyboard.send(f"{server.approve(link)}\r")
        server.wait_for_request()
        terminals.hang_up()
        timer = answer_late(server)
        assert terminals.own.wait_exit() == 130
        timer.join()
    assert tokens(home) is not None


@pytest.mark.parametrize("gone", REDIRECTED)
@pytest.mark.parametrize("mode", ["screens", "plain"])
def test_wizard_that_waits_for_nothing_ends(home: Path, gone: str, mode: str) -> None:
    env = {"SCIM_WIZARD_HOME": str(home), "HOME": str(home.parent)}
    arguments = ["--plain"] if mode == "plain" else []
    with redirected(gone, env, *arguments) as terminals:
        terminals.screen.wait_for("or press Enter for 1:" if arguments else "0 of 7 selected")
        terminals.hang_up()
        assert terminals.own.wait_exit() == 130


@pytest.mark.parametrize("gone", ["closed", *REDIRECTED])
def test_wizard_ends_while_it_shows_the_full_link(
    server: HoldingServer, home: Path, gone: str
) -> None:
    _, env = prepare(server, home, "exchange")
    with redirected(gone, env) as terminals:
        terminals.screen.wait_for("resumes at Redirect")
        terminals.keyboard.send(ENTER)
        terminals.screen.wait_for("Link     created")
        terminals.keyboard.send(ctrl("l"))
        terminals.screen.wait_for("or press Enter or Esc to go back")
        terminals.hang_up()
        assert terminals.own.wait_exit() == 130
