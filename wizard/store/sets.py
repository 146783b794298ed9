"""Credential sets: immutable, each under a generation ID, in files or in the keyring."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final

from wizard.domain.errors import store as errors
from wizard.domain.models import CredentialSet, Profile, StoreKind
from wizard.domain.problems import Problem, SetupError, ids
from wizard.store import codec
from wizard.store.files import PrivateFolder
from wizard.store.keyring import NOT_KEPT, PROOF_SIZE, SERVICE, SystemKeyring


class FileVault:
    """Saves blobs as `<profile>.<generation>.json` in a private folder.

    A profile's record says which kind of vault has its blobs: this one, or one derived from it.
    """

    _suffix = ".json"

    def __init__(self, folder: PrivateFolder) -> None:
        self._folder = folder

    def put(self, profile: str, generation: str, blob: bytes) -> None:
        """Save a blob durably, and read it back. Raises SetupError."""
        self._folder.write(self._file(profile, generation), blob)
        if self.get(profile, generation) != blob:
            path = self.place(profile, generation)
            raise SetupError(
                errors.STORE_FAILED.filled(path=path).with_detail(
                    "the value read back doesn't match"
                )
            )

    def get(self, profile: str, generation: str) -> bytes | None:
        """Return a blob, or None. Raises SetupError."""
        return self._folder.read(self._file(profile, generation))

    def delete(self, profile: str, generation: str) -> None:
        """Remove a blob, durably, if there is one. Raises SetupError."""
        self._folder.delete(self._file(profile, generation))

    def generations(self, profile: str) -> frozenset[str]:
        """Return the ids of all of a profile's blobs. Raises SetupError."""
        # Profile names have no dots, so the file names of two profiles never overlap.
        return frozenset(filter(None, (self._id_in(profile, f) for f in self._folder.names())))

    def tidy(self, profile: str) -> None:
        """Remove what interrupted writes left. Raises SetupError."""
        self._folder.delete_temps(f"{profile}.")

    def recover(self, profile: str) -> None:
        """Rename the files of interrupted writes; an incomplete one can't be decoded later."""
        there = set(self._folder.names())
        for temp, name in self._folder.temps(f"{profile}."):
            if self._id_in(profile, name) and name not in there:
                self._folder.rename(temp, name)

    def prove_writable(self, profile: str) -> None:
        """Raise SetupError unless a large blob can be saved now."""
        self._folder.prove_writable(f"{profile}{self._suffix}", PROOF_SIZE)

    def place(self, profile: str, generation: str) -> str:
        """Return where a blob is saved, for a message."""
        return str(self._folder.path / self._file(profile, generation))

    def _file(self, profile: str, generation: str) -> str:
        return f"{profile}.{generation}{self._suffix}"

    def _id_in(self, profile: str, file: str) -> str:
        """Return the generation in the name of a profile's file; "" in that of another file."""
        generation = file.removeprefix(f"{profile}.").removesuffix(self._suffix)
        is_ours = codec.is_generation(generation) and file == self._file(profile, generation)
        return generation if is_ours else ""


LATE: Final = 24 * 3600.0
"""Seconds during which a write that timed out may still take effect, as with an open prompt."""


class KeyringVault(FileVault):
    """Saves blobs as entries `<profile>.<generation>`.

    A keyring can't list its entries. So an empty file `<profile>.<generation>.keyring` is created
    before each entry, and removed after it. No entry is without its marker file, even if a process
    is killed, and cleaning up relies on these files.
    """

    _suffix = ".keyring"

    def __init__(self, folder: PrivateFolder, keyring: SystemKeyring) -> None:
        super().__init__(folder)
        self._keyring = keyring

    def put(self, profile: str, generation: str, blob: bytes) -> None:
        """Save a blob and read it back. Raises SetupError."""
        entry, note = _entry(profile, generation), self._file(profile, generation)
        self._folder.write(note, b"")
        try:
            self._keyring.put(entry, blob.decode())
        except SetupError as error:
            if error.problem.id in NOT_KEPT:
                self._folder.delete(note)
            raise
        if self.get(profile, generation) != blob:
            raise SetupError(errors.KEYRING_FAILED.with_detail("the value read back doesn't match"))

    def get(self, profile: str, generation: str) -> bytes | None:
        """Return a blob, or None. Raises SetupError."""
        value = self._keyring.get(_entry(profile, generation))
        return None if value is None else value.encode("utf-8", "surrogatepass")

    def delete(self, profile: str, generation: str) -> None:
        """Remove a blob if there is one. Raises SetupError.

        If it doesn't exist, its marker file stays for a day: its write may still be running.
        """
        note = self._file(profile, generation)
        was_there = self._keyring.delete(_entry(profile, generation))
        noted_at = self._folder.modified_at(note)
        if was_there or (noted_at is not None and time.time() - noted_at > LATE):
            self._folder.delete(note)

    def recover(self, profile: str) -> None:
        """Do nothing: an entry is written completely or not at all."""

    def prove_writable(self, profile: str) -> None:
        """Raise SetupError unless a large blob can be saved now."""
        generation = codec.new_generation()
        # Reading first: if the user doesn't respond to a prompt, no write can take effect late.
        self.get(profile, generation)
        self.put(profile, generation, b"0" * self._keyring.proof_size)
        # The write succeeded, which was the test; a later cleanup removes it.
        with suppress(SetupError):
            self.delete(profile, generation)

    def place(self, profile: str, generation: str) -> str:
        """Return where a blob is saved, for a message."""
        return f"the system keyring ({SERVICE}, {_entry(profile, generation)})"


