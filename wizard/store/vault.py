"""Where credential sets lie: immutable blobs, each under a generation id of its own."""

from __future__ import annotations

import os
import re
from typing import Final, Protocol

from wizard.domain.book.store import STORE_FAILED
from wizard.domain.problems import SetupError
from wizard.store.files import PrivateFolder

_GENERATION: Final = re.compile(r"[0-9a-f]{32}")
_SUFFIX: Final = ".json"

PROOF_SIZE: Final = 64 * 1024
"""Bytes; more than a credential set with long tokens takes."""


def new_generation() -> str:
    """Return a generation id that was never used before."""
    # As `secrets` does it, whose import takes longer.
    return os.urandom(16).hex()


def is_generation(text: str) -> bool:
    """Whether a text has the shape of a generation id."""
    return bool(_GENERATION.fullmatch(text))


def ids_in(folder: PrivateFolder, profile: str, suffix: str) -> frozenset[str]:
    """Return the ids in a profile's files `<profile>.<generation><suffix>`. Raises SetupError."""
    # No profile's name has a dot, so that of one is never the beginning of another's.
    prefix = f"{profile}."
    ids = (
        name.removeprefix(prefix).removesuffix(suffix)
        for name in folder.names()
        if name.startswith(prefix) and name.endswith(suffix)
    )
    return frozenset(filter(is_generation, ids))


class Vault(Protocol):
    """Keeps blobs; which kind of vault has a profile's is written in its record."""

    def put(self, profile: str, generation: str, blob: bytes) -> None:
        """Keep a blob, durably, and read it back. Raises SetupError."""

    def get(self, profile: str, generation: str) -> bytes | None:
        """Return a blob, None when there is none. Raises SetupError."""

    def delete(self, profile: str, generation: str) -> None:
        """Remove a blob, durably, if there is one. Raises SetupError."""

    def generations(self, profile: str) -> frozenset[str]:
        """Return the ids of all of a profile's blobs. Raises SetupError."""

    def tidy(self, profile: str) -> None:
        """Remove what interrupted writes left. Raises SetupError."""

    def recover(self, profile: str) -> None:
        """Take up blobs of writes that were interrupted at their very end. Raises SetupError."""

    def prove_writable(self, profile: str) -> None:
        """Raise SetupError unless a large blob can be kept now."""

    def place(self, profile: str, generation: str) -> str:
        """Say where a blob is, for a message."""


class FileVault:
    """Keeps blobs as `<profile>.<generation>.json` in a private folder."""

    def __init__(self, folder: PrivateFolder) -> None:
        self._folder = folder

    def put(self, profile: str, generation: str, blob: bytes) -> None:
        """Keep a blob, durably, and read it back. Raises SetupError."""
        name = _file(profile, generation)
        self._folder.write(name, blob)
        if self._folder.read(name) != blob:
            path = self.place(profile, generation)
            raise SetupError(STORE_FAILED.filled(path=path).with_detail("read back differently"))

    def get(self, profile: str, generation: str) -> bytes | None:
        """Return a blob, None when there is none. Raises SetupError."""
        return self._folder.read(_file(profile, generation))

    def delete(self, profile: str, generation: str) -> None:
        """Remove a blob, durably, if there is one. Raises SetupError."""
        self._folder.delete(_file(profile, generation))

    def generations(self, profile: str) -> frozenset[str]:
        """Return the ids of a profile's blobs. Raises SetupError."""
        return ids_in(self._folder, profile, _SUFFIX)

    def tidy(self, profile: str) -> None:
        """Remove what interrupted writes left. Raises SetupError."""
        self._folder.delete_temps(f"{profile}.")

    def recover(self, profile: str) -> None:
        """Give interrupted writes their names; one that isn't whole can't be decoded later."""
        there = set(self._folder.names())
        for temp, name in self._folder.temps(f"{profile}."):
            if is_generation(_generation_of(name)) and name not in there:
                self._folder.rename(temp, name)

    def prove_writable(self, profile: str) -> None:
        """Raise SetupError unless a large blob can be kept now."""
        self._folder.prove_writable(f"{profile}{_SUFFIX}", PROOF_SIZE)

    def place(self, profile: str, generation: str) -> str:
        """Say where a blob is, for a message."""
        return str(self._folder.path / _file(profile, generation))


def _generation_of(file: str) -> str:
    return file.removesuffix(_SUFFIX).partition(".")[2] if file.endswith(_SUFFIX) else ""


def _file(profile: str, generation: str) -> str:
    return f"{profile}.{generation}{_SUFFIX}"
