"""Private folders, and what isn't accepted in them: symbolic links and others' files."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from wizard.domain.errors.store import (
    FILE_IS_HARD_LINK,
    FILE_IS_LINK,
    FILE_NOT_OURS,
    FILE_NOT_OURS_IN_OUR_FOLDER,
    FILE_NOT_PLAIN,
    FOLDER_NOT_OURS,
    FOLDER_NOT_SAFE,
    OTHERS_MAY_REPLACE,
)
from wizard.domain.problems import Problem, SetupError
from wizard.domain.text import quoted
from wizard.domain.value import replace


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
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        home = home or (path.parent if kind == "folder" else path.parent.parent)
        raise SetupError(_not_ours(path, status.st_uid, home))


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a regular file" if stat.S_ISREG(mode) else "a special file, such as a pipe or a device"


def _not_ours(path: Path, owner: int, home: Path) -> Problem:
    """Return the problem of another user's file; its remedy depends on the folder's owner."""
    me, keeper = os.geteuid(), owner
    with suppress(OSError):
        keeper = home.lstat().st_uid
    entry = FILE_NOT_OURS if keeper != me else FILE_NOT_OURS_IN_OUR_FOLDER
    problem = entry.filled(
        path=str(path), owner=name_of(owner), user=name_of(me), keeper=name_of(keeper)
    )
    return replace(problem, shell=quoted("sudo", "chown", "-R", account_of(me), str(home)))


def user_name() -> str:
    """Return the name of the current user; "user 1000" without a name."""
    if sys.platform == "win32":
        return os.environ.get("USERNAME", "unknown")
    return name_of(os.geteuid())


def _account(number: int) -> str | None:
    """Return the name of a user; None for an unknown one, as a container may run as."""
    # Only Unix has it.
    import pwd

    with suppress(KeyError):
        return pwd.getpwuid(number).pw_name
    return None


def group_name(number: int) -> str:
    """Return the name of a group, or its number if it has no name."""
    # Only Unix has it.
    import grp

    with suppress(KeyError):
        return grp.getgrgid(number).gr_name
    return str(number)


def name_of(number: int) -> str:
    """Return the name of a user; "user 1000" without a name."""
    return _account(number) or f"user {number}"


def account_of(number: int) -> str:
    """Return a user as system commands accept it: the name, or the number without one."""
    return _account(number) or str(number)


FOLDER_MODE: Final = 0o700
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

_OPEN: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_OVERFLOW: Final = 65534
"""The owner of files whose users a container doesn't know, such as the real root."""
_ORDINARY: Final = 500 if sys.platform == "darwin" else 1000
"""The lowest user ID of a person."""


def make_folder(path: Path) -> list[Path]:
    """Create a folder and its missing parents, each 0700 whatever the umask.

    Returns the created folders, the topmost first. Raises OSError.
    """
    if path.is_dir():
        return []
    made = [] if path.parent.is_dir() else make_folder(path.parent)
    try:
        path.mkdir(FOLDER_MODE)
    except FileExistsError:
        return made
    # The umask may have removed the owner's own permissions.
    with suppress(OSError):
        path.chmod(FOLDER_MODE)
    sync_folder(path.parent)
    return [*made, path]


def close_to_others(path: Path) -> bool:
    """Make a folder private, but not a symbolic link's target; return whether it took effect."""
    try:
        descriptor = os.open(path, _OPEN)
    except PermissionError:
        return False
    try:
        with suppress(OSError):
            os.fchmod(descriptor, FOLDER_MODE)
        return not os.fstat(descriptor).st_mode & OTHERS
    finally:
        os.close(descriptor)


def refuse_unsafe(folder: Path, *, is_open: bool) -> Problem | None:
    """Raise SetupError if another user could replace a folder.

    As with sshd's StrictModes, every parent folder has to belong to this user or root, and no one
    else may write to it. In one with the sticky bit, such as /tmp, others can't remove the folder.
    Root is always accepted. If the owner of a user ID is unknown, as in a container or on a volume,
    it returns a warning.

    Args:
        is_open: the folder's own file system ignores modes, so that modes of its parents there mean
            nothing.
    """
    if sys.platform == "win32":
        return None
    device, doubt = folder.lstat().st_dev, None
    for above in folder.parents:
        status = above.lstat()
        if is_open and status.st_dev == device:
            continue
        for problem in filter(None, (_of_owner(above, status), _of_mode(above, status))):
            if not problem.is_warning:
                raise SetupError(problem)
            doubt = doubt or problem
    return doubt


def _of_owner(path: Path, status: os.stat_result) -> Problem | None:
    me, owner = os.geteuid(), status.st_uid
    if owner in (0, me) or (owner == _OVERFLOW and not _knows_every_user()):
        return None
    why = f"belongs to {name_of(owner)}"
    # Platforms that run containers as any user ID give them root's group.
    if me == 0 or os.getegid() == 0 or _account(owner) is None:
        return _doubt(path, why)
    shell = quoted("sudo", "chown", account_of(me), str(path))
    unsafe = FOLDER_NOT_OURS.filled(path=str(path), why=why)
    return replace(unsafe, shell=shell)


def _of_mode(path: Path, status: os.stat_result) -> Problem | None:
    mode = stat.S_IMODE(status.st_mode)
    if mode & stat.S_ISVTX or not mode & (stat.S_IWGRP | stat.S_IWOTH):
        return None
    why = f"can be changed by others (mode {mode:04o})"
    is_sure = True
    if not mode & stat.S_IWOTH:
        has_others = _has_others(status.st_gid)
        if has_others is False:
            return None
        why = f"can be changed by group {group_name(status.st_gid)} (mode {mode:04o})"
        is_sure = has_others is True and not _has_list(path)
    if os.geteuid() == 0 or not is_sure:
        return _doubt(path, why)
    return FOLDER_NOT_SAFE.filled(path=str(path), why=why, command=quoted(str(path)))


def _doubt(path: Path, why: str) -> Problem:
    return OTHERS_MAY_REPLACE.filled(path=str(path), why=why)


def _has_list(path: Path) -> bool:
    """Whether an access control list grants write access; the group's bits are only its limit."""
    # Only Linux has the function.
    with suppress(OSError, AttributeError):
        return bool(os.getxattr(path, "system.posix_acl_access"))
    return False


def _knows_every_user() -> bool:
    """Whether this process sees all user IDs, as it does outside a user namespace."""
    with suppress(OSError):
        return "4294967295" in Path("/proc/self/uid_map").read_text(encoding="ascii")
    return True


def _has_others(group: int) -> bool | None:
    """Whether a group has members besides this user and root; None if that is unknown."""
    # Only Unix has them.
    import grp
    import pwd

    try:
        its = grp.getgrgid(group)
    except KeyError:
        return None
    me = os.geteuid()
    named = set(its.gr_mem) - {name_of(me), "root"}
    # System users that no person uses, such as "operator", are in root's group, too.
    users = {user.pw_uid for user in pwd.getpwall() if user.pw_gid == group} - {me}
    if named or any(user >= _ORDINARY for user in users):
        return True
    # On most systems each user has a group of the same name. A directory service may have other
    # members without listing them.
    return False if its.gr_name == name_of(me) else None


def sync_folder(folder: Path) -> None:
    """Make new names and removals in a folder durable. Raises OSError."""
    # Windows can't open a folder for it, and its file system journals such changes.
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
