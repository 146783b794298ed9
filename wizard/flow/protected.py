"""Work that is finished even if the task that awaits it is canceled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Final, TypeVar

T = TypeVar("T")

_NAME: Final = "saving"
"""The name of the tasks of `to_its_end`."""


class Protected:
    """Work that continues after its screen was left, and is awaited when the wizard exits."""

    def __init__(self, name: str | None = None) -> None:
        """Args: `name`: the name of its tasks."""
        self._name = name
        self._tasks: set[asyncio.Task[object]] = set()

    def begin(self, work: Coroutine[object, object, T]) -> asyncio.Task[T]:
        """Start work that need not be awaited; its exceptions aren't logged."""
        task = asyncio.get_running_loop().create_task(work, name=self._name)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    async def run(self, work: Coroutine[object, object, T]) -> T:
        """Await work that is finished even if the awaiting task is canceled."""
        task = self.begin(work)
        # Not asyncio.shield: from Python 3.14 on it logs unretrieved exceptions onto the screen.
        await asyncio.wait((task,))
        return task.result()

    @property
    def is_busy(self) -> bool:
        """Whether any work is in progress."""
        return bool(self._tasks)

    async def close(self) -> None:
        """Wait for all work; a request that was sent has its own time limits."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _forget(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Retrieve the exception, so that it isn't logged if the awaiting task is gone.
            task.exception()


async def to_its_end(work: Coroutine[object, object, T], drop: Callable[[], None]) -> T:
    """Await work to its end; a cancellation (Ctrl+C, a signal) takes effect after that.

    It is for a request that was sent and the saving of its response: stopping halfway would lose a
    rotated refresh token. The work limits its own time.

    Args: `drop` is called on cancellation; it ends the work if nothing has been sent.
    """
    protected = Protected(_NAME)
    try:
        return await protected.run(work)
    except asyncio.CancelledError:
        drop()
        while protected.is_busy:
            with suppress(asyncio.CancelledError):
                await protected.close()
        raise


def is_under_way() -> bool:
    """Whether work of `to_its_end` is in progress in the running loop."""
    return any(task.get_name() == _NAME for task in asyncio.all_tasks())
