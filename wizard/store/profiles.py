"""Profiles on disk: a record without secrets that points at the credential sets in a vault.

    profiles/<name>.json                  the record, the only pointer to credential sets
    profiles/<name>.json.damaged-<n>      a record that could not be read, set aside
    profiles/<name>[.wizard].lock         locks, empty
    secrets/<name>.<generation>.json      a credential set

A save writes new credential sets, then replaces the record, then removes the old sets, each
step durable before the next: a crash leaves the old state or the new one, and at most files
that nothing points at, which the next save removes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from wizard.domain.book.here import (
    ANOTHER_WIZARD,
    LOCK_BUSY,
    PERMISSIONS_TIGHTENED,
    PROFILE_CHANGED,
)
from wizard.domain.models import RECORD_VERSION, CredentialSet, Profile, StoreKind
from wizard.domain.problems import Problem, SetupError
from wizard.store.codec import Damaged
from wizard.store.files import PrivateFolder
from wizard.store.lock import hold, hold_async
from wizard.store.paths import check_name
from wizard.store.records import Records
from wizard.store.sets import CredentialSets
from wizard.store.vault import FileVault


class FileProfileStore:
    """The profiles in the wizard's folder, which comes to be at the first write or lock."""

    def __init__(self, home: Path) -> None:
        self._folders = (PrivateFolder(home / "profiles"), PrivateFolder(home / "secrets"))
        self._records = Records(self._folders[0])
        self._sets = CredentialSets({StoreKind.FILE: FileVault(self._folders[1])})

    @property
    def notices(self) -> tuple[Problem, ...]:
        """What was found amiss and mended on the way, for a face to say."""
        paths = [path for folder in self._folders for path in folder.tightened]
        return tuple(PERMISSIONS_TIGHTENED.about(path=str(path)) for path in paths)

    def names(self) -> Sequence[str]:
        """Return the names of the profiles there are, sorted. Raises SetupError."""
        return self._records.names()

    def load(self, name: str) -> Profile | None:
        """Return the record, read without a lock; None when there is none. Raises SetupError."""
        check_name(name)
        try:
            return self._records.read(name)
        except Damaged as damage:
            # Under the lock, for by now a good record may be in its place. While another has
            # the lock, it is the other's to set aside.
            problem = self._records.problem_of(damage, name)
            with hold(self._records.lock_path(name), 0, problem):
                return self._records.read_or_set_aside(name)

    def active(self, name: str, profile: Profile) -> CredentialSet | None:
        """Return the credential set `profile.active` points at, read without a lock.

        Where a save has just replaced it, the record is read again and its successor returned.
        Raises SetupError.
        """
        check_name(name)
        if profile.active is None:
            return None
        found = self._sets.find(name, profile, profile.active)
        if found is not None:
            return found
        current = self.load(name)
        if current is None or current.active is None:
            return None
        return self._sets.get(name, current, current.active)

    @contextmanager
    def locked(self, name: str, timeout: float = 10.0) -> Iterator[LockedProfile]:
        """Hold the profile's lock, waiting at most `timeout` seconds. Raises SetupError."""
        check_name(name)
        with hold(self._records.lock_path(name), timeout, LOCK_BUSY):
            yield LockedProfile(name, self._records, self._sets)

    @asynccontextmanager
    async def locked_async(
        self,
        name: str,
        timeout: float = 60.0,  # noqa: ASYNC109  bounds the wait for the lock, not its use
    ) -> AsyncIterator[LockedProfile]:
        """Do the same without blocking the event loop while waiting."""
        check_name(name)
        async with hold_async(self._records.lock_path(name), timeout, LOCK_BUSY):
            yield LockedProfile(name, self._records, self._sets)

    @contextmanager
    def wizard_lock(self, name: str) -> Iterator[None]:
        """Hold the lock a wizard keeps while it runs; raises SetupError when another has it."""
        check_name(name)
        with hold(self._records.lock_path(name, ".wizard.lock"), 0, ANOTHER_WIZARD):
            yield


class LockedProfile:
    """A profile whose lock is held: its record as read since, and the writes to it."""

    def __init__(self, name: str, records: Records, sets: CredentialSets) -> None:
        """Read the record. Raises SetupError."""
        self._name = name
        self._records = records
        self._sets = sets
        self._profile = records.read_or_set_aside(name)

    @property
    def profile(self) -> Profile | None:
        """The record as it stands; None when there is none."""
        return self._profile

    def active(self) -> CredentialSet | None:
        """Return the active credential set, None when there is none. Raises SetupError."""
        return self._pointed(self._profile.active if self._profile else None)

    def draft(self) -> CredentialSet | None:
        """Return the draft, None when there is none. Raises SetupError."""
        return self._pointed(self._profile.draft if self._profile else None)

    def prove_writable(self) -> None:
        """Raise SetupError unless a write the size of a credential set succeeds now."""
        self._sets.prove_writable(self._name, self._profile or Profile())
        self._records.prove_writable(self._name)

    def save(
        self,
        profile: Profile,
        *,
        active: CredentialSet | None = None,
        draft: CredentialSet | None = None,
    ) -> Profile:
        """Write new generations for the sets given, point the record at them, and sweep.

        A set that is not given keeps its generation as `profile` names it. Returns the record
        written, in which the fields that repeat the active set follow the one given.
        Raises SetupError, also when `profile` is from before another's save.
        """
        before = self._profile or Profile()
        kept = {
            profile.active if active is None else None,
            profile.draft if draft is None else None,
        }
        if not kept <= {None, before.active, before.draft}:
            raise SetupError(PROFILE_CHANGED)
        after = replace(profile, version=RECORD_VERSION)
        if active is not None:
            generation = self._sets.put(self._name, after, active)
            after = replace(_repeating(after, active), active=generation)
        if draft is not None:
            after = replace(after, draft=self._sets.put(self._name, after, draft))
        self._records.write(self._name, after)
        self._profile = after
        # The save has succeeded: what cannot be removed now, the next one tries again.
        with suppress(SetupError):
            self._sweep(before, after)
        return after

    def remove(self) -> None:
        """Remove secrets first, then set-aside records, the record last. Raises SetupError."""
        profile = self._profile or Profile()
        self._sets.delete(self._name, profile, self._sets.generations(self._name, profile))
        self._records.remove(self._name)
        self._profile = None

    def _pointed(self, generation: str | None) -> CredentialSet | None:
        if self._profile is None or generation is None:
            return None
        return self._sets.get(self._name, self._profile, generation)

    def _sweep(self, before: Profile, after: Profile) -> None:
        old = {before.active, before.draft}
        # A damaged record may have pointed at a secret that is nowhere else.
        if not self._records.has_set_aside(self._name):
            old |= self._sets.generations(self._name, after)
        gone = old - {None, after.active, after.draft}
        self._sets.delete(self._name, after, {g for g in gone if g is not None})
        self._records.tidy(self._name)


def _repeating(profile: Profile, active: CredentialSet) -> Profile:
    """Return the record with the fields that repeat what is in the active set."""
    tokens = active.tokens
    return replace(
        profile,
        client_id=active.client_id,
        redirect_url=active.redirect_url,
        endpoints=active.endpoints,
        expires_at=tokens.expires_at if tokens else None,
        refreshable=tokens is not None and tokens.refresh_token is not None,
    )
