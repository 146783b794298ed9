"""SIGTERM, SIGHUP, and SIGQUIT end a command as Ctrl+C does."""

from __future__ import annotations

import os
import signal
from types import FrameType

from wizard.domain.problems import ExitCode
from wizard.host.signals import SIGNALS


def end_on_signals() -> None:
    """Set the handlers; the wizard, and what awaits the network, set their own in their place.

    A signal that is ignored, as under nohup, stays so.
    """
    for name in SIGNALS[1:]:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:
        # Ctrl+C is ignored, as in a script's background job.
        # What is on the disk is whole at any time.
        os._exit(ExitCode.SIGNAL)
