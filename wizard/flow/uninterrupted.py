"""Work that goes on to its end although the one who awaits it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def to_its_end(work: Coroutine[object, object, T]) -> T:
    """Await work; a cancellation meanwhile (Ctrl+C, a signal) is let through when it has ended.

    For a request once sent and the saving of its answer: half of it would lose a rotated refresh
    token. The work bounds its own time.
    """
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.wait((task,))
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait((task,))
        # Looked at, so that nothing is logged: the cancellation is what is told.
        _ = task.cancelled() or task.exception()
        raise
    return task.result()
