"""Credential sets in the OS keyring, with a note on disk of every one that may be there."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Final

from wizard.domain.book.store import KEYRING_FAILED
from wizard.domain.problems import SetupError
from wizard.store.files import PrivateFolder
from wizard.store.system_keyring import NOT_KEPT, SERVICE, SystemKeyring
from wizard.store.vault import PROOF_SIZE, ids_in, new_generation

_SUFFIX: Final = ".keyring"

LATE: Final = 24 * 3600.0
"""Seconds for which a write that was given up may still land, as when a prompt is left open."""


class KeyringVault:
    """Keeps blobs as entries `<profile>.<generation>`.

    A keyring cannot be asked what is in it. So an empty file `<profile>.<generation>.keyring`
    is made before an entry is, and removed after it: no entry is without its note, wherever a
    process is killed, and notes are what a sweep goes by.
    """

    def __init__(self, folder: PrivateFolder, keyring: SystemKeyring) -> None:
        self._folder = folder
        self._keyring = keyring

    def put(self, profile: str, generation: str, blob: bytes) -> None:
        """Keep a blob and read it back. Raises SetupError."""
        entry, note = _entry(profile, generation), _note(profile, generation)
        self._folder.write(note, b"")
        try:
            self._keyring.put(entry, blob.decode())
        except SetupError as error:
            if error.problem.id in NOT_KEPT:
                self._folder.delete(note)
            raise
        if self.get(profile, generation) != blob:
            raise SetupError(KEYRING_FAILED.with_detail("read back differently"))

    def get(self, profile: str, generation: str) -> bytes | None:
        """Return a blob, None when there is none. Raises SetupError."""
        value = self._keyring.get(_entry(profile, generation))
        return None if value is None else value.encode("utf-8", "surrogatepass")

    def delete(self, profile: str, generation: str) -> None:
        """Remove a blob if there is one. Raises SetupError.

        The note of one that is not there stays for a day: its write may still be under way.
        """
        note = _note(profile, generation)
        was_there = self._keyring.delete(_entry(profile, generation))
        noted_at = self._folder.modified_at(note)
        if was_there or (noted_at is not None and time.time() - noted_at > LATE):
            self._folder.delete(note)

    def generations(self, profile: str) -> frozenset[str]:
        """Return the ids of the blobs that may be there. Raises SetupError."""
        return ids_in(self._folder, profile, _SUFFIX)

    def tidy(self, profile: str) -> None:
        """Remove what interrupted writes left. Raises SetupError."""
        self._folder.delete_temps(f"{profile}.")

    def recover(self, profile: str) -> None:
        """Do nothing: an entry is there whole, or not at all."""

    def prove_writable(self, profile: str) -> None:
        """Raise SetupError unless a large blob can be kept now."""
        generation = new_generation()
        # Where this waits for a person in vain, no write is left that could land late.
        self.get(profile, generation)
        self.put(profile, generation, b"0" * PROOF_SIZE)
        # It was kept, which is what was to be proven; a sweep tries again.
        with suppress(SetupError):
            self.delete(profile, generation)

    def place(self, profile: str, generation: str) -> str:
        """Say where a blob is, for a message."""
        return f"the system keyring ({SERVICE}, {_entry(profile, generation)})"


def _entry(profile: str, generation: str) -> str:
    return f"{profile}.{generation}"


def _note(profile: str, generation: str) -> str:
    return _entry(profile, generation) + _SUFFIX
