"""Interrupted commands: they stop silently at once, unless a refresh was sent.

After a refresh was sent, the command says so, waits for the response, and saves it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests import system
from tests.commands.consents import at_second
from tests.commands.stage import PATIENCE, Process, put, start, stored, wizard
from tests.holding import Held, HoldingServer
from tests.terminal.harness import Terminal
from tests.terminal.walk import WIZARD, variables
from wizard.commands.network import STILL_WAITING, WAITING

pytestmark = pytest.mark.posix("A console of Windows has events for this; see tests/windows")

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, system.SIGHUP, system.SIGQUIT)


@pytest.fixture
def server() -> Iterator[HoldingServer]:
    with HoldingServer("https://idp.example.invalid/callback") as serving:
        yield serving


def next_line(process: Process) -> str:
    """Wait for a line on stderr, apart from the one that a busy machine is late."""
    assert process.stderr is not None
    line = process.stderr.readline().strip()
    return next_line(process) if line.startswith("Waiting for 127.0.0.1:") else line


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", ["check", "check --all", "token"])
def test_answer_of_a_refresh_is_waited_for_and_kept_however_often_it_is_interrupted(
    server: HoldingServer, home: Path, command: str, number: signal.Signals
) -> None:
    before = at_second(server, is_expired=True)
    put(home, active=before)
    server.held = "refresh"
    with start(home, *command.split()) as process:
        server.wait_for_request()
        process.send_signal(number)
        assert next_line(process) == WAITING
        process.send_signal(number)
        assert next_line(process) == STILL_WAITING
        server.release()
        out, words = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, words.strip()) == (130, "", "")
    assert before.tokens
    after = stored(home).tokens
    assert after
    assert after.access_token != before.tokens.access_token
    assert after.refresh_token != before.tokens.refresh_token
    # If the old refresh token had been used, the grant would have ended.
    assert wizard(home, "token", "--force").returncode == 0


@pytest.mark.parametrize(
    ("command", "held", "number"),
    [
        *(("check", "users", number) for number in SIGNALS),
        *(("check", "throttled", number) for number in SIGNALS),
        *(("check --all", "users", number) for number in SIGNALS),
    ],
)
def test_what_can_be_asked_again_is_not_waited_for(
    server: HoldingServer, home: Path, command: str, held: Held, number: signal.Signals
) -> None:
    for name in ("default", "other"):
        put(home, name=name, active=at_second(server))
    server.held = held
    with start(home, *command.split()) as process:
        server.wait_for_request()
        if held == "throttled":
            assert "too many requests, retrying in 30 s" in next_line(process)
        process.send_signal(number)
        out, words = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, words.strip()) == (130, "", "")


def test_background_job_that_is_ended_keeps_the_answer_of_its_refresh(
    server: HoldingServer, home: Path
) -> None:
    """Shells start such jobs with Ctrl+C ignored."""
    before = at_second(server, is_expired=True)
    put(home, active=before)
    server.held = "refresh"
    ignored = ("env", "--ignore-signal=INT")
    with start(home, "token", under=ignored) as process:
        server.wait_for_request()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert next_line(process) == WAITING
        server.release()
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert stored(home).tokens != before.tokens


def test_closed_window_neither_loses_the_answer_nor_changes_the_exit_code(
    server: HoldingServer, home: Path
) -> None:
    before = at_second(server, is_expired=True)
    put(home, active=before)
    server.held = "refresh"
    with Terminal([*WIZARD, "token"], env=variables(home)) as terminal:
        server.wait_for_request()
        terminal.kill(system.SIGHUP)
        terminal.wait_for(WAITING[:40])
        terminal.hang_up()
        server.release()
        assert terminal.wait_exit() == 130
    assert stored(home).tokens != before.tokens


HANGING_LOCKS: Final = """
import fcntl, runpy, sys, threading

def flock(*_args):
    print("locking", file=sys.stderr, flush=True)
    threading.Event().wait()

fcntl.flock = flock
sys.argv = ["wizard", *sys.argv[3:]]
runpy.run_module("wizard", run_name="__main__", alter_sys=True)
"""
"""Runs what follows `-m wizard` as on a network file system whose lock service never responds."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["token --force", "forget --yes"])
def test_lock_that_never_returns_does_not_keep_a_signal_waiting(
    server: HoldingServer, home: Path, command: str, number: signal.Signals
) -> None:
    put(home, active=at_second(server))
    with start(home, *command.split(), python=("-c", HANGING_LOCKS)) as process:
        assert next_line(process) == "locking"
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
