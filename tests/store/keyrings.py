"""Keyring backends with every known fault, each a real backend to the keyring library."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Final

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from wizard.store.keyring import Entries, SystemKeyring

PATIENCE: Final = 30.0
"""Seconds after which a test gives up; no test measures it."""


class MemoryKeyring(KeyringBackend):
    """Keeps everything in memory, and counts its calls."""

    priority = -1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.calls += 1
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.calls += 1
        if (service, username) not in self.entries:
            raise PasswordDeleteError("No such password!")
        del self.entries[service, username]


class LockedKeyring(MemoryKeyring):
    """Stays locked after a request to unlock it, while `is_locked`."""

    is_locked = True

    def get_password(self, service: str, username: str) -> str | None:
        self._ask()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._ask()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._ask()
        super().delete_password(service, username)

    def _ask(self) -> None:
        if self.is_locked:
            self.calls += 1
            raise KeyringLocked("Failed to unlock the collection!")


class ForgetfulKeyring(MemoryKeyring):
    """Reports success, and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.calls += 1


class CallError(Exception):
    """An error like those of the Windows API."""

    def __init__(self, winerror: int, function: str, words: str) -> None:
        super().__init__(winerror, function, words)
        self.winerror = winerror


class SmallKeyring(MemoryKeyring):
    """Accepts 2,560 bytes of UTF-16, as Windows does."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password.encode("utf-16-le")) > 2560:
            raise CallError(1783, "CredWrite", f"The stub received bad data: {password}")
        super().set_password(service, username, password)


class RefusingKeyring(MemoryKeyring):
    """Rejects every entry with a reason."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError("Cancelled by user")


class BabblingKeyring(MemoryKeyring):
    """Raises its own error, which quotes the value that it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise ArithmeticError(password)


class ClingingKeyring(MemoryKeyring):
    """Removes nothing while `is_clinging`; raises an error, or pretends success if `is_silent`."""

    is_clinging = True
    is_silent = False

    def delete_password(self, service: str, username: str) -> None:
        if not self.is_clinging:
            super().delete_password(service, username)
        elif not self.is_silent:
            raise PasswordDeleteError("Can't delete password in keychain")


class HangingKeyring(MemoryKeyring):
    """Hangs until `may_answer` is set, and then does what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Event()
        self.hung = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._wait()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._wait()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._wait()
        super().delete_password(service, username)

    def _wait(self) -> None:
        if not self.may_answer.is_set():
            self.hung += 1
            self.may_answer.wait(PATIENCE)


class FileKeyring(KeyringBackend):
    """Keeps its entries in a file, so that they outlive a killed process."""

    priority = -1

    def __init__(self, path: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._path = path

    def entries(self) -> dict[str, str]:
        """Return the entries by user name."""
        found: dict[str, str] = (
            json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else {}
        )
        return found

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._replace(self.entries() | {username: password})

    def delete_password(self, service: str, username: str) -> None:
        entries = self.entries()
        if username not in entries:
            raise PasswordDeleteError("No such password!")
        self._replace({name: text for name, text in entries.items() if name != username})

    def _replace(self, entries: dict[str, str]) -> None:
        temp = self._path.with_suffix(".new")
        temp.write_text(json.dumps(entries), encoding="utf-8")
        temp.replace(self._path)


def keyring_on(backend: KeyringBackend, limit: float = PATIENCE) -> SystemKeyring:
    """Return the system keyring, as on Linux and macOS, with a backend of the tests."""
    return SystemKeyring(limit, lambda: backend, Entries())


def let_answer(backend: HangingKeyring) -> None:
    """Let a backend respond, and wait until all calls that hung in it have returned."""
    backend.may_answer.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(PATIENCE)
