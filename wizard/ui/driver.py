"""Textual's driver, but for a terminal that closes or stalls: painting never waits for it."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from wizard.host.output import Output, noticing_hang_up


class TerminalDriver(LinuxDriver):
    """Paints through an `Output`.

    Textual's own thread ends at the first failing write. Its queue then fills, and the 31st write
    blocks the event loop for good: deaf to signals, and without saving what it had received.
    """

    _output: Output | None = None

    def start_application_mode(self) -> None:
        """Open the output, then start."""
        self._output = Output(sys.__stderr__ or sys.stderr)
        output: Any = self._output
        self._file = output
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def write(self, data: str) -> None:
        """Write, unless the app is suspended: nobody would empty the queue."""
        if self._output is not None and self._writer_thread is not None:
            super().write(data)

    def run_input_thread(self) -> None:
        """Read keys, until the terminal is gone: reading on would never wait again."""
        streams = [sys.__stdin__] if sys.__stdin__ else []
        with noticing_hang_up(streams, self.exit_event.set), contextlib.suppress(OSError):
            super().run_input_thread()

    def close(self) -> None:
        """Write out what is left, and end."""
        super().close()
        if self._output is not None:
            self._output.close()
            self._output = None
