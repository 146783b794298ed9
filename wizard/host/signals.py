"""The signals that end the wizard and its commands."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from typing import Final

SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
"""Ctrl+C first. By name: Windows lacks the last two.

SIGQUIT (Ctrl+\\) would otherwise leave a terminal without echo.
"""


def leave_on_signals(leave: Callable[[], object]) -> None:
    """Call a function in the running loop on each of the signals, so that it ends properly."""
    import asyncio

    loop = asyncio.get_running_loop()
    for name in SIGNALS:
        if number := getattr(signal, name, None):
            # Not on Windows, and not outside the main thread (tests).
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(number, leave)
