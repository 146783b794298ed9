"""A link in one line on the bare terminal, and a line read back, however long it is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, Final

from wizard.host.output import Output
from wizard.host.terminal import available

SILENCE: Final = 0.3
"""Seconds without input after a line's end: then it is the end, and not a wrap."""
LIMIT: Final = 1024 * 1024
"""Bytes that are read at the most."""


async def show_bare(url: str) -> str:
    """Print a link in one line and return what is entered; "" for Enter alone.

    For a terminal that no app is painting on. What is typed is not echoed: it may hold a code.
    A terminal that closes meanwhile gives ""; what is under way goes on.
    """
    ask = "Paste the URL you land on, or press Enter to go back."
    output = Output(sys.stderr)
    output.write(f"\r\n{url}\r\n\r\n{ask}\r\n")
    # In a thread: a stalled terminal must not hold up the loop, where a response may arrive.
    await asyncio.to_thread(output.close)
    if os.name == "nt":
        # No readiness of a console there; input() is limited to a line, which will do.
        return await asyncio.to_thread(input)
    with _uncooked(sys.stdin.fileno()) as fd:
        return await _read(fd)


async def _read(fd: int) -> str:
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()
    loop.add_reader(fd, lambda: chunks.put_nowait(available(fd)))
    data = b""
    try:
        while len(data) < LIMIT:
            has_ended = data.endswith((b"\r", b"\n"))
            try:
                async with asyncio.timeout(SILENCE if has_ended else None):
                    chunk = await chunks.get()
            except TimeoutError:
                break
            if not chunk:
                break
            data += chunk
    finally:
        loop.remove_reader(fd)
    return data.decode("utf-8", "replace")


@contextlib.contextmanager
def _uncooked(fd: int) -> Iterator[int]:
    """Without the kernel's line editing, which cuts a line at 4,096 bytes, and without echo."""
    import termios
    import tty

    before: list[Any] | None = None
    # A terminal that is gone has no settings.
    with contextlib.suppress(termios.error):
        before = termios.tcgetattr(fd)
        # At once: what was typed already is kept, not flushed.
        tty.setcbreak(fd, termios.TCSANOW)
    try:
        yield fd
    finally:
        if before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(fd, termios.TCSANOW, before)
