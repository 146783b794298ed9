"""Private files that are replaced atomically."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from wizard.domain.errors import store as errors
from wizard.domain.problems import Problem, SetupError
from wizard.store.access import access, make_folder, refuse

T = TypeVar("T")

_TEMP: Final = re.compile(r"(.+)\.[0-9a-f]+\.tmp")

_FILE_MODE: Final = 0o600

_PAUSE: Final = 0.02
"""Seconds between tries."""

# Windows knows neither of the first two, and only Windows the third.
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)
_READ: Final = os.O_RDONLY | _NO_LINK | _NO_WAIT | _BINARY
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _NO_LINK | _NO_WAIT | _BINARY
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY


@contextmanager
def telling(path: Path, denied: Problem = errors.FOLDER_NOT_WRITABLE) -> Iterator[None]:
    """Turn an OSError about `path` into a SetupError.

    Args: `denied`: the problem if permissions are missing, or if a new path exists already.
    """
    try:
        yield
    except OSError as error:
        there = next(filter(os.path.exists, (path, *path.parents)), path)
        match error.errno:
            case errno.EACCES | errno.EPERM | errno.EROFS | errno.EEXIST:
                problem = denied
                if denied is errors.FOLDER_NOT_WRITABLE and there != path:
                    problem = errors.FOLDER_NOT_MADE
            case errno.ENOSPC | errno.EDQUOT:
                problem = errors.DISK_FULL
            case _:
                problem = errors.STORE_FAILED
        reason = error.strerror or type(error).__name__
        left = _left(there) if error.errno == errno.ENOSPC else ""
        told = problem.filled(path=str(path), there=str(there))
        raise SetupError(told.with_detail(reason, left)) from error


def _left(there: Path) -> str:
    """Say how much space is left on a disk; "" if that is unknown."""
    # Imported here, as it imports compression modules.
    import shutil

    with suppress(OSError):
        return f"Free space: {shutil.disk_usage(there).free / 1000:,.0f} kB"
    return ""


class PrivateFolder:
    """A folder for its owner only (0700, files 0600), created at the first write."""

    def __init__(self, path: Path) -> None:
        # Resolve symbolic links above it, so that the checked folder is the one used.
        self.path = Path(os.path.realpath(path.parent)) / path.name
        self.tightened: list[Path] = []
        """Paths that were open to other users, and were closed."""
        self.is_open = False
        """Whether others can access it anyway: its file system ignores modes, or is read-only."""

        self.doubt: Problem | None = None
        """Why others might be able to replace the folder, if that isn't certain."""

    def names(self) -> list[str]:
        """Return the names of what is in the folder, sorted. Raises SetupError."""
        with telling(self.path, errors.FILE_NOT_READABLE):
            return sorted(p.name for p in self.path.iterdir()) if self._is_there() else []

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None.

        Raises SetupError, also for a symbolic link, a special file, or another user's file: what is
        read here decides where secrets are sent.
        """
        path = self.path / name
        with telling(path, errors.FILE_NOT_READABLE):
            if not self._is_there():
                return None
            try:
                descriptor = _retried(lambda: _opened(path))
            except FileNotFoundError:
                return None
            try:
                status = os.fstat(descriptor)
                refuse(path, status)
                self._tighten(path, status, descriptor)
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    return file.read()
            finally:
                os.close(descriptor)

    def modified_at(self, name: str) -> float | None:
        """Return when a file was last written, seconds since the epoch; None without the file.

        Raises SetupError.
        """
        path = self.path / name
        with telling(path, errors.FILE_NOT_READABLE), suppress(FileNotFoundError):
            return _retried(path.lstat).st_mtime
        return None

    def write(self, name: str, data: bytes) -> None:
        """Replace a file's content durably; on failure the old content stays.

        Raises SetupError.
        """
        with telling(self.path), self._temp(name, data) as temp:
            _retried(lambda: temp.replace(self.path / name))
            access.sync_folder(self.path)

    def prove_writable(self, name: str, size: int) -> None:
        """Write `size` bytes to a temporary file and remove it. Raises SetupError."""
        with telling(self.path), self._temp(name, bytes(size)):
            pass

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name, durably. Raises SetupError."""
        with telling(self.path):
            _retried(lambda: (self.path / name).replace(self.path / new_name))
            access.sync_folder(self.path)

    def delete(self, name: str) -> None:
        """Remove a file, durably, if there is one. Raises SetupError."""
        with telling(self.path), suppress(FileNotFoundError):
            _retried((self.path / name).unlink)
            access.sync_folder(self.path)

    def temps(self, prefix: str) -> list[tuple[str, str]]:
        """Return the temporary files of interrupted writes to `prefix…`, with their targets.

        Raises SetupError.
        """
        temps = map(_TEMP.fullmatch, self.names())
        return [(temp[0], temp[1]) for temp in temps if temp and temp[1].startswith(prefix)]

    def delete_temps(self, prefix: str) -> None:
        """Remove the temporary files of interrupted writes to `prefix…`. Raises SetupError."""
        for name in self.names():
            if name.startswith(prefix) and name.endswith(".tmp"):
                self.delete(name)

    def make(self) -> None:
        """Create the folder. Raises OSError and SetupError, also if others could replace it."""
        with self._telling_whose():
            made = make_folder(self.path)
        try:
            self._is_there()
        except SetupError:
            for folder in reversed(made):
                with suppress(OSError):
                    folder.rmdir()
            raise

    @contextmanager
    def _telling_whose(self) -> Iterator[None]:
        """If the parent folder can't be accessed, report whose it is."""
        try:
            yield
        except PermissionError:
            home = self.path.parent
            with suppress(OSError):
                refuse(home, home.stat(), "folder", home)
            raise

    @contextmanager
    def _temp(self, name: str, data: bytes) -> Iterator[Path]:
        """Write `data` to a new temporary file, which is removed afterwards unless renamed."""
        self.make()
        temp = self.path / f"{name}.{os.urandom(8).hex()}.tmp"
        try:
            with os.fdopen(os.open(temp, _CREATE, _FILE_MODE), "wb") as file:
                # The umask may have removed the owner's own permissions.
                access.close_file(file.fileno())
                file.write(data)
                file.flush()
                access.sync_file(file.fileno())
            yield temp
        finally:
            with suppress(OSError):
                temp.unlink()

    def _is_there(self) -> bool:
        try:
            with self._telling_whose():
                status = self.path.lstat()
        except FileNotFoundError:
            return False
        refuse(self.path, status, "folder")
        is_open = False
        if access.is_open(status):
            is_open = not access.close_to_others(self.path)
            self._note(self.path, is_open=is_open)
        self.doubt = access.refuse_unsafe(self.path, is_open=is_open)
        return True

    def _tighten(self, path: Path, status: os.stat_result, descriptor: int) -> None:
        if access.is_open(status):
            # If that isn't possible, the mode stays as it is, and the file is still read.
            with suppress(OSError):
                access.close_file(descriptor)
            self._note(path, is_open=access.is_open(os.fstat(descriptor)))

    def _note(self, path: Path, *, is_open: bool) -> None:
        if is_open:
            self.is_open = True
        else:
            self.tightened.append(path)


