"""Runs what a command asks the network; a signal ends it, but for what would be lost."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, TypeVar

from wizard.commands.report import print_to_stderr
from wizard.domain.problems import ExitCode
from wizard.flow.uninterrupted import is_under_way
from wizard.host.loop import Loop
from wizard.host.signals import SIGNALS
from wizard.host.terminal import let_go

T = TypeVar("T")

SOON: Final = 0.2
"""Seconds after a signal until it is said that something is waited for."""

WAITING: Final = "Waiting for Twilio's answer, so that no token is lost; up to 30 s …"
STILL_WAITING: Final = "Still waiting: a refresh token that gets lost cannot be had again."


def run(work: Coroutine[object, object, T]) -> T:
    """Run work to its end, or until a signal cancels it.

    What `to_its_end` guards is waited for all the same, however many signals come, and each time
    it is said so.

    Raises:
        SystemExit: a signal came.
    """
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(_until_signaled(work))
    except asyncio.CancelledError:
        # Not a KeyboardInterrupt: click ends the line with "^C" too, but not on a closed terminal.
        _say("")
        raise SystemExit(ExitCode.SIGNAL) from None


async def _until_signaled(work: Coroutine[object, object, T]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    words = iter((WAITING,))

    def announce() -> None:
        if is_under_way():
            _say(next(words, STILL_WAITING))

    def end() -> None:
        if task is not None:
            task.cancel()
        loop.call_later(SOON, announce)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end)

    with _handled(on_signal):
        return await work


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals in the block, but for those that are ignored.

    In place of asyncio's own handler: its second Ctrl+C drops everything, a token with it.
    """
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    usual = {n: signal.getsignal(n) for n in numbers if signal.getsignal(n) != signal.SIG_IGN}
    for number in usual:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in usual.items():
            signal.signal(number, before)


def _say(words: str) -> None:
    # On a terminal the line begins with what was typed.
    ends_the_line = [""] if sys.stderr.isatty() else []
    try:
        print_to_stderr([*ends_the_line, words] if words else ends_the_line)
    except OSError:
        # The window was closed, which is what the signal tells.
        let_go()
