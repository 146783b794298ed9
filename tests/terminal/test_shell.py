"""The wizard beside a shell: job control, and a terminal without an alternate screen."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests import system
from tests.terminal.harness import ENTER, Terminal, ctrl
from tests.terminal.walk import WIZARD, fill_in, tick_all, variables, wizard

REDIRECT_URL = "https://scim.example.invalid/landing"


def state(pid: int) -> str:
    """Return the letter of a process's state in the kernel (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]


@pytest.mark.parametrize("number", [system.SIGTSTP, system.SIGSTOP])
def test_a_stopped_wizard_is_painted_whole_when_it_goes_on(
    home: Path, number: signal.Signals
) -> None:
    with wizard(variables(home)) as terminal:
        tick_all(terminal)
        before = terminal.wait_for("^p More")
        terminal.kill(number)
        give_up = time.monotonic() + 20
        while state(terminal.pid) != "T":
            assert time.monotonic() < give_up, "not stopped"
        terminal.wipe()
        terminal.kill(system.SIGCONT)
        terminal.wait_for(lambda screen: screen == before)
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        assert terminal.leftovers == []


def test_without_an_alternate_screen_the_full_link_stands_alone(home: Path) -> None:
    with wizard(variables(home), has_alternate_screen=False) as terminal:
        tick_all(terminal)
        fill_in(terminal, "OQ" + "0" * 32, "a-secret-that-is-long-enough-0123456789", REDIRECT_URL)
        terminal.wait_for(lambda screen: "state=" in screen.replace("\n", ""))
        terminal.wait_for("Copy link ›")
        terminal.send(ctrl("l"))
        shown = terminal.wait_for("Paste the URL")
        rows = [row for row in shown.splitlines() if row]
        assert rows[0].startswith("https://")
        assert rows[-1].startswith("Paste the URL")
        assert "Twilio SCIM setup" not in shown
        terminal.send(ENTER)
        terminal.wait_for("Copy link ›")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        assert "stopped at Authorize" in terminal.screen().splitlines()[0]
        assert "Twilio SCIM setup" not in terminal.screen()


def test_the_windows_real_size_counts_over_exported_variables(home: Path) -> None:
    env = {**variables(home), "COLUMNS": "50", "LINES": "14"}
    with wizard(env, rows=30, cols=100) as terminal:
        # What is 80 columns wide stands in the middle of the 100, and the keys in the last row.
        screen = terminal.wait_for("^p More")
        assert screen.startswith(" " * 12 + "Twilio SCIM")
        assert "^p More" in screen.splitlines()[29]
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3


def test_the_windows_real_size_counts_where_stdout_is_a_file(home: Path) -> None:
    command = f"exec {' '.join(WIZARD)} >{os.devnull}"
    with Terminal(["/bin/sh", "-c", command], env=variables(home), rows=14, cols=52) as terminal:
        terminal.wait_for("is 52×14. The wizard needs 60×18")
