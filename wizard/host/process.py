"""Signals that end the process, and crash reports and core dumps without secrets."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from wizard.domain import journal

SIGNALS: Final[tuple[int, ...]] = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
    if hasattr(signal, name)
)
"""Ctrl+C first. Windows lacks SIGHUP and SIGQUIT; only it has SIGBREAK (Ctrl+Break).

SIGQUIT (Ctrl+\\) would otherwise leave a terminal without echo.
"""


HANG_UP: Final = getattr(signal, "SIGHUP", 0)
"""Ignored once it has come: a closing window may send it again, until the very end."""


def leave_on_signals(leave: Callable[[], object]) -> None:
    """Call a function in the running loop on each of the signals, for an orderly exit."""
    import asyncio

    loop = asyncio.get_running_loop()

    def hung_up(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)
        # The loop may be closed by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(leave)

    for number in SIGNALS:
        # Not outside the main thread (tests).
        with suppress(ValueError, RuntimeError):
            if number == HANG_UP:
                # The loop would restore the default handler at its end, when a second one comes.
                # The handlers of the others have it woken by this one too.
                signal.signal(number, hung_up)
            else:
                loop.add_signal_handler(number, leave)


def protect() -> None:
    """Disable core dumps, and replace Python's reports of uncaught exceptions."""
    if sys.platform != "win32":
        import resource

        # The soft limit: a browser that is started may be given another one.
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    threading.excepthook = lambda fault: note_fault(fault.exc_value)
    sys.unraisablehook = lambda fault: note_fault(fault.exc_value)


def note_fault(error: BaseException | None) -> None:
    """Log an uncaught exception, if a log is kept.

    Only its type and its places: the message may hold a secret. Nothing is printed, as that would
    garble the screen.
    """
    if error is not None and not isinstance(error, SystemExit):
        from wizard.domain.errors.local import crash

        problem = crash(error)
        journal.note("; ".join((problem.title, problem.cause, *problem.detail)), is_problem=True)
