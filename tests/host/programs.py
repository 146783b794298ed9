"""Real programs on a separate PATH, which record how they were started."""

from __future__ import annotations

import sys
from pathlib import Path

from tests import system

_SOURCE = """#!{python}
import json, os, sys
record = {{
    "argv": sys.argv[1:],
    "stdin": sys.stdin.read(),
    "has_terminal": any(os.isatty(fd) for fd in (0, 1, 2)),
    "leads_session": os.getsid(0) == os.getpid(),
    "locale": os.environ.get("LC_ALL"),
}}
print("noise on stdout", flush=True)
print("noise on stderr", file=sys.stderr, flush=True)
with open({log!r} + ".part", "w") as file:
    json.dump(record, file)
os.replace({log!r} + ".part", {log!r})
{then}
"""


def install(folder: Path, name: str, then: str = "") -> Path:
    """Put an executable Python program in `folder`, and return the path of its record.

    The record is JSON: argv, stdin, has_terminal, leads_session, locale. `then` is code that runs
    afterwards.
    """
    folder.mkdir(exist_ok=True)
    log = folder / f"{name}.json"
    program = folder / name
    program.write_text(
        _SOURCE.format(python=sys.executable, log=str(log), then=then), encoding="utf-8"
    )
    program.chmod(0o755)
    return log


def hang(fifo: Path) -> str:
    """Return code that blocks until something opens `fifo` for writing."""
    system.mkfifo(fifo)
    return f"open({str(fifo)!r}).read()"
