"""Writing to the terminal in a thread, and noticing when the terminal is gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Thread, main_thread
from typing import Final, TextIO

PATIENCE: Final = 2.0
"""Seconds `close` waits for a terminal that doesn't read."""


class Output(Thread):
    """A terminal to write to: `write` never waits and never fails.

    A terminal may stop reading (a stalled connection, Ctrl+S) or close at any time. Neither may
    hold up the event loop, where the response to a token request is being saved. Written with
    `os.write`: a thread that is stuck in a buffered stream would block the interpreter's exit.
    """

    def __init__(self, stream: TextIO) -> None:
        """Args: `stream`: gives the file descriptor and the encoding."""
        super().__init__(name="output", daemon=True)
        self._fd = stream.fileno()
        self._stream = stream
        self._texts: SimpleQueue[str | None] = SimpleQueue()
        self.start()

    @property
    def encoding(self) -> str:
        """The encoding the terminal takes."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:
        """What the encoding does with a character that it lacks."""
        return self._stream.errors

    def fileno(self) -> int:
        """Return the terminal's file descriptor."""
        return self._fd

    def write(self, text: str) -> int:
        """Queue text; text for a terminal that is gone is dropped."""
        self._texts.put(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: the thread writes as soon as it can."""

    def close(self) -> None:
        """Wait until everything is written, for `PATIENCE` seconds at most."""
        self._texts.put(None)
        self.join(PATIENCE)

    def run(self) -> None:
        """Write what is queued until `close`."""
        is_open = True
        while is_open:
            texts = [self._texts.get()]
            while not self._texts.empty():
                texts.append(self._texts.get())
            is_open = None not in texts
            try:
                self._write("".join(text for text in texts if text))
            except OSError:
                hang_up()
                # Drop the rest.
                while is_open and self._texts.get() is not None:
                    pass
                return

    def _write(self, text: str) -> None:
        if sys.platform == "win32":
            # A console takes characters, not bytes.
            self._stream.write(text)
            self._stream.flush()
            return
        data = text.encode(self.encoding, self.errors or "replace")
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                # Another program that shares the terminal made it non-blocking.
                select.select([], [self._fd], [])


def hang_up() -> None:
    """Send this process the signal of a closed terminal; there is none on Windows."""
    if sys.platform != "win32":
        # To the main thread, which the kernel wakes to handle it.
        signal.pthread_kill(main_thread().ident or 0, signal.SIGHUP)


@contextlib.contextmanager
def noticing_hang_up(streams: Sequence[TextIO], on_hang_up: Callable[[], None]) -> Iterator[None]:
    """Call a function, in a thread, if one of the terminals closes during the block.

    The kernel sends SIGHUP to the leader of the terminal's session only, and to nobody if stdin
    or stderr is another terminal. Windows has no such call: there the process is ended.
    """
    if sys.platform == "win32":
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
    if sys.platform != "win32":
        poll = select.poll()
        for fd in (*fds, stop):
            # Hang-ups are reported without being asked for.
            poll.register(fd, 0)
        events = dict(poll.poll())
        if stop not in events and any(event & select.POLLHUP for event in events.values()):
            on_hang_up()


def is_stalled(stream: TextIO) -> bool:
    """Whether a write to a terminal would wait because nobody reads it."""
    if sys.platform == "win32":
        return False
    try:
        return not select.select([], [stream], [], 0)[1]
    except (OSError, ValueError):
        return False
