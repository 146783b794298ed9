"""What there is to tell a log, where one is kept; without one nothing is imported or remembered.

There is one for the process, since a secret must stay out of whatever line it gets into: those of
HTTPX and asyncio too, which know nothing of ours.
"""

from __future__ import annotations

from typing import Protocol


class Journal(Protocol):
    """Keeps a log."""

    def note(self, words: str, *, is_problem: bool) -> None:
        """Write a line."""

    def conceal(self, value: str) -> None:
        """Keep a text out of every line from now on."""


_journal: Journal | None = None


def keep(journal: Journal | None) -> None:
    """Tell this journal from now on; None ends it."""
    global _journal
    _journal = journal


def note(words: str, *, is_problem: bool = False) -> None:
    """Tell what happens: a request, a step, a problem. No secret belongs in it."""
    if _journal is not None:
        _journal.note(words, is_problem=is_problem)


def conceal(value: str) -> None:
    """Tell a secret, so that it is kept out."""
    if _journal is not None:
        _journal.conceal(value)
