"""One line of a live list: prerequisites the machine checks itself, and the check of a token."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

from wizard.domain.problems import Problem
from wizard.domain.value import Value


class Status(Enum):
    """How a line stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


SIGNS: Final = {
    Status.WAITING: "○ not run",
    Status.RUNNING: "○ running",
    Status.PASSED: "✓ passed",
    Status.WARNING: "! warning",
    Status.FAILED: "✗ failed",
    Status.SKIPPED: "– skipped",
}
"""A sign and its word."""


class Check(Value):
    """A line: what is checked, how it stands, and what to know about it."""

    id: str
    title: str
    status: Status = Status.WAITING
    note: str = ""
    """A few words at the line's end: "25 users", "rotated"."""
    seconds: float | None = None
    problem: Problem | None = None

    @property
    def in_a_line(self) -> str:
        """All of it but its problem."""
        taken = "" if self.seconds is None else f"{self.seconds:.2f} s"
        ends = "  ".join(part for part in (self.note, taken) if part)
        return f"{SIGNS[self.status]:<10} {self.title:<25} {ends}".rstrip()


def pause(lines: Iterable[Check]) -> str:
    """Return what to say, once, while a pause before another try is waited out; else ""."""
    notes = (line.note for line in lines if line.status is Status.RUNNING and line.note)
    note = next(notes, "")
    return f"No good answer yet: {note}." if note else ""
