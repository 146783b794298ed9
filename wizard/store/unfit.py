"""What is not taken for a file of the wizard's: a link, another kind of thing, another user's."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from wizard.domain.book.store import (
    FILE_IS_HARD_LINK,
    FILE_IS_LINK,
    FILE_NOT_OURS,
    FILE_NOT_OURS_IN_OUR_FOLDER,
    FILE_NOT_PLAIN,
)
from wizard.domain.problems import Problem, SetupError
from wizard.domain.shell import quoted
from wizard.domain.value import replace


def refuse(
    path: Path, status: os.stat_result, kind: str = "file", home: Path | None = None
) -> None:
    """Raise SetupError unless this is of the kind, "file" or "folder", and ours.

    Args:
        home: the wizard's folder; by itself it is where this lies in a folder of its own.
    """
    is_kind = stat.S_ISDIR if kind == "folder" else stat.S_ISREG
    if stat.S_ISLNK(status.st_mode):
        raise SetupError(FILE_IS_LINK.filled(path=str(path)))
    if not is_kind(status.st_mode):
        found = _kind(status.st_mode)
        raise SetupError(FILE_NOT_PLAIN.filled(path=str(path), kind=kind, found=found))
    if kind == "file" and status.st_nlink > 1:
        raise SetupError(FILE_IS_HARD_LINK.filled(path=str(path)))
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        home = home or (path.parent if kind == "folder" else path.parent.parent)
        raise SetupError(_not_ours(path, status.st_uid, home))


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a plain file" if stat.S_ISREG(mode) else "a special file, such as a pipe or a device"


def _not_ours(path: Path, owner: int, home: Path) -> Problem:
    """What to do about a file of another user's depends on whose the wizard's folder is."""
    me, keeper = os.geteuid(), owner
    with suppress(OSError):
        keeper = home.lstat().st_uid
    entry = FILE_NOT_OURS if keeper != me else FILE_NOT_OURS_IN_OUR_FOLDER
    problem = entry.filled(
        path=str(path), owner=name_of(owner), user=name_of(me), keeper=name_of(keeper)
    )
    return replace(problem, shell=quoted("sudo", "chown", "-R", account_of(me), str(home)))


def user_name() -> str:
    """Return the name of the user this runs as, "user 1000" where it has none."""
    if sys.platform == "win32":
        return os.environ.get("USERNAME", "unknown")
    return name_of(os.geteuid())


def has_name(number: int) -> bool:
    """Whether the system knows a user, as it does not in a container that is run as any number."""
    # Only Unix has it.
    import pwd

    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True


def group_name(number: int) -> str:
    """What a group is called here; its number where it has no name."""
    # Only Unix has it.
    import grp

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def name_of(number: int) -> str:
    """Return what a user is called here; "user 1000" where it has no name, as in a container."""
    return account_of(number) if has_name(number) else f"user {number}"


def account_of(number: int) -> str:
    """Return a user as commands of the system take it: by name, or by number without one."""
    # Only Unix has it.
    import pwd

    return pwd.getpwuid(number).pw_name if has_name(number) else str(number)
