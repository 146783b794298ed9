"""Walk through every screen and dialog by keyboard alone, and by mouse alone except for typing.

On the way, each screen is searched for controls that Tab doesn't lead to. Each of its keys must be
named in the row of keys, in the palette, or on the screen itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from textual.binding import Binding
from textual.command import Command, CommandList, CommandPalette
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tests import walks
from tests.driving import make_app, paste, text_of, wait_until
from tests.fakes import World
from tests.leaks.every import screens
from tests.ui.running import TICKED_ALL, feed, running
from tests.walks import ANSWER, CLIENT_ID, REDIRECT_URL, SECRET, ThePilot
from wizard.ui.app import WizardApp
from wizard.ui.dialog import ConfirmScreen, Dialog, HelpScreen
from wizard.ui.input_timing import TimedScreen
from wizard.ui.palette import Palette
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import ProfilesScreen, RotateScreen, SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen, ChangesScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.buttons import Button, Key, Keys
from wizard.ui.widgets.field import Choice
from wizard.ui.widgets.menu import Menu

MOVES: Final = {"scroll", "scroll_body", "next", "copy_text", "blur"}
"""Actions that only move around, that Ctrl+N has besides Enter, and that a selection has."""


def unnamed(screen: Screen[Any]) -> set[str]:
    """Return the actions of a screen whose keys nothing on it names, and that no button does."""
    text = text_of(screen.app)
    row = screen.query_one(Keys)
    named = {key.action for key in row.shown()}
    if isinstance(screen, StepScreen):
        named |= {command.action for command in screen.commands()}
    inherited = {each.action for each in Screen.BINDINGS if isinstance(each, Binding)}
    own = [a.binding for a in screen.active_bindings.values() if a.node is screen and a.enabled]
    # One key for an effect is enough: F2 does what Ctrl+R does.
    words = {key.words for key in row.shown()}
    get_key = screen.app.get_key_display
    named |= {each.action for each in own if get_key(each) in text or each.description in words}
    actions = {each.action for each in own} - inherited - named
    names = {action: action.partition("(")[0] for action in actions}
    return {a for a in actions if names[a] not in MOVES and not _is_on_button(screen, names[a])}


def _is_on_button(screen: Screen[Any], action: str) -> bool:
    """Whether a button does the same."""
    ids = {button.id for button in screen.query(Button) if button.display}
    return bool(ids & ({"next", "primary"} if action == "primary" else {action}))


def out_of_reach(screen: Screen[Any]) -> set[Widget]:
    """Return the controls that Tab doesn't lead to."""
    shown = [each for each in screen.query("*") if each.focusable and each.display]
    return {each for each in shown if each not in screen.focus_chain}


class Hand:
    """Acts in one way; each screen it comes to is searched first."""

    def __init__(self, app: WizardApp, pilot: ThePilot) -> None:
        self.app = app
        self.pilot = pilot
        self.seen: set[type[Screen[Any]]] = set()

    async def at(self, kind: type[Screen[Any]], words: str = "") -> Screen[Any]:
        """Wait until a screen is shown; search it."""

        def is_there() -> bool:
            screen = self.app.screen
            is_ready = not isinstance(screen, TimedScreen) or screen.is_painted
            return isinstance(screen, kind) and is_ready and words in text_of(self.app)

        await wait_until(self.pilot, is_there, f"{kind.__name__} {words}")
        screen = self.app.screen
        await wait_until(self.pilot, lambda: bool(screen.query_one(Keys).shown()), "the keys")
        self.seen.add(type(screen))
        if isinstance(screen, TimedScreen):
            assert not unnamed(screen), kind.__name__
            assert not out_of_reach(screen), kind.__name__
        return screen

    def key_for(self, words: str) -> Key:
        """Return the key that the row of keys shows for some words."""
        shown = self.app.screen.query_one(Keys).shown()
        found = [key for key in shown if key.words == words or key.action == words]
        assert found, f"no key for {words} among {[key.words for key in shown]}"
        return found[0]

    def button_for(self, label: str) -> Button:
        """Return the button whose label begins with some words, or has an ID."""
        buttons = [each for each in self.app.screen.query(Button) if each.display]
        return next(b for b in buttons if label in (b.id, str(b.label).strip(" ‹›")))

    async def use(self, words: str) -> None:
        """Use a key or a button."""
        raise NotImplementedError

    async def line(self, id_: str) -> None:
        """Choose a line of a menu."""
        raise NotImplementedError

    async def command(self, title: str) -> None:
        """Run a command of the palette."""
        raise NotImplementedError

    async def change(self) -> None:
        """Choose the next value of the choice of a dialog."""
        raise NotImplementedError

    async def enter(self, id_: str, text: str) -> None:
        """Paste into a field."""
        await self.go_to(entry := self.app.screen.query_one(f"#{id_}", Input))
        await wait_until(self.pilot, lambda: entry.has_focus, id_)
        await paste(self.pilot, text)
        await wait_until(self.pilot, lambda: entry.value == text, f"{id_} to be pasted")

    async def go_to(self, widget: Widget) -> None:
        """Give a widget the focus."""
        raise NotImplementedError


