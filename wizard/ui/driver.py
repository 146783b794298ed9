"""Textual's driver, for terminals that close, stall, or lack an alternate screen."""

from __future__ import annotations

import contextlib
import sys
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from wizard.host.output import Output, noticing_hang_up
from wizard.host.terminal import size

ERASE: Final = "\x1b[0m\x1b[H\x1b[J"
"""Default colors, cursor to the top left, erase to the end of the screen (ECMA-48 §8.3)."""


def _lenient(encoding: str) -> Callable[[], IncrementalDecoder]:
    """Return a decoder that replaces bytes which aren't of the encoding."""
    return partial(getincrementaldecoder(encoding), "replace")


# Textual's own decoder raises on a byte that isn't UTF-8 (a paste from an old terminal), which
# ends the app.
vars(linux_driver)["getincrementaldecoder"] = _lenient


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

    def stop_application_mode(self) -> None:
        """Erase the screen, then stop.

        A terminal without an alternate screen (GNU screen as shipped) would keep the app's rows,
        and what is printed next would stand among them. On others this erases the app's own.
        """
        self.write(ERASE)
        super().stop_application_mode()

    def _get_terminal_size(self) -> tuple[int, int]:
        # Textual's own asks stdout, which may be a file, and believes COLUMNS and LINES.
        return size(sys.__stderr__) or size(sys.__stdin__) or super()._get_terminal_size()

    def _sigcont_application(self, *args: object) -> None:
        """Start again after a stop; after one that gave no warning (SIGSTOP) stop first."""
        if self._auto_restart and not self._must_signal_resume and self._output is not None:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application(*args)

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
