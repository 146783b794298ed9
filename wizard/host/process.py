"""What is set for the whole process, so that no secret leaves it by way of a fault."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress

from wizard.domain import journal


def protect() -> None:
    """Forbid core dumps, and replace Python's reports of faults that nobody catches."""
    _forbid_core_dumps()
    threading.excepthook = _on_thread_fault
    sys.unraisablehook = _on_unraisable


def note_fault(error: BaseException | None) -> None:
    """Note a fault that nobody catches in the log, where one is kept.

    Its kind and its places only: the message may hold a secret. Nothing is printed, as it would
    stand in the midst of a screen.
    """
    if error is not None and not isinstance(error, SystemExit):
        from wizard.domain.crash import crash

        problem = crash(error)
        journal.note("; ".join((problem.title, problem.cause, *problem.detail)), is_problem=True)


def _on_thread_fault(fault: threading.ExceptHookArgs) -> None:
    note_fault(fault.exc_value)


def _on_unraisable(fault: sys.UnraisableHookArgs) -> None:
    note_fault(fault.exc_value)


def _forbid_core_dumps() -> None:
    if sys.platform != "win32":
        import resource

        # The soft limit: a browser that is started may be given another one.
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