def refuse_unfit(path: Path) -> None:
    """Raise SetupError for a symbolic link, a special file, or another user's file."""
    with telling(path), suppress(FileNotFoundError):
        refuse(path, path.lstat())


def open_for_appending(path: Path) -> int:
    """Return the descriptor of the user's own regular file (0600), created if missing.

    Raises SetupError, also for a symbolic link, another user's file, or a special file.
    """
    refuse_unfit(path)
    with telling(path):
        # Check it again: it may have been replaced.
        descriptor = os.open(path, _APPEND, _FILE_MODE)
        try:
            refuse(path, os.fstat(descriptor))
            access.close_file(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
    return descriptor


def write_new(name: str, text: str) -> str:
    """Create a file (0600) in the current folder; return its path.

    Raises SetupError, also if the name exists: nothing is overwritten, no link followed.
    """
    with telling(Path(name), errors.FILE_NOT_MADE):
        path = Path.cwd() / name
    with telling(path, errors.FILE_NOT_MADE):
        descriptor = os.open(path, _CREATE, _FILE_MODE)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                access.close_file(file.fileno())
                file.write(text)
        except BaseException:
            # A partial file could be mistaken for a complete one.
            with suppress(OSError):
                path.unlink()
            raise
    return str(path)


def _opened(path: Path) -> int:
    # Check the path first: a user who can't open another user's file should see whose it is.
    refuse(path, path.lstat())
    return os.open(path, _READ)


def _retried(work: Callable[[], T]) -> T:
    """Try again while a file is in use by another process; only Windows refuses that."""
    until = time.monotonic() + access.RETRY_FOR
    while True:
        try:
            return work()
        except PermissionError:
            if time.monotonic() >= until:
                raise
        time.sleep(_PAUSE)
