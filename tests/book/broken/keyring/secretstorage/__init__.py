"""Replace a desktop's Secret Service with one that fails as KEYRING_FAULT says.

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
    """The error that Windows raises for more than 2,560 bytes (RPC_X_BAD_STUB_DATA)."""

    winerror = 1783


class Connection:
    """A connection to nothing."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


class Item:
    """An entry."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_locked(self) -> bool:
        """Report that it is unlocked."""
        return False

    def get_secret(self) -> bytes:
        """Return the text of the entry."""
        return self._path.read_bytes()


class Collection:
    """All entries."""

    connection = Connection()

    def is_locked(self) -> bool:
        """Report whether the collection is locked, also after the prompt."""
        return _FAULT == "locked"

    def unlock(self) -> None:
        """Show a prompt that is dismissed."""

    def search_items(self, attributes: Mapping[str, str]) -> list[Item]:
        """Return the entry with this user name."""
        if _FAULT == "fails":
            raise SecretStorageException("the service went away")
        path = _ENTRIES / attributes["username"]
        return [Item(path)] if path.exists() else []

    def create_item(self, *_args: object, **_kwargs: object) -> None:
        """Fail to create an entry."""
        raise TooLargeError("The stub received bad data")


def dbus_init() -> Connection:
    """Connect."""
    if _FAULT == "hangs":
        threading.Event().wait()
    return Connection()


def check_service_availability(_connection: Connection) -> bool:
    """Report that there is a service."""
    return True


def get_default_collection(_connection: Connection) -> Collection:
    """Return the only collection."""
    return Collection()
