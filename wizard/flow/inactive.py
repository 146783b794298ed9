"""Explains why a profile has no active credential set, and what is wrong with its storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wizard.domain.errors.local import NO_PROFILES_HERE, NOT_SET_UP_HERE
from wizard.domain.errors.store import CANNOT_KEEP_OUT, FILE_SET_ASIDE, KEYRING_PASSED_OVER
from wizard.domain.models import Profile
from wizard.domain.problems import Problem

if TYPE_CHECKING:
    from wizard.flow.ports import ProfileStore

_OF_THE_STORE: Final = frozenset({CANNOT_KEEP_OUT.id, KEYRING_PASSED_OVER.id})
"""Ids of the notices that say where secrets are kept."""


def why_inactive(name: str, store: ProfileStore, profile: Profile | None) -> Problem:
    """Return why a profile has no active set. Raises SetupError."""
    if profile is not None and profile.draft is not None:
        # Here: `token` hardly ever needs it.
        from wizard.domain.texts.summary import unfinished

        return unfinished(profile)
    return lost(name, store, profile) or not_set_up(store)


def not_set_up(store: ProfileStore) -> Problem:
    """Return that nothing is saved for a profile, and where that was looked for."""
    return _here(NOT_SET_UP_HERE, store)


def no_profiles(store: ProfileStore) -> Problem:
    """Return that there are no profiles, and where they were looked for."""
    return _here(NO_PROFILES_HERE, store)


def _here(entry: Problem, store: ProfileStore) -> Problem:
    folder, user = store.whereabouts
    # The whole path, however long: it is what has to be compared.
    return entry.filled(max(len(folder), len(user)), folder=folder, user=user)


def standing(store: ProfileStore) -> tuple[Problem, ...]:
    """Return what is wrong with where secrets are, or will be, kept, until that is changed."""
    return tuple(notice for notice in store.notices if notice.id in _OF_THE_STORE)


def is_open(store: ProfileStore) -> bool:
    """Whether other users may get at the files that secrets are kept in."""
    return any(problem.id == CANNOT_KEEP_OUT.id for problem in standing(store))


def lost(
    name: str, store: ProfileStore, profile: Profile | None, entry: Problem = FILE_SET_ASIDE
) -> Problem | None:
    """Return what became of a record that was set aside and has no successor, if there is one.

    Args: `entry`: the variant of FILE_SET_ASIDE to fill. Raises SetupError.
    """
    if profile is not None and (profile.active or profile.draft):
        return None
    kept = store.set_aside(name)
    return None if kept is None else entry.filled(path=kept)
