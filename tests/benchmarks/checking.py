"""The cost of a check: by itself, with many users, and with many profiles."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from tests.benchmarks import server
from tests.benchmarks.programs import PYTHON, run
from tests.benchmarks.rows import MB, MS, Row, amount, in_turn, ratio
from tests.commands.stage import ACTIVE, ROOT, issued, put
from tests.flow.stage import Stage
from tests.terminal.walk import WIZARD
from wizard.api.token import TokenService
from wizard.api.users import UserService
from wizard.domain.models import Endpoints
from wizard.domain.value import replace
from wizard.flow.check.draft import DraftCheck
from wizard.flow.check.lines import DRAFT_LINES, LiveList
from wizard.flow.check.report import Verdict
from wizard.wiring import clock

SIZES: Final = (100, 1_000, 10_000, 100_000)
PROFILES: Final = (1, 10, 100)
DELAY: Final = 100
"""Simulated network delay, in milliseconds."""


def own_time(runs: int) -> Iterator[Row]:
    """Measure exchange and check without the network.

    This is CPU time, which other load on the machine hardly changes. Wall-clock time would include
    waiting for the disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / str(number) for number in range(runs + 1)]
        taken = [asyncio.run(_exchange_and_check(home)) for home in homes]
    yield amount("own time in exchange and check", [took for took, _ in taken[1:]], MS, 0.050)
    yield amount("the same by the clock, at best", [min(passed for _, passed in taken)], MS)


async def _exchange_and_check(home: Path) -> tuple[float, float]:
    stage = Stage(home)
    answer = await stage.code()
    transport = httpx.MockTransport(_answer)
    async with httpx.AsyncClient(transport=transport) as client:
        lines = LiveList(DRAFT_LINES, lambda _: None, time.perf_counter)
        tokens, users = TokenService(client, clock), UserService(client)
        check = DraftCheck(stage.session, tokens, users, lines)
        computed, began = time.process_time(), time.perf_counter()
        report = await check.run(answer)
        seconds = time.process_time() - computed, time.perf_counter() - began
    assert report.verdict is Verdict.PASSED, report
    return seconds


def _answer(request: httpx.Request) -> httpx.Response:
    if request.method == "GET":
        return httpx.Response(200, content=server.body(100))
    tokens = {"access_token": "access", "refresh_token": "refresh", "expires_in": 3600}
    return httpx.Response(200, json=tokens | {"token_type": "Bearer"})


def pause(runs: int) -> Iterator[Row]:
    """Measure how long 20,000 users block the event loop, and how much memory they take."""
    with server.serving() as base:
        argv = [PYTHON, "-m", "tests.benchmarks.pausing", base]
        told = [
            subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
            for _ in range(runs)
        ]
    pairs = [line.split() for line in told]
    yield amount("longest pause, 20,000 users", [float(pair[0]) for pair in pairs], MS, 0.100)
    yield amount("memory for 20,000 users", [float(pair[1]) for pair in pairs], MB, 64 << 20)


def growth(runs: int) -> Iterator[Row]:
    """Measure `check` with more and more users, compared with the fewest."""
    with server.serving() as base, tempfile.TemporaryDirectory() as folder:
        homes = [_home(Path(folder) / f"{size}", f"{base}/{size}/0") for size in SIZES]
        times = in_turn(_few(runs), *(partial(_check, home) for home in homes))
        peaks = [[_peak(home)] for home in homes]
    beside = f"{SIZES[0]} users"
    yield amount(f"check, {beside}", times[0], MS)
    yield amount(f"its memory, {beside}", peaks[0], MB)
    for size, took, most in zip(SIZES[1:], times[1:], peaks[1:], strict=True):
        yield ratio(f"check, {size:,} users", (took, times[0]), beside)
        yield ratio(f"its memory, {size:,} users", (most, peaks[0]), beside, unit=MB)


def _few(runs: int) -> int:
    """Return a small number of runs: enough for a slow measure that is far from its bar."""
    return max(1, runs // 3)


def _check(home: Path) -> float:
    return run((*WIZARD, "check"), home)


def _peak(home: Path) -> float:
    told = home.parent / "peak"
    run((PYTHON, "-m", "tests.benchmarks.peak", str(told), "check"), home)
    return float(told.read_text(encoding="utf-8"))


def everyone(runs: int) -> Iterator[Row]:
    """Measure `check --all` with more and more profiles, compared with one."""
    with server.serving() as base, tempfile.TemporaryDirectory() as folder:
        argv, url = (*WIZARD, "check", "--all"), f"{base}/100/{DELAY}"
        homes = [_home(Path(folder) / f"{count}", url, count) for count in PROFILES]
        times = in_turn(_few(runs), *(partial(run, argv, home) for home in homes))
    yield amount(f"check --all, 1 profile, {DELAY} ms away", times[0], MS)
    for count, took in zip(PROFILES[1:], times[1:], strict=True):
        what = f"check --all, {count} profiles, {DELAY} ms away"
        bar = 15 if count == PROFILES[-1] else None
        yield ratio(what, (took, times[0]), "1 profile", bar)


def _home(home: Path, scim_url: str, profiles: int = 1) -> Path:
    active = replace(
        ACTIVE, tokens=issued(hours=1), endpoints=replace(Endpoints(), scim_url=scim_url)
    )
    put(home, active=active)
    for number in range(1, profiles):
        put(home, name=f"p{number}", active=active)
    return home
