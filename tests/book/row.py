"""A row of the table: an entry of the catalog, where it occurs, and what it must lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Flag, auto
from string import Formatter
from typing import Final

from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.errors.exchange import SECRET_REJECTED_LATER, WRONG_GRANT_LATER
from wizard.domain.steps import Step

BY_COMMAND: Final = {each.id: each.remedy for each in (SECRET_REJECTED_LATER, WRONG_GRANT_LATER)}
"""Maps an entry to the words that a command shows in place of its remedy."""


class Face(Flag):
    """The interface on which a person meets an entry."""

    SCREEN = auto()
    COMMAND = auto()


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry and the expected result; each kind of row adds how its fault is caused."""

    entry: str
    step: Step | None = None
    """The step where the wizard has it fixed; None if the step stays and can try again."""
    exit_code: int | None = None
    """The exit code of the commands that meet it."""
    faces: Face

    def __str__(self) -> str:
        return self.entry


def says(text: str, entry: str, remedy: str = "") -> bool:
    """Whether a text has an entry's title and then its remedy, with every {name} filled in.

    Args: `remedy`: the text that is shown in place of the entry's own.

    Line breaks don't count: a screen wraps text, also inside a long word.
    """
    problem = CATALOGUE[entry]
    wanted = ".*".join(map(_pattern, (problem.title, remedy or problem.remedy)))
    return re.search(wanted, "".join(text.split())) is not None


def _pattern(template: str) -> str:
    """Return a pattern of a filled-in text of the catalog; an unfilled {name} doesn't match."""
    parts = (
        re.escape("".join(words.split())) + ("" if name is None else "[^{}]+?")
        for words, name, _, _ in Formatter().parse(template)
    )
    return "".join(parts)
