"""The way out of a save that the system keyring does not take: files, chosen and said."""

from __future__ import annotations

from typing import Final

from wizard.domain.book.store import (
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


def remedy(problem: Problem, key: str, *, is_chosen: bool = False) -> str:
    """Return what to do where files are a way out of a problem, "" where they are none.

    Args:
        key: how they are chosen, such as "press F7".
        is_chosen: they were chosen already, and what is in the keyring could not be moved.
    """
    if not can_use_files(problem):
        return ""
    is_shut = problem.id in _SHUT
    if is_chosen:
        first = f"Unlock it, then {key} again. " if is_shut else ""
        return f"{first}What is stored there has to be read before it can go into files."
    first = "Unlock it, then press Enter." if is_shut else problem.remedy
    return f"{first} Or {key} to use a file instead."
