"""Stands for the Secret Service of a desktop: fails as KEYRING_FAULT says.

Its entries are the files in the folder KEYRING_ENTRIES.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from secretstorage.exceptions import SecretStorageException

__version_tuple__ = (3, 4, 0)

_FAULT = os.environ["KEYRING_FAULT"]
_ENTRIES = Path(os.environ["KEYRING_ENTRIES"])


class TooLargeError(OSError):
    """What Windows says to more than 2,560 bytes (RPC_X_BAD_STUB_DATA)."""

    winerror = 1783


class Connection:
    """A connection to nobody."""

    def close(self) -> None:
        """Close it."""


class Item:
    """An entry."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_locked(self) -> bool:
        """Say that it is open."""
        return False

    def get_secret(self) -> bytes:
        """Return its text."""
        return self._path.read_bytes()


class Collection:
    """All entries."""

    connection = Connection()

    def is_locked(self) -> bool:
        """Say whether it is, also after the prompt."""
        return _FAULT == "locked"

    def unlock(self) -> None:
        """Ask, and be dismissed."""

    def search_items(self, attributes: Mapping[str, str]) -> list[Item]:
        """Return the entry of a user name."""
        if _FAULT == "fails":
            raise SecretStorageException("the service went away")
        path = _ENTRIES / attributes["username"]
        return [Item(path)] if path.exists() else []

    def create_item(self, *_args: object, **_kwargs: object) -> None:
        """Refuse."""
        raise TooLargeError("The stub received bad data")


def dbus_init() -> Connection:
    """Connect."""
    if _FAULT == "hangs":
        threading.Event().wait()
    return Connection()


def check_service_availability(_connection: Connection) -> bool:
    """Say that there is a service."""
    return True


def get_default_collection(_connection: Connection) -> Collection:
    """Return the only one."""
    return Collection()
