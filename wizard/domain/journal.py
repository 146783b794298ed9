"""The log, if one is kept; without one nothing is imported or remembered.

There is one log per process, since secrets must be masked in every line, including those of HTTPX
and asyncio.
"""

from __future__ import annotations

from typing import Protocol


class Journal(Protocol):
    """Keeps a log."""

    def note(self, words: str, *, is_problem: bool) -> None:
        """Write a line."""

    def conceal(self, value: str) -> None:
        """Mask a text in every line from now on."""


_journal: Journal | None = None


def keep(journal: Journal | None) -> None:
    """Use this journal from now on; None ends the log."""
    global _journal
    _journal = journal


def note(words: str, *, is_problem: bool = False) -> None:
    """Log an event: a request, a step, a problem. It must not contain a secret."""
    if _journal is not None:
        _journal.note(words, is_problem=is_problem)


def conceal(value: str) -> None:
    """Mask a secret in the log from now on."""
    if _journal is not None:
        _journal.conceal(value)
