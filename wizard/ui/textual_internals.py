"""All private or undocumented parts of Textual that the screens use.

An upgrade of Textual is this file. `tests/ui/test_textual_internals.py` names each part, fails if
Textual renames one, and allows none of them anywhere else.
"""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import sys
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from textual import events
from textual._border import BORDER_CHARS
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from wizard.domain.problems import ExitCode
from wizard.host.terminal import Output, is_readable, size, system

NO_SCREENS: Final = (
    "This version of the Textual library isn't supported: its crash report could show secrets. To"
    " use the full-screen wizard again, reinstall scim-wizard."
)
ERASE: Final = "\x1b[0m\x1b[H\x1b[J"
"""Default colors, cursor to the top left, erase to the end of the screen (ECMA-48 §8.3)."""


# -- crashes -------------------------------------------------------------------------------------


class CrashingApp(App[ExitCode]):
    """An app that reports a crash in its own words.

    Textual's own report prints local variables and the message, and either may hold a secret.
    """

    def crash_report(self) -> Sequence[str]:
        """Return the lines to print about the exception that is being handled."""
        raise NotImplementedError

    def _fatal_error(self) -> None:
        self.bell()
        self._exit_renderables.append("\n".join(self.crash_report()))
        self._return_code = ExitCode.MACHINE
        self._close_messages_no_wait()

    def panic(self, *_renderables: object) -> None:
        """Report an exception that would render itself, such as a style sheet's, like any other."""
        self._fatal_error()


def why_no_screens() -> str:
    """Return why a crash might print a secret with this Textual, in a sentence; "" if none can.

    The overridden method must exist, and be what Textual calls for an exception.
    """
    handler = getattr(App, "_handle_exception", None)
    called = handler.__code__.co_names if handler is not None else ()
    is_ours = "_fatal_error" in called and hasattr(App, "_fatal_error") and hasattr(App, "panic")
    return "" if is_ours else NO_SCREENS


# -- style and paint -----------------------------------------------------------------------------


class Ground(Screen[None]):
    """The screen below the steps. It counts as covered: it would be painted between two steps."""

    is_current = False


def frame_with_brackets() -> None:
    """Make `border: ascii` brackets, which Textual lacks; its own ASCII frame is used nowhere."""
    BORDER_CHARS["ascii"] = (("+", "-", "+"), ("[", " ", "]"), ("+", "-", "+"))


def forget_strips() -> None:
    """Free what left screens painted: this cache has their lines in its keys, about 1 MB each."""
    StylesCache.get_inner_outer.cache_clear()


def style_once(screen: Screen[Any], event: events.ScreenResume) -> None:
    """Let a screen that comes into view the first time not be styled again: it has just been."""
    if not screen.stack_updates:
        event.refresh_styles = False


def style_with(app: App[ExitCode], path: Path) -> None:
    """Load another style sheet, once. Listed in CSS_PATH, it would delay the first paint."""
    if not app.stylesheet.has_source(str(path)):
        app.stylesheet.add_source(path.read_text(encoding="utf-8"), (str(path), ""))


def unsay(app: App[ExitCode], message: str) -> None:
    """Drop a notification that says the same: Textual stacks them."""
    for each in [each for each in app._notifications if each.message == message]:
        app._unnotify(each, refresh=False)


# -- input ---------------------------------------------------------------------------------------


class Parser(XTermParser):
    """Gives all input that arrived together the same time, however slow this machine is.

    Without bracketed paste, only the time tells a line end of a paste from a pressed Enter.
    """

    is_feeding = False
    """Whether what was read has not all been handed to the app yet; it is in another thread."""
    _read_at: float | None = None

    def feed(self, data: str) -> Iterator[Message]:
        """Parse what was read."""
        if self._read_at is None:
            self._read_at = Message().time
        Parser.is_feeding = True
        try:
            for message in super().feed(data):
                message.time = self._read_at
                yield message
        finally:
            Parser.is_feeding = False
        if not is_readable(sys.__stdin__):
            self._read_at = None


# -- clipboard -----------------------------------------------------------------------------------


