"""Request journeys from a process that forks for each one, and approve their links."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.commands.stage import ROOT
from tests.second_server import SecondServer


@dataclass(slots=True)
class Told:
    """The report of a journey, and how it ended."""

    ended: int = 0
    saved: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    resumed: str = ""
    rotation: str = ""


class Journeys:
    """The process that forks."""

    def __init__(self, process: subprocess.Popen[str], server: SecondServer) -> None:
        self._process = process
        self._server = server

    def order(self, run: str, home: Path, store: str, **more: str) -> Told:
        """Request a journey, and wait for its end."""
        self._write(json.dumps({"run": run, "home": str(home), "store": store, **more}))
        assert self._process.stdout is not None
        told = Told()
        for line in self._process.stdout:
            ((what, value),) = json.loads(line).items()
            match what:
                case "ended":
                    told.ended = value
                    return told
                case "approve":
                    told.approved.append(value)
                    self._write(self._server.approve(value))
                case "saved":
                    told.saved.append(value)
                case "resumed":
                    told.resumed = value
                case _:
                    told.rotation = value
        raise AssertionError("the process that forks is gone")

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@contextmanager
def journeys(server: SecondServer, folder: Path) -> Iterator[Journeys]:
    """Start the process that forks; it ends when its stdin closes."""
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        # A child can read a line that is meant for it only if its parent hasn't buffered that line.
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.processes.journeys"],
        env=env,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Journeys(process, server)
        finally:
            assert process.stdin is not None
            process.stdin.close()
