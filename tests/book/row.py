"""One row of the table: an entry of the book, where it is met, and what it must come to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Flag, auto
from string import Formatter
from typing import Final

from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.errors.exchange import SECRET_REJECTED_LATER
from wizard.domain.steps import Step

BY_COMMAND: Final = {SECRET_REJECTED_LATER.id: SECRET_REJECTED_LATER.remedy}
"""By entry: what a command says in place of the remedy."""


class Face(Flag):
    """Where a person meets an entry."""

    SCREEN = auto()
    COMMAND = auto()


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry, and what is expected of it; the kinds of rows add how its fault is made."""

    entry: str
    step: Step | None = None
    """Where the wizard leads to mend it; None: it stays, and can try again."""
    exit_code: int | None = None
    """What the commands that meet it end with."""
    faces: Face

    def __str__(self) -> str:
        return self.entry


def says(text: str, entry: str, remedy: str = "") -> bool:
    """Whether a text has an entry's title, and after it the remedy, every {name} filled in.

    Args: `remedy`: what is told in place of the entry's own.

    Line breaks do not count: a screen wraps, also within a long word.
    """
    problem = CATALOGUE[entry]
    wanted = ".*".join(map(_pattern, (problem.title, remedy or problem.remedy)))
    return re.search(wanted, "".join(text.split())) is not None


def _pattern(template: str) -> str:
    """What a text of the book looks like once it is filled; a {name} left open is none."""
    parts = (
        re.escape("".join(words.split())) + ("" if name is None else "[^{}]+?")
        for words, name, _, _ in Formatter().parse(template)
    )
    return "".join(parts)