class Keyboard(Hand):
    """Presses only keys that are shown, arrows, and Tab."""

    async def use(self, words: str) -> None:
        shown = self.app.screen.query_one(Keys).shown()
        if any(words in (key.words, key.action) for key in shown):
            await self.pilot.press(self.key_for(words).key)
            return
        await self.go_to(self.button_for(words))
        await self.pilot.press("enter")

    async def go_to(self, widget: Widget) -> None:
        for _ in self.app.screen.focus_chain:
            if widget.has_focus:
                return
            await self.pilot.press("tab")
            await self.pilot.pause()
        assert widget.has_focus, widget

    async def line(self, id_: str) -> None:
        menu = self.app.screen.query_one(Menu)
        await self.go_to(menu)
        for _ in range(menu.option_count):
            if menu.chosen == id_:
                break
            await self.pilot.press("down")
        assert menu.chosen == id_
        await self.pilot.press("enter")

    async def command(self, title: str) -> None:
        await self.pilot.press(self.key_for("More").key)
        await self.at(Palette, title)
        lines = self.app.screen.query_one(CommandList)
        await wait_until(self.pilot, lambda: _place(lines, title) is not None, title)
        for _ in range(_place(lines, title) or 0):
            await self.pilot.press("down")
        await self.pilot.press("enter")

    async def change(self) -> None:
        await self.go_to(self.app.screen.query_one(Choice))
        await self.pilot.press("right")


