"""Create a screen's journey object, on fakes and with an empty store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from tests.fakes import FakeClipboard, World
from tests.ui.hosting import BANNER
from wizard.domain.texts.overview import OutOfReach, offers
from wizard.flow.context import Demo, WizardContext
from wizard.flow.overview import Overview, Unfinished
from wizard.flow.session import Session
from wizard.store.profiles import LocalProfileStore
from wizard.ui.screens.done import DoneScreen


def unread_world() -> World:
    """Return a world for tests that read no store and write no file."""
    return World(LocalProfileStore(Path("/nowhere")), write_new=lambda name, _text: name)


def make_journey(world: World | None = None, demo: Demo | None = None) -> WizardContext:
    """Return a journey whose session has read nothing."""
    world = world or unread_world()
    return WizardContext(Session("default", world.store, world.clock), world.services, demo)


def let(what: object, **methods: Any) -> None:
    """Replace some methods with fakes."""
    for name, method in methods.items():
        setattr(what, name, method)


async def nothing() -> None:
    """Do nothing, successfully."""


def make_overview(
    *,
    facts: Sequence[tuple[str, str]] = (),
    unfinished: Unfinished | None = None,
    lost: OutOfReach | None = None,
    discard: Callable[[], Awaitable[None]] = nothing,
    retry: Callable[[], Awaitable[None]] = nothing,
    since: str = "",
) -> Overview:
    """Return Overview with an active set, if there are facts, and with a draft."""
    overview = Overview(make_journey())
    has_active, has_draft = bool(facts), unfinished is not None
    items = offers(
        has_active=has_active, has_draft=has_draft, is_demo=True, first="check", lost=lost
    )
    problems = (lost.problem,) if lost else ()
    let(overview, facts=facts, since=since, unfinished=unfinished, lost=lost)
    let(overview, items=items, problems=problems)
    let(overview.wizard_context.session, discard_draft=discard, try_again=retry)
    return overview


def done_screen(
    facts: Sequence[tuple[str, str]] = (),
    usage: Sequence[str] = (),
    clipboard: FakeClipboard | None = None,
) -> DoneScreen:
    """Return the last step, with these facts and these words about what to do now."""
    world = unread_world()
    world.clipboard = clipboard or world.clipboard
    wizard_context = make_journey(world)
    let(wizard_context, facts=lambda: facts, usage=lambda: usage)
    return DoneScreen(BANNER, wizard_context)


def two_profiles() -> WizardContext:
    """Return the journey of one of two profiles."""
    world = unread_world()
    let(world.store, names=lambda: ["acme", "default"])
    return make_journey(world)
