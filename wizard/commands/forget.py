"""`scim-wizard forget`: removes a local profile and its secrets; prints nothing to stdout."""

from __future__ import annotations

import sys

from wizard.console import print_error, print_to_stderr
from wizard.domain.errors.local import UNCONFIRMED
from wizard.domain.errors.store import FILE_DAMAGED
from wizard.domain.models import Profile
from wizard.domain.problems import SetupError
from wizard.domain.text import wrapped
from wizard.domain.texts.overview import question, remains
from wizard.domain.texts.wording import while_removing
from wizard.flow.inactive import lost, not_set_up
from wizard.flow.ports import Clock, ProfileStore
from wizard.host.terminal import columns, is_interactive


def run(
    name: str, store: ProfileStore, clock: Clock, *, is_asking: bool, is_quiet: bool = False
) -> int:
    """Remove a profile; return 0, also if the user says no.

    Args:
        is_asking: ask on the terminal first. Without it, even the remains of a damaged record are
            removed.

    Raises:
        SetupError: nothing is set up, though what is left of a profile is removed anyway.
    """
    profile = _load(name, store)
    if profile is None and (is_asking or not store.has_files(name)):
        raise SetupError(not_set_up(store))
    if is_asking and not is_interactive():
        raise SetupError(UNCONFIRMED)
    # Held during the question, so that no wizard opens the profile. Scripts still get their tokens:
    # they use the profile's own lock.
    with store.wizard_lock(name):
        if is_asking and not _is_sure(name):
            print_to_stderr(["Nothing was removed."])
            return 0
        with store.locked(name) as held:
            if profile is not None or _is_set_up(held.profile):
                profile = held.profile or profile
            held.remove()
    if profile is None:
        raise SetupError(not_set_up(store))
    if not is_quiet:
        print_to_stderr(
            [f"Profile {name} was removed from this machine.", *remains(profile, clock())]
        )
    return 0


def _is_set_up(profile: Profile | None) -> bool:
    return profile is not None and bool(profile.active or profile.draft)


def _load(name: str, store: ProfileStore) -> Profile | None:
    """Return the profile; None where nothing was set up, and nothing was lost either."""
    profile: Profile | None = None
    try:
        profile = store.load(name)
        problem = lost(name, store, profile)
    except SetupError as error:
        if error.problem.id != FILE_DAMAGED.id:
            raise
        # The damaged record is renamed now, so that the profile can be removed anyway.
        problem = error.problem
    if problem is None:
        return profile if _is_set_up(profile) else None
    print_error(while_removing(problem), name)
    return profile or Profile()


def _is_sure(name: str) -> bool:
    asked = wrapped(f"{question(name).text} [y/N]", columns(sys.stderr) - 1)
    print(asked, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
