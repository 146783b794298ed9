"""Windows: who has access to a folder, and durable writes. See `access`."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import wintypes
from pathlib import Path
from typing import Final

from wizard.domain.problems import Problem

assert sys.platform == "win32"  # noqa: S101  tells mypy which system this is for

RETRY_FOR: Final = 2.0
"""Seconds to try again to open, replace, or remove a file that another process uses.

While a file is open in one process, others can't replace it. While it is being replaced, they can't
open it. Either takes a moment.
"""

_PRIVATE: Final = "D:P(A;OICI;FA;;;OW)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
"""Full access for the owner, the system, and administrators; nothing is inherited from above."""
_DACL: Final = 0x80000004
"""DACL_SECURITY_INFORMATION and PROTECTED_DACL_SECURITY_INFORMATION."""
_LONGEST_NAME: Final = 257
"""Characters of a user's name and its end (UNLEN + 1)."""

_advapi = ctypes.WinDLL("advapi32", use_last_error=True)
_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_descriptor_of = _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW
_descriptor_of.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.LPVOID),
    wintypes.LPVOID,
)
_advapi.GetUserNameW.argtypes = (wintypes.LPWSTR, wintypes.LPDWORD)
_advapi.SetFileSecurityW.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, wintypes.LPVOID)
_kernel.LocalFree.argtypes = (wintypes.LPVOID,)


def user_name() -> str:
    """Return the name of the current user, which a service may have without its variable."""
    size = wintypes.DWORD(_LONGEST_NAME)
    name = ctypes.create_unicode_buffer(size.value)
    return name.value if _advapi.GetUserNameW(name, ctypes.byref(size)) else "unknown"


def refuse_others(path: Path, status: os.stat_result, home: Path) -> None:
    """Accept every owner: `status` doesn't name it."""
    del path, status, home


def is_open(status: os.stat_result) -> bool:
    """Return False: modes say nothing here, and the folder was made private."""
    del status
    return False


def make_private(folder: Path) -> None:
    """Give a new folder, and what will be in it, to its owner alone.

    Python does so only since 3.11.10 and 3.12.4. A file system without access lists, such as
    FAT, leaves it open.
    """
    descriptor = wintypes.LPVOID()
    if _descriptor_of(_PRIVATE, 1, ctypes.byref(descriptor), None):
        try:
            _advapi.SetFileSecurityW(str(folder), _DACL, descriptor)
        finally:
            _kernel.LocalFree(descriptor)


def close_to_others(path: Path) -> bool:
    """Make a folder private; return whether it took effect."""
    make_private(path)
    return True


def close_file(descriptor: int) -> None:
    """Do nothing: a file has the access of its folder."""
    del descriptor


def refuse_unsafe(folder: Path, *, is_open: bool) -> Problem | None:
    """Accept every parent folder: only administrators can replace the user's data folder."""
    del folder, is_open
    return None


def sync_file(descriptor: int) -> None:
    """Make what was written to a file durable. Raises OSError."""
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Do nothing: the file system journals new names and removals."""
    del folder
