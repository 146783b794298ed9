"""Folders that nobody else can change: made for their owner alone, and checked up to the root."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from wizard.domain.book.store import FOLDER_NOT_SAFE
from wizard.domain.problems import SetupError
from wizard.store.unfit import name_of

FOLDER_MODE: Final = 0o700
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

_OPEN: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_OVERFLOW: Final = 65534
"""Who owns what belongs to users that a container doesn't know, such as the real root."""


def make_folder(path: Path) -> list[Path]:
    """Make a folder and those above it, each 0700 whatever the umask; leave existing ones.

    Returns those it made, the topmost first. Raises OSError.
    """
    if path.is_dir():
        return []
    made = [] if path.parent.is_dir() else make_folder(path.parent)
    try:
        path.mkdir(FOLDER_MODE)
    except FileExistsError:
        return made
    close_to_others(path, FOLDER_MODE, is_new=True)
    sync_folder(path.parent)
    return [*made, path]


def close_to_others(path: Path, mode: int, *, is_new: bool = False) -> bool:
    """Set the mode of a folder, never that of what a link there leads to; whether it holds.

    Raises OSError where a new folder can't be changed.
    """
    # Windows has no such bits: what lies in a user's data folder is that user's there.
    if sys.platform == "win32":
        return True
    try:
        descriptor = os.open(path, _OPEN)
    except PermissionError:
        if not is_new:
            return False
        # The umask took the owner's own bits away, so that it can't even be opened.
        path.chmod(mode)
        return True
    try:
        with suppress(PermissionError, OSError):
            os.fchmod(descriptor, mode)
        return not os.fstat(descriptor).st_mode & OTHERS
    finally:
        os.close(descriptor)


def refuse_unsafe(folder: Path, *, is_open: bool) -> None:
    """Raise SetupError where another user could put something else in a folder's place.

    As sshd's StrictModes does: every folder above has to belong to this user or root, and nobody
    else may write to it. One with the sticky bit, as /tmp has, lets nobody take away what isn't
    his. A group may write where this user is its only member.

    Args:
        is_open: the folder's own file system ignores modes, so that those above it on the same
            one say nothing.
    """
    if sys.platform == "win32":
        return
    device = folder.lstat().st_dev
    for above in folder.parents:
        status = above.lstat()
        if is_open and status.st_dev == device:
            continue
        why = _why_unsafe(status)
        if why:
            # Here, so that a command that meets no such folder does not pay for it.
            from shlex import quote

            problem = FOLDER_NOT_SAFE.about(path=str(above), why=why, command=quote(str(above)))
            raise SetupError(problem)


def _why_unsafe(status: os.stat_result) -> str:
    me = os.geteuid()
    is_unmapped = status.st_uid == _OVERFLOW and not _knows_every_user()
    if status.st_uid not in (0, me) and not is_unmapped:
        return f"belongs to {name_of(status.st_uid)}"
    if status.st_mode & stat.S_ISVTX:
        return ""
    is_groups = status.st_mode & stat.S_IWGRP and not _is_mine_alone(status.st_gid)
    if status.st_mode & stat.S_IWOTH or is_groups:
        return f"can be changed by others (mode {stat.S_IMODE(status.st_mode):04o})"
    return ""


def _knows_every_user() -> bool:
    """Whether this process sees every user's number, as it does outside a user namespace."""
    with suppress(OSError):
        return "4294967295" in Path("/proc/self/uid_map").read_text(encoding="ascii")
    return True


def _is_mine_alone(group: int) -> bool:
    """Whether a group is this user's own, as where each user gets one of the same name."""
    # Only Unix has them.
    import grp
    import pwd

    try:
        me, its = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return me.pw_gid == group and its.gr_name == me.pw_name and set(its.gr_mem) <= {me.pw_name}


def sync_folder(folder: Path) -> None:
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