class Mouse(Hand):
    """Clicks only, as a terminal sends it."""

    async def click(self, at: Offset) -> None:
        """Click a cell."""
        # What is clicked before a screen could be seen is for the one before.
        await self.pilot.pause()
        cell = f"\x1b[<0;{at.x + 1};{at.y + 1}"
        feed(self.app, f"{cell}M{cell}m")
        await self.pilot.pause()

    async def turn_wheel(self) -> None:
        """Scroll down over the middle of the screen."""
        width, height = self.app.size
        feed(self.app, f"\x1b[<65;{width // 2};{height // 2}M")
        await self.pilot.pause()

    async def use(self, words: str) -> None:
        buttons = [each for each in self.app.screen.query(Button) if each.display]
        if any(words in (b.id, str(b.label).strip(" ‹›")) for b in buttons):
            await self.go_to(self.button_for(words))
            return
        row, wanted = self.app.screen.query_one(Keys), self.key_for(words)
        columns = range(row.content_region.x, row.content_region.right)
        column = next(x for x in columns if row.key_at(x) == wanted)
        await self.click(Offset(column + 1, row.content_region.y))

    async def go_to(self, widget: Widget) -> None:
        await wait_until(self.pilot, lambda: bool(widget.region.area), f"{widget}")
        await self.click(widget.region.offset + Offset(2, widget.region.height // 2))

    async def line(self, id_: str) -> None:
        menu = self.app.screen.query_one(Menu)
        row = next(at for at in range(menu.option_count) if _id_at(menu, at) == id_)
        await self.click(menu.region.offset + Offset(4, row))

    async def command(self, title: str) -> None:
        await self.use("More")
        await self.at(Palette, title)
        lines = self.app.screen.query_one(CommandList)
        await wait_until(self.pilot, lambda: _place(lines, title) is not None, title)
        await self.click(lines.region.offset + Offset(2, _place(lines, title) or 0))

    async def change(self) -> None:
        choice = self.app.screen.query_one(Choice)
        while not self.app.screen.find_widget(choice).visible_region.area:
            await self.turn_wheel()
        await self.click(choice.region.offset + Offset(choice.region.width - 3, 0))


def _id_at(menu: Menu, row: int) -> str | None:
    return menu.get_option_at_index(row).id


def _place(lines: CommandList, title: str) -> int | None:
    titles = [each.hit.text or "" for each in lines.options if isinstance(each, Command)]
    return next((at for at, each in enumerate(titles) if each.startswith(title)), None)


async def close(hand: Hand, under: type[StepScreen]) -> None:
    """Leave a dialog by its way out."""
    assert isinstance(hand.app.screen, Dialog)
    await hand.use("close")
    await hand.at(under)


async def set_up(hand: Hand) -> None:
    """Go from Prerequisites to Overview, and look into each dialog on the way."""
    await hand.at(PrerequisitesScreen)
    for open_help in (hand.use, hand.command):
        await open_help("Help")
        await hand.at(HelpScreen)
        await close(hand, PrerequisitesScreen)
    await hand.command("Profiles")
    await hand.at(ProfilesScreen)
    await close(hand, PrerequisitesScreen)
    await hand.use("Next")
    await hand.at(CredentialsScreen)
    await hand.use("Advanced…")
    await hand.at(AdvancedScreen)
    await hand.change()
    await close(hand, CredentialsScreen)
    for id_, text in (
        ("client-id", CLIENT_ID), ("client-secret", SECRET), ("redirect-url", REDIRECT_URL),
    ):  # fmt: skip
        await hand.enter(id_, text)
    await hand.use("Next")
    await hand.at(AuthorizeScreen, "state=")
    await hand.use("next")
    await hand.at(RedirectScreen, "created 14")
    await paste(hand.pilot, ANSWER)
    await hand.at(CheckScreen, "Next ›")
    await hand.use("Next")
    await hand.at(DoneScreen)
    await hand.use("Overview")
    await hand.at(OverviewScreen)


async def look_after(hand: Hand) -> None:
    """Open each dialog of Overview, change a value, and discard the change."""
    dialogs: dict[str, type[Screen[Any]]] = {
        "rotate": RotateScreen,
        "authorize": ConfirmScreen,
        "sheet": SheetScreen,
        "profiles": ProfilesScreen,
        "forget": ConfirmScreen,
    }
    for id_, kind in dialogs.items():
        await hand.line(id_)
        await hand.at(kind)
        if kind is SheetScreen:
            await hand.change()
            await hand.at(kind, "‹ Okta ›")
        await close(hand, OverviewScreen)
    await hand.line("change")
    await hand.at(CredentialsScreen)
    await hand.enter("redirect-url", f"{REDIRECT_URL}/2")
    await hand.use("Next")
    await hand.at(ChangesScreen)
    await close(hand, CredentialsScreen)
    await hand.use("Back")
    await hand.at(OverviewScreen, "Unfinished change")
    await hand.line("discard")
    await hand.at(ConfirmScreen)
    await hand.use("yes")
    await hand.at(OverviewScreen)


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
@pytest.mark.parametrize("kind", [Keyboard, Mouse])
async def test_all_is_reached(kind: type[Hand], size: tuple[int, int], tmp_path: Path) -> None:
    world: World = walks.happy_world(tmp_path)
    with world.store.locked("default") as held:
        held.save(TICKED_ALL)
    with walks.known_state():
        async with running(make_app(world), size) as (app, pilot):
            hand = kind(app, pilot)
            await set_up(hand)
            await look_after(hand)
    assert hand.seen == {*screens(), Palette}
    assert issubclass(Palette, CommandPalette)
