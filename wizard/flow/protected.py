"""Work that continues to its end although the task that awaits it is canceled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Final, TypeVar

T = TypeVar("T")

_NAME: Final = "to its end"
"""What such tasks are called."""


async def to_its_end(work: Coroutine[object, object, T], drop: Callable[[], None]) -> T:
    """Await work; a cancellation meanwhile (Ctrl+C, a signal) is let through when it has ended.

    For a request once sent and the saving of its answer: half of it would lose a rotated refresh
    token. The work bounds its own time.

    Args: `drop` is called at a cancellation; it ends the work where nothing has been sent.
    """
    task = asyncio.get_running_loop().create_task(work, name=_NAME)
    try:
        await asyncio.wait((task,))
    except asyncio.CancelledError:
        drop()
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait((task,))
        # Looked at, so that nothing is logged: the cancellation is what is told.
        _ = task.cancelled() or task.exception()
        raise
    return task.result()


def is_under_way() -> bool:
    """Whether such work is being done in the running loop."""
    return any(task.get_name() == _NAME for task in asyncio.all_tasks())


class Protected:
    """Work that goes on behind a screen which is left, and is waited for at the end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def begin(self, work: Coroutine[object, object, T]) -> asyncio.Task[T]:
        """Start work that nobody has to await; what it raises is not logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    async def run(self, work: Coroutine[object, object, T]) -> T:
        """Await work that goes on to its end even if the one who awaits is cancelled."""
        task = self.begin(work)
        # Not asyncio.shield: from Python 3.14 on it logs, onto the screen, what fails unseen.
        await asyncio.wait((task,))
        return task.result()

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._tasks)

    async def close(self) -> None:
        """Wait for everything; a request once sent is bounded by its own limits."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _forget(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Looked at, so that nothing is logged when the one who awaited it is gone.
            task.exception()
