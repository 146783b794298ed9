"""Profiles on disk: a record without secrets that points at the credential sets in a vault.

    profiles/<name>.json                  the record, the only pointer to credential sets
    profiles/<name>.json.damaged-<n>      a damaged record, renamed
    profiles/<name>[.wizard].lock         locks, empty
    secrets/<name>.<generation>.json      a credential set
    secrets/<name>.<generation>.keyring   an empty marker of one in the OS keyring

A save writes new credential sets, then replaces the record, then removes the old sets. Each step
is durable before the next. A crash leaves the old state or the new one, and at most sets that
nothing points at. A complete set that only refreshes the one in the record is adopted under the
next lock. Its tokens may be the only ones that the server still accepts. The next save removes the
others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from wizard.domain.endpoints import refuse_tampered
from wizard.domain.errors import store as errors
from wizard.domain.models import CredentialSet, Profile, StoreKind
from wizard.domain.problems import Problem, SetupError
from wizard.store.access import access
from wizard.store.codec import Damaged
from wizard.store.files import PrivateFolder
from wizard.store.keyring import SystemKeyring
from wizard.store.lock import hold, hold_async
from wizard.store.paths import check_name
from wizard.store.records import LockedProfile, Records
from wizard.store.sets import CredentialSets, FileVault, KeyringVault

PATIENCE: Final = 60.0
"""Seconds to wait for a profile's lock: longer than a refresh and its saves can take."""


class LocalProfileStore:
    """The profiles in the wizard's folder, which is created at the first write or lock.

    Each record says where the secrets are: in that folder, or in the OS keyring.
    """

    def __init__(
        self,
        home: Path,
        preferred: StoreKind | None = StoreKind.FILE,
        keyring: SystemKeyring | None = None,
    ) -> None:
        """Args: `preferred` is where a new profile saves secrets; None: the keyring if possible."""
        records, secrets = PrivateFolder(home / "profiles"), PrivateFolder(home / "secrets")
        vaults = {
            StoreKind.FILE: FileVault(secrets),
            StoreKind.KEYRING: KeyringVault(secrets, keyring or SystemKeyring()),
        }
        self._home = home
        self._folders = (records, secrets)
        self._records = Records(records)
        self._sets = CredentialSets(vaults, preferred)

    @property
    def notices(self) -> tuple[Problem, ...]:
        """The problems that were found, fixed or not, to be shown."""
        paths = [path for folder in self._folders for path in folder.tightened]
        passed_over = self._sets.passed_over
        still_open = [
            errors.CANNOT_KEEP_OUT.filled(path=str(folder.path.parent))
            for folder in self._folders
            if folder.is_open
        ]
        doubts = [folder.doubt for folder in self._folders if folder.doubt]
        return (
            *(errors.PERMISSIONS_TIGHTENED.filled(path=str(path)) for path in paths),
            # One notice, not one for every file in it.
            *(still_open or doubts)[:1],
            *([passed_over] if passed_over else []),
        )

    @property
    def whereabouts(self) -> tuple[str, str]:
        """The folder of the profiles, and the user it belongs to."""
        return str(self._home), access.user_name()

    def names(self) -> Sequence[str]:
        """Return the names of all profiles, sorted. Raises SetupError."""
        return self._records.names()

    def has_files(self, name: str) -> bool:
        """Whether there are any files of a profile, including locks. Raises SetupError."""
        found = (file for folder in self._folders for file in folder.names())
        return any(file.startswith(f"{name}.") for file in found)

    def client_ids(self) -> Mapping[str, str]:
        """Return the Client IDs by profile, from the records that can be read."""
        found: dict[str, str] = {}
        with suppress(SetupError):
            for name in self.names():
                # `load` isn't used: a damaged record is reported only when its own profile is used.
                with suppress(SetupError, Damaged):
                    profile = self._records.read(name)
                    if profile and profile.active and profile.client_id:
                        found[name] = profile.client_id
        return found

    def load(self, name: str) -> Profile | None:
        """Return the record, read without a lock, or None. Raises SetupError."""
        try:
            return self._records.read(name)
        except Damaged as damage:
            # Read it again under the lock: it may have been replaced by a good one. If another
            # process holds the lock, that one renames it.
            problem = self._records.problem_of(damage, name)
            with hold(self._records.lock_path(name), 0, problem):
                return self._records.read_or_set_aside(name)

    def set_aside(self, name: str) -> str | None:
        """Return the path of a profile's newest damaged record, or None. Raises SetupError."""
        return self._records.set_aside(name)

    def active(self, name: str, profile: Profile) -> CredentialSet | None:
        """Return the credential set `profile.active` points at, read without a lock.

        If a save has just replaced it, the record is read again until its set is found.
        Raises SetupError.
        """
        check_name(name)
        if profile.active is None:
            return None
        found, current = self._sets.find(name, profile.store, profile.active), profile
        while found is None:
            read, current = current.active, self.load(name) or Profile()
            if current.active is None:
                return None
            # Saves may follow one another faster than they are read. If the pointer stays the same,
            # the set is really missing.
            look = self._sets.get if current.active == read else self._sets.find
            found = look(name, current.store, current.active)
        refuse_tampered(current.endpoints, found.endpoints)
        return found

    @contextmanager
    def locked(self, name: str, timeout: float = PATIENCE) -> Iterator[LockedProfile]:
        """Hold the profile's lock, waiting at most `timeout` seconds. Raises SetupError."""
        with hold(self._records.lock_path(name), timeout, errors.LOCK_BUSY):
            yield LockedProfile(name, self._records, self._sets)

    @asynccontextmanager
    async def locked_async(
        self,
        name: str,
        timeout: float = PATIENCE,  # noqa: ASYNC109  bounds the wait for the lock, not its use
    ) -> AsyncIterator[LockedProfile]:
        """Do the same without blocking the event loop while waiting."""
        async with hold_async(self._records.lock_path(name), timeout, errors.LOCK_BUSY):
            yield LockedProfile(name, self._records, self._sets)

    @contextmanager
    def wizard_lock(self, name: str) -> Iterator[None]:
        """Hold the lock that a wizard keeps while it runs. Raises SetupError if another has it."""
        with hold(self._records.lock_path(name, ".wizard.lock"), 0, errors.ANOTHER_WIZARD):
            yield
