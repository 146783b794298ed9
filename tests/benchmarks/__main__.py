"""Run all benchmarks, or some of them: see `python -m tests.benchmarks --help`."""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks import at_once, checking, starting, walking
from tests.benchmarks.rows import Row, table
from tests.commands.stage import ROOT
from wizard import __version__

MEASURES: Final[Mapping[str, Callable[[int], Iterator[Row]]]] = {
    "token": starting.token,
    "first-frame": starting.first_frame,
    "walk": walking.walk,
    "own-time": checking.own_time,
    "pause": checking.pause,
    "at-once": at_once.crowded,
    "all": checking.everyone,
    "growth": checking.growth,
    "imports": starting.imports,
}


def main() -> None:
    """Measure, print each row when it is ready, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="of each, an odd number (9)")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--write", type=Path, default=Path("build/benchmarks.md"), metavar="FILE")
    asked = parser.parse_args()
    # An installed wizard has compiled modules, unlike some checkouts.
    for package in ("wizard", "tests"):
        compileall.compile_dir(ROOT / package, quiet=1)
    rows: list[Row] = []
    began = time.monotonic()
    for name in asked.only:
        for row in MEASURES[name](asked.runs):
            rows.append(row)
            print(*filter(None, row.cells), sep="  |  ", flush=True)
    machine = f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    how = f"{asked.runs} runs in {(time.monotonic() - began) / 60:.1f} minutes"
    told = f"scim-wizard {__version__} on {machine}; {how}\n\n{table(rows)}\n"
    asked.write.parent.mkdir(parents=True, exist_ok=True)
    asked.write.write_text(told, encoding="utf-8")
    print(f"\n{told}\nWritten to {asked.write}.")


if __name__ == "__main__":
    main()
