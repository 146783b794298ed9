"""How systems differ. A test that uses what Windows lacks is skipped there and says why."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

if sys.platform == "win32":
    import ctypes

    IS_WINE: Final = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
    SIGHUP = SIGQUIT = SIGKILL = SIGSTOP = SIGTSTP = SIGCONT = signal.SIGTERM

    def mkfifo(path: Path) -> None:
        """Skip the test."""
        pytest.skip(f"Windows has no named pipe at a path: {path.name}")

    def openpty() -> tuple[int, int]:
        """Skip the test."""
        pytest.skip("Windows has no pseudoterminals")

    def never_block(terminal: int) -> None:
        """Skip the test."""
        pytest.skip(f"Windows can't keep file descriptor {terminal} from blocking")

    def set_window_size(terminal: int, rows: int, columns: int) -> None:
        """Skip the test."""
        pytest.skip(f"Windows can't set {rows}x{columns} on file descriptor {terminal}")

    def read_time_zone() -> None:
        """Do nothing: a running process keeps its time zone."""

    def variable(name: str) -> str:
        """Return the name under which a variable is set: Windows ignores its case."""
        return name.upper()

    def user_id() -> int:
        """Return a number that no user has: users have no numbers."""
        return -1

    def give(path: Path, user: int) -> None:
        """Skip the test."""
        pytest.skip(f"Windows can't give {path.name} to user {user}")

    @contextmanager
    def full_disk() -> Iterator[None]:
        """Skip the test."""
        pytest.skip("Windows has no limit on a file's size")
        yield

else:
    import fcntl
    import resource
    import struct
    import termios
    import time

    IS_WINE: Final = False
    SIGHUP, SIGQUIT, SIGKILL = signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL
    SIGSTOP, SIGTSTP, SIGCONT = signal.SIGSTOP, signal.SIGTSTP, signal.SIGCONT

    def mkfifo(path: Path) -> None:
        """Create a named pipe."""
        os.mkfifo(path)

    def openpty() -> tuple[int, int]:
        """Open a pseudoterminal; return the file descriptors of its two ends."""
        return os.openpty()

    def never_block(terminal: int) -> None:
        """Let reads and writes of a terminal fail rather than wait."""
        os.set_blocking(terminal, False)

    def set_window_size(terminal: int, rows: int, columns: int) -> None:
        """Set the size of a terminal's window."""
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_time_zone() -> None:
        """Use the time zone of the environment from now on."""
        time.tzset()

    def variable(name: str) -> str:
        """Return the name under which a variable is set, which is the one that was given."""
        return name

    def user_id() -> int:
        """Return the number of the user; 0 is root."""
        return os.geteuid()

    def give(path: Path, user: int) -> None:
        """Give a file to a user; only root can."""
        os.chown(path, user, user, follow_symlinks=False)

    @contextmanager
    def full_disk() -> Iterator[None]:
        """Have the kernel reject every byte that this process writes to a file."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


requires_full_device: Final = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only Linux has a device that is always full"
)

NO_CA_FILES: Final = "wine 8 takes no certificate authorities but those of its own store"
requires_ca_files: Final = pytest.mark.skipif(IS_WINE, reason=NO_CA_FILES)
