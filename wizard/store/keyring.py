"""The system keyring: entries whole, or cut where it takes only small ones; time-limited calls."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, TypeVar

from wizard.domain.errors import store as errors
from wizard.domain.problems import Problem, SetupError, ids

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

PROOF_SIZE: Final = 64 * 1024
"""Bytes; more than a credential set with long tokens has."""

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


LIMIT: Final = 3.0
"""Seconds a command waits for the keyring."""

NOT_KEPT: Final = ids(errors.KEYRING_ABSENT, errors.KEYRING_LOCKED, errors.VALUE_TOO_LARGE)
"""IDs of the problems after which a write certainly left no entry."""

_TRUSTED: Final = frozenset(
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
    return next((backend for backend in found if type(backend).__module__ in _TRUSTED), None)


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
