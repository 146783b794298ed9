"""Profiles on disk: a record without secrets that points at the credential sets in a vault.

    profiles/<name>.json                  the record, the only pointer to credential sets
    profiles/<name>.json.damaged-<n>      a record that could not be read, set aside
    profiles/<name>[.wizard].lock         locks, empty
    secrets/<name>.<generation>.json      a credential set
    secrets/<name>.<generation>.keyring   empty: one that is, or may be, in the OS keyring

A save writes new credential sets, then replaces the record, then removes the old sets, each
step durable before the next: a crash leaves the old state or the new one, and at most sets
that nothing points at, which the next save removes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from wizard.domain.book.store import (
    ANOTHER_WIZARD,
    LOCK_BUSY,
    PERMISSIONS_TIGHTENED,
    PROFILE_CHANGED,
)
from wizard.domain.endpoints import refuse_tampered
from wizard.domain.models import RECORD_VERSION, CredentialSet, Profile, StoreKind
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import replace
from wizard.store.codec import Damaged
from wizard.store.files import PrivateFolder
from wizard.store.keyring_vault import KeyringVault
from wizard.store.lock import hold, hold_async
from wizard.store.paths import check_name
from wizard.store.records import Records
from wizard.store.sets import CredentialSets
from wizard.store.system_keyring import SystemKeyring
from wizard.store.vault import FileVault, Vault

PATIENCE: Final = 60.0
"""Seconds to wait for a profile's lock: longer than a refresh and its saves can take."""


class LocalProfileStore:
    """The profiles in the wizard's folder, which comes to be at the first write or lock.

    Their secrets lie where each record says: in that folder too, or in the OS keyring.
    """

    def __init__(
        self,
        home: Path,
        preferred: StoreKind | None = StoreKind.FILE,
        keyring: SystemKeyring | None = None,
    ) -> None:
        """Args: `preferred` is where a new profile's secrets go; None: the keyring if it can be."""
        records, secrets = PrivateFolder(home / "profiles"), PrivateFolder(home / "secrets")
        vaults: dict[StoreKind, Vault] = {
            StoreKind.FILE: FileVault(secrets),
            StoreKind.KEYRING: KeyringVault(secrets, keyring or SystemKeyring()),
        }
        self._folders = (records, secrets)
        self._records = Records(records)
        self._sets = CredentialSets(vaults, preferred)
        self._moving: set[str] = set()

    @property
    def notices(self) -> tuple[Problem, ...]:
        """What was found amiss and mended on the way, for a face to say."""
        paths = [path for folder in self._folders for path in folder.tightened]
        passed_over = self._sets.passed_over
        return (
            *(PERMISSIONS_TIGHTENED.about(path=str(path)) for path in paths),
            *([passed_over] if passed_over else []),
        )

    def names(self) -> Sequence[str]:
        """Return the names of the profiles there are, sorted. Raises SetupError."""
        return self._records.names()

    def client_ids(self) -> Mapping[str, str]:
        """Return the Client IDs in use, by profile, of the records that can be read."""
        found: dict[str, str] = {}
        with suppress(SetupError):
            for name in self.names():
                # Not with `load`: a damaged record is for its own profile's user to hear of.
                with suppress(SetupError, Damaged):
                    profile = self._records.read(name)
                    if profile and profile.active and profile.client_id:
                        found[name] = profile.client_id
        return found

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

    def set_aside(self, name: str) -> str | None:
        """Return where the newest damaged record of a profile is kept. Raises SetupError."""
        check_name(name)
        return self._records.set_aside(name)

    def active(self, name: str, profile: Profile) -> CredentialSet | None:
        """Return the credential set `profile.active` points at, read without a lock.

        Where a save has just replaced it, the record is read again and its successor returned.
        Raises SetupError.
        """
        check_name(name)
        if profile.active is None:
            return None
        found, current = self._sets.find(name, profile.store, profile.active), profile
        if found is None:
            current = self.load(name) or Profile()
            if current.active is None:
                return None
            found = self._sets.get(name, current.store, current.active)
        refuse_tampered(current.endpoints, found.endpoints)
        return found

    def use_file(self, name: str, *, is_wanted: bool = True) -> None:
        """Have the next save of a profile put its secrets, kept ones too, into files for good."""
        if is_wanted:
            self._moving.add(name)
        else:
            self._moving.discard(name)

    @contextmanager
    def locked(self, name: str, timeout: float = PATIENCE) -> Iterator[LockedProfile]:
        """Hold the profile's lock, waiting at most `timeout` seconds. Raises SetupError."""
        check_name(name)
        with hold(self._records.lock_path(name), timeout, LOCK_BUSY):
            yield LockedProfile(name, self._records, self._sets, self._moving)

    @asynccontextmanager
    async def locked_async(
        self,
        name: str,
        timeout: float = PATIENCE,  # noqa: ASYNC109  bounds the wait for the lock, not its use
    ) -> AsyncIterator[LockedProfile]:
        """Do the same without blocking the event loop while waiting."""
        check_name(name)
        async with hold_async(self._records.lock_path(name), timeout, LOCK_BUSY):
            yield LockedProfile(name, self._records, self._sets, self._moving)

    @contextmanager
    def wizard_lock(self, name: str) -> Iterator[None]:
        """Hold the lock a wizard keeps while it runs; raises SetupError when another has it."""
        check_name(name)
        with hold(self._records.lock_path(name, ".wizard.lock"), 0, ANOTHER_WIZARD):
            yield


