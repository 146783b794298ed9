"""An event after a step was closed has no effect: no crash, and no second exit."""

from __future__ import annotations

from tests.driving import wait_until
from tests.ui.desk import ATTEMPT, Desk
from tests.ui.hosting import BANNER, Shown, Stage, showing
from tests.ui.test_check import PASSED, Steered, in_files
from tests.ui.test_prerequisites import FINE, Machine
from wizard.domain.errors.consent import ACCESS_DENIED
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.oauth.authorization_response import Received, Refused
from wizard.domain.secret import Secret
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