def _entry(profile: str, generation: str) -> str:
    return f"{profile}.{generation}"


_WORTH_SAYING: Final = ids(
    errors.KEYRING_LOCKED, errors.KEYRING_HANGS, errors.KEYRING_FAILED, errors.VALUE_TOO_LARGE
)
"""Why a keyring is passed over that the user may believe to be in use."""


class CredentialSets:
    """Writes and reads credential sets in the kind of vault that is named."""

    def __init__(self, vaults: Mapping[StoreKind, FileVault], preferred: StoreKind | None) -> None:
        """Args: `preferred` is where those of a new profile go; None: the keyring if it can be."""
        self._vaults = vaults
        self._preferred = preferred
        self.passed_over: Problem | None = None
        """Why the last choice was files though there is a keyring."""

    def choose(self, name: str) -> StoreKind:
        """Return where the first sets of a profile are saved. Raises SetupError."""
        self.passed_over = None
        if self._preferred is StoreKind.FILE:
            return StoreKind.FILE
        try:
            # Test with the full size: a keyring that accepts the first small set, but not the
            # tokens, would fail after the code was redeemed.
            self._vaults[StoreKind.KEYRING].prove_writable(name)
        except SetupError as error:
            problem = error.problem
            if self._preferred is StoreKind.KEYRING:
                if problem.id != errors.KEYRING_ABSENT.id:
                    raise
                raise SetupError(errors.KEYRING_REQUIRED.with_response_of(problem)) from error
            if problem.id in _WORTH_SAYING:
                why = errors.KEYRING_PASSED_OVER.filled(why=problem.title)
                self.passed_over = why.with_detail(*problem.detail)
            return StoreKind.FILE
        return StoreKind.KEYRING

    def find(self, name: str, kind: StoreKind, generation: str) -> CredentialSet | None:
        """Return a set, or None if it doesn't exist (any more). Raises SetupError."""
        vault = self._vaults[kind]
        blob = vault.get(name, generation)
        if blob is None:
            return None
        place = vault.place(name, generation)
        try:
            return codec.decode_blob(blob, place).credentials
        except codec.Damaged as damage:
            raise SetupError(
                errors.SECRETS_DAMAGED.filled(path=place).with_detail(str(damage))
            ) from damage

    def get(self, name: str, kind: StoreKind, generation: str) -> CredentialSet:
        """Return a set. Raises SetupError, also if it doesn't exist."""
        found = self.find(name, kind, generation)
        if found is None:
            place = self._vaults[kind].place(name, generation)
            raise SetupError(errors.SECRETS_MISSING.filled(path=place))
        return found

    def put(
        self, name: str, kind: StoreKind, credentials: CredentialSet, succeeds: str | None = None
    ) -> str:
        """Save a set durably, and return its new generation ID. Raises SetupError.

        Args: `succeeds` is the generation it replaces, even if the record can't be saved.
        """
        generation = codec.new_generation()
        self._vaults[kind].put(name, generation, codec.encode_credentials(credentials, succeeds))
        return generation

    def unpointed(self, name: str, profile: Profile) -> dict[str, tuple[str, CredentialSet]]:
        """Return complete sets a record doesn't point at, with their IDs, by what they succeed.

        Raises SetupError.
        """
        vault = self._vaults[profile.store]
        vault.recover(name)
        found: dict[str, tuple[str, CredentialSet]] = {}
        for generation in vault.generations(name) - {profile.active, profile.draft}:
            with suppress(codec.Damaged, SetupError):
                data = vault.get(name, generation)
                blob = codec.decode_blob(data, generation) if data else None
                if blob and blob.succeeds:
                    found[blob.succeeds] = generation, blob.credentials
        return found

    def prove_writable(self, name: str, kind: StoreKind) -> None:
        """Raise SetupError unless a large set can be written now."""
        self._vaults[kind].prove_writable(name)

    def sweep(
        self,
        name: str,
        before: Profile,
        keep: Collection[str | None] = (),
        *,
        is_thorough: bool = True,
    ) -> None:
        """Remove a profile's sets except those to keep, and what interrupted writes left.

        Tries all of them before it raises a SetupError.

        Args:
            before: the record that names sets to remove.
            is_thorough: remove also sets that it doesn't name.
        """
        failures: list[SetupError] = []
        for kind, vault in self._vaults.items():
            gone = {before.active, before.draft} if kind is before.store else set()
            if is_thorough:
                gone |= vault.generations(name)
            for generation in gone.difference(keep):
                try:
                    if generation is not None:
                        vault.delete(name, generation)
                except SetupError as error:
                    failures.append(error)
            vault.tidy(name)
        if failures:
            raise failures[0]
