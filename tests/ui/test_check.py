"""Step 5 by itself: the lines as they change, and the offers after each result."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.widgets import Button

from tests.driving import text_of, wait_until
from tests.ui.hosting import BANNER, Stage, showing
from tests.ui.playing import playing
from tests.ui.running import press_enter_as_a_reader
from tests.ui.scenes import SCENES
from wizard.domain.errors.exchange import (
    CLOCK_OFF,
    CODE_EXPIRED,
    NOT_ASKED_FOR,
    REFRESH_REFUSED,
    WRONG_CLIENT,
)
from wizard.domain.errors.network import TIMED_OUT
from wizard.domain.errors.scim import BAD_TOKEN, MISSING_PERMISSION
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.problems import Check, Problem, Status
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.check.lines import Shown
from wizard.flow.check.report import Report, Verdict, warned
from wizard.flow.state import Back, GoTo, Verified
from wizard.ui.screens.check import CheckScreen
from wizard.ui.widgets.layout import Body
from wizard.ui.widgets.problem_panel import ProblemPanel
from wizard.ui.widgets.results import SPINNER, CheckLines

WAITING = (Check("exchange", "Code exchanged"), Check("users", "GET /Users responds"))
PASSED = Report(Verdict.PASSED, users=25)


@dataclass
class Steered:
    """A check whose end and result the test decides."""

    ends: asyncio.Queue[Report] = field(default_factory=asyncio.Queue)
    runs: list[bool] = field(default_factory=list)
    """Whether each run was a retry."""
    accepted: list[Report] = field(default_factory=list)
    may_accept: asyncio.Event = field(default_factory=asyncio.Event)
    is_cancelled: bool = False
    show: Shown = print

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        self.runs.append(is_retry)
        self.show = show
        show(WAITING)
        try:
            return await self.ends.get()
        except asyncio.CancelledError:
            self.is_cancelled = True
            raise

    async def accept(self, report: Report) -> Report:
        self.accepted.append(report)
        await self.may_accept.wait()
        return replace(report, verdict=Verdict.PASSED, problem=None)


async def in_files() -> None:
    """Save secrets in files."""


def at_check(check: Steered) -> AbstractAsyncContextManager[Stage[CheckScreen]]:
    return showing(CheckScreen(BANNER, check, in_files))


async def end(stage: Stage[CheckScreen], check: Steered, report: Report) -> None:
    check.ends.put_nowait(report)
    await wait_until(stage.pilot, lambda: stage.screen.report is report, "the report")
    await stage.pilot.pause()


def primary(stage: Stage[CheckScreen]) -> str:
    return str(stage.screen.query_one("#next", Button).label)


async def test_the_lines_show_state_note_and_time() -> None:
    check = Steered()
    async with at_check(check) as stage:
        await stage.until_text("○ Code exchanged", "waiting")
        check.show(
            (
                Check("a", "First", Status.PASSED, "25 users", 0.5),
                Check("b", "Second", Status.FAILED),
                Check("c", "Third", Status.WARNING, "no refresh token"),
                Check("d", "Fourth", Status.SKIPPED, "already done"),
            )
        )
        await stage.until_text("✓ First", "25 users  0.50 s", "✗ Second", "failed")
        await stage.until_text("! Third", "no refresh token", "– Fourth", "already done")


async def test_the_spinner_turns_only_while_something_runs() -> None:
    check = Steered()
    async with at_check(check) as stage:
        assert not is_turning(stage)
        check.show((Check("a", "First", Status.RUNNING),))
        first = await spinner(stage, "")
        assert await spinner(stage, first) != first
        check.show((Check("a", "First", Status.PASSED),))
        assert not is_turning(stage)
        await stage.until_text("✓ First")


def is_turning(stage: Stage[CheckScreen]) -> bool:
    return stage.screen.query_one(CheckLines)._spin._active.is_set()


async def spinner(stage: Stage[CheckScreen], before: str) -> str:
    """Wait until the spinner shows another frame."""

    def frames() -> list[str]:
        return [sign for sign in SPINNER if f"{sign} First" in stage.text and sign != before]

    await wait_until(stage.pilot, lambda: bool(frames()), "a frame of the spinner")
    return frames()[0]


async def test_a_line_that_waits_tells_how_long() -> None:
    check = Steered()
    async with at_check(check) as stage:
        check.show((Check("users", "GET /Users", Status.RUNNING, "retrying in 7 s"),))
        await stage.until_text("retrying in 7 s")


async def test_enter_goes_on_once_it_passed_and_not_before() -> None:
    check = Steered()
    async with at_check(check) as stage:
        await stage.pilot.press("enter", "ctrl+n")
        assert stage.outcomes == []
        await end(stage, check, replace(PASSED, organization="OR" + "a" * 32))
        await stage.until_text("OR" + "a" * 32)
        assert "Back" not in stage.text
        await stage.pilot.press("escape")
        assert stage.outcomes == []
        await stage.pilot.press("enter")
        assert await stage.outcome() == Verified()
    assert check.runs == [False]


async def test_escape_leaves_at_once_while_it_runs() -> None:
    check = Steered()
    async with at_check(check) as stage:
        await stage.until_text("Cancel")
        await stage.pilot.press("escape")
        assert await stage.outcome() == Back()
        await wait_until(stage.pilot, lambda: check.is_cancelled, "the end of the run")
        # The check that was started continues, and still reports its result.
        check.show(WAITING)


async def test_a_click_cancels_too() -> None:
    async with at_check(Steered()) as stage:
        await stage.pilot.click("#back")
        assert await stage.outcome() == Back()


async def test_what_may_pass_by_itself_is_tried_again() -> None:
    check = Steered()
    async with at_check(check) as stage:
        await end(stage, check, Report(Verdict.FAILED, TIMED_OUT, can_retry=True))
        await stage.until_text(TIMED_OUT.title, "Try again")
        await stage.pilot.press("enter")
        await wait_until(stage.pilot, lambda: check.runs == [False, True], "another run")
        await wait_until(stage.pilot, lambda: TIMED_OUT.title not in stage.text, "a clean screen")
        assert primary(stage).startswith("Checking")
        assert stage.app.focused is None
        await end(stage, check, PASSED)
        await stage.pilot.press("enter")
        assert await stage.outcome() == Verified()


async def test_trying_again_comes_before_authorizing_again() -> None:
    check = Steered()
    problem = MISSING_PERMISSION.filled(permission="managed-users/list")
    async with at_check(check) as stage:
        await end(stage, check, Report(Verdict.FAILED, problem, can_retry=True))
        assert primary(stage).startswith("Try again")
        await stage.until_text("managed-users/list", "Authorize again")
        await stage.pilot.click("#elsewhere")
        assert await stage.outcome() == GoTo(Step.AUTHORIZE, problem)


async def test_authorizing_again_is_offered_after_a_lost_response() -> None:
    check = Steered()
    lost = Report(Verdict.FAILED, TIMED_OUT, can_retry=True, has_lost_response=True)
    async with at_check(check) as stage:
        await end(stage, check, lost)
        await stage.until_text("Try again", "Authorize again")
        await stage.pilot.click("#elsewhere")
        assert await stage.outcome() == GoTo(Step.AUTHORIZE, TIMED_OUT)


@pytest.mark.parametrize("way", ["escape", "button"])
async def test_a_retry_that_is_canceled_shows_the_report_before_it(way: str) -> None:
    check, failed = Steered(), Report(Verdict.FAILED, MISSING_PERMISSION, can_retry=True)
    lines = (Check("a", "First", Status.PASSED), Check("b", "Second", Status.FAILED))
    async with at_check(check) as stage:
        check.show(lines)
        await end(stage, check, failed)
        await press_enter_as_a_reader(stage.pilot, stage.screen)
        await wait_until(stage.pilot, lambda: check.runs == [False, True], "the retry")
        await stage.until_text("Checking…", "Cancel")
        await (stage.pilot.press("escape") if way == "escape" else stage.pilot.click("#back"))
        await stage.until_text("✗ Second", MISSING_PERMISSION.title, "Try again", "‹ Back")
        assert check.is_cancelled
        assert stage.outcomes == []
        await stage.pilot.press("escape")
        assert await stage.outcome() == Back()


async def test_ctrl_t_creates_a_new_link_wherever_one_helps() -> None:
    for report in (
        Report(Verdict.FAILED, CODE_EXPIRED),
        Report(Verdict.FAILED, MISSING_PERMISSION, can_retry=True),
        Report(Verdict.FAILED, TIMED_OUT, can_retry=True, has_lost_response=True),
    ):
        check = Steered()
        async with at_check(check) as stage:
            assert "fresh_link" not in [each.action for each in stage.screen.commands()]
            await end(stage, check, report)
            # In the palette: the row of keys keeps room to copy the problem for support.
            assert "fresh_link" in [each.action for each in stage.screen.commands()]
            await stage.pilot.press("ctrl+t")
            assert await stage.outcome() == GoTo(Step.AUTHORIZE, report.problem)


async def test_ctrl_t_does_nothing_where_no_new_link_helps() -> None:
    check = Steered()
    async with at_check(check) as stage:
        await end(stage, check, Report(Verdict.FAILED, WRONG_CLIENT))
        await stage.pilot.press("ctrl+t")
        assert "New link" not in stage.text
        assert stage.outcomes == []


async def test_every_warning_is_shown_with_the_worst_first() -> None:
    check = Steered()
    report = PASSED
    warnings = (CLOCK_OFF.filled(offset="1 hour slow"), DISK_FULL, REFRESH_REFUSED)
    for warning in warnings:
        report = warned(report, warning)
    async with at_check(check) as stage:
        await end(stage, check, report)
        await stage.until_text(*(warning.title for warning in warnings))
        first, *more = (stage.text.index(warning.title) for warning in report.warnings)
        assert report.warnings[0].id == REFRESH_REFUSED.id
        assert all(first < each for each in more)
        # All of them are also copied for support.
        assert stage.screen.query_one(ProblemPanel).problems == report.told


@pytest.mark.parametrize(
    ("size", "has_verdict", "has_response"),
    [((120, 36), True, True), ((80, 24), False, True), ((60, 18), False, False)],
)
async def test_failure_has_room_for_its_fix_and_is_said_once_where_rows_are_few(
    size: tuple[int, int], has_verdict: bool, has_response: bool, tmp_path: Path
) -> None:
    (scene,) = (scene for scene in SCENES if scene.name == "check-failed")
    async with playing(scene, tmp_path, size) as pilot:
        body = pilot.app.screen.query_one(Body).region
        columns = slice(body.x, body.right)
        rows = [row[columns].rpartition("▌")[2].strip() for row in text_of(pilot.app).splitlines()]
    assert any(row.startswith("✗ Check failed.") for row in rows) is has_verdict
    fix = next(n for n, row in enumerate(rows) if row.startswith("Organization Owner or Admin:"))
    assert not rows[fix - 1], "the fix touches the cause"
    response = [n for n, row in enumerate(rows) if row.startswith("403")]
    assert bool(response) is has_response
    assert not rows[next(n for n, row in enumerate(rows) if row.startswith("✗ Missing")) - 1]
    assert not any(rows[n - 1] for n in response), "the response touches the fix"
    assert any("not run" in row for row in rows) is has_verdict


async def test_the_primary_leads_to_where_it_can_be_mended() -> None:
    for problem, words in ((WRONG_CLIENT, "Go to Credentials"), (BAD_TOKEN, "Authorize again")):
        check = Steered()
        async with at_check(check) as stage:
            await end(stage, check, Report(Verdict.FAILED, problem))
            assert problem.step is not None
            assert primary(stage).startswith(words)
            await stage.until_text(problem.title, "not run")
            assert "waiting" not in stage.text
            await stage.pilot.press("enter")
            assert await stage.outcome() == GoTo(problem.step, problem)


async def test_what_cannot_be_renewed_is_used_for_its_hour_only_by_choice() -> None:
    check = Steered()
    unrenewable = Report(Verdict.UNRENEWABLE, NOT_ASKED_FOR, users=25)
    async with at_check(check) as stage:
        assert not stage.screen.query_one("#accept").display
        await end(stage, check, unrenewable)
        assert primary(stage).startswith("Go to Credentials")
        await stage.pilot.click("#accept")
        await wait_until(stage.pilot, lambda: bool(check.accepted), "its being taken")
        await stage.pilot.press("escape", "enter", "ctrl+n")
        assert not stage.screen.query_one("#back").display
        assert stage.outcomes == []
        check.may_accept.set()
        await wait_until(stage.pilot, lambda: primary(stage).startswith("Next"), "it is taken")
        assert check.accepted == [unrenewable]
        assert not stage.screen.query_one("#accept").display
        await stage.pilot.press("enter")
        assert await stage.outcome() == Verified()


@pytest.mark.parametrize(
    ("problem", "step"),
    [(NOT_ASKED_FOR, Step.CREDENTIALS), (REFRESH_REFUSED, Step.AUTHORIZE)],
    ids=["none-asked-for", "refused"],
)
async def test_what_cannot_be_renewed_is_mended_at_enter(problem: Problem, step: Step) -> None:
    """If no refresh token was requested, the fix is the scope, under Advanced."""
    check = Steered()
    async with at_check(check) as stage:
        await end(stage, check, Report(Verdict.UNRENEWABLE, problem))
        await stage.pilot.press("enter")
        assert await stage.outcome() == GoTo(step, problem)
    assert check.accepted == []


async def test_a_report_that_comes_while_help_is_open_is_there_afterwards() -> None:
    check = Steered()
    async with at_check(check) as stage:
        await stage.pilot.press("f1")
        await wait_until(stage.pilot, lambda: stage.app.screen is not stage.screen, "the help")
        await end(stage, check, PASSED)
        await stage.pilot.press("escape", "enter")
        assert await stage.outcome() == Verified()
