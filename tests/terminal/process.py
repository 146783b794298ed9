"""A program on a pseudo-terminal: input, output, size, signals, and exit code."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_LEADER: Final = Path(__file__).with_name("leader.py")
_WRITE_PATIENCE: Final = 20.0


class PtyProcess:
    """A running program, led by `leader.py`, and the thread that reads its output.

    Args:
        argv: The program and its arguments.
        env: All its variables.
        size: Rows and columns.
        cwd: Where it runs.
        umask: Its umask; -1 leaves it unchanged.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        size: tuple[int, int],
        *,
        cwd: Path | None,
        umask: int,
    ) -> None:
        self._writing = threading.Lock()
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)
        self._wake_reader, self._wake_writer = os.pipe()
        self._fds = [self._master, self._wake_reader, self._wake_writer]
        """Empty once the terminal is closed."""
        self.set_size(size)
        report_reader, report = os.pipe()
        self._report = os.fdopen(report_reader)
        self._leader = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(_LEADER)),
                *(str(report), env.get("LC_CTYPE", "")),
                *argv,
            ],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=[report],
            env=env,
            cwd=cwd,
            umask=umask,
            start_new_session=True,
        )
        os.close(slave)
        os.close(report)
        self.pid = int(self._report.readline())
        self._ending: tuple[int, int] | None = None
        self._reader: threading.Thread | None = None

    def start_reading(self, on_output: Callable[[bytes], None]) -> None:
        """Pass each piece of output, and b"" at its end, to a function, in a thread."""
        self._reader = threading.Thread(target=self._read, args=[on_output], name="terminal")
        self._reader.start()

    @property
    def is_running(self) -> bool:
        """Whether the program is still running."""
        return self._leader.poll() is None

    def set_size(self, size: tuple[int, int]) -> None:
        """Set rows and columns; the kernel sends the program SIGWINCH."""
        if self._fds:
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    def write(self, data: bytes) -> None:
        """Write all bytes; input for a program that has ended is dropped."""
        give_up = time.monotonic() + _WRITE_PATIENCE
        with self._writing:
            while data and self._fds:
                assert time.monotonic() < give_up, "the program does not read its input"
                select.select([], [self._master], [], 1)
                try:
                    data = data[os.write(self._master, data) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    if error.errno != errno.EIO:
                        raise
                    return

    def kill(self, number: signal.Signals) -> None:
        """Send the program a signal, unless it has ended."""
        if self.is_running:
            # The program may end at this moment, before its leader does.
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, timeout: float) -> tuple[int, int]:
        """Return exit code (or minus signal) and the terminal's local flags (-1: hung up).

        Raises subprocess.TimeoutExpired.
        """
        self._leader.wait(timeout)
        if self._ending is None:
            code, flags = self._report.readline().split()
            self._ending = int(code), int(flags)
        return self._ending

    def hang_up(self) -> None:
        """Close the terminal; the program gets SIGHUP, and its output is lost."""
        if not self._fds:
            return
        os.write(self._wake_writer, b"!")
        if self._reader:
            self._reader.join()
        with self._writing:
            while self._fds:
                os.close(self._fds.pop())

    def stall(self) -> None:
        """Stop reading the program's output; its writes soon block."""
        os.write(self._wake_writer, b"!")
        if self._reader:
            self._reader.join()

    def close(self) -> None:
        """End the program, by force if necessary, and close the terminal."""
        self.kill(signal.SIGKILL)
        self._leader.wait()
        self.hang_up()
        self._report.close()

    def _read(self, on_output: Callable[[bytes], None]) -> None:
        data = b"more"
        while data:
            ready, _, _ = select.select([self._master, self._wake_reader], [], [])
            data = b"" if self._wake_reader in ready else _read_some(self._master)
            on_output(data)


def _read_some(master: int) -> bytes:
    """Return the available output; empty if the terminal's other end is closed."""
    try:
        return os.read(master, 65536)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""
