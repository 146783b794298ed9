"""Work that runs to its end, even if the task that awaits it is cancelled."""

from __future__ import annotations

import asyncio
import gc

import pytest

from tests.flow.stage import error
from wizard.domain.problems import SetupError
from wizard.flow.protected import Protected


async def test_protected_work_that_fails_unseen_is_no_trouble() -> None:
    protected, go_on, logged = Protected(), asyncio.Event(), []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: logged.append(told))

    async def fail() -> None:
        await go_on.wait()
        raise error()

    task = asyncio.create_task(protected.run(fail()))
    await asyncio.sleep(0)
    task.cancel()
    go_on.set()
    await protected.close()
    assert task.cancelled()
    # Only a failure that nothing references any more would be logged.
    del task
    gc.collect()
    assert logged == []


async def test_protected_work_gives_its_result_and_its_error() -> None:
    protected = Protected()

    async def answer() -> int:
        return 42

    async def fail() -> None:
        raise error()

    assert await protected.run(answer()) == 42
    with pytest.raises(SetupError, match="made-up"):
        await protected.run(fail())
