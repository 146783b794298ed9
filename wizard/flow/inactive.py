"""Explains why a profile has no active credential set, and what is wrong with its storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wizard.domain.errors.local import NO_PROFILES_HERE, NOT_SET_UP_HERE
from wizard.domain.errors.store import CANNOT_KEEP_OUT, FILE_SET_ASIDE, KEYRING_PASSED_OVER
from wizard.domain.models import Profile
from wizard.domain.problems import Problem, ids

if TYPE_CHECKING:
    from wizard.flow.ports import ProfileStore

_OF_THE_STORE: Final = ids(CANNOT_KEEP_OUT, KEYRING_PASSED_OVER)
"""Ids of the notices that say where secrets are kept."""


def why_inactive(name: str, store: ProfileStore, profile: Profile | None) -> Problem:
    """Return why a profile has no active set. Raises SetupError."""
    if profile is not None and profile.draft is not None:
        # Imported here: `token` hardly ever needs it.
        from wizard.domain.texts.summary import unfinished

        return unfinished(profile)
    return lost(name, store, profile) or not_set_up(store)


def not_set_up(store: ProfileStore) -> Problem:
    """Return the problem that nothing is saved for a profile, with the folder that was searched."""
    return _here(NOT_SET_UP_HERE, store)


def no_profiles(store: ProfileStore) -> Problem:
    """Return the problem that there are no profiles, with the folder that was searched."""
    return _here(NO_PROFILES_HERE, store)


def _here(entry: Problem, store: ProfileStore) -> Problem:
    folder, user = store.whereabouts
    # The whole path, however long: the user has to compare it.
    return entry.filled(max(len(folder), len(user)), folder=folder, user=user)


def standing(store: ProfileStore) -> tuple[Problem, ...]:
    """Return the problems of where secrets are, or will be, saved."""
    return tuple(notice for notice in store.notices if notice.id in _OF_THE_STORE)


def is_open(store: ProfileStore) -> bool:
    """Whether other users may be able to read the files with the secrets."""
    return any(problem.id == CANNOT_KEEP_OUT.id for problem in standing(store))


def lost(
    name: str, store: ProfileStore, profile: Profile | None, entry: Problem = FILE_SET_ASIDE
) -> Problem | None:
    """Return the problem of a damaged record that was renamed and not replaced, if there is one.

    Args: `entry`: the variant of FILE_SET_ASIDE to fill. Raises SetupError.
    """
    if profile is not None and (profile.active or profile.draft):
        return None
    kept = store.set_aside(name)
    return None if kept is None else entry.filled(path=kept)