class LockedProfile:
    """A profile whose lock is held: its record as read since, and the writes to it."""

    def __init__(self, name: str, records: Records, sets: CredentialSets, moving: set[str]) -> None:
        """Read the record. Raises SetupError. Args: `moving`: profiles that turn to files."""
        self._name = name
        self._records = records
        self._sets = sets
        self._moving = moving
        self._profile = records.read_or_set_aside(name)

    @property
    def profile(self) -> Profile | None:
        """The record as it stands; None when there is none."""
        return self._profile

    def active(self) -> CredentialSet | None:
        """Return the active credential set, None when there is none. Raises SetupError."""
        active = self._pointed(self._profile.active if self._profile else None)
        if self._profile is not None and active is not None:
            refuse_tampered(self._profile.endpoints, active.endpoints)
        return active

    def draft(self) -> CredentialSet | None:
        """Return the draft, None when there is none. Raises SetupError."""
        return self._pointed(self._profile.draft if self._profile else None)

    def prove_writable(self) -> None:
        """Raise SetupError unless a write the size of a credential set succeeds now."""
        self._sets.prove_writable(self._name, self._kind(is_writing=True))
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
        written, in which the fields that repeat the active set follow the one given, and
        `store` says where the sets are, whatever `profile` has there.
        Raises SetupError, also when `profile` is from before another's save.
        """
        before = self._profile or Profile()
        kept = {
            profile.active if active is None else None,
            profile.draft if draft is None else None,
        }
        if not kept <= {None, before.active, before.draft}:
            raise SetupError(PROFILE_CHANGED)
        kind = self._kind(is_writing=not (active is None and draft is None))
        if kind is not before.store:
            active = self._pointed(profile.active) if active is None else active
            draft = self._pointed(profile.draft) if draft is None else draft
        after = replace(profile, version=RECORD_VERSION, store=kind)
        if active is not None:
            generation = self._sets.put(self._name, kind, active)
            after = replace(_repeating(after, active), active=generation)
        if draft is not None:
            after = replace(after, draft=self._sets.put(self._name, kind, draft))
        if after.active is None and (draft is not None or after.draft is None):
            after = _repeating(after, replace(draft or CredentialSet(), tokens=None))
        self._records.write(self._name, after)
        self._profile = after
        self._moving.discard(self._name)
        # The save has succeeded: what cannot be removed now, the next one tries again.
        with suppress(SetupError):
            self._sweep(before, after)
        return after

    def remove(self) -> None:
        """Remove secrets first, then set-aside records, the record last. Raises SetupError."""
        self._sets.sweep(self._name, self._profile or Profile())
        self._records.remove(self._name)
        self._profile = None

    def _pointed(self, generation: str | None) -> CredentialSet | None:
        if self._profile is None or generation is None:
            return None
        return self._sets.get(self._name, self._profile.store, generation)

    def _kind(self, *, is_writing: bool) -> StoreKind:
        """Return where the next save's sets go; it is chosen while there are none."""
        profile = self._profile or Profile()
        if self._name in self._moving:
            return StoreKind.FILE
        if is_writing and profile.active is None and profile.draft is None:
            return self._sets.choose(self._name)
        return profile.store

    def _sweep(self, before: Profile, after: Profile) -> None:
        self._records.tidy(self._name)
        # A damaged record may have pointed at a secret that is nowhere else.
        is_thorough = self._records.set_aside(self._name) is None
        keep = {after.active, after.draft}
        self._sets.sweep(self._name, before, keep, is_thorough=is_thorough)


def _repeating(profile: Profile, active: CredentialSet) -> Profile:
    """Return the record with the fields that repeat what is in the active set, or a draft."""
    # Here: what only reads has no need of it.
    from wizard.domain.tokens import organization_sid

    tokens = active.tokens
    return replace(
        profile,
        client_id=active.client_id,
        redirect_url=active.redirect_url,
        endpoints=active.endpoints,
        expires_at=tokens.expires_at if tokens else None,
        refreshable=tokens is not None and tokens.refresh_token is not None,
        token_organization=organization_sid(tokens.access_token) if tokens else None,
        token_refused=tokens is not None and tokens.is_refused,
    )
