"""Run the whole wizard on fakes, possibly from the middle of a setup, until it is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Final

from textual import events
from textual.screen import Screen

from tests.driving import PATIENCE, make_app, wait_for_screen, wait_until
from tests.fakes import NOW, World, tokens
from tests.walks import CLIENT_ID, REDIRECT_URL, SECRET, STATE, ThePilot
from wizard.domain.models import CredentialSet, Profile
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.problems import ExitCode
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import PREREQUISITES
from wizard.domain.value import replace
from wizard.ui.app import WizardApp
from wizard.ui.input_timing import BURST, TimedScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.textual_internals import Parser
from wizard.ui.widgets.menu import Menu

WHOLE: Final = CredentialSet(CLIENT_ID, Secret(SECRET), REDIRECT_URL)
LINKED: Final = replace(WHOLE, attempts=(replace(begin(WHOLE, None, NOW), state=Secret(STATE)),))
"""A draft whose link was given out."""
ACTIVE: Final = replace(WHOLE, tokens=tokens("active", refresh="refresh-active"))
TICKED: Final = tuple(p.id for p in PREREQUISITES)
TICKED_ALL: Final = Profile(ticks=TICKED)


def seed(
    world: World,
    *,
    active: CredentialSet | None = None,
    draft: CredentialSet | None = None,
    step: Step = Step.CREDENTIALS,
    profile: Profile = TICKED_ALL,
) -> None:
    """Store what an earlier run would have left; `profile` has the other fields of the record."""
    if active is not None:
        profile = replace(profile, set_up_at=NOW)
    if draft is not None:
        profile = replace(profile, draft_step=step, draft_saved_at=NOW)
    with world.store.locked("default") as held:
        held.save(profile, active=active, draft=draft)


def stored(world: World) -> tuple[CredentialSet | None, CredentialSet | None]:
    """Return the active set and the draft as they are on disk."""
    with world.store.locked("default") as held:
        return held.active(), held.draft()


@asynccontextmanager
async def running(
    app: WizardApp, size: tuple[int, int] = (80, 24), *, notifications: bool = False
) -> AsyncIterator[tuple[WizardApp, ThePilot]]:
    """Run the wizard until the end of the block."""
    async with app.run_test(size=size, notifications=notifications) as pilot:
        yield app, pilot
        if app.return_value is None:
            await app.action_quit()
            await left(app)


@asynccontextmanager
async def resumed(
    world: World, step: Step, draft: CredentialSet = LINKED, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[WizardApp, ThePilot]]:
    """Run the wizard with a draft that has reached a step, and resume it with u."""
    seed(world, draft=draft, step=step)
    async with running(make_app(world), size) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("u")
        yield app, pilot


async def point_at(pilot: ThePilot, id_: str) -> None:
    """Move down Overview's menu to a line."""
    screen = await wait_for_screen(pilot, OverviewScreen)
    menu = screen.query_one(Menu)
    await wait_until(pilot, lambda: menu.highlighted is not None, "a highlighted line")
    for _ in range(menu.option_count):
        if menu.chosen == id_:
            return
        await pilot.press("down")
    raise AssertionError(f"Overview has no {id_}")


async def left(app: WizardApp) -> ExitCode:
    """Wait until the wizard has ended, and return its result."""
    give_up = monotonic() + PATIENCE
    # The pilot can't be used here, because it needs a screen.
    while app.return_value is None:
        assert monotonic() < give_up, f"not left, still on {app.screen!r}"
        await asyncio.sleep(0.001)
    assert app.return_code == app.return_value
    return app.return_value


def feed(app: WizardApp, text: str, *, stop_before: int = 0) -> None:
    """Have the terminal's own parser read keys, all of them in one read.

    Args:
        stop_before: the number of the key before which the input paused for a moment.
    """
    assert app._driver is not None
    for number, event in enumerate(Parser().feed(text)):
        if number < stop_before:
            event.time -= 2 * BURST
        app._driver.process_message(event)


def post_enters(app: WizardApp, count: int) -> None:
    """Post Enter keys without a pause."""
    for _ in range(count):
        app.post_message(events.Key("enter", "\r"))


async def press_enter_as_a_reader(pilot: ThePilot, screen: TimedScreen[Any]) -> None:
    """Press Enter late enough after the screen's last change: a key carries its time of arrival.

    For tests with a real wait, see test_enter.py.
    """
    enter = events.Key("enter", "\r")
    enter.time = max(enter.time, screen.asked_at + 0.001)
    pilot.app.post_message(enter)
    await pilot.pause()
    # After another key, the time between two Enters isn't checked.
    await pilot.press("f20")


def top(app: WizardApp) -> Screen[object]:
    """Return the top screen; under it there must be only the empty one at the bottom."""
    steps = [screen for screen in app.screen_stack if isinstance(screen, StepScreen)]
    assert len(steps) <= 1, f"a step left behind: {app.screen_stack}"
    return app.screen
