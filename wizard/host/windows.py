"""Windows: keys of a console, its escape sequences, and windows that close. See `terminal`."""

from __future__ import annotations

import _thread
import asyncio
import codecs
import contextlib
import ctypes
import msvcrt
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from ctypes import wintypes
from threading import Event
from typing import Final, TextIO

assert sys.platform == "win32"  # noqa: S101  tells mypy which system this is for

POLL: Final = 0.03
"""Seconds between polls of the console, which doesn't signal key presses."""
PATIENCE: Final = 30.0
"""Seconds to hold up a closing window; the system itself waits for about 5."""

_CLOSING: Final = {2, 5, 6}
"""CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT."""
_ESCAPES: Final = 4
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING."""
_KEY: Final = 1
"""KEY_EVENT."""
_ALT: Final = 18
"""VK_MENU; released, it gives the character whose number was typed."""
_CTRL_C: Final = 3


class _Event(ctypes.Structure):
    """INPUT_RECORD with a KEY_EVENT_RECORD, which needs the most room of all events."""

    _fields_ = (
        ("kind", wintypes.WORD),
        ("is_down", wintypes.BOOL),
        ("repeated", wintypes.WORD),
        ("virtual_key", wintypes.WORD),
        ("scan_code", wintypes.WORD),
        ("character", wintypes.WORD),
        ("state", wintypes.DWORD),
    )


_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_Handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
_kernel.GetConsoleMode.argtypes = (wintypes.HANDLE, wintypes.LPDWORD)
_kernel.SetConsoleMode.argtypes = (wintypes.HANDLE, wintypes.DWORD)
_kernel.GetNumberOfConsoleInputEvents.argtypes = (wintypes.HANDLE, wintypes.LPDWORD)
_kernel.ReadConsoleInputW.argtypes = (
    wintypes.HANDLE,
    ctypes.POINTER(_Event),
    wintypes.DWORD,
    wintypes.LPDWORD,
)
_kernel.SetConsoleCtrlHandler.argtypes = (_Handler, wintypes.BOOL)


def is_painting_on_terminal() -> bool:
    """Whether stdout, which Textual paints on, is a console."""
    stream = sys.stdout
    return stream is not None and not stream.closed and stream.isatty()


def takes_escapes() -> bool:
    """Whether the console on stdout takes escape sequences: Windows has them since 10."""
    handle, mode = msvcrt.get_osfhandle(sys.stdout.fileno()), wintypes.DWORD()
    if not _kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    is_taken = bool(_kernel.SetConsoleMode(handle, mode.value | _ESCAPES))
    _kernel.SetConsoleMode(handle, mode)
    return is_taken


@contextlib.contextmanager
def reading_keys(chunks: asyncio.Queue[bytes]) -> Iterator[None]:
    """Give each key of the console; without line editing, and without echo."""
    task = asyncio.get_running_loop().create_task(_poll(chunks))
    try:
        yield
    finally:
        task.cancel()


async def _poll(chunks: asyncio.Queue[bytes]) -> None:
    # A character may take two events.
    decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
    while True:
        if text := decoder.decode(_typed()):
            chunks.put_nowait(text.encode("utf-8", "replace"))
        await asyncio.sleep(POLL)


def _typed() -> bytes:
    """Return the characters typed by now, in UTF-16. Ctrl+C is a signal.

    Not by `msvcrt.getwch`: it takes "à" for the beginning of a function key, and would wait.
    """
    found, count = bytearray(), wintypes.DWORD()
    handle = msvcrt.get_osfhandle(sys.stdin.fileno())
    while _kernel.GetNumberOfConsoleInputEvents(handle, count) and count.value:
        events = (_Event * count.value)()
        if not _kernel.ReadConsoleInputW(handle, events, len(events), count):
            break
        for event in events[: count.value]:
            is_key = event.kind == _KEY and (event.is_down or event.virtual_key == _ALT)
            if is_key and event.character == _CTRL_C:
                # Most consoles send the signal themselves.
                signal.raise_signal(signal.SIGINT)
            elif is_key and event.character:
                found += event.character.to_bytes(2, "little") * (event.repeated or 1)
    return bytes(found)


def drop_typed() -> None:
    """Drop what was typed and not read, except Ctrl+C."""
    _typed()


def hang_up() -> None:
    """Handle Ctrl+Break, as for a window that closes; may be called in any thread."""
    _thread.interrupt_main(signal.SIGBREAK)


@contextlib.contextmanager
def noticing_hang_up(streams: Sequence[TextIO], on_hang_up: Callable[[], None]) -> Iterator[None]:
    """Call a function, in a thread, if the window closes or the user signs out during the block.

    The system ends the process once the handler returns, so it waits for the end of the block.
    """
    del streams
    has_ended = Event()

    def on_event(kind: int) -> bool:
        if kind not in _CLOSING:
            return False
        on_hang_up()
        has_ended.wait(PATIENCE)
        return True

    handler = _Handler(on_event)
    _kernel.SetConsoleCtrlHandler(handler, True)
    try:
        yield
    finally:
        _kernel.SetConsoleCtrlHandler(handler, False)
        has_ended.set()
