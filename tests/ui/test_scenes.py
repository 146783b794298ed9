"""In every scene, size, and theme, all controls can be reached and all text can be read.

If the README's folder has a picture of a scene, the picture must be up to date. After a change, run
python -m screenshots.render, and look at each picture that differs.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Final

import pytest
from textual.command import CommandPalette
from textual.screen import Screen
from textual.selection import SELECT_ALL
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList

from screenshots.render import HERE, PICTURES, Look, still
from tests.driving import PATIENCE, text_of
from tests.leaks.every import screens
from tests.ui.contrast import too_faint
from tests.ui.layout import backwards, cut_off, hidden_focus, hidden_primary, shortened
from tests.ui.playing import Scene, playing
from tests.ui.scenes import SCENES
from tests.walks import ThePilot
from wizard.ui.theme import DARK, LIGHT
from wizard.ui.widgets.checklist import Checklist
from wizard.ui.widgets.menu import Menu

USUAL, LARGE, SMALL = SIZES = ((80, 24), (120, 36), (60, 18))
IN_LIGHT: Final = Look(USUAL, LIGHT)
IN_DARK: Final = Look(USUAL, DARK)
LOOKS: Final = (IN_LIGHT, *(Look(size, DARK) for size in SIZES))
"""The views of every scene; pictures come first, before keys change the screen."""
WALKED_IN_LIGHT: Final = frozenset({
    "prerequisites-warned", "credentials-wrong", "authorize-listening", "redirect-mismatch",
    "check-unrenewable", "done", "overview-change", "help-pages", "advanced-wrong",
    "changes", "consent", "profiles-wrong", "rotate-refused", "sheet-unsaved", "palette-light",
})  # fmt: skip
"""One scene of each screen, with many focusable controls.

All scenes are walked through in the dark theme and the smallest window. In the light theme, only
colors can be wrong, and those of focused controls are the same in all scenes of a screen.
"""


def test_every_screen_has_a_scene() -> None:
    assert {scene.screen for scene in SCENES} == {*screens(), CommandPalette}
    assert len({scene.name for scene in SCENES}) == len(SCENES)
    in_light = [scene.screen for scene in SCENES if scene.name in WALKED_IN_LIGHT]
    assert sorted(in_light, key=str) == sorted({scene.screen for scene in SCENES}, key=str)


@pytest.mark.parametrize("scene", SCENES, ids=str)
async def test_all_is_reached_and_read_at_every_size_and_a_resize_loses_nothing(
    scene: Scene, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if scene.name in PICTURES:
        # The color of spaces depends on what was drawn there before.
        request.getfixturevalue("drawn")
    amiss: list[str] = []
    cut: dict[tuple[int, int], set[str]] = {}
    first, *others = looks(scene)
    # In a larger window, the help stands between the words that a scene waits for.
    size = min(first.size, USUAL)
    async with playing(scene, tmp_path, size, first.theme.name) as pilot:
        screen = pilot.app.screen
        begun = at_hand(screen)
        if "`" in text_of(pilot.app) or "**" in text_of(pilot.app):
            amiss.append("Markdown is shown as it is")
        for look in (first, *others):
            await take(pilot, look)
            found = [what async for what in looked_at(pilot, scene, look)]
            if look.size == SMALL:
                found += [what async for what in walk(pilot)]
            if at_hand(screen) != begun:
                found.append(f"{begun} has become {at_hand(screen)}")
            cut[look.size] = shortened(screen)
            amiss += [f"{look}: {what}" for what in dict.fromkeys(found)]
        if scene.name in WALKED_IN_LIGHT:
            await take(pilot, IN_LIGHT)
            amiss += [f"{IN_LIGHT}: {what}" async for what in walk(pilot)]
    amiss += [
        f"{size}: {word} is cut" for size in (USUAL, SMALL) for word in cut[size] - cut[LARGE]
    ]
    assert not amiss, "\n".join(["", *amiss])


def looks(scene: Scene) -> list[Look]:
    """Return the views of a scene, starting with those that have pictures."""
    if scene.screen is CommandPalette:
        # Textual's palette keeps its colors while it is open.
        theme = LIGHT if scene.theme == LIGHT.name else DARK
        return [Look(size, theme) for size in SIZES]
    pictures = PICTURES.get(scene.name, ())
    return [*(look for look in pictures if look not in LOOKS), *LOOKS]


async def take(pilot: ThePilot, look: Look) -> None:
    """Show the scene in another size and theme."""
    pilot.app.theme = look.theme.name
    await pilot.resize_terminal(*look.size)


async def looked_at(pilot: ThePilot, scene: Scene, look: Look) -> AsyncIterator[str]:
    """Yield the faults in one size and theme, and the picture if it is out of date."""
    screen = pilot.app.screen
    if look in PICTURES.get(scene.name, ()):
        picture = await still(pilot)
        path = HERE / look.file(scene)
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        if kept != picture:
            yield f"{path.name} is out of date: see what python -m screenshots.render makes of it"
            yield "\n".join(words(picture).difference(words(kept)))
    if look.size in SIZES:
        for what in await lasting(pilot):
            yield what
    if look == IN_DARK:
        for button in screen.query(Button).filter(".-primary"):
            await pilot.hover(button)
            for what in too_faint(screen):
                yield f"under the mouse: {what}"
        await pilot.hover(offset=(0, 0))


def words(picture: str) -> set[str]:
    """Return the texts of a picture, each with its colors and its place."""
    rules = dict(re.findall(r"\.terminal-\d+-(r\d+) (\{.*?\})", picture))
    found = re.findall(
        r'class="terminal-\d+-(r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)', picture
    )
    return {f"{x},{y} {text} {rules[rule]}" for rule, x, y, text in found}


def at_hand(screen: Screen[Any]) -> list[object]:
    """Return what a person has entered and selected, and where the focus is."""
    return [
        screen.focused,
        *(entry.value for entry in screen.query(Input)),
        *((checklist.cursor, checklist.ticks) for checklist in screen.query(Checklist)),
        # The line, not its place: in a small window, there are no empty lines between groups.
        *(
            menu.chosen if isinstance(menu, Menu) else menu.highlighted
            for menu in screen.query(OptionList)
        ),
    ]


async def walk(pilot: ThePilot) -> AsyncIterator[str]:
    """Move through all focusable controls, back to the start, and yield the faults."""
    screen = pilot.app.screen
    is_waiting = screen.focused is None
    if is_waiting:
        # The only possible action is to give up, which no Enter should do.
        if not screen.query("#next").first().disabled:
            yield "nothing has the focus"
        await pilot.press("tab")
    stops: list[Widget] = []
    turns: list[tuple[Widget, Widget | None]] = []
    found = await lasting(pilot)
    while (here := screen.focused) is not None and here not in stops:
        stops.append(here)
        for what in found:
            yield what
        await pilot.press("tab")
        # A focused control that is out of view is scrolled to first.
        found = await lasting(pilot)
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
    """Return the faults that remain after the layout has been updated."""
    give_up = monotonic() + PATIENCE
    while found := list(seen(pilot.app.screen)):
        if monotonic() > give_up:
            break
        await pilot.pause()
    return found


def seen(screen: Screen[Any]) -> Iterator[str]:
    """Yield the faults on a screen in its current state."""
    yield from cut_off(screen)
    yield from hidden_focus(screen)
    yield from too_faint(screen)
    if not isinstance(screen, CommandPalette):
        yield from hidden_primary(screen)
