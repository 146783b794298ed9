"""A click acts on what is under the pointer at that moment, in order with the keys."""

from __future__ import annotations

from textual import events, on
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Button, Input

from tests.driving import text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.running import WHOLE, feed, resumed
from tests.walks import ThePilot
from wizard.domain.problems import ExitCode
from wizard.domain.steps import Step
from wizard.ui.app import WizardApp
from wizard.ui.dialog import HelpScreen
from wizard.ui.input_timing import Settled
from wizard.ui.key_gate import KeyGate
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.widgets.buttons import Keys
from wizard.ui.widgets.rail import Rail


async def click_on(app: WizardApp, pilot: ThePilot, key: str) -> str:
    """Return what a terminal sends for a click on a key in the row of keys, once it is drawn."""
    row = app.screen.query_one(Keys)

    def columns() -> list[int]:
        at = range(row.content_region.x, row.content_region.right)
        return [x for x in at if (found := row.key_at(x)) is not None and found.key == key]

    await wait_until(pilot, lambda: bool(columns()), f"{key} in the row of keys")
    at = f"\x1b[<0;{columns()[0] + 2};{row.content_region.y + 1}"
    return f"{at}M{at}m"


async def test_a_clicked_key_comes_before_what_is_typed_after_it(world: World) -> None:
    # Wide enough to show the key.
    async with resumed(world, Step.AUTHORIZE, WHOLE, (130, 30)) as (app, pilot):
        screen = await wait_for_screen(pilot, AuthorizeScreen)
        assert isinstance(screen, AuthorizeScreen)
        await wait_until(pilot, lambda: screen.link is not None, "the link")
        before, click = screen.link, await click_on(app, pilot, "ctrl+t")
        feed(app, f"{click}\x07")
        await wait_for_dialog(pilot, HelpScreen)
        await wait_until(pilot, lambda: screen.link not in (None, before), "a fresh link")


async def test_the_row_of_keys_is_clicked_where_each_key_is_drawn(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS, WHOLE) as (_, pilot):
        screen = await wait_for_screen(pilot, CredentialsScreen)
        row = screen.query_one(Keys)
        await wait_until(pilot, lambda: bool(row.shown()), "the row of keys")
        drawn = row.render().plain
        assert drawn.rstrip().endswith("^p More")
        for key in row.shown():
            at = row.content_region.x + drawn.index(f"{key.display} {key.words}")
            assert row.key_at(at) == row.key_at(at + len(key.words)) == key
            assert row.key_at(at - 1) != key
        assert row.key_at(row.content_region.x - 1) is None


async def test_a_click_on_a_step_that_is_done_leads_back_to_it(world: World) -> None:
    async with resumed(world, Step.AUTHORIZE, WHOLE) as (app, pilot):
        await wait_for_screen(pilot, AuthorizeScreen)
        await wait_until(pilot, lambda: "○ Redirect" in text_of(app), "the rail")
        assert "✓ Prerequisites" in text_of(app)
        rows = [line.find("Credentials") for line in text_of(app).splitlines()]
        rail = app.screen.query_one(Rail)
        at = next(y for y, column in enumerate(rows) if 0 <= column < rail.region.right)
        # The steps to come lead nowhere, and neither do the lines between the steps.
        for down in (1, 2):
            await pilot.click(offset=(rail.region.x + 3, at + down))
        await pilot.click(offset=(rail.region.x + 3, at + 4))
        await pilot.pause()
        assert isinstance(app.screen, AuthorizeScreen)
        await pilot.click(offset=(rail.region.x + 3, at))
        await wait_for_screen(pilot, CredentialsScreen)


class _Field(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Input()


class _Buttons(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Button("Press")


class _Press(App[ExitCode]):
    """Records what the gate passes on."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = KeyGate(self, self._note)
        self.clicked: list[float] = []

    async def _note(self, event: events.Event) -> None:
        self.clicked.append(event.time)

    @on(Settled)
    async def _next(self, settled: Settled) -> None:
        await self.gate.settled(settled)


def down(time: float) -> events.MouseDown:
    event = events.MouseDown(None, 3, 1, 0, 0, 1, False, False, False)
    event.time = time
    return event


async def test_the_second_click_does_nothing_to_a_field_that_the_first_one_brought() -> None:
    app = _Press()
    async with app.run_test() as pilot:

        async def click(time: float) -> bool:
            await app.gate.enter(down(time))
            await wait_until(pilot, lambda: not app.gate._is_busy, "the click to be handled")
            return time in app.clicked

        await app.push_screen(_Buttons())
        assert await click(10.0)
        await app.push_screen(_Field())
        assert isinstance(app.get_widget_at(3, 1)[0], Input)
        assert not await click(10.2)
        assert await click(10.8)
        # A double click on an existing field selects a word in it.
        assert await click(11.0)
