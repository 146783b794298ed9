"""Credential sets in the system keyring: time-limited calls, and a marker file for each entry."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, TypeVar

from wizard.domain.errors import store as errors
from wizard.domain.problems import Problem, SetupError, ids
from wizard.store.codec import new_generation
from wizard.store.entries import SERVICE, Entries, entries_of
from wizard.store.files import PrivateFolder
from wizard.store.sets import FileVault

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

LIMIT: Final = 3.0
"""Seconds a command waits for the keyring."""

NOT_KEPT: Final = ids(errors.KEYRING_ABSENT, errors.KEYRING_LOCKED, errors.VALUE_TOO_LARGE)
"""IDs of the problems after which a write certainly left no entry."""

_NAMED: Final = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "kwallet", "macOS", "Windows")
)
"""Modules of the trusted backends: they encrypt entries and prompt only on the user's desktop."""

_LOCKED: Final = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException"})
"""By name, because the last two belong to secretstorage, which exists on Linux only."""

_BAD_STUB_DATA: Final = 1783
"""RPC_X_BAD_STUB_DATA: CredWrite's error for more than 2,560 bytes."""

_NO_INTERACTION: Final = -25308
"""errSecInteractionNotAllowed: the keychain is locked, and no one can be asked to unlock it."""


def find_backend() -> KeyringBackend | None:
    """Return the user's keyring; None if there is none that can be trusted.

    It may hang, as it may prompt on the desktop, and may raise what the backend raises.
    """
    if sys.platform == "linux" and not _has_desktop():
        # As on a server, where loading the modules to find that out would take 10 MB.
        return None
    import logging

    import keyring
    from keyring.backends.chainer import ChainerBackend

    # A plug-in that fails to load is logged, and without a handler that goes to stderr.
    logging.getLogger("keyring").addHandler(logging.NullHandler())
    chosen = keyring.get_keyring()
    found: list[KeyringBackend] = (
        chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    )
    return next((backend for backend in found if type(backend).__module__ in _NAMED), None)


def _has_desktop() -> bool:
    """Whether there may be a desktop with a keyring, or a keyring is configured."""
    names = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "PYTHON_KEYRING_BACKEND")
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return any(map(os.environ.get, names)) or (bool(runtime) and Path(runtime, "bus").exists())


class SystemKeyring:
    """Entries by name in the OS keyring.

    Calls run in daemon threads, since a backend may wait for a user who isn't there. They run one
    at a time, so that the user is prompted once. A call that timed out keeps running. Until it
    ends, further calls fail immediately.
    """

    def __init__(
        self,
        limit: float = LIMIT,
        find: Callable[[], KeyringBackend | None] = find_backend,
        entries: Entries | None = None,
    ) -> None:
        """Args: `entries`: how values are kept; None: as this system's keyring needs it."""
        self.limit = limit
        """Seconds to wait for the keyring; may be changed at any time."""
        self._find = find
        self._entries = entries or entries_of()
        self.proof_size = self._entries.proof_size
        """Bytes to save as a test that values of any size can be saved."""
        self._backend: KeyringBackend | None = None
        self._given_up: Thread | None = None
        self._asking = Lock()

    def get(self, name: str) -> str | None:
        """Return an entry, or None. Raises SetupError."""
        return self._call(lambda backend: self._entries.read(backend, name))

    def put(self, name: str, value: str) -> None:
        """Write an entry. Raises SetupError; it may still be written later, but see NOT_KEPT."""
        self._call(lambda backend: self._entries.write(backend, name, value))

    def delete(self, name: str) -> bool:
        """Remove an entry, and verify it; return whether it existed. Raises SetupError."""
        return self._call(lambda backend: self._entries.remove(backend, name))

    def _call(self, work: Callable[[KeyringBackend], T]) -> T:
        answers: list[T] = []
        problems: list[Problem] = []

        def run() -> None:
            try:
                answers.append(work(self._found()))
            except Exception as error:  # noqa: BLE001  backends raise what they like
                problems.append(self._problem_of(error))

        with self._asking:
            if self._given_up is not None and self._given_up.is_alive():
                raise SetupError(errors.KEYRING_HANGS)
            thread = Thread(target=run, name="keyring", daemon=True)
            thread.start()
            thread.join(self.limit)
            if answers:
                return answers[0]
            if problems:
                raise SetupError(problems[0])
            self._given_up = thread
            raise SetupError(errors.KEYRING_HANGS)

    def _found(self) -> KeyringBackend:
        if self._backend is None:
            self._backend = self._find()
        if self._backend is None:
            raise SetupError(errors.KEYRING_ABSENT)
        return self._backend

    def _problem_of(self, error: Exception) -> Problem:
        if isinstance(error, SetupError):
            return error.problem
        if self._backend is None:
            return errors.KEYRING_ABSENT.with_detail(_words(error))
        if {type(error).__name__, type(error.__cause__).__name__} & _LOCKED or _needs_user(error):
            return errors.KEYRING_LOCKED
        if getattr(error, "winerror", None) == _BAD_STUB_DATA:
            return errors.VALUE_TOO_LARGE
        return errors.KEYRING_FAILED.with_detail(_words(error))


def _needs_user(error: Exception) -> bool:
    """Whether macOS can't ask the user to unlock the keychain, as over SSH."""
    return error.__cause__ is not None and error.__cause__.args[:1] == (_NO_INTERACTION,)


def _words(error: Exception) -> str:
    """Return the words of an error that can't quote the value that was to be saved."""
    name = type(error).__name__
    is_known = isinstance(error, OSError) or type(error).__module__ == "keyring.errors"
    return f"{name}: {error}" if is_known else name


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
        generation = new_generation()
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
