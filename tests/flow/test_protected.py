"""Work that runs to its end, even if the task that awaits it is canceled."""

from __future__ import annotations

import asyncio
import gc

import pytest

from tests.flow.stage import error
from wizard.domain.problems import SetupError
from wizard.flow.protected import Protected, is_under_way, to_its_end


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


async def test_protected_work_that_is_cancelled_itself_leaves_nothing_behind() -> None:
    protected = Protected()
    task = protected.begin(asyncio.Event().wait())
    assert protected.is_busy
    task.cancel()
    await protected.close()
    assert not protected.is_busy


async def test_work_is_awaited_to_its_end_however_often_it_is_cancelled() -> None:
    go_on, done, dropped = asyncio.Event(), [], []

    async def work() -> None:
        await go_on.wait()
        done.append(is_under_way())

    task = asyncio.create_task(to_its_end(work(), lambda: dropped.append(True)))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (done, dropped) == ([True], [True])
    assert not is_under_way()
