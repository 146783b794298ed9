"""`python -m tests.windows.hand PID`: type on the console of another process, and read its screen.

This takes a process of its own, because a process can use one console at a time. Each line of JSON
on stdin is an order, and each line of JSON on stdout its result.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time
from ctypes import wintypes
from typing import Final

CTRL_C: Final = 0
CTRL_BREAK: Final = 1
CLOSE: Final = 2
"""The events of a console."""

assert sys.platform == "win32"

KEPT_ROWS: Final = 5000
"""The most rows of a console that are read."""
PATIENCE: Final = 60.0
"""Seconds until a process must have its console."""

_READ_AND_WRITE: Final = 0xC0000000
_SHARED: Final = 3
_EXISTING: Final = 3
_ANY_ACCESS: Final = 0x1FFFFF
_KEY_EVENT: Final = 1
_RETURN: Final = 13


class _Key(ctypes.Structure):
    """KEY_EVENT_RECORD."""

    _fields_ = (
        ("is_down", wintypes.BOOL),
        ("repeated", wintypes.WORD),
        ("virtual_key", wintypes.WORD),
        ("scan_code", wintypes.WORD),
        ("character", wintypes.WCHAR),
        ("state", wintypes.DWORD),
    )


class _Input(ctypes.Structure):
    """INPUT_RECORD, with a key as its event."""

    _fields_ = (("kind", wintypes.WORD), ("key", _Key))


class Cell(ctypes.Structure):
    """COORD."""

    _fields_ = (("column", ctypes.c_short), ("row", ctypes.c_short))


class _Screen(ctypes.Structure):
    """CONSOLE_SCREEN_BUFFER_INFO."""

    _fields_ = (
        ("size", Cell),
        ("cursor", Cell),
        ("colors", wintypes.WORD),
        ("window", ctypes.c_short * 4),
        ("largest", Cell),
    )


_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel.CreateFileW.restype = wintypes.HANDLE
_kernel.OpenProcess.restype = wintypes.HANDLE
_kernel.GetModuleHandleW.restype = wintypes.HMODULE
_kernel.GetProcAddress.restype = ctypes.c_void_p
_kernel.GetProcAddress.argtypes = (wintypes.HMODULE, wintypes.LPCSTR)
_kernel.WriteConsoleInputW.argtypes = (
    wintypes.HANDLE,
    ctypes.POINTER(_Input),
    wintypes.DWORD,
    wintypes.LPDWORD,
)
_kernel.GetConsoleScreenBufferInfo.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Screen))
_kernel.ReadConsoleOutputCharacterW.argtypes = (
    wintypes.HANDLE,
    wintypes.LPWSTR,
    wintypes.DWORD,
    Cell,
    wintypes.LPDWORD,
)
_kernel.CreateRemoteThread.restype = wintypes.HANDLE
_kernel.CreateRemoteThread.argtypes = (
    wintypes.HANDLE,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_void_p,
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.LPDWORD,
)


class Hand:
    """The keyboard and the eyes of a user at the console of a process."""

    def __init__(self, process: int) -> None:
        self._process = process
        _kernel.FreeConsole()
        give_up = time.monotonic() + PATIENCE
        while not _kernel.AttachConsole(process):
            # The process is still starting.
            _check(time.monotonic() < give_up)
            time.sleep(0.05)
        # What is sent to the console is not for this process.
        _check(_kernel.SetConsoleCtrlHandler(None, True))
        self._input, self._screen = _opened("CONIN$"), _opened("CONOUT$")

    def type(self, text: str) -> None:
        """Press and release the key of each character."""
        keys = [
            _Input(_KEY_EVENT, _Key(is_down, 1, _RETURN if key == "\r" else 0, 0, key, 0))
            for key in text
            for is_down in (True, False)
        ]
        written = wintypes.DWORD()
        records = (_Input * len(keys))(*keys)
        _check(_kernel.WriteConsoleInputW(self._input, records, len(keys), written))
        _check(written.value == len(keys))

    def screen(self) -> str:
        """Return all that is on the screen, and what has scrolled off it."""
        screen = _Screen()
        _check(_kernel.GetConsoleScreenBufferInfo(self._screen, screen))
        width, read = screen.size.column, wintypes.DWORD()
        cells = ctypes.create_unicode_buffer(width + 1)
        rows = []
        for row in range(min(screen.size.row, KEPT_ROWS)):
            start = Cell(0, row)
            _check(_kernel.ReadConsoleOutputCharacterW(self._screen, cells, width, start, read))
            rows.append(cells.value[: read.value].rstrip())
        return "\n".join(rows).rstrip()

    def send(self, event: int) -> None:
        """Send an event of a key to all programs of the console."""
        _check(_kernel.GenerateConsoleCtrlEvent(event, 0))

    def start_handler(self, event: int) -> None:
        """Start the thread in the process that the system starts for an event."""
        process = _kernel.OpenProcess(_ANY_ACCESS, False, self._process)
        _check(process)
        names = ("kernelbase.dll", "kernel32.dll")
        libraries = [_kernel.GetModuleHandleW(name) for name in names]
        found = [_kernel.GetProcAddress(library, b"CtrlRoutine") for library in libraries]
        routine = next((address for address in found if address), None)
        _check(routine)
        _check(_kernel.CreateRemoteThread(process, None, 0, routine, event, 0, None))


def _opened(name: str) -> wintypes.HANDLE:
    handle = _kernel.CreateFileW(name, _READ_AND_WRITE, _SHARED, None, _EXISTING, 0, None)
    _check(handle != wintypes.HANDLE(-1).value)
    return wintypes.HANDLE(handle)


def _check(has_worked: object) -> None:
    if not has_worked:
        raise ctypes.WinError(ctypes.get_last_error())


def main() -> None:
    """Carry out one order after the other."""
    hand = Hand(int(sys.argv[1]))
    while line := sys.stdin.readline():
        name, *arguments = json.loads(line)
        result = getattr(hand, name)(*arguments)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
