"""Values in a keyring backend: whole, or cut where it takes only small ones, as on Windows."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wizard.store.sets import PROOF_SIZE

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "twilio-scim-wizard"
"""The service name of all entries, or its beginning."""

PIECE: Final = 1200
"""UTF-16 units of a piece: Windows' keyring takes 1,280 of them (2,560 bytes)."""


class Entries:
    """Each value is one entry. Every method raises what the backend raises."""

    proof_size = PROOF_SIZE
    """Bytes to save as a test that values of any size can be saved."""

    def read(self, backend: KeyringBackend, name: str) -> str | None:
        """Return a value, or None if it doesn't exist or isn't complete."""
        return backend.get_password(SERVICE, name)

    def write(self, backend: KeyringBackend, name: str, value: str) -> None:
        """Save a value."""
        backend.set_password(SERVICE, name, value)

    def remove(self, backend: KeyringBackend, name: str) -> bool:
        """Remove a value, and verify it; return whether it existed."""
        return _remove(backend, SERVICE, name)


class CutEntries(Entries):
    """Each value is cut into numbered entries; the first begins with how many there are.

    Each entry has a service name of its own. On Windows, entries with the same one are moved
    whenever one is saved, and two processes could overwrite each other's.
    """

    proof_size = 2 * PIECE

    def read(self, backend: KeyringBackend, name: str) -> str | None:
        """Join the pieces."""
        first = backend.get_password(_service(name, 0), name)
        if first is None:
            return None
        count, text = _count(first), first.partition("\n")[2]
        rest = [backend.get_password(_service(name, at), name) for at in range(1, count)]
        return None if None in rest else "".join((text, *filter(None, rest)))

    def write(self, backend: KeyringBackend, name: str, value: str) -> None:
        """Save the first piece first: with their number, the others can always be removed."""
        # Other characters may be two units each. 8 of them are for the number of pieces.
        size = (PIECE - 8) // (1 if value.isascii() else 2)
        pieces = [value[at : at + size] for at in range(0, len(value), size)] or [""]
        pieces[0] = f"{len(pieces)}\n{pieces[0]}"
        try:
            for at, piece in enumerate(pieces):
                backend.set_password(_service(name, at), name, piece)
        except Exception:
            with suppress(Exception):
                self.remove(backend, name)
            raise

    def remove(self, backend: KeyringBackend, name: str) -> bool:
        """Remove the first piece last: until then the others are known."""
        first = backend.get_password(_service(name, 0), name)
        if first is None:
            return False
        for at in reversed(range(1, _count(first))):
            _remove(backend, _service(name, at), name)
        return _remove(backend, _service(name, 0), name)


def entries_of(platform: str = sys.platform) -> Entries:
    """Return how a system's keyring keeps values."""
    return CutEntries() if platform == "win32" else Entries()


def _service(name: str, at: int) -> str:
    return f"{SERVICE}/{name}/{at + 1}"


def _count(first: str) -> int:
    """Return the number of pieces; 1 if the entry was changed by others."""
    number = first.partition("\n")[0]
    return int(number) if number.isdecimal() and len(number) < 5 else 1


def _remove(backend: KeyringBackend, service: str, name: str) -> bool:
    from keyring.errors import PasswordDeleteError

    refusal = None
    try:
        backend.delete_password(service, name)
    except PasswordDeleteError as error:
        # Backends also raise this for an entry that doesn't exist.
        refusal = error
    if backend.get_password(service, name) is not None:
        raise refusal or PasswordDeleteError("it's still there")
    return refusal is None
