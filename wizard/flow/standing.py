"""Why a profile that answers nothing has nothing to answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.domain.book.here import NOT_SET_UP
from wizard.domain.book.store import FILE_SET_ASIDE
from wizard.domain.models import Profile
from wizard.domain.problems import Problem

if TYPE_CHECKING:
    from wizard.flow.ports import ProfileStore


def why_inactive(name: str, store: ProfileStore, profile: Profile | None) -> Problem:
    """Return why a profile has no active set. Raises SetupError."""
    if profile is not None and profile.draft is not None:
        # Here: `token` hardly ever needs it.
        from wizard.domain.summary import unfinished

        return unfinished(profile)
    return lost(name, store, profile) or NOT_SET_UP


def lost(name: str, store: ProfileStore, profile: Profile | None) -> Problem | None:
    """Return what became of a record that was set aside and has no successor, if there is one.

    Raises SetupError.
    """
    if profile is not None and (profile.active or profile.draft):
        return None
    kept = store.set_aside(name)
    return None if kept is None else FILE_SET_ASIDE.about(path=kept)
