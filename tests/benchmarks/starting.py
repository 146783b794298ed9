"""Measure how soon `token` and the first screen are ready, and what takes the time."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks import bare
from tests.benchmarks.programs import BARE, PYTHON, painted, run, until_painted
from tests.benchmarks.rows import MS, Row, in_turn, ratio
from tests.commands.stage import ACTIVE, issued, put
from tests.terminal.walk import WIZARD
from wizard.domain.value import replace

TOKEN: Final = (*WIZARD, "token")
NOTHING: Final = (PYTHON, "-c", "pass")
FIRST: Final = "0 of 7 selected"
"""The text that is painted when the first screen can be used."""

_IMPORT: Final = re.compile(r"import time: +(\d+) \| +\d+ \| +([\w.]+)")
_SHOWN: Final = 8


def token(runs: int) -> Iterator[Row]:
    """Measure `token` when the saved token is valid."""
    with tempfile.TemporaryDirectory() as folder:
        home = _set_up(folder)
        times = in_turn(runs, lambda: run(TOKEN, home), lambda: _nothing(home))
        yield ratio("token, a valid one", times, "python -c pass", 6)


def first_frame(runs: int) -> Iterator[Row]:
    """Measure the time to the wizard's first frame when nothing is set up."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"

        def wizard() -> float:
            return until_painted(WIZARD, home, FIRST)

        times = in_turn(runs, wizard, lambda: until_painted(BARE, home, bare.FIRST))
        yield ratio("first frame", times, "bare app", 1.3)


def imports(runs: int) -> Iterator[Row]:
    """Report which packages take the import time, in one run with Python's own timer."""
    env = {"PYTHONPROFILEIMPORTTIME": "1"}
    with tempfile.TemporaryDirectory() as folder:
        home = _set_up(folder)
        yield _spent("token", painted(TOKEN, home, "access-1", env))
        fresh = Path(folder) / "fresh"
        yield _spent("first frame", painted(WIZARD, fresh, FIRST, env))
        yield _spent("bare app", painted(BARE, fresh, bare.FIRST, env))


def _spent(what: str, printed: str) -> Row:
    spent: Counter[str] = Counter()
    for microseconds, module in _IMPORT.findall(printed):
        spent[module.partition(".")[0]] += int(microseconds)
    parts = [f"{package} {MS(time / 1e6)}" for package, time in spent.most_common(_SHOWN)]
    return Row(f"imports of {what}", MS(spent.total() / 1e6), ", ".join(parts))


def _set_up(folder: str) -> Path:
    home = Path(folder) / "home"
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    return home


def _nothing(home: Path) -> float:
    return run(NOTHING, home)
