"""In every scene, at every size and in both themes: all can be reached, seen and read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.screen import Screen
from textual.selection import SELECT_ALL
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList

from tests.driving import PATIENCE, text_of
from tests.leaks.every import screens
from tests.ui.contrast import too_faint
from tests.ui.layout import backwards, cut_off, hidden_focus, hidden_primary, shortened
from tests.ui.playing import Scene, playing
from tests.ui.scenes import SCENES
from tests.walks import ThePilot
from wizard.ui.screens.sheet import SheetScreen
from wizard.ui.theme import LIGHT
from wizard.ui.widgets.checklist import Checklist

LARGE, SMALL, USUAL = SIZES = ((120, 36), (60, 18), (80, 24))


@pytest.fixture(autouse=True)
def bare_footer() -> None:
    """Keep the row of keys."""


def test_every_screen_has_a_scene() -> None:
    assert {scene.screen for scene in SCENES} == {*screens(), CommandPalette}
    assert len({scene.name for scene in SCENES}) == len(SCENES)


@pytest.mark.parametrize("scene", SCENES, ids=str)
async def test_all_is_reached_and_read_at_every_size_and_a_resize_loses_nothing(
    scene: Scene, tmp_path: Path
) -> None:
    amiss: list[str] = []
    async with playing(scene, tmp_path, USUAL) as pilot:
        screen = pilot.app.screen
        begun = at_hand(screen)
        whole: set[str] = set()
        amiss += too_faint(screen)
        for button in screen.query(Button).filter(".-primary"):
            await pilot.hover(button)
            amiss += [f"under the mouse: {what}" for what in too_faint(screen)]
        # The sheet is Markdown, to be handed on as it is.
        if "`" in text_of(pilot.app) and not isinstance(screen, SheetScreen):
            amiss.append("Markdown is shown as it is")
        for size in SIZES:
            await pilot.resize_terminal(*size)
            if size == USUAL:
                pilot.app.theme = LIGHT.name
            await pilot.pause()
            if size == LARGE:
                # Whatever takes the focus is in sight there, if it is at 80×24.
                found = await lasting(pilot)
            else:
                found = [what async for what in walk(pilot)]
            if at_hand(screen) != begun:
                found.append(f"{begun} has become {at_hand(screen)}")
            whole = whole if size != LARGE else shortened(screen)
            found += [f"{word} is cut" for word in shortened(screen) - whole]
            amiss += [f"{size}: {what}" for what in dict.fromkeys(found)]
    assert not amiss, "\n".join(["", *amiss])


def at_hand(screen: Screen[Any]) -> list[object]:
    """Return what a person has entered and chosen, and where they are."""
    return [
        screen.focused,
        *(entry.value for entry in screen.query(Input)),
        *((checklist.cursor, checklist.ticks) for checklist in screen.query(Checklist)),
        *(menu.highlighted for menu in screen.query(OptionList)),
    ]


async def walk(pilot: ThePilot) -> AsyncIterator[str]:
    """Go through all that takes the focus, back to where it was; yield what is amiss."""
    screen = pilot.app.screen
    is_waiting = screen.focused is None
    if is_waiting:
        # Nothing to be done but to give up, which no Enter should do.
        if not screen.query("#next").first().disabled:
            yield "nothing has the focus"
        await pilot.press("tab")
    stops: list[Widget] = []
    turns: list[tuple[Widget, Widget | None]] = []
    while (here := screen.focused) is not None and here not in stops:
        stops.append(here)
        for what in await lasting(pilot):
            yield what
        await pilot.press("tab")
        # A focus that is out of view is scrolled to first.
        await lasting(pilot)
        if screen.focused is None or backwards(here, screen.focused):
            turns.append((here, screen.focused))
    if stops[:1] != [screen.focused] or set(stops) != set(screen.focus_chain):
        yield f"not all of it is reached: {stops}"
    if len(turns) != 1:
        yield f"not in the order of reading: {turns}"
    if is_waiting:
        screen.set_focus(None)
    screen.selections = {each: SELECT_ALL for each in screen.query("*") if each.allow_select}
    await pilot.pause()
    for what in too_faint(screen):
        yield f"selected: {what}"
    screen.clear_selection()


async def lasting(pilot: ThePilot) -> list[str]:
    """Return what is amiss, and not only until what has changed is laid out anew."""
    give_up = monotonic() + PATIENCE
    while found := list(seen(pilot.app.screen)):
        if monotonic() > give_up:
            break
        await pilot.pause()
    return found


def seen(screen: Screen[Any]) -> Iterator[str]:
    """Yield what is amiss on a screen as it is."""
    yield from cut_off(screen)
    yield from hidden_focus(screen)
    yield from too_faint(screen)
    if not isinstance(screen, CommandPalette):
        yield from hidden_primary(screen)
