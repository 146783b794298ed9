"""What the machine can look at by itself before a setup: nothing here ever blocks it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wizard.domain.book.store import FILE_SET_ASIDE_IN_WIZARD
from wizard.domain.checks import Check, Status
from wizard.domain.problems import Problem, SetupError
from wizard.flow.standing import lost, standing

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from wizard.domain.models import Endpoints
    from wizard.flow.outside import Connect
    from wizard.flow.ports import Browser, ProfileStore


async def machine_checks(
    name: str,
    endpoints: Endpoints,
    store: ProfileStore,
    connect: Connect,
    browser: Browser,
    storage: Awaitable[tuple[Check, ...]] | None = None,
) -> tuple[Check, ...]:
    """Return a line each for the servers, the clock, the store and the browser.

    Args: `storage`: a check of the store that is under way.
    """
    reached, kept = await asyncio.gather(
        _reach(endpoints, connect), storage or storage_checks(name, store)
    )
    return (*reached, *kept, _browser(browser))


async def _reach(endpoints: Endpoints, connect: Connect) -> tuple[Check, ...]:
    try:
        network = await connect()
        return await network.reach.probe(endpoints)
    except SetupError as error:
        return (_warning("reach", error.problem),)


async def storage_checks(name: str, store: ProfileStore) -> tuple[Check, ...]:
    """Return lines about the store; where new secrets go is chosen with it."""
    return await asyncio.to_thread(_storage, name, store)


def _storage(name: str, store: ProfileStore) -> tuple[Check, ...]:
    try:
        with store.locked(name) as held:
            held.prove_writable()
            aside = lost(name, store, held.profile, FILE_SET_ASIDE_IN_WIZARD)
        known = next(iter(standing(store)), None)
    except SetupError as error:
        return (_warning("storage", error.problem),)
    fine = Check("storage", "Storage", Status.PASSED)
    kept = fine if known is None else _warning("storage", known)
    if aside is None:
        return (kept,)
    return (kept, _warning("record", aside))


def _warning(id_: str, problem: Problem) -> Check:
    return Check(id_, problem.title, Status.WARNING, problem=problem)


def _browser(browser: Browser) -> Check:
    if browser.is_here:
        return Check("browser", "Browser", Status.PASSED)
    title = f"No browser here ({browser.why_not}): you will copy a link"
    return Check("browser", title, Status.WARNING)
