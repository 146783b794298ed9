"""The services that the flow is given, and the checks of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final

from wizard.domain.errors.store import FILE_SET_ASIDE_IN_WIZARD
from wizard.domain.problems import Check, Problem, SetupError, Status
from wizard.domain.value import Value
from wizard.flow.inactive import lost, standing

if TYPE_CHECKING:
    from wizard.domain.models import Endpoints, GrantType
    from wizard.flow import ports

BROWSER: Final = "browser"
"""The id of the check whether a browser can be opened."""


class Network(Value):
    """The services on the network, sharing one client."""

    tokens: ports.TokenEndpoint
    metadata: ports.MetadataSource
    users: ports.UserDirectory
    reach: ports.Reach


Connect = Callable[[], Awaitable[Network]]
"""Return the network services; the client is created on first use. Raises SetupError."""

Connecting = Callable[[], AbstractAsyncContextManager[Connect]]
"""Open a connection for as long as a command needs it."""


class Services(Value):
    """All services of the outside world, as the screens and plain mode use them."""

    store: ports.ProfileStore
    connect: Connect
    browser: ports.Browser
    clipboard: ports.Clipboard
    show_bare: Callable[[str], Awaitable[str]]
    """Prints a link in one line on the terminal, without screens; waits until a line is entered."""
    listener: ports.LoopbackListener
    clock: ports.Clock
    timer: Callable[[], float]
    """Seconds from any fixed point, to measure durations."""
    write_new: Callable[[str, str], str]
    """Writes a text to a new file of that name in the current folder; returns its path.

    Raises SetupError, also if the file exists.
    """
    drop_unsent: Callable[[], None]
    """Drops the token requests that haven't begun to be sent."""
    close: Callable[[], Awaitable[None]]
    """Closes the network connections."""


async def machine_checks(
    endpoints: Endpoints,
    connect: Connect,
    browser: ports.Browser,
    storage: Awaitable[tuple[Check, ...]],
) -> tuple[Check, ...]:
    """Return one line each for the servers, the clock, the store, and the browser.

    Args: `storage`: `storage_checks`, perhaps already running.
    """
    reached, kept = await asyncio.gather(_reach(endpoints, connect), storage)
    return (*reached, *kept, _browser(browser))


def relevant(checks: tuple[Check, ...], grant_type: GrantType) -> tuple[Check, ...]:
    """Return the machine checks that matter for a grant type: only approving needs a browser."""
    if grant_type.needs_approval:
        return checks
    return tuple(check for check in checks if check.id != BROWSER)


async def _reach(endpoints: Endpoints, connect: Connect) -> tuple[Check, ...]:
    try:
        network = await connect()
        return await network.reach.probe(endpoints)
    except SetupError as error:
        return (_warning("reach", error.problem),)


async def storage_checks(name: str, store: ports.ProfileStore) -> tuple[Check, ...]:
    """Return lines about the store; this also chooses where new secrets are saved."""
    return await asyncio.to_thread(_storage, name, store)


def _storage(name: str, store: ports.ProfileStore) -> tuple[Check, ...]:
    try:
        with store.locked(name) as held:
            held.prove_writable()
            aside = lost(name, store, held.profile, FILE_SET_ASIDE_IN_WIZARD)
        known = next(iter(standing(store)), None)
    except SetupError as error:
        return (_warning("storage", error.problem),)
    fine = Check("storage", "Storage", Status.PASSED)
    kept = fine if known is None else _warning("storage", known)
    return (kept, _warning("record", aside)) if aside else (kept,)


def _warning(id_: str, problem: Problem) -> Check:
    return Check(id_, problem.title, Status.WARNING, problem=problem)


def _browser(browser: ports.Browser) -> Check:
    if browser.is_here:
        return Check(BROWSER, "Browser", Status.PASSED)
    title = f"No browser on this machine ({browser.why_not}): you'll need to copy a link"
    return Check(BROWSER, title, Status.WARNING)
