"""Linux and macOS: whose files are, who has access to them, and durable writes. See `access`."""

from __future__ import annotations

import errno
import fcntl
import grp
import os
import pwd
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from wizard.domain.errors import store as errors
from wizard.domain.problems import Problem, SetupError
from wizard.domain.text import quoted
from wizard.domain.value import replace

assert sys.platform != "win32"  # noqa: S101  tells mypy which system this is for

RETRY_FOR: Final = 0.0
"""Seconds to try again to open, replace, or remove a file that another process uses."""

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_OVERFLOW: Final = 65534
"""The owner of files whose users a container doesn't know, such as the real root."""
_ORDINARY: Final = 500 if sys.platform == "darwin" else 1000
"""The lowest user ID of a person."""


def user_name() -> str:
    """Return the name of the current user; "user 1000" without a name."""
    return name_of(os.geteuid())


def refuse_others(path: Path, status: os.stat_result, home: Path) -> None:
    """Raise SetupError for another user's file or folder."""
    if status.st_uid != os.geteuid():
        raise SetupError(_not_ours(path, status.st_uid, home))


def _not_ours(path: Path, owner: int, home: Path) -> Problem:
    """Return the problem of another user's file; its remedy depends on the folder's owner."""
    me, keeper = os.geteuid(), owner
    with suppress(OSError):
        keeper = home.lstat().st_uid
    entry = errors.FILE_NOT_OURS if keeper != me else errors.FILE_NOT_OURS_IN_OUR_FOLDER
    problem = entry.filled(
        path=str(path), owner=name_of(owner), user=name_of(me), keeper=name_of(keeper)
    )
    return replace(problem, shell=quoted("sudo", "chown", "-R", account_of(me), str(home)))


def _account(number: int) -> str | None:
    """Return the name of a user; None for an unknown one, as a container may run as."""
    with suppress(KeyError):
        return pwd.getpwuid(number).pw_name
    return None


def group_name(number: int) -> str:
    """Return the name of a group, or its number if it has no name."""
    with suppress(KeyError):
        return grp.getgrgid(number).gr_name
    return str(number)


def name_of(number: int) -> str:
    """Return the name of a user; "user 1000" without a name."""
    return _account(number) or f"user {number}"


def account_of(number: int) -> str:
    """Return a user as system commands accept it: the name, or the number without one."""
    return _account(number) or str(number)


def is_open(status: os.stat_result) -> bool:
    """Whether a file's or folder's mode gives others access."""
    return bool(status.st_mode & _OTHERS)


def make_private(folder: Path) -> None:
    """Give a new folder to its owner alone: the umask may have removed the owner's permissions."""
    with suppress(OSError):
        folder.chmod(_FOLDER_MODE)


def close_to_others(path: Path) -> bool:
    """Make a folder private, but not a symbolic link's target; return whether it took effect."""
    try:
        descriptor = os.open(path, _OPEN)
    except PermissionError:
        return False
    try:
        with suppress(OSError):
            os.fchmod(descriptor, _FOLDER_MODE)
        return not os.fstat(descriptor).st_mode & _OTHERS
    finally:
        os.close(descriptor)


def close_file(descriptor: int) -> None:
    """Make a file private. Raises OSError."""
    os.fchmod(descriptor, _FILE_MODE)


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
    unsafe = errors.FOLDER_NOT_OURS.filled(path=str(path), why=why)
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
    return errors.FOLDER_NOT_SAFE.filled(path=str(path), why=why, command=quoted(str(path)))


def _doubt(path: Path, why: str) -> Problem:
    return errors.OTHERS_MAY_REPLACE.filled(path=str(path), why=why)


def _has_list(path: Path) -> bool:
    """Whether an access control list grants write access; the group's bits are only its limit."""
    if sys.platform == "linux":
        with suppress(OSError):
            return bool(os.getxattr(path, "system.posix_acl_access"))
    return False


def _knows_every_user() -> bool:
    """Whether this process sees all user IDs, as it does outside a user namespace."""
    with suppress(OSError):
        return "4294967295" in Path("/proc/self/uid_map").read_text(encoding="ascii")
    return True


def _has_others(group: int) -> bool | None:
    """Whether a group has members besides this user and root; None if that is unknown."""
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


def sync_file(descriptor: int) -> None:
    """Make what was written to a file durable. Raises OSError."""
    # On macOS, fsync leaves it in the disk's own memory.
    full: int | None = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        # Some file systems do not do this.
        with suppress(OSError):
            fcntl.fcntl(descriptor, full)
            return
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make new names and removals in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems do not do this for folders.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
