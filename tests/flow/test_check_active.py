"""The check of the active set: its requests, its refreshes, and what it records."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from tests.fakes import NOW, tokens
from tests.flow.stage import NAME, UNREACHABLE, Stage, error, problem_of
from tests.system import full_disk
from wizard.domain.errors.exchange import REFRESH_REFUSED, WRONG_CLIENT
from wizard.domain.errors.scim import BAD_TOKEN, MISSING_PERMISSION, NOT_SCIM
from wizard.domain.models import CheckStatus, CredentialSet, LastCheck, TokenSet, UserList
from wizard.domain.problems import Problem, SetupError, Status
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.check.report import Report, Verdict
from wizard.flow.check.runner import CheckRun, check_active
from wizard.flow.context import Demo, WizardContext
from wizard.flow.refresh import fresh_tokens
from wizard.flow.state import Subject, WizardState

ORGANIZATION = "OR" + "1" * 32
NAMING = "e30.eyJvcmciOiJPUjExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExIn0.c2ln"
"""An access token whose claims are {"org": ORGANIZATION}."""

PASSED, FAILED, WAITING = Status.PASSED, Status.FAILED, Status.WAITING


def check(stage: Stage) -> Awaitable[Report]:
    """Check the active set, as its screen does."""

    def current(refused: Secret | None) -> Awaitable[TokenSet]:
        world = stage.world
        return fresh_tokens(NAME, world.store, world.tokens, world.clock, refused=refused)

    session, users, lines = stage.session, stage.world.users, stage.active_lines()
    return check_active(session.active, users, lines, current, session.clock, session.record_check)


async def approve(url: str) -> str:
    """Approve nothing: the demo's tokens are saved already."""
    raise AssertionError(url)


def of_active(report: Report) -> Report:
    """Return the report as one of the active set."""
    return replace(report, is_of_active=True)


async def test_valid_tokens_are_checked_as_they_are(stage: Stage) -> None:
    active = stage.active(replace(tokens("old"), access_token=Secret(NAMING)))
    stage.world.users.answers = [UserList(25)]
    assert await check(stage) == of_active(Report(Verdict.PASSED, None, 25, ORGANIZATION))
    assert stage.statuses() == {"tokens": PASSED, "users": PASSED, "list": PASSED}
    assert stage.world.tokens.sent == []
    profile, _, kept = stage.on_disk()
    assert profile.last_check == LastCheck(CheckStatus.PASSED, NOW, 25)
    assert kept == active


async def test_expired_tokens_are_refreshed_and_kept(stage: Stage) -> None:
    stage.active(tokens("old"))
    stage.world.clock.move(hours=1)
    renewed = tokens("new", at=stage.world.clock())
    stage.world.tokens.refreshes = [renewed]
    stage.world.users.answers = [UserList(25)]
    assert (await check(stage)).verdict is Verdict.PASSED
    kept = stage.on_disk()[2]
    assert kept is not None
    assert kept.tokens == renewed
    assert stage.world.users.calls[0][1] == renewed.access_token


@pytest.mark.parametrize(
    ("problem", "ended"),
    [
        (MISSING_PERMISSION, {"tokens": PASSED, "users": FAILED, "list": WAITING}),
        (NOT_SCIM, {"tokens": PASSED, "users": PASSED, "list": FAILED}),
    ],
)
async def test_failed_check_is_remembered_and_changes_nothing_else(
    stage: Stage, problem: Problem, ended: dict[str, Status]
) -> None:
    active = stage.active(tokens("old"))
    stage.world.users.answers = [error(problem)]
    assert await check(stage) == of_active(Report(Verdict.FAILED, problem, can_retry=True))
    assert stage.statuses() == ended
    profile, _, kept = stage.on_disk()
    assert profile.last_check == LastCheck(CheckStatus.FAILED, NOW, None, problem.id, problem.words)
    assert kept == active


async def test_token_that_ended_before_its_time_is_renewed_once(stage: Stage) -> None:
    stage.active(tokens("old"))
    stage.world.clock.move(minutes=10)
    renewed = tokens("new", at=stage.world.clock())
    stage.world.tokens.refreshes = [renewed]
    stage.world.users.answers = [error(BAD_TOKEN), UserList(25)]
    assert (await check(stage)).users == 25
    assert stage.statuses() == {"tokens": PASSED, "users": PASSED, "list": PASSED}
    kept = stage.on_disk()[2]
    assert kept is not None
    assert kept.tokens == renewed


