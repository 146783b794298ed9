"""An event after a step was closed has no effect: no crash, and no second exit."""

from __future__ import annotations

import pytest

from tests.driving import text_of, wait_until
from tests.fakes import World
from tests.ui.desk import ATTEMPT, Desk
from tests.ui.hosting import BANNER, Shown, Stage, showing
from tests.ui.running import press_enter_as_a_reader, resumed
from tests.ui.test_check import PASSED, Steered, in_files
from tests.ui.test_prerequisites import FINE, Machine
from tests.walks import linked_authorize, linked_redirect
from wizard.domain.errors.consent import ACCESS_DENIED
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.oauth.authorization_response import Received, Refused
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.flow.state import Back, Delivery
from wizard.ui.screens.check import CheckScreen


async def leave(stage: Stage[Shown]) -> None:
    """Go back, and wait until the screen is gone."""
    await stage.pilot.press("escape")
    assert await stage.outcome() == Back()
    await wait_until(stage.pilot, lambda: not stage.screen.children, "the widgets to be gone")


async def test_a_link_that_comes_late() -> None:
    desk = Desk()
    for screen in (
        desk.authorize(),
        desk.redirect(Delivery.SHOWN),
    ):
        async with showing(screen) as stage:
            await leave(stage)
            screen.watch_link(desk.link)
            screen.delivered(Delivery.COPIED)
            screen.take(Refused(ACCESS_DENIED))
            screen.take(Received(Secret("a-code"), ATTEMPT))
            screen.show_problem(DISK_FULL)
            await stage.pilot.pause()
            assert stage.outcomes == [Back()]


@pytest.mark.parametrize("step", [Step.AUTHORIZE, Step.REDIRECT])
async def test_link_expires_while_it_is_shown(
    step: Step, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.ui.step_bases.LOOK", 0.02)
    reach = linked_authorize if step is Step.AUTHORIZE else linked_redirect
    async with resumed(world, step) as (app, pilot):
        screen = await reach(pilot)
        assert screen.link is not None
        before = screen.link.url
        world.clock.move(minutes=31)
        words = ("This link has expired", "Create a new link.")
        await wait_until(pilot, lambda: all(each in text_of(app) for each in words), "the words")
        await press_enter_as_a_reader(pilot, screen)
        authorize = await linked_authorize(pilot)

        def is_new() -> bool:
            return authorize.link is not None and authorize.link.url != before

        await wait_until(pilot, is_new, "another link")
        assert "This link has expired" not in text_of(app)


async def test_a_report_that_comes_late() -> None:
    check = Steered()
    async with showing(CheckScreen(BANNER, check, in_files)) as stage:
        await leave(stage)
        stage.screen.watch_report(PASSED)
        check.show(())
        assert stage.outcomes == [Back()]


async def test_findings_that_come_late() -> None:
    async with showing(Machine(can_go_back=True).screen()) as stage:
        await leave(stage)
        stage.screen.checks = FINE
        stage.screen.show_problem(DISK_FULL)
        assert stage.outcomes == [Back()]
