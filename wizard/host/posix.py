"""Linux and macOS: keys of a terminal, and terminals that close. See `terminal`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Sequence
from threading import Thread, main_thread
from typing import TextIO

assert sys.platform != "win32"  # noqa: S101  tells mypy which system this is for


def is_painting_on_terminal() -> bool:
    """Whether the screens are painted on a terminal: always, as they are on stderr."""
    return True


def takes_escapes() -> bool:
    """Whether the terminal takes escape sequences: all do, unless TERM says otherwise."""
    return True


@contextlib.contextmanager
def reading_keys(chunks: asyncio.Queue[bytes]) -> Iterator[None]:
    """Give each read of the terminal, b"" at its end; without line editing, and without echo."""
    loop, fd = asyncio.get_running_loop(), sys.stdin.fileno()

    def read() -> None:
        chunk = available(fd)
        chunks.put_nowait(chunk)
        if not chunk:
            loop.remove_reader(fd)

    with _unedited(loop, fd):
        loop.add_reader(fd, read)
        try:
            yield
        finally:
            loop.remove_reader(fd)


def drop_typed() -> None:
    """Drop what was typed and not read."""
    with contextlib.suppress(termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def available(fd: int) -> bytes:
    """Read what has been typed by now, once there is something; b"" at the terminal's end."""
    try:
        return os.read(fd, 65536)
    except OSError:
        # It is gone: as at its end.
        return b""


@contextlib.contextmanager
def _unedited(loop: asyncio.AbstractEventLoop, fd: int) -> Iterator[None]:
    """Turn the kernel's line editing and echo off; a terminal that is gone has none."""
    before, on_continue = None, signal.getsignal(signal.SIGCONT)
    with contextlib.suppress(termios.error):
        before = termios.tcgetattr(fd)
        _edit_nothing(fd)
    # After Ctrl+Z, the shell has changed the terminal's settings.
    loop.add_signal_handler(signal.SIGCONT, _edit_nothing, fd)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGCONT)
        signal.signal(signal.SIGCONT, on_continue)
        # It may be gone, or its other end not read.
        with contextlib.suppress(termios.error):
            if before is not None:
                termios.tcsetattr(fd, termios.TCSANOW, before)


def _edit_nothing(fd: int) -> None:
    """Take keys one by one. Raises termios.error."""
    # At once: what was typed already is kept, not flushed.
    tty.setcbreak(fd, termios.TCSANOW)
    settings = termios.tcgetattr(fd)
    # Otherwise Ctrl+S, which saves the sheet on the screens, would stop the output.
    settings[0] &= ~termios.IXON
    termios.tcsetattr(fd, termios.TCSANOW, settings)


def hang_up() -> None:
    """Send this process the signal of a closed terminal."""
    # To the main thread, which the kernel wakes to handle it.
    signal.pthread_kill(main_thread().ident or 0, signal.SIGHUP)


@contextlib.contextmanager
def noticing_hang_up(streams: Sequence[TextIO], on_hang_up: Callable[[], None]) -> Iterator[None]:
    """Call a function, in a thread, if one of the terminals closes during the block.

    The kernel sends SIGHUP to the leader of the terminal's session only, and to no one if stdin
    or stderr is another terminal. Without streams, nothing is watched.
    """
    if not streams:
        yield
        return
    stop_reader, stop_writer = os.pipe()
    fds = [stream.fileno() for stream in streams]
    arguments = (fds, stop_reader, on_hang_up)
    watching = Thread(target=_watch, args=arguments, name="hang-up", daemon=True)
    watching.start()
    try:
        yield
    finally:
        os.close(stop_writer)
        watching.join()
        os.close(stop_reader)


def _watch(fds: Sequence[int], stop: int, on_hang_up: Callable[[], None]) -> None:
    """Wait until a terminal hangs up or the other end of `stop` is closed."""
    poll = select.poll()
    for fd in (*fds, stop):
        # Hang-ups are reported without being asked for.
        poll.register(fd, 0)
    events = dict(poll.poll())
    if stop not in events and any(event & select.POLLHUP for event in events.values()):
        on_hang_up()
