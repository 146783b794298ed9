"""Measure a whole setup on a terminal: its memory, and how soon Enter shows the next step."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final

from tests.benchmarks import bare
from tests.benchmarks.peak import peak
from tests.benchmarks.programs import BARE
from tests.benchmarks.rows import MB, Row, ratio
from tests.commands.stage import ROOT
from tests.second_server import SecondServer
from tests.terminal.harness import ENTER, Terminal
from tests.terminal.walk import enter, link, tick_all, variables, wizard

REDIRECT_URL: Final = "https://scim.example.invalid/landing"
USERS: Final = 100


def walk(runs: int) -> Iterator[Row]:
    """Measure setups beside minimal apps; each counted Enter leads from one step to the next."""
    memory: tuple[list[float], list[float]] = [], []
    enters: tuple[list[float], list[float]] = [], []
    for _ in range(max(1, runs // 3)):
        for measure, peaks, times in zip((_set_up, _bare), memory, enters, strict=True):
            most, seconds = measure()
            peaks.append(most)
            times.append(median(seconds))
    yield ratio("peak memory after a setup", memory, "bare app, httpx client", 1.3, MB)
    yield ratio("Enter to the next screen", enters, "bare app", 2.5)


def _set_up() -> tuple[int, list[float]]:
    """Walk through a setup, and return peak memory and the time of each Enter."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SecondServer(redirect_url=REDIRECT_URL, users=USERS) as server,
        wizard(variables(Path(folder) / "home", server)) as terminal,
    ):
        tick_all(terminal)
        enter(terminal, "Client ID", server.client_id)
        enter(terminal, "Client Secret", server.client_secret)
        terminal.paste(REDIRECT_URL)
        terminal.wait_for(lambda screen: screen.count("saved") >= len(("ID", "Secret", "URL")))
        times = [_press(terminal, lambda screen: "Approve access" in screen)]
        terminal.paste(server.approve(link(terminal)))
        terminal.wait_for(lambda screen: "Token refresh tested" in screen and "Next ›" in screen)
        times.append(_press(terminal, lambda screen: "Finish" in screen))
        return peak(terminal.pid), times


def _bare() -> tuple[int, list[float]]:
    with Terminal([*BARE, "client"], cwd=ROOT) as terminal:
        terminal.wait_for(bare.FIRST)
        times = [_press(terminal, lambda screen: bare.SECOND in screen)]
        return peak(terminal.pid), times


def _press(terminal: Terminal, is_there: Callable[[str], bool]) -> float:
    began = time.perf_counter()
    terminal.send(ENTER)
    terminal.wait_for(is_there)
    return time.perf_counter() - began
