"""Files nobody else reads, each replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from wizard.domain.book.store import (
    CANNOT_BE_MADE,
    DISK_FULL,
    FILE_NOT_MADE,
    FILE_NOT_READABLE,
    FOLDER_NOT_WRITABLE,
    NAME_ANOTHER,
    STORE_FAILED,
)
from wizard.domain.problems import Problem, SetupError
from wizard.store.unfit import refuse

TEMP_SUFFIX: Final = ".tmp"

_TEMP: Final = re.compile(r"(.+)\.[0-9a-f]{16}\.tmp")

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

# Windows knows neither of the first two, and only Windows the third.
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)
_READ: Final = os.O_RDONLY | _NO_LINK | _NO_WAIT | _BINARY
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _NO_LINK | _NO_WAIT | _BINARY
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY

_REPLACE_TRIES: Final = 20 if os.name == "nt" else 1
"""Windows refuses to replace a file while another process reads it, which takes a moment."""


@contextmanager
def telling(path: Path, denied: Problem = FOLDER_NOT_WRITABLE) -> Iterator[None]:
    """Turn an OSError about `path` into a SetupError; `denied` is the one for lacking rights."""
    try:
        yield
    except OSError as error:
        there = next(filter(os.path.exists, (path, *path.parents)), path)
        match error.errno:
            case errno.EACCES | errno.EPERM | errno.EROFS:
                problem = denied
                if denied is FOLDER_NOT_WRITABLE and there != path:
                    problem = denied.told(cause=CANNOT_BE_MADE, remedy=NAME_ANOTHER)
            case errno.ENOSPC | errno.EDQUOT:
                problem = DISK_FULL
            case _:
                problem = STORE_FAILED
        reason = error.strerror or type(error).__name__
        left = _left(there) if error.errno == errno.ENOSPC else ""
        told = problem.about(path=str(path), there=str(there))
        raise SetupError(told.saying(reason, left)) from error


def _left(there: Path) -> str:
    """Say how much room is left on a disk; "" where that is not to be known."""
    # Here, as it brings what compresses files along.
    import shutil

    with suppress(OSError):
        return f"Left: {shutil.disk_usage(there).free / 1000:,.0f} kB"
    return ""


class PrivateFolder:
    """A folder for its owner alone (0700, files 0600); it comes to be at the first write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tightened: list[Path] = []
        """What was found open to others, and closed."""

    def names(self) -> list[str]:
        """Return the names of what is in the folder, sorted. Raises SetupError."""
        with telling(self.path, FILE_NOT_READABLE):
            return sorted(p.name for p in self.path.iterdir()) if self._is_there() else []

    def read(self, name: str) -> bytes | None:
        """Return a file's content, None when there is none.

        Raises SetupError, also for a link, no plain file, or another user's: what is read here
        decides where secrets are sent.
        """
        path = self.path / name
        with telling(path, FILE_NOT_READABLE):
            if not self._is_there():
                return None
            try:
                # First by name: who may not open another's file is told whose it is.
                refuse(path, path.lstat())
                descriptor = os.open(path, _READ)
            except FileNotFoundError:
                return None
            try:
                status = os.fstat(descriptor)
                refuse(path, status)
                self._tighten(path, status, _FILE_MODE)
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    return file.read()
            finally:
                os.close(descriptor)

    def modified_at(self, name: str) -> float | None:
        """Return when a file was last written, seconds since the epoch; None without the file.

        Raises SetupError.
        """
        path = self.path / name
        with telling(path, FILE_NOT_READABLE), suppress(FileNotFoundError):
            return path.lstat().st_mtime
        return None

    def write(self, name: str, data: bytes) -> None:
        """Put `data` in place of the file, durably; on failure the old content stands.

        Raises SetupError.
        """
        with telling(self.path), self._temp(name, data) as temp:
            _replace(temp, self.path / name)
            _sync(self.path)

    def prove_writable(self, name: str, size: int) -> None:
        """Write `size` bytes beside the file `name` and remove them. Raises SetupError."""
        with telling(self.path), self._temp(name, bytes(size)):
            pass

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name, durably. Raises SetupError."""
        with telling(self.path):
            _replace(self.path / name, self.path / new_name)
            _sync(self.path)

    def delete(self, name: str) -> None:
        """Remove a file, durably, if there is one. Raises SetupError."""
        with telling(self.path), suppress(FileNotFoundError):
            (self.path / name).unlink()
            _sync(self.path)

    def temps(self, prefix: str) -> dict[str, str]:
        """Return what interrupted writes of files called `prefix…` left: temp file by its target.

        Raises SetupError.
        """
        found = (name for name in self.names() if name.startswith(prefix))
        temps = (_TEMP.fullmatch(name) for name in found)
        return {temp[1]: temp[0] for temp in temps if temp}

    def delete_temps(self, prefix: str) -> None:
        """Remove what interrupted writes of files called `prefix…` left. Raises SetupError."""
        for name in self.names():
            if name.startswith(prefix) and name.endswith(TEMP_SUFFIX):
                self.delete(name)

    def make(self) -> None:
        """Make the folder. Raises OSError, SetupError."""
        with self._telling_whose():
            make_folder(self.path)

    @contextmanager
    def _telling_whose(self) -> Iterator[None]:
        """Where the folder that this one lies in lets nobody in, tell whose that is."""
        try:
            yield
        except PermissionError:
            home = self.path.parent
            with suppress(OSError):
                refuse(home, home.stat(), "folder", home)
            raise

    @contextmanager
    def _temp(self, name: str, data: bytes) -> Iterator[Path]:
        """Hold `data`, on the disk, in a new file that is gone afterwards unless renamed."""
        self.make()
        self._is_there()
        temp = self.path / f"{name}.{os.urandom(8).hex()}{TEMP_SUFFIX}"
        try:
            with os.fdopen(os.open(temp, _CREATE, _FILE_MODE), "wb") as file:
                if sys.platform != "win32":
                    # The umask may have taken the owner's own bits away.
                    os.fchmod(file.fileno(), _FILE_MODE)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
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
        self._tighten(self.path, status, _FOLDER_MODE)
        return True

    def _tighten(self, path: Path, status: os.stat_result, mode: int) -> None:
        # Windows has no such bits: what lies in a user's data folder is that user's there.
        if sys.platform != "win32" and status.st_mode & _OTHERS:
            # On a read-only file system it stays as it is, and reading goes on.
            with suppress(OSError):
                path.chmod(mode)
                self.tightened.append(path)


def refuse_unfit(path: Path) -> None:
    """Raise SetupError where there is a link, no plain file, or another user's."""
    with telling(path), suppress(FileNotFoundError):
        refuse(path, path.lstat())