def forget_clipboard(app: App[ExitCode]) -> None:
    """Forget what was copied: Ctrl+V would show a secret in another field."""
    app._clipboard = ""


def copy_through_tmux(app: App[ExitCode], text: str) -> None:
    """Send a copy (OSC 52) to the terminal around tmux; the driver has no public name."""
    if app._driver is not None:
        encoded = base64.b64encode(text.encode()).decode()
        app._driver.write(f"\x1bPtmux;\x1b\x1b]52;c;{encoded}\a\x1b\\")


# -- terminal ------------------------------------------------------------------------------------

if sys.platform != "win32":
    from textual.drivers import linux_driver
    from textual.drivers.linux_driver import LinuxDriver

    def _lenient(encoding: str) -> Callable[[], IncrementalDecoder]:
        """Return a decoder that replaces bytes which aren't of the encoding.

        Textual's own raises on a byte that isn't UTF-8 (a paste from an old terminal), which ends
        the app.
        """
        return partial(getincrementaldecoder(encoding), "replace")

    vars(linux_driver)["getincrementaldecoder"] = _lenient
    vars(linux_driver)["XTermParser"] = Parser

    class TerminalDriver(LinuxDriver):
        """Paints through an `Output`, for terminals that close, stall, or lack a second screen.

        Textual's own thread ends at the first failing write. Its queue then fills, and the 31st
        write blocks the event loop for good: deaf to signals, and without saving what it had
        received.
        """

        _output: Output | None = None
        _is_painting = False

        def start_application_mode(self) -> None:
            """Open the output, then start."""
            self._output = Output(sys.__stderr__ or sys.stderr)
            output: Any = self._output
            self._file = output
            super().start_application_mode()  # type: ignore[no-untyped-call]
            # Textual's own clears it once it has started. It doesn't start in the background.
            self._is_painting = not self._must_signal_resume

        def stop_application_mode(self) -> None:
            """Erase the screen, then stop.

            A terminal without an alternate screen (GNU screen as shipped) would keep the app's
            rows, and what is printed next would stand among them. On others this erases the app's.
            """
            self._is_painting = False
            self.write(ERASE)
            super().stop_application_mode()

        def _get_terminal_size(self) -> tuple[int, int]:
            # Textual's own asks stdout, which may be a file, and believes COLUMNS and LINES.
            return size(sys.__stderr__) or size(sys.__stdin__) or super()._get_terminal_size()

        def _sigtstp_application(self, *_: object) -> None:
            stop = partial(os.kill, os.getpid(), signal.SIGSTOP)
            self._between_events(super()._sigtstp_application if self._is_painting else stop)

        def _sigcont_application(self, *_: object) -> None:
            self._between_events(self._go_on)

        def _between_events(self, handle: Callable[[], None]) -> None:
            """Handle a signal in the event loop, or at once if that isn't running.

            A handler may interrupt a write, which holds the lock of the queue that the handler's
            own write needs.
            """
            if self._loop.is_running():
                self._loop.call_soon_threadsafe(handle)
            else:
                handle()

        def _go_on(self) -> None:
            """Start again after a stop; after one that gave no warning (SIGSTOP) stop first.

            Whatever ends the process may also send SIGCONT. Nothing is started then: no one would
            stop the thread that reads keys, which would keep the process alive.
            """
            if self._is_painting and self._auto_restart:
                self.suspend_application_mode()
                self._must_signal_resume = True
            if self._must_signal_resume:
                super()._sigcont_application()

        def write(self, data: str) -> None:
            """Write, unless the app is suspended: no one would empty the queue."""
            if self._output is not None and self._writer_thread is not None:
                super().write(data)

        def run_input_thread(self) -> None:
            """Read keys, until the terminal is gone: reading on would never wait again."""
            streams = [sys.__stdin__] if sys.__stdin__ else []
            with (
                system.noticing_hang_up(streams, self.exit_event.set),
                contextlib.suppress(OSError),
            ):
                super().run_input_thread()

        def close(self) -> None:
            """Write out what is left, and end."""
            super().close()
            if self._output is not None:
                self._output.close()
                self._output = None
