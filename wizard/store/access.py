"""Which files and folders are accepted, and who has access to them.

Symbolic links and others' files aren't accepted. `access_posix` and `access_windows` have the same
functions; `access` is this system's.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

from wizard.domain.errors.store import FILE_IS_HARD_LINK, FILE_IS_LINK, FILE_NOT_PLAIN
from wizard.domain.problems import SetupError

if sys.platform == "win32":
    from wizard.store import access_windows as access
else:
    from wizard.store import access_posix as access

__all__ = ["access", "make_folder", "refuse"]

_FOLDER_MODE: Final = 0o700


def refuse(
    path: Path, status: os.stat_result, kind: str = "file", home: Path | None = None
) -> None:
    """Raise SetupError unless a path is of a kind ("file" or "folder") and the user's own.

    Args:
        home: the wizard's folder; None: the folder that the path is in.
    """
    is_kind = stat.S_ISDIR if kind == "folder" else stat.S_ISREG
    if stat.S_ISLNK(status.st_mode):
        raise SetupError(FILE_IS_LINK.filled(path=str(path)))
    if not is_kind(status.st_mode):
        found = _kind(status.st_mode)
        raise SetupError(FILE_NOT_PLAIN.filled(path=str(path), kind=kind, found=found))
    if kind == "file" and status.st_nlink > 1:
        raise SetupError(FILE_IS_HARD_LINK.filled(path=str(path)))
    access.refuse_others(
        path, status, home or (path.parent if kind == "folder" else path.parent.parent)
    )


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a regular file" if stat.S_ISREG(mode) else "a special file, such as a pipe or a device"


def make_folder(path: Path) -> list[Path]:
    """Create a folder and its missing parents, each 0700 whatever the umask.

    Returns the created folders, the topmost first. Raises OSError.
    """
    if path.is_dir():
        return []
    made = [] if path.parent.is_dir() else make_folder(path.parent)
    try:
        path.mkdir(_FOLDER_MODE)
    except FileExistsError:
        return made
    access.make_private(path)
    access.sync_folder(path.parent)
    return [*made, path]
