"""`python -m tests.windows.breaks MODULE …`: run a module as on a console of Windows.

There Ctrl+Break is a signal, but wine's C library knows Ctrl+C only. And there a console draws what
a program prints, but wine's shows the escape codes themselves, so that a page takes hundreds of
rows. The window has the size of a plain terminal, and enough rows are kept to find words in them.
"""

from __future__ import annotations

import ctypes
import runpy
import signal
import sys
from ctypes import wintypes
from typing import Final

assert sys.platform == "win32"

# After that line: on other systems, mypy knows only the first of these names.
from tests.windows.hand import CTRL_BREAK, KEPT_ROWS, Cell  # noqa: E402

STDOUT: Final = wintypes.DWORD(-11)


def on_event(event: int) -> bool:
    """Handle an event of the console; return whether it was Ctrl+Break."""
    if event == CTRL_BREAK:
        # In a thread of its own, as on Windows.
        signal.raise_signal(signal.SIGBREAK)
    return event == CTRL_BREAK


def resize() -> None:
    """Make the window 80×24, and the console keep what scrolls off it."""
    kernel = ctypes.windll.kernel32
    kernel.SetConsoleScreenBufferSize.argtypes = (wintypes.HANDLE, Cell)
    # Pipes have no size.
    console = kernel.GetStdHandle(STDOUT)
    window = (ctypes.c_short * 4)(0, 0, 79, 23)
    if kernel.SetConsoleWindowInfo(console, True, window):
        kernel.SetConsoleScreenBufferSize(console, Cell(80, KEPT_ROWS))


if __name__ == "__main__":
    resize()
    handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)(on_event)
    ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, True)
    _, module, *sys.argv[1:] = sys.argv
    runpy.run_module(module, run_name="__main__", alter_sys=True)
