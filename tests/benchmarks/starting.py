"""Measure how soon `token` and the first screen are ready, and what takes the time."""

from __future__ import annotations

import os
import re
import shutil
import sys
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
        yield ratio("token, a valid one", times, "python -c pass", 10)
        if other := _other_tool():
            help_ = (other, "--help")
            times = in_turn(runs, lambda: run(TOKEN, home), lambda: run(help_, home))
            yield ratio("token, a valid one", times, "scim2 --help")
        else:
            yield _NO_OTHER


def first_frame(runs: int) -> Iterator[Row]:
    """Measure the time to the wizard's first frame when nothing is set up."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"

        def wizard() -> float:
            return until_painted(WIZARD, home, FIRST)

        times = in_turn(runs, wizard, lambda: until_painted(BARE, home, bare.FIRST))
        yield ratio("first frame", times, "bare app", 1.25)
        if other := _other_tool():
            times = in_turn(runs, wizard, lambda: run((other, "--help"), home))
            yield ratio("first frame", times, "scim2 --help")
        else:
            yield _NO_OTHER


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


def _other_tool() -> str | None:
    """Return a command-line tool of similar size, from the `bench` extra or elsewhere."""
    places = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    return shutil.which("scim2", path=os.pathsep.join(places))


_NO_OTHER: Final = Row("(beside scim2 --help)", "not measured", "pip install -e '.[bench]'")
