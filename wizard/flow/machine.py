"""What the machine can look at by itself before a setup: nothing here ever blocks it."""

from __future__ import annotations

import asyncio

from wizard.domain.book.here import KEYRING_PASSED_OVER
from wizard.domain.checks import Check, Status
from wizard.domain.models import Endpoints
from wizard.domain.problems import SetupError
from wizard.flow.ports import Browser, Connect, ProfileStore


async def machine_checks(
    name: str, endpoints: Endpoints, store: ProfileStore, connect: Connect, browser: Browser
) -> tuple[Check, ...]:
    """Return a line each for the servers, the clock, the store and the browser."""
    reached, kept = await asyncio.gather(
        _reach(endpoints, connect), asyncio.to_thread(_storage, name, store)
    )
    return (*reached, kept, _browser(browser))


async def _reach(endpoints: Endpoints, connect: Connect) -> tuple[Check, ...]:
    try:
        network = await connect()
        return await network.reach.probe(endpoints)
    except SetupError as error:
        return (Check("reach", error.problem.title, Status.WARNING, problem=error.problem),)


def _storage(name: str, store: ProfileStore) -> Check:
    try:
        with store.locked(name) as held:
            held.prove_writable()
        passed_over = next((n for n in store.notices if n.id == KEYRING_PASSED_OVER.id), None)
    except SetupError as error:
        return Check("storage", error.problem.title, Status.WARNING, problem=error.problem)
    if passed_over is not None:
        return Check("storage", passed_over.title, Status.WARNING, problem=passed_over)
    return Check("storage", "Storage", Status.PASSED)


def _browser(browser: Browser) -> Check:
    if browser.is_here:
        return Check("browser", "Browser", Status.PASSED)
    title = f"No browser here ({browser.why_not}): you will copy a link"
    return Check("browser", title, Status.WARNING)
