"""Runs what a command asks the network."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from wizard.host.loop import Loop

T = TypeVar("T")


def run(work: Coroutine[object, object, T]) -> T:
    """Run work to its end."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work)
