"""`python -m tests.benchmarks.pausing URL`: measure how long a long list blocks the event loop."""

from __future__ import annotations

import asyncio
import sys
import time

from tests.benchmarks.peak import peak
from wizard.api.http import open_client
from wizard.api.users import UserService
from wizard.domain.secret import Secret

TICK = 0.001
"""Seconds between two readings of the clock."""


async def longest_pause(stop: asyncio.Event) -> float:
    """Return the longest time that the loop was blocked until the stop, in seconds."""
    longest, last = 0.0, time.perf_counter()
    while not stop.is_set():
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        longest, last = max(longest, now - last - TICK), now
    return longest


async def main(base: str) -> None:
    """Read a short list to load everything, then the long one. Print seconds and bytes."""
    async with open_client() as client:
        users = UserService(client)
        await users.list_users(f"{base}/100/0", Secret("token"), lambda _why, _seconds: None)
        stop, before = asyncio.Event(), peak()
        pausing = asyncio.create_task(longest_pause(stop))
        await users.list_users(f"{base}/20000/0", Secret("token"), lambda _why, _seconds: None)
        stop.set()
        print(await pausing, peak() - before)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
