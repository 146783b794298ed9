"""A crash is reported by its place only, with no message, local variable, or secret."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, NoReturn

import pytest
from textual import events
from textual.screen import Screen
from textual.worker import WorkerFailed

from tests.driving import PATIENCE, make_app, paste, wait_for_screen, wait_until
from tests.fakes import World
from tests.leaks.every import screens
from tests.ui.desk import Desk
from tests.ui.hosting import BANNER
from tests.ui.journeys import done_screen, make_journey, make_overview
from tests.ui.running import WHOLE, seed
from tests.ui.test_check import Steered
from tests.ui.test_credentials import Form
from tests.ui.test_prerequisites import Machine
from tests.walks import ThePilot, continue_anyway
from wizard.domain.models import CredentialSet
from wizard.domain.problems import ExitCode
from wizard.domain.secret import Secret
from wizard.domain.texts.questions import Question
from wizard.flow.state import Delivery
from wizard.ui.app import WizardApp
from wizard.ui.dialog import ConfirmScreen, HelpScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import ProfilesScreen, RotateScreen, SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen, ChangesScreen
from wizard.ui.step_screen import StepScreen

pytestmark = pytest.mark.usefixtures("drawn")

PLANTED = ("planted-secret", "planted-code", "planted-verifier", "planted-token")


class PlantedError(Exception):
    """An internal error of the wizard."""


def fail() -> NoReturn:
    """Fail as careless code would, with secrets in local variables and in the message."""
    secret, code, verifier, token = PLANTED
    inner = {"client_secret": secret, "code": code}
    try:
        raise KeyError(f"{inner} {verifier}")
    except KeyError as error:
        raise PlantedError(f"{secret} {code} {verifier} {token}") from error


async def fail_async(*_args: object, **_kwargs: object) -> NoReturn:
    """Fail in an awaited function."""
    fail()


def fail_with(*_args: object) -> None:
    """Fail in a handler."""
    fail()


SCREENS: list[Callable[[], Screen[Any]]] = [
    lambda: Machine().screen(),
    lambda: Form(CredentialSet(client_secret=Secret("planted-secret"))).screen(),
    lambda: Desk().authorize(),
    lambda: Desk().redirect(Delivery.OPENED),
    lambda: CheckScreen(BANNER, Steered(), fail_async),
    lambda: done_screen(),
    lambda: OverviewScreen(BANNER, make_overview()),
    lambda: HelpScreen("Help", ()),
    lambda: ConfirmScreen(Question("Sure?", "", "Yes")),
    lambda: AdvancedScreen(CredentialSet()),
    lambda: ProfilesScreen(make_journey()),
    lambda: SheetScreen(make_journey()),
    lambda: ChangesScreen(()),
    lambda: RotateScreen(make_overview()),
]


def test_no_screen_is_left_out() -> None:
    assert {type(make()) for make in SCREENS} == screens()


async def crashed(
    app: WizardApp,
    act: Callable[[ThePilot], Awaitable[None]],
    begin: type[StepScreen] = PrerequisitesScreen,
) -> None:
    """Run the wizard, act, and wait for the crash; assert that its report is clean."""
    try:
        async with app.run_test() as pilot:
            await wait_for_screen(pilot, begin)
            await act(pilot)
            await until_dead(app)
    except (PlantedError, WorkerFailed):
        return
    raise AssertionError("no crash")


async def until_dead(app: WizardApp) -> None:
    give_up = monotonic() + PATIENCE
    while app._exception is None:
        assert monotonic() < give_up, "no crash"
        await asyncio.sleep(0.001)
    assert_clean("\n".join(map(str, app._exit_renderables)))


def printed(capfd: pytest.CaptureFixture[str]) -> str:
    """Return the printed report.

    Textual prints it when it closes the app, or when the pilot does, whichever comes first. In the
    second case, sys.stderr may still be redirected, and the report goes to the file descriptor.
    """
    return capfd.readouterr().err


def assert_clean(report: str) -> None:
    """Assert that a report has the type and the place of an error, and nothing else."""
    assert "PlantedError" in report
    assert "test_crash.py" in report
    assert "in fail" in report
    for planted in (*PLANTED, "client_secret", "KeyError", "╭", "locals"):
        assert planted not in report


@pytest.mark.parametrize("make", SCREENS)
async def test_a_handler_of_any_screen_may_fail(
    world: World,
    make: Callable[[], Screen[Any]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app(world)

    async def act(pilot: ThePilot) -> None:
        screen = make()
        for action in ("action_help", "action_close"):
            monkeypatch.setattr(type(screen), action, fail_with, raising=False)
        app.push_screen(screen)
        await wait_until(pilot, lambda: app.screen is screen and screen.is_mounted, "the screen")
        app.post_message(events.Key("f1", None))
        app.post_message(events.Key("escape", "\x1b"))

    await crashed(app, act)
    assert_clean(printed(capfd))
    assert not any(planted in caplog.text for planted in PLANTED)
    assert app.return_code == ExitCode.MACHINE


@pytest.mark.parametrize("make", SCREENS)
async def test_a_task_of_any_screen_may_fail(
    world: World,
    make: Callable[[], Screen[Any]],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app(world)

    async def act(pilot: ThePilot) -> None:
        screen = make()
        app.push_screen(screen)
        await wait_until(pilot, lambda: app.screen is screen and screen.is_mounted, "the screen")
        screen.run_worker(fail_async())

    await crashed(app, act)
    assert_clean(printed(capfd))
    assert not any(planted in caplog.text for planted in PLANTED)


async def in_a_worker(app: WizardApp, pilot: ThePilot) -> None:
    """Fail in a task of a screen."""
    app.screen.run_worker(fail_async())


async def in_a_timer(app: WizardApp, pilot: ThePilot) -> None:
    """Fail in a timer."""
    app.screen.set_timer(0.001, fail_with)


async def after_a_refresh(app: WizardApp, pilot: ThePilot) -> None:
    """Fail in a deferred call."""
    app.screen.call_after_refresh(fail_with)


async def in_the_flow(app: WizardApp, pilot: ThePilot) -> None:
    """Fail in the loop around the screens."""
    app.wizard_context.enter = fail_async  # type: ignore[method-assign]
    await continue_anyway(pilot)


@pytest.mark.parametrize("act", [in_a_worker, in_a_timer, after_a_refresh, in_the_flow])
async def test_whatever_fails_is_reported_clean(
    world: World,
    act: Callable[[WizardApp, ThePilot], Awaitable[None]],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app(world)
    await crashed(app, lambda pilot: act(app, pilot))
    assert_clean(printed(capfd))
    assert not any(planted in caplog.text for planted in PLANTED)


async def test_what_was_pasted_is_not_in_the_report_of_the_paste(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(CredentialsScreen, "_settle", fail_with)
    seed(world, draft=WHOLE)
    app = make_app(world)

    async def act(pilot: ThePilot) -> None:
        await pilot.press("u")
        screen = await wait_for_screen(pilot, CredentialsScreen)
        screen.query_one("#client-secret").focus()
        await paste(pilot, "planted-secret")

    await crashed(app, act, OverviewScreen)
    assert_clean(printed(capfd))
