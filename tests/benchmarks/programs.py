"""Measure whole programs from outside, until they end or until they have painted a text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests import system
from tests.commands.stage import ROOT, environment
from tests.terminal.harness import ENVIRONMENT

PYTHON: Final = sys.executable
BARE: Final = (PYTHON, "-m", "tests.benchmarks.bare")

_ESCAPES: Final = re.compile(rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]")


def run(argv: Sequence[str], home: Path) -> float:
    """Run a program to its end, and return the seconds. Raises CalledProcessError if it fails."""
    began = time.perf_counter()
    subprocess.run(
        argv,
        env=environment(home),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def until_painted(argv: Sequence[str], home: Path, text: str) -> float:
    """Start a program on a terminal, and return the seconds until it has painted a text."""
    began = time.perf_counter()
    with _on_terminal(argv, home, {}) as terminal:
        _read_until(terminal, text)
        return time.perf_counter() - began


def painted(argv: Sequence[str], home: Path, text: str, env: Mapping[str, str]) -> str:
    """Start a program on a terminal, and return its output up to the painted text."""
    with _on_terminal(argv, home, env) as terminal:
        return _read_until(terminal, text).decode("utf-8", "replace")


@contextmanager
def _on_terminal(argv: Sequence[str], home: Path, env: Mapping[str, str]) -> Iterator[int]:
    master, slave = system.openpty()
    system.set_window_size(slave, 24, 80)
    with subprocess.Popen(
        argv,
        env=environment(home) | ENVIRONMENT | dict(env),
        cwd=ROOT,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        try:
            yield master
        finally:
            process.kill()
            os.close(master)


def _read_until(terminal: int, text: str) -> bytes:
    printed = b""
    while text.encode() not in _ESCAPES.sub(b"", printed):
        # This fails (EIO) if the program has ended without painting the text.
        printed += os.read(terminal, 65536)
    return printed
