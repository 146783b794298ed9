"""The way out of a save that the system keyring does not take: files, chosen and said."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from wizard.domain.book.here import (
    KEYRING_ABSENT,
    KEYRING_FAILED,
    KEYRING_HANGS,
    KEYRING_LOCKED,
    VALUE_TOO_LARGE,
)
from wizard.domain.problems import Problem

IN_FILES: Final = "This profile's secrets are kept in files only you can read from now on."

_SHUT: Final = frozenset({KEYRING_LOCKED.id, KEYRING_HANGS.id})
_IN_THE_WAY: Final = _SHUT | {KEYRING_ABSENT.id, KEYRING_FAILED.id, VALUE_TOO_LARGE.id}


def can_use_files(problem: Problem | None) -> bool:
    """Whether it is the keyring that a save failed on."""
    return problem is not None and problem.id in _IN_THE_WAY


def offering_files(problem: Problem, key: str, *, is_chosen: bool = False) -> Problem:
    """Return the problem with the key in its remedy, where files are a way out of it.

    Args: `is_chosen`: files were chosen already, and what is in the keyring could not be moved.
    """
    if not can_use_files(problem):
        return problem
    if is_chosen:
        words = "What is stored there has to be read before it can go into files."
        shut = f"Unlock it, then {key} again. " if problem.id in _SHUT else ""
        return replace(problem, remedy=f"{shut}{words}")
    first = "Unlock it, then ⏎." if problem.id in _SHUT else problem.remedy
    return replace(problem, remedy=f"{first} Or {key}: use a file instead.")
