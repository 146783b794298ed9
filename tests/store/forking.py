"""Run a function repeatedly, each time in a fork of one process that has loaded it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

Work = Callable[..., int]
"""Passes texts to `work`; returns its exit code, or its signal as a negative number."""

_LOOP: Final = """
import os, sys, traceback

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            work(*line.rstrip("\\n").split("\\t"))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def forking(source: str) -> Iterator[Work]:
    """Start a process with a source that defines `work`, and end it with the context."""
    with subprocess.Popen(
        [sys.executable, "-c", source + _LOOP],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        orders, answers = process.stdin, process.stdout
        assert orders is not None
        assert answers is not None

        def order(*texts: object) -> int:
            orders.write("\t".join(map(str, texts)) + "\n")
            orders.flush()
            return int(answers.readline())

        yield order
        orders.close()
    assert process.returncode == 0
