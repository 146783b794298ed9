"""Credential sets in the system keyring, each call bounded in time, with a note on disk of each."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, TypeVar

from wizard.domain.errors.store import (
    KEYRING_ABSENT,
    KEYRING_FAILED,
    KEYRING_HANGS,
    KEYRING_LOCKED,
    VALUE_TOO_LARGE,
)
from wizard.domain.problems import Problem, SetupError
from wizard.store.codec import new_generation
from wizard.store.files import PrivateFolder
from wizard.store.sets import PROOF_SIZE, ids_in

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE: Final = "twilio-scim-wizard"
"""The name all entries are under."""

LIMIT: Final = 3.0
"""Seconds a command waits for an answer."""

NOT_KEPT: Final = frozenset({KEYRING_ABSENT.id, KEYRING_LOCKED.id, VALUE_TOO_LARGE.id})
"""Ids of the problems of a write after which there is certainly no entry."""

_NAMED: Final = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "kwallet", "macOS", "Windows")
)
"""Modules of the backends that encrypt what they keep and ask nobody but the user's own desktop."""

_LOCKED: Final = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException"})
"""By name, because the last two are secretstorage's, which is there on Linux only."""

_BAD_STUB_DATA: Final = 1783
"""RPC_X_BAD_STUB_DATA: what CredWrite says to more than 2,560 bytes."""


def find_backend() -> KeyringBackend | None:
    """Return the keyring this user has, None when there is none that can be trusted.

    May ask the desktop, so may hang; may raise whatever a configured backend raises.
    """
    if sys.platform == "linux" and not _has_desktop(os.environ):
        # As on a server: only to load what would find that out takes 10 MB.
        return None
    import logging

    import keyring
    from keyring.backends.chainer import ChainerBackend

    # A plug-in that does not load is logged, which without a handler goes to stderr.
    logging.getLogger("keyring").addHandler(logging.NullHandler())
    chosen = keyring.get_keyring()
    found: list[KeyringBackend] = (
        chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    )
    return next((backend for backend in found if type(backend).__module__ in _NAMED), None)


def _has_desktop(environ: Mapping[str, str]) -> bool:
    """Whether there may be one whose keyring can be asked, or a keyring is named to be."""
    names = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "PYTHON_KEYRING_BACKEND")
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    return any(map(environ.get, names)) or (bool(runtime) and Path(runtime, "bus").exists())


class SystemKeyring:
    """Entries by name in the OS keyring.

    Calls run in daemon threads, since a backend may wait for a person who is not there; one at
    a time, so that the person is asked once. One that was given up goes on: until it ends, every
    further call fails at once.
    """

    def __init__(
        self,
        limit: float = LIMIT,
        find: Callable[[], KeyringBackend | None] = find_backend,
    ) -> None:
        self.limit = limit
        """Seconds to wait for an answer; may be changed at any time."""
        self._find = find
        self._backend: KeyringBackend | None = None
        self._given_up: Thread | None = None
        self._asking = Lock()

    def get(self, name: str) -> str | None:
        """Return an entry, None when there is none. Raises SetupError."""
        return self._call(lambda backend: backend.get_password(SERVICE, name))

    def put(self, name: str, value: str) -> None:
        """Keep an entry. Raises SetupError; but for those of NOT_KEPT it may still come to be."""
        self._call(lambda backend: backend.set_password(SERVICE, name, value))

    def delete(self, name: str) -> bool:
        """Remove an entry and look that it is gone; whether it was there. Raises SetupError."""

        def work(backend: KeyringBackend) -> bool:
            from keyring.errors import PasswordDeleteError

            refusal = None
            try:
                backend.delete_password(SERVICE, name)
            except PasswordDeleteError as error:
                # Backends also say this of an entry that is not there.
                refusal = error
            if backend.get_password(SERVICE, name) is not None:
                raise refusal or PasswordDeleteError("it is still there")
            return refusal is None

        return self._call(work)

    def _call(self, work: Callable[[KeyringBackend], T]) -> T:
        with self._asking:
            return self._ask(work)

    def _ask(self, work: Callable[[KeyringBackend], T]) -> T:
        if self._given_up is not None and self._given_up.is_alive():
            raise SetupError(KEYRING_HANGS)
        answers: list[T] = []
        problems: list[Problem] = []

        def run() -> None:
            try:
                answers.append(work(self._found()))
            except Exception as error:  # noqa: BLE001  backends raise what they like
                problems.append(self._problem_of(error))

        thread = Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self.limit)
        if answers:
            return answers[0]
        if problems:
            raise SetupError(problems[0])
        self._given_up = thread
        raise SetupError(KEYRING_HANGS)

    def _found(self) -> KeyringBackend:
        if self._backend is None:
            self._backend = self._find()
        if self._backend is None:
            raise SetupError(KEYRING_ABSENT)
        return self._backend

    def _problem_of(self, error: Exception) -> Problem:
        if isinstance(error, SetupError):
            return error.problem
        if self._backend is None:
            return KEYRING_ABSENT.with_detail(_words(error))
        if {type(error).__name__, type(error.__cause__).__name__} & _LOCKED:
            return KEYRING_LOCKED
        if getattr(error, "winerror", None) == _BAD_STUB_DATA:
            return VALUE_TOO_LARGE
        return KEYRING_FAILED.with_detail(_words(error))


def _words(error: Exception) -> str:
    """What an error says, as far as it cannot quote the value that was to be kept."""
    name = type(error).__name__
    is_known = isinstance(error, OSError) or type(error).__module__ == "keyring.errors"
    return f"{name}: {error}" if is_known else name


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
