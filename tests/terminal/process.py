"""A program on a pseudo-terminal: input, output, size, signals, and exit code."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests import system
from tests.forks import FORKS, Fork

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
        is_forked: Run it in a fork of a loaded process; `argv` then starts with Python and `-m`.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        size: tuple[int, int],
        *,
        cwd: Path | None,
        umask: int,
        is_forked: bool,
    ) -> None:
        self._writing = threading.Lock()
        self._master, slave = system.openpty()
        system.never_block(self._master)
        self._wake_reader, self._wake_writer = os.pipe()
        self._fds = [self._master, self._wake_reader, self._wake_writer]
        """Empty once the terminal is closed."""
        self.set_size(size)
        self._leader: subprocess.Popen[bytes] | None = None
        if is_forked:
            streams = (slave, slave, slave)
            self._program = FORKS.start(
                argv[2:], env, streams, cwd=cwd, umask=umask, is_on_terminal=True
            )
        else:
            report_reader, report = os.pipe()
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
            os.close(report)
            self._program = Fork(report_reader)
        os.close(slave)
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._program.pid

    def start_reading(self, on_output: Callable[[bytes], None]) -> None:
        """Pass each piece of output, and b"" at its end, to a function, in a thread."""
        self._reader = threading.Thread(target=self._read, args=[on_output], name="terminal")
        self._reader.start()

    @property
    def is_running(self) -> bool:
        """Whether the program is still running."""
        return self._program.poll() is None

    def set_size(self, size: tuple[int, int]) -> None:
        """Set rows and columns; the kernel sends the program SIGWINCH."""
        if self._fds:
            system.set_window_size(self._master, *size)

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
        self._program.send_signal(number)

    def wait(self, timeout: float) -> tuple[int, int]:
        """Return exit code (or minus signal) and the terminal's local flags (-1: it was closed).

        Raises subprocess.TimeoutExpired.
        """
        return self._program.wait(timeout), self._program.flags

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
        if sys.platform == "win32":
            raise NotImplementedError
        self.kill(signal.SIGKILL)
        with self._program:
            self._program.wait()
            self.hang_up()
        if self._leader:
            self._leader.wait()

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
