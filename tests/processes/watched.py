"""`python -m tests.processes.watched -m wizard …`: run the wizard, and watch it from inside.

Variables select what is watched. Each one is optional:
    WATCH_QUEUE: a named pipe; gets a byte when the process first tries to take a lock.
    WATCH_TRACE: a file; gets a line for each step.
    WATCH_KILL: the number, from 1, of the step at which the process kills itself.

A step is a moment just before a file is created, replaced, removed, or synced, or just before
or after data is sent. There are no steps after other calls, because nothing changes
outside the process before the next step.
"""

from __future__ import annotations

import os
import runpy
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from tests import system

P = ParamSpec("P")
R = TypeVar("R")

WATCHED = ("-m", "tests.processes.watched")
"""The interpreter options that run this module before the program."""


class Steps:
    """Counts the steps, writes them down, and kills the process at one of them."""

    def __init__(self, trace: Path | None, kill_at: int) -> None:
        self._trace = trace
        self._left = kill_at
        self._is_paused = False

    def __call__(self, what: str) -> None:
        if self._is_paused:
            return
        if self._trace is not None:
            with self._trace.open("a") as file:
                file.write(f"{what}\n")
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), system.SIGKILL)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Count no steps in this block: a fake acts here, not the wizard."""
        self._is_paused = True
        try:
            yield
        finally:
            self._is_paused = False

    def before(self, what: str, call: Callable[P, R]) -> Callable[P, R]:
        """Return a function that counts as a step before it makes the call."""

        def stepped(*args: P.args, **kwargs: P.kwargs) -> R:
            self(what)
            return call(*args, **kwargs)

        return stepped


def watch_files(steps: Steps) -> None:
    """Count each change to a file as a step."""
    os.replace = steps.before("replace", os.replace)
    os.unlink = steps.before("unlink", os.unlink)
    os.fsync = steps.before("fsync", os.fsync)
    opened = os.open

    def watched(path: str, flags: int, mode: int = 0o777) -> int:
        # Locks are created in this way too, except a lock that already exists.
        if flags & os.O_EXCL and not os.fspath(path).endswith(".lock"):
            steps("create")
        return opened(path, flags, mode)

    os.open = watched  # type: ignore[assignment]


def watch_requests(steps: Steps) -> None:
    """Count two steps for each piece that is sent to a server."""
    send = socket.socket.send

    def watched(self: socket.socket, data: bytes, flags: int = 0) -> int:
        # An event loop wakes itself through a socket of another family.
        if self.family != socket.AF_INET:
            return send(self, data, flags)
        steps("send")
        count = send(self, data, flags)
        steps("sent")
        return count

    socket.socket.send = watched  # type: ignore[assignment,method-assign]


def tell_of_the_lock(queue: str) -> None:
    """Write a byte into a pipe when a profile's lock is first tried."""
    opened = os.open

    def watched(path: str, flags: int, mode: int = 0o777) -> int:
        if os.fspath(path).endswith(".lock"):
            os.open = opened
            pipe = opened(queue, os.O_WRONLY)
            os.write(pipe, b".")
            os.close(pipe)
        return opened(path, flags, mode)

    os.open = watched  # type: ignore[assignment]


def main() -> None:
    """Run the module named after `-m`, watched as the variables say."""
    trace, kill_at = os.environ.get("WATCH_TRACE"), int(os.environ.get("WATCH_KILL", "0"))
    if trace or kill_at:
        steps = Steps(Path(trace) if trace else None, kill_at)
        watch_files(steps)
        watch_requests(steps)
    queue = os.environ.get("WATCH_QUEUE")
    if queue:
        tell_of_the_lock(queue)
    module = sys.argv[2]
    del sys.argv[1:3]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
