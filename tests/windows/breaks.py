"""`python -m tests.windows.breaks MODULE …`: run a module for which Ctrl+Break is a signal.

Windows' C library sees to that, but wine's knows Ctrl+C only.
"""

from __future__ import annotations

import ctypes
import runpy
import signal
import sys
from ctypes import wintypes

from tests.windows.hand import CTRL_BREAK

assert sys.platform == "win32"


def on_event(event: int) -> bool:
    """Handle an event of the console; return whether it was Ctrl+Break."""
    if event == CTRL_BREAK:
        # In a thread of its own, as on Windows.
        signal.raise_signal(signal.SIGBREAK)
    return event == CTRL_BREAK


if __name__ == "__main__":
    handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)(on_event)
    ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, True)
    _, module, *sys.argv[1:] = sys.argv
    runpy.run_module(module, run_name="__main__", alter_sys=True)
