"""A person's actions in scenes."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widgets import Input

from tests.driving import paste, text_of, wait_until
from tests.fakes import World
from tests.ui.playing import Act, rest, unframed
from tests.ui.running import point_at
from tests.walks import ThePilot


def after(words: str, then: Act) -> Act:
    """Return an act that first waits for a text."""

    async def act(pilot: ThePilot, world: World) -> None:
        await wait_until(pilot, lambda: words in unframed(text_of(pilot.app)), words)
        await then(pilot, world)

    return act


def keys(*names: str, then: Act = rest) -> Act:
    """Return an act that presses keys, and then acts on what they open."""

    async def act(pilot: ThePilot, world: World) -> None:
        await pilot.press(*names)
        await then(pilot, world)

    return act


def resizing(columns: int, rows: int) -> Act:
    """Return an act that changes the size of the window."""

    async def act(pilot: ThePilot, _world: World) -> None:
        await pilot.resize_terminal(columns, rows)

    return act


def pasting(text: str, into: str = "", then: str = "") -> Act:
    """Return an act that pastes a text, into a field if one is named, and presses a key."""

    async def act(pilot: ThePilot, _world: World) -> None:
        if into:
            pilot.app.screen.query_one(into).focus()
        await paste(pilot, text)
        await pilot.press(*filter(None, [then]))

    return act


def filling(**texts: str) -> Act:
    """Return an act that pastes texts into fields."""

    async def act(pilot: ThePilot, _world: World) -> None:
        for id_, text in texts.items():
            entry = pilot.app.screen.query_one(f"#{id_.replace('_', '-')}", Input)
            entry.focus()
            await paste(pilot, text)
            await wait_until(pilot, lambda entry=entry: entry.value, f"{id_} to be pasted")  # type: ignore[misc]

    return act


def opening(what: str, kind: type[Screen[Any]], then: Act = rest) -> Act:
    """Return an act that selects a line of Overview, and then acts on the dialog that it opens."""

    async def act(pilot: ThePilot, world: World) -> None:
        await point_at(pilot, what)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, kind), kind.__name__)
        await pilot.pause()
        await then(pilot, world)

    return act


def clicking(selector: str, then: Act = rest) -> Act:
    """Return an act that clicks, and then acts on what the click opens."""

    async def act(pilot: ThePilot, world: World) -> None:
        await pilot.click(selector)
        await pilot.pause()
        await then(pilot, world)

    return act