async def test_refused_token_of_a_rotated_secret_names_the_secret(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    stage.world.clock.move(minutes=10)
    stage.world.tokens.refreshes = [error(WRONG_CLIENT)]
    stage.world.users.answers = [error(BAD_TOKEN)]
    assert problem_of(await check(stage)) == "wrong-client"
    assert stage.statuses() == {"tokens": FAILED, "users": WAITING, "list": WAITING}
    kept = stage.on_disk()[2]
    assert active.tokens is not None
    # The token isn't given out any more; the rest of the set is unchanged.
    ended = replace(active.tokens, expires_at=stage.world.clock(), is_refused=True)
    assert kept == replace(active, tokens=ended)


@pytest.mark.parametrize("refresh", ["refresh-1", None])
async def test_refused_token_that_cannot_be_newer_is_told_as_it_is(
    stage: Stage, refresh: str | None
) -> None:
    stage.active(tokens("old", refresh=refresh))
    stage.world.clock.move(minutes=10)
    # Without a refresh token, no refresh is sent; with one, a second rejection is final.
    stage.world.tokens.refreshes = [tokens("new", at=stage.world.clock())] if refresh else []
    stage.world.users.answers = [error(BAD_TOKEN), *([error(BAD_TOKEN)] if refresh else [])]
    report = await check(stage)
    assert problem_of(report) == ("new-token-refused" if refresh else "bad-token")
    assert not report.can_retry
    assert not stage.world.users.answers


async def test_lost_response_to_a_refresh_is_reported(stage: Stage) -> None:
    stage.active(tokens("old"))
    stage.world.clock.move(hours=1)
    stage.world.tokens.refreshes = [error(UNREACHABLE, is_lost=True)]
    lost = of_active(Report(Verdict.FAILED, UNREACHABLE, can_retry=True, has_lost_response=True))
    assert await check(stage) == lost


async def test_refused_refresh_of_the_active_set_is_remembered(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    stage.world.clock.move(hours=1)
    stage.world.tokens.refreshes = [error(REFRESH_REFUSED)]
    assert problem_of(await check(stage)) == "refresh-refused"
    assert stage.statuses() == {"tokens": FAILED, "users": WAITING, "list": WAITING}
    profile, _, kept = stage.on_disk()
    assert profile.last_check is not None
    assert profile.last_check.problem == "refresh-refused"
    assert kept == active


@pytest.mark.parametrize(
    ("answer", "verdict", "problem"),
    [
        (UserList(1), Verdict.PASSED, None),
        (error(MISSING_PERMISSION), Verdict.FAILED, MISSING_PERMISSION),
    ],
)
async def test_check_that_cannot_be_remembered_tells_what_it_found_and_that(
    stage: Stage, answer: UserList | SetupError, verdict: Verdict, problem: Problem | None
) -> None:
    stage.active(tokens("old"))
    stage.world.users.answers = [answer]
    with full_disk():
        report = await check(stage)
    assert (report.verdict, report.problem) == (verdict, problem)
    (warning,) = report.warnings
    assert warning.detail[-1] == "The result of this check couldn't be saved."


async def test_profile_without_an_active_set_has_nothing_to_check(stage: Stage) -> None:
    assert problem_of(await check(stage)) == "left-unfinished"


@pytest.mark.parametrize("subject", Subject)
async def test_check_without_a_network_fails_with_its_reason(
    stage: Stage, subject: Subject
) -> None:
    stage.active(tokens("old"))
    stage.world.unconnected = error(UNREACHABLE)
    context = WizardContext(stage.session, stage.world.services)
    run = CheckRun(context, WizardState(Step.CHECK, subject=subject))
    assert await run.run(lambda _lines: None, is_retry=False) == Report(Verdict.FAILED, UNREACHABLE)


@pytest.mark.parametrize("subject", Subject)
async def test_each_failure_in_the_demo_says_what_helps_there(
    stage: Stage, subject: Subject
) -> None:
    kept = stage.active(tokens("old"))
    await stage.session.save_draft(kept)
    stage.world.users.answers = [error(NOT_SCIM)]
    context = WizardContext(stage.session, stage.world.services, Demo(CredentialSet(), approve))
    run = CheckRun(context, WizardState(Step.CHECK, subject=subject))
    report = await run.run(lambda _lines: None, is_retry=False)
    assert report.problem is not None
    assert report.problem.in_demo.startswith("In this demo, ")


async def test_accepted_check_in_the_demo_says_what_helps_there_too(stage: Stage) -> None:
    context = WizardContext(stage.session, stage.world.services, Demo(CredentialSet(), approve))
    run = CheckRun(context, WizardState(Step.CHECK, subject=Subject.ACTIVE))
    report = await run.accept(Report(Verdict.FAILED, NOT_SCIM))
    assert report.problem is not None
    assert report.problem.in_demo.startswith("In this demo, ")
    passed = Report(Verdict.PASSED)
    assert await run.accept(passed) == passed


async def test_check_of_the_active_set_never_asks(stage: Stage) -> None:
    report = Report(Verdict.PASSED)
    context = WizardContext(stage.session, stage.world.services)
    run = CheckRun(context, WizardState(Step.CHECK, subject=Subject.ACTIVE))
    assert await run.accept(report) is report
