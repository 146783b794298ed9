"""A click is for what is under the pointer when it is made, and keeps its place among keys."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Button, Input
from textual.widgets._footer import FooterKey

from tests.driving import wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.running import WHOLE, feed, resumed
from tests.walks import ThePilot
from wizard.domain.problems import ExitCode
from wizard.domain.steps import Step
from wizard.ui.app import WizardApp
from wizard.ui.click_gate import ClickGate
from wizard.ui.dialog import HelpScreen
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.credentials import CredentialsScreen


@pytest.fixture
def bare_footer() -> None:
    """Keep the row of keys, which other tests do without."""


async def click_on(app: WizardApp, pilot: ThePilot, key: str) -> str:
    """Return what a terminal sends for a click on a key in the row of keys, once it is drawn."""

    def drawn() -> list[FooterKey]:
        return [k for k in app.screen.query(FooterKey) if k.key == key and k.region.area]

    await wait_until(pilot, lambda: bool(drawn()), f"{key} in the row of keys")
    x, y = drawn()[0].region.offset
    at = f"\x1b[<0;{x + 2};{y + 1}"
    return f"{at}M{at}m"


async def test_a_clicked_key_comes_before_what_is_typed_after_it(world: World) -> None:
    # As wide as shows the key.
    async with resumed(world, Step.AUTHORIZE, WHOLE, (110, 30)) as (app, pilot):
        screen = await wait_for_screen(pilot, AuthorizeScreen)
        assert isinstance(screen, AuthorizeScreen)
        await wait_until(pilot, lambda: screen.link is not None, "the link")
        before, click = screen.link, await click_on(app, pilot, "ctrl+t")
        feed(app, f"{click}\x07")
        await wait_for_dialog(pilot, HelpScreen)
        await wait_until(pilot, lambda: screen.link not in (None, before), "a fresh link")


async def test_a_key_is_pressed_by_a_click_although_its_row_is_drawn_anew(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS, WHOLE) as (app, pilot):
        screen = await wait_for_screen(pilot, CredentialsScreen)
        click = await click_on(app, pilot, "ctrl+g")
        with app.batch_update():
            await screen.query(FooterKey).remove()
            feed(app, click)
            await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen), "the help")


class _Field(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Input()


class _Press(App[ExitCode]):
    def compose(self) -> ComposeResult:
        yield Button("Press")


def down(time: float) -> events.MouseDown:
    event = events.MouseDown(None, 3, 1, 0, 0, 1, False, False, False)
    event.time = time
    return event


async def test_the_second_click_does_nothing_to_a_field_that_the_first_one_brought() -> None:
    app = _Press()
    async with app.run_test():
        gate = ClickGate(app)
        assert gate.lets(down(10.0))
        await app.push_screen(_Field())
        assert isinstance(app.get_widget_at(3, 1)[0], Input)
        assert not gate.lets(down(10.2))
        assert gate.lets(down(10.8))
        # A double click on a field that was there selects a word of it.
        assert gate.lets(down(11.0))