def open_for_appending(path: Path) -> int:
    """Return the descriptor of a plain file of ours (0600), made if there is none.

    Raises SetupError, also for a link, another user's file, or what is no plain file.
    """
    refuse_unfit(path)
    with telling(path):
        # Looked at once more: something else may have come in its place.
        descriptor = os.open(path, _APPEND, _FILE_MODE)
        try:
            refuse(path, os.fstat(descriptor))
            if sys.platform != "win32":
                os.fchmod(descriptor, _FILE_MODE)
        except BaseException:
            os.close(descriptor)
            raise
    return descriptor


def write_new(name: str, text: str) -> str:
    """Write a file (0600) that was not there into the current folder; return its path.

    Raises SetupError, also where anything has that name: nothing is overwritten or followed.
    """
    with telling(Path(name), FILE_NOT_MADE):
        path = Path.cwd() / name
    with telling(path, FILE_NOT_MADE):
        try:
            descriptor = os.open(path, _CREATE, _FILE_MODE)
        except FileExistsError as error:
            problem = FILE_NOT_MADE.about(path=str(path)).saying(error.strerror or "")
            raise SetupError(problem) from error
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                if sys.platform != "win32":
                    os.fchmod(file.fileno(), _FILE_MODE)
                file.write(text)
        except BaseException:
            # Half a file would be taken for the whole.
            with suppress(OSError):
                path.unlink()
            raise
    return str(path)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each 0700 whatever the umask; leave existing ones.

    Raises OSError.
    """
    if path.is_dir():
        return
    if not path.parent.is_dir():
        make_folder(path.parent)
    try:
        path.mkdir(_FOLDER_MODE)
    except FileExistsError:
        return
    path.chmod(_FOLDER_MODE)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make new names and removals in a folder last through a power cut. Raises OSError."""
    # Windows cannot open a folder for it, and logs such changes itself.
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems do not do this for folders.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _replace(source: Path, target: Path) -> None:
    for _ in range(_REPLACE_TRIES - 1):
        with suppress(PermissionError):
            source.replace(target)
            return
        time.sleep(0.02)
    source.replace(target)
