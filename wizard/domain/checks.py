"""One line of a live list: prerequisites the machine checks itself, and the check of a token."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from wizard.domain.problems import Problem


class Status(Enum):
    """How a line stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """A line: what is checked, how it stands, and what to know about it."""

    id: str
    title: str
    status: Status = Status.WAITING
    note: str = ""
    """A few words at the line's end: "25 users", "rotated"."""
    seconds: float | None = None
    problem: Problem | None = None
