"""The check of a draft: what is sent, what is saved when, and when the draft becomes active."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.fakes import NOW, tokens
from tests.flow.stage import COMPLETE, PROBLEM, UNREACHABLE, Gate, Stage, error, problem_of
from tests.system import full_disk
from wizard.domain.credential_fields import CredentialField, with_field
from wizard.domain.errors.exchange import (
    ANSWER_LOST,
    CODE_EXPIRED,
    CODE_REFUSED,
    ODD_TOKENS,
    REDIRECT_MISMATCH,
    REFRESH_LOST,
    REFRESH_REFUSED,
    REFRESH_REFUSED_AT_ONCE,
    TOKEN_SERVER_FAILING,
    TOKEN_THROTTLED,
    WRONG_CLIENT,
)
from wizard.domain.errors.scim import (
    APPROVAL_UNCONFIRMED,
    BAD_TOKEN,
    MISSING_PERMISSION,
    NEW_TOKEN_REFUSED,
    NOT_SCIM,
    SCIM_FAILING,
)
from wizard.domain.models import CheckStatus, CredentialSet, LastCheck, Profile, TokenSet, UserList
from wizard.domain.oauth.authorization_response import BareCode, Received
from wizard.domain.problems import Check, Problem, SetupError, Status
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.wording import without_refresh_token
from wizard.domain.value import replace
from wizard.flow.check.report import UNNAMED, Report, Verdict
from wizard.flow.check.runner import CheckRun
from wizard.flow.context import WizardContext
from wizard.flow.state import WizardState

ORGANIZATION = "OR" + "1" * 32
NAMING = "e30.eyJvcmciOiJPUjExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExIn0.c2ln"
"""An access token whose claims are {"org": ORGANIZATION}."""

PASSED, FAILED, WAITING = Status.PASSED, Status.FAILED, Status.WAITING
SKIPPED, WARNING = Status.SKIPPED, Status.WARNING
LINES = ("state", "exchange", "saved", "users", "list", "tokens")


def lines(*statuses: Status) -> dict[str, Status]:
    return dict(zip(LINES, statuses, strict=True))


def draft_on_disk(stage: Stage) -> CredentialSet:
    draft = stage.on_disk()[1]
    assert draft is not None
    return draft


async def exchanged(stage: Stage, *answers: UserList | Problem) -> Report:
    """Run a check whose exchange returns tokens 1, and whose list requests get these responses."""
    stage.world.tokens.exchanges.append(tokens("1", refresh="refresh-1"))
    stage.world.users.answers += [error(a) if isinstance(a, Problem) else a for a in answers]
    return await stage.run(await stage.code(is_fresh=True))


# -- success ---------------------------------------------------------------------------------------


async def test_code_becomes_a_proven_credential(stage: Stage) -> None:
    old = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    received = await stage.code()
    issued = replace(tokens("1", refresh="refresh-1"), access_token=Secret(NAMING))
    renewed = replace(tokens("2", refresh="refresh-1"), access_token=Secret(NAMING + "2"))
    stage.world.tokens.exchanges = [issued]
    stage.world.tokens.refreshes = [renewed]
    stage.world.users.answers = [UserList(25)]
    assert stage.on_disk()[2] == old

    report = await stage.run(received)

    assert report == Report(Verdict.PASSED, None, 25, ORGANIZATION)
    assert stage.statuses() == lines(PASSED, PASSED, PASSED, PASSED, PASSED, PASSED)
    assert (stage.lines["list"].note, stage.lines["tokens"].note) == (
        "25 users",
        "refresh token unchanged",
    )
    assert all(stage.lines[line].seconds for line in ("exchange", "saved", "users", "tokens"))
    profile, draft, active = stage.on_disk()
    assert (draft, active) == (None, replace(COMPLETE, tokens=renewed))
    assert profile.last_check == LastCheck(CheckStatus.PASSED, stage.world.clock(), 25)
    assert profile.organization == ORGANIZATION
    _, sent_with, code = stage.world.tokens.calls[0]
    assert code == received.code
    assert sent_with.client_secret == COMPLETE.client_secret
    assert stage.world.tokens.calls[1][2] == issued.refresh_token
    assert stage.world.users.calls == [(COMPLETE.endpoints.scim_url, issued.access_token)]


@pytest.mark.parametrize(("total", "note"), [(0, "0 users"), (None, "too many to count")])
async def test_any_number_of_users_is_fine(stage: Stage, total: int | None, note: str) -> None:
    stage.world.tokens.refreshes = [tokens("2", refresh="refresh-2")]
    report = await exchanged(stage, UserList(total))
    assert report == Report(Verdict.PASSED, None, total)
    assert (stage.lines["list"].note, stage.lines["tokens"].note) == (note, "new refresh token")
    active = stage.on_disk()[2]
    assert active is not None
    assert active.tokens == tokens("2", refresh="refresh-2")


async def test_fault_of_the_one_who_paints_is_raised_after_the_tokens_are_saved(
    stage: Stage,
) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [tokens("1", refresh="refresh-1")]
    stage.world.tokens.refreshes = [tokens("2", refresh="refresh-2")]
    stage.world.users.answers = [UserList(25)]

    def paint(lines: tuple[Check, ...]) -> None:
        if any(line.status is not WAITING for line in lines):
            raise OSError("the terminal is gone")

    context = WizardContext(stage.session, stage.world.services)
    run = CheckRun(context, WizardState(Step.CHECK, answer=received))
    with pytest.raises(OSError, match="the terminal is gone"):
        await run.run(paint, is_retry=False)

    active = stage.on_disk()[2]
    assert active is not None
    assert active.tokens == tokens("2", refresh="refresh-2")


async def test_code_that_was_turned_away_can_be_tried_again(stage: Stage) -> None:
    received = await stage.code()
    turned_away = SetupError(TOKEN_THROTTLED.filled(wait="5 s"), is_unsent=True)
    stage.world.tokens.exchanges = [turned_away, tokens("1")]
    stage.world.tokens.refreshes = [tokens("2")]
    stage.world.users.answers = [UserList(1)]
    report = await stage.run(received)
    assert (report.step, report.can_retry) == (None, True)
    assert (await stage.run(received)).verdict is Verdict.PASSED
    assert stage.world.tokens.sent == ["exchange", "exchange", "refresh"]


def unconfirmed(organization: str | None) -> Problem:
    named = f"organization {organization}" if organization else UNNAMED
    return APPROVAL_UNCONFIRMED.filled(organization=named)


@pytest.mark.parametrize("organization", [None, ORGANIZATION])
async def test_caught_code_waits_for_a_person_before_it_becomes_active(
    stage: Stage, organization: str | None
) -> None:
    issued = tokens("1", refresh="refresh-1")
    if organization:
        issued = replace(issued, access_token=Secret(NAMING))
    stage.world.tokens.exchanges = [issued]
    stage.world.tokens.refreshes = [issued, issued]
    stage.world.users.answers = [UserList(25), UserList(25)]
    caught = replace(await stage.code(), is_caught=True)

    report = await stage.run(caught)

    assert report.verdict is Verdict.UNCONFIRMED
    assert report.problem == unconfirmed(organization)
    assert stage.on_disk()[2] is None
    # This also holds after the wizard was closed and opened again.
    stage.session.open()
    check = stage.check()
    report = await check.run(None)
    assert report.verdict is Verdict.UNCONFIRMED
    assert (await check.accept(report)).verdict is Verdict.PASSED
    active = stage.on_disk()[2]
    assert active is not None
    assert not active.is_unconfirmed


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        (ORGANIZATION, NAMING, Verdict.PASSED),
        (None, NAMING, Verdict.UNCONFIRMED),
        (ORGANIZATION, "access-1", Verdict.UNCONFIRMED),
        ("OR" + "2" * 32, NAMING, Verdict.OTHER_ORGANIZATION),
    ],
)
async def test_caught_code_for_the_organization_that_is_set_up_asks_nothing(
    stage: Stage, before: str | None, now: str, verdict: Verdict
) -> None:
    stage.put(Profile(organization=before), active=replace(COMPLETE, tokens=tokens("old")))
    issued = replace(tokens("1", refresh="refresh-1"), access_token=Secret(now))
    stage.world.tokens.exchanges = [issued]
    stage.world.tokens.refreshes = [issued]
    stage.world.users.answers = [UserList(25)]
    report = await stage.run(replace(await stage.code(), is_caught=True))
    assert report.verdict is verdict


async def test_pasted_code_after_a_caught_one_asks_nothing(stage: Stage) -> None:
    stage.world.tokens.exchanges = [tokens("1", refresh="r1"), tokens("2", refresh="r2")]
    stage.world.tokens.refreshes = [tokens("3", refresh="r3"), tokens("4", refresh="r4")]
    stage.world.users.answers = [UserList(25), UserList(25)]
    report = await stage.run(replace(await stage.code(), is_caught=True))
    assert report.verdict is Verdict.UNCONFIRMED
    report = await stage.run(await stage.code("code-2", is_fresh=True))
    assert report.verdict is Verdict.PASSED


async def test_bare_code_is_used_without_a_state(stage: Stage) -> None:
    attempt = (await stage.code()).attempt
    stage.world.tokens.exchanges = [tokens("1")]
    stage.world.tokens.refreshes = [tokens("2")]
    stage.world.users.answers = [UserList(1)]
    report = await stage.run(BareCode(Secret("bare"), attempt))
    assert report.verdict is Verdict.PASSED
    assert stage.lines["state"].status is SKIPPED
    assert stage.lines["state"].note == "not checked: only the code was pasted"
    assert stage.world.tokens.calls[0][2] == Secret("bare")


async def test_wait_before_a_retry_is_shown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    async def list_users(
        scim_url: str, access_token: Secret, on_wait: Callable[[str, float], None]
    ) -> UserList:
        on_wait("too many requests", 12.2)
        seen.append((stage.lines["users"].status, stage.lines["users"].note))
        return UserList(1)

    monkeypatch.setattr(stage.world.users, "list_users", list_users)
    stage.world.tokens.refreshes = [tokens("2")]
    assert (await exchanged(stage)).verdict is Verdict.PASSED
    assert seen == [(Status.RUNNING, "too many requests, retrying in 12 s")]
    assert stage.lines["users"].note == ""


# -- the code is sent once -----------------------------------------------------------------------


async def test_code_is_marked_as_sent_on_disk_before_it_is_sent(stage: Stage) -> None:
    received = await stage.code()
    seen = []

    async def look() -> None:
        seen.append(draft_on_disk(stage).attempts)

    stage.world.tokens.on_call = look
    stage.world.tokens.exchanges = [error()]
    await stage.run(received)
    assert seen == [(replace(received.attempt, code_sent_at=NOW),)]


async def test_code_is_not_sent_when_that_cannot_be_marked(stage: Stage) -> None:
    received = await stage.code()
    with full_disk():
        report = await stage.run(received)
    assert problem_of(report) == "store-failed"
    assert report.can_retry
    assert stage.world.tokens.sent == []
    stage.world.tokens.exchanges = [tokens("1")]
    stage.world.tokens.refreshes = [tokens("2")]
    stage.world.users.answers = [UserList(1)]
    assert (await stage.run(received)).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("problem", "step"),
    [
        (ANSWER_LOST, Step.AUTHORIZE),
        (CODE_EXPIRED, Step.AUTHORIZE),
        (REDIRECT_MISMATCH, Step.CREDENTIALS),
        (WRONG_CLIENT, Step.CREDENTIALS),
        (TOKEN_THROTTLED.filled(wait="a minute"), Step.AUTHORIZE),
        (PROBLEM, Step.AUTHORIZE),
    ],
)
async def test_code_that_was_sent_is_never_sent_again(
    stage: Stage, problem: Problem, step: Step
) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [error(problem)]
    report = await stage.run(received)
    assert report == Report(Verdict.FAILED, replace(problem, step=step))
    assert stage.statuses() == lines(PASSED, FAILED, WAITING, WAITING, WAITING, WAITING)
    assert stage.session.resume_at() is not Step.REDIRECT

    again = await stage.run(received, is_retry=True)
    assert problem_of(again) == "code-used"
    assert again.problem is not None
    assert again.problem.step is Step.AUTHORIZE
    # A restarted wizard doesn't send it either.
    later = Stage(stage.home)
    assert problem_of(await later.run(received)) == "code-used"
    assert stage.world.tokens.sent == ["exchange"]


async def test_code_that_did_not_leave_may_be_sent_again(stage: Stage) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [error(UNREACHABLE, is_unsent=True), tokens("1")]
    report = await stage.run(received)
    assert report == Report(Verdict.FAILED, UNREACHABLE, can_retry=True)
    assert draft_on_disk(stage).attempts == (received.attempt,)
    stage.world.tokens.refreshes = [tokens("2")] * 2
    stage.world.users.answers = [UserList(1)]
    again = await stage.run(received, is_retry=True)
    assert again.verdict is Verdict.PASSED
    assert stage.world.tokens.sent == ["exchange", "exchange", "refresh"]


async def test_code_of_a_link_that_is_the_drafts_no_more_is_not_sent(stage: Stage) -> None:
    received = await stage.code()
    draft = stage.session.working_draft()
    await stage.session.save_draft(with_field(draft, CredentialField.CLIENT_ID, "OQ" + "b" * 32))
    assert problem_of(await stage.run(received)) == "code-used"
    assert stage.world.tokens.sent == []


async def test_new_code_is_exchanged_though_an_earlier_consent_left_tokens(stage: Stage) -> None:
    assert problem_of(await exchanged(stage, MISSING_PERMISSION)) == "missing-permission"
    second = await stage.code("code-2", is_fresh=True)
    stage.world.tokens.exchanges = [tokens("3", refresh="refresh-3")]
    stage.world.tokens.refreshes = [tokens("4", refresh="refresh-3")]
    stage.world.users.answers = [UserList(1)]
    assert (await stage.run(second)).verdict is Verdict.PASSED
    assert stage.world.tokens.sent == ["exchange", "exchange", "refresh"]
    assert stage.world.tokens.calls[1][2] == Secret("code-2")
    assert stage.world.users.calls[-1][1] == Secret("access-3")


async def test_lost_code_is_not_made_good_by_an_earlier_consents_tokens(stage: Stage) -> None:
    await exchanged(stage, MISSING_PERMISSION)
    second = await stage.code("code-2", is_fresh=True)
    stage.world.tokens.exchanges = [error(ANSWER_LOST)]
    assert await stage.run(second) == Report(Verdict.FAILED, ANSWER_LOST)


# -- failures after the exchange -----------------------------------------------------------------


async def test_trying_again_renews_the_tokens_and_asks_for_the_list_only(stage: Stage) -> None:
    old = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    report = await exchanged(stage, MISSING_PERMISSION)
    assert report == Report(Verdict.FAILED, MISSING_PERMISSION, can_retry=True)
    assert stage.statuses() == lines(PASSED, PASSED, PASSED, FAILED, WAITING, WAITING)
    assert draft_on_disk(stage).tokens == tokens("1", refresh="refresh-1")
    assert stage.on_disk()[2] == old
    received = Received(Secret("code-1"), stage.session.working_draft().attempts[-1])

    order = []
    stage.world.tokens.refreshes = [tokens("2", refresh="refresh-2")]
    stage.world.users.answers = [UserList(3)]

    async def note() -> None:
        order.append(len(stage.world.users.calls))

    stage.world.tokens.on_call = note
    again = await stage.run(received, is_retry=True)
    assert again == Report(Verdict.PASSED, None, 3)
    assert stage.statuses() == lines(SKIPPED, SKIPPED, SKIPPED, PASSED, PASSED, PASSED)
    assert stage.world.tokens.sent == ["exchange", "refresh"]
    assert order == [1], "the refresh comes before the second list"
    assert stage.world.users.calls[-1][1] == Secret("access-2")


async def test_draft_with_tokens_is_checked_without_a_code(stage: Stage) -> None:
    await exchanged(stage, SCIM_FAILING)
    later = Stage(stage.home)
    later.world.tokens.refreshes = [tokens("2")]
    later.world.users.answers = [UserList(1)]
    assert (await later.run(None)).verdict is Verdict.PASSED
    assert later.statuses() == lines(SKIPPED, SKIPPED, SKIPPED, PASSED, PASSED, PASSED)
    assert later.world.users.calls[0][1] == Secret("access-1")


async def test_expired_tokens_of_a_draft_are_renewed_before_they_are_used(stage: Stage) -> None:
    await exchanged(stage, SCIM_FAILING)
    stage.world.clock.move(hours=2)
    stage.world.tokens.refreshes = [tokens("2", at=stage.world.clock())]
    stage.world.users.answers = [UserList(1)]
    assert (await stage.run(None)).verdict is Verdict.PASSED
    assert stage.world.users.calls[-1][1] == Secret("access-2")
    assert stage.world.tokens.sent == ["exchange", "refresh"]


async def test_draft_without_code_and_tokens_has_nothing_to_check(stage: Stage) -> None:
    await stage.session.save_draft(COMPLETE)
    assert problem_of(await stage.run(None)) == "left-unfinished"


async def test_answer_that_is_not_scim_fails_the_second_line(stage: Stage) -> None:
    problem = NOT_SCIM.filled(host="iam.twilio.com", kind="a web page")
    report = await exchanged(stage, problem)
    assert report == Report(Verdict.FAILED, problem, can_retry=True)
    assert stage.statuses() == lines(PASSED, PASSED, PASSED, PASSED, FAILED, WAITING)
    assert stage.lines["list"].problem == problem
    assert stage.lines["users"].problem is None


async def test_refused_client_at_the_rehearsal_fails(stage: Stage) -> None:
    old = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    stage.world.tokens.refreshes = [error(WRONG_CLIENT)]
    report = await exchanged(stage, UserList(7))
    assert (report.verdict, report.problem) == (Verdict.FAILED, WRONG_CLIENT)
    assert stage.on_disk()[2] == old


async def test_refused_rehearsal_asks_before_it_swaps(stage: Stage) -> None:
    problem = REFRESH_REFUSED_AT_ONCE
    old = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    stage.world.tokens.refreshes = [error(REFRESH_REFUSED)]
    check = stage.check()
    received = await stage.code(is_fresh=True)
    stage.world.tokens.exchanges = [tokens("1")]
    stage.world.users.answers = [UserList(7)]
    report = await check.run(received)
    assert report == Report(Verdict.UNRENEWABLE, problem, 7)
    assert stage.statuses() == lines(PASSED, PASSED, PASSED, PASSED, PASSED, WARNING)
    assert stage.on_disk()[2] == old
    assert await check.accept(report) == Report(Verdict.PASSED, None, 7)
    profile, draft, active = stage.on_disk()
    assert (draft, active) == (None, replace(COMPLETE, tokens=tokens("1")))
    assert profile.last_check == LastCheck(CheckStatus.PASSED, NOW, 7)
    assert profile.refresh_failure is not None
    assert profile.refresh_failure.problem == REFRESH_REFUSED.id


async def test_tokens_without_a_refresh_token_are_asked_about(stage: Stage) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [tokens("1", refresh=None)]
    stage.world.users.answers = [UserList(7)]
    check = stage.check()
    report = await check.run(received)
    assert report.verdict is Verdict.UNRENEWABLE
    assert report.problem is not None
    assert report.problem.id == "no-refresh-token"
    assert stage.lines["tokens"].note == "no refresh token"
    assert stage.on_disk()[2] is None
    assert (await check.accept(report)).verdict is Verdict.PASSED
    assert not stage.on_disk()[0].refreshable


async def test_rehearsal_that_does_not_get_through_is_a_failure(stage: Stage) -> None:
    old = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    stage.world.tokens.refreshes = [error(UNREACHABLE)]
    report = await exchanged(stage, UserList(1))
    assert report == Report(Verdict.FAILED, UNREACHABLE, can_retry=True)
    assert stage.statuses() == lines(PASSED, PASSED, PASSED, PASSED, PASSED, FAILED)
    assert stage.on_disk()[2] == old


async def test_lost_response_to_the_refresh_test_is_reported(stage: Stage) -> None:
    """Only a new authorization may help: the server may have replaced the refresh token."""
    stage.world.tokens.refreshes = [error(UNREACHABLE, is_lost=True)]
    report = await exchanged(stage, UserList(1))
    lost = Report(Verdict.FAILED, UNREACHABLE, can_retry=True, has_lost_response=True)
    assert report == lost


async def test_refresh_test_is_noted_on_disk_while_it_is_under_way(stage: Stage) -> None:
    seen: list[TokenSet | None] = []

    async def look() -> None:
        seen.append(draft_on_disk(stage).tokens)

    await exchanged(stage, SCIM_FAILING)
    stage.world.tokens.on_call = look
    stage.world.tokens.refreshes = [tokens("2")]
    stage.world.users.answers = [error(SCIM_FAILING)]
    await stage.run(None, is_retry=True)
    assert seen == [replace(tokens("1", refresh="refresh-1"), is_refresh_open=True)]
    assert draft_on_disk(stage).tokens == tokens("2")


@pytest.mark.parametrize("lost", [UNREACHABLE, TOKEN_SERVER_FAILING, ODD_TOKENS])
async def test_rejection_after_a_lost_refresh_test_names_that_as_its_cause(
    stage: Stage, lost: Problem
) -> None:
    """This also holds if the wizard was closed in between, and after any number of retries."""
    stage.world.tokens.refreshes = [error(lost)]
    await exchanged(stage, UserList(1))
    stage.session.open()
    for _ in range(2):
        stage.world.tokens.refreshes = [error(REFRESH_REFUSED.with_detail("400: invalid_grant"))]
        stage.world.users.answers = [UserList(1)]
        report = await stage.run(None)
        assert report.verdict is Verdict.UNRENEWABLE
        assert report.problem == REFRESH_LOST.with_detail("400: invalid_grant")


@pytest.mark.parametrize(
    "answered",
    [error(TOKEN_THROTTLED), error(WRONG_CLIENT), error(UNREACHABLE, is_unsent=True)],
    ids=["throttled", "refused", "unsent"],
)
async def test_rejection_after_a_refresh_test_that_brought_nothing_has_its_usual_cause(
    stage: Stage, answered: SetupError
) -> None:
    stage.world.tokens.refreshes = [answered]
    await exchanged(stage, UserList(1))
    stage.world.tokens.refreshes = [error(REFRESH_REFUSED)]
    stage.world.users.answers = [UserList(1)]
    report = await stage.run(None)
    assert report.problem == REFRESH_REFUSED_AT_ONCE


async def test_new_tokens_have_no_lost_refresh(stage: Stage) -> None:
    stage.world.tokens.refreshes = [error(UNREACHABLE), error(REFRESH_REFUSED)]
    await exchanged(stage, UserList(1))
    report = await exchanged(stage, UserList(1))
    assert report.problem == REFRESH_REFUSED_AT_ONCE


async def test_token_rejected_after_its_refresh_was_rejected_needs_a_new_authorization(
    stage: Stage,
) -> None:
    """Each retry would end in the same way."""
    await exchanged(stage, SCIM_FAILING)
    stage.world.clock.move(hours=2)
    stage.world.tokens.refreshes = [error(REFRESH_REFUSED)]
    stage.world.users.answers = [error(BAD_TOKEN)]
    report = await stage.run(None, is_retry=True)
    assert report == Report(Verdict.FAILED, without_refresh_token(BAD_TOKEN))


async def test_token_that_was_issued_just_now_and_is_refused_needs_another_consent(
    stage: Stage,
) -> None:
    report = await exchanged(stage, BAD_TOKEN.with_detail("401: inactive"))
    assert report == Report(Verdict.FAILED, NEW_TOKEN_REFUSED.with_detail("401: inactive"))


async def test_swap_that_cannot_be_saved_is_a_failure(stage: Stage) -> None:
    old = stage.active(tokens("old"))
    await stage.session.save_draft(replace(COMPLETE, tokens=tokens("1", refresh=None)))
    stage.world.users.answers = [UserList(1)]
    check = stage.check()
    report = await check.run(None)
    with full_disk():
        failed = await check.accept(report)
    assert problem_of(failed) == "store-failed"
    assert stage.on_disk()[1:] == (replace(COMPLETE, tokens=tokens("1", refresh=None)), old)
    assert (await check.accept(report)).verdict is Verdict.PASSED


async def test_tokens_that_could_not_be_saved_are_saved_when_trying_again(stage: Stage) -> None:
    received = await stage.code()
    disk = full_disk()

    async def fill() -> None:
        disk.__enter__()

    stage.world.tokens.on_call = fill
    stage.world.tokens.exchanges = [tokens("1")]
    try:
        report = await stage.run(received)
    finally:
        disk.__exit__(None, None, None)
    assert problem_of(report) == "store-failed"
    assert report.can_retry
    assert stage.lines["saved"].status is FAILED

    async def look() -> None:
        assert draft_on_disk(stage).tokens == replace(tokens("1"), is_refresh_open=True)

    stage.world.tokens.on_call = look
    stage.world.tokens.refreshes = [tokens("2")]
    stage.world.users.answers = [UserList(1)]
    again = await stage.run(received, is_retry=True)
    assert again.verdict is Verdict.PASSED
    assert stage.statuses() == lines(SKIPPED, SKIPPED, PASSED, PASSED, PASSED, PASSED)


async def test_rehearsal_waits_for_a_store_that_can_be_written(stage: Stage) -> None:
    await exchanged(stage, SCIM_FAILING)
    with full_disk():
        report = await stage.run(None, is_retry=True)
    assert problem_of(report) == "store-failed"
    assert report.can_retry
    assert stage.world.tokens.sent == ["exchange"]


@pytest.mark.parametrize(
    ("exchange", "listed", "refresh"),
    [
        (error(WRONG_CLIENT), UserList(1), tokens("2")),
        (error(UNREACHABLE, is_unsent=True), UserList(1), tokens("2")),
        (tokens("1"), error(MISSING_PERMISSION), tokens("2")),
        (tokens("1"), error(NOT_SCIM), tokens("2")),
        (tokens("1"), UserList(1), error(UNREACHABLE)),
        (tokens("1"), UserList(1), error(REFRESH_REFUSED)),
        (tokens("1", refresh=None), UserList(1), tokens("2")),
    ],
)
async def test_nothing_is_swapped_unless_all_of_it_passed(
    stage: Stage,
    exchange: TokenSet | Exception,
    listed: UserList | Exception,
    refresh: TokenSet | Exception,
) -> None:
    old = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    before = stage.on_disk()[0]
    received = await stage.code()
    stage.world.tokens.exchanges = [exchange]  # type: ignore[list-item]
    stage.world.tokens.refreshes = [refresh]  # type: ignore[list-item]
    stage.world.users.answers = [listed]  # type: ignore[list-item]
    assert (await stage.run(received)).verdict is not Verdict.PASSED
    profile, draft, active = stage.on_disk()
    assert active == old
    assert draft is not None
    assert profile.draft_check is not None
    assert replace(profile, draft=before.draft, draft_check=None) == before


# -- a screen that is closed during a request ------------------------------------------------------


async def left_during(stage: Stage, run: Awaitable[Report]) -> Gate:
    """Run a check, and leave its screen during its request."""
    gate = stage.world.tokens.on_call = Gate()
    running = asyncio.ensure_future(run)
    await gate.reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    return gate


async def test_tokens_of_an_exchange_nobody_waits_for_are_saved(stage: Stage) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [tokens("1")]
    gate = await left_during(stage, stage.run(received))
    assert draft_on_disk(stage).tokens is None
    gate.opened.set()
    await stage.session.protected.close()
    draft = draft_on_disk(stage)
    assert draft.tokens == tokens("1")
    assert stage.session.draft == draft
    assert stage.world.users.calls == []


async def test_tokens_are_saved_beside_the_next_link(stage: Stage) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [tokens("1")]
    gate = await left_during(stage, stage.run(received))
    link = await stage.desk.link()
    gate.opened.set()
    await stage.session.protected.close()
    used = replace(received.attempt, code_sent_at=stage.world.clock())
    attempts = (used, link.attempt)
    assert draft_on_disk(stage) == replace(COMPLETE, tokens=tokens("1"), attempts=attempts)


async def test_tokens_of_another_client_are_dropped(stage: Stage) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [tokens("1")]
    gate = await left_during(stage, stage.run(received))
    changed = with_field(stage.session.working_draft(), CredentialField.CLIENT_ID, "OQ" + "b" * 32)
    await stage.session.save_draft(changed)
    gate.opened.set()
    await stage.session.protected.close()
    assert draft_on_disk(stage) == stage.session.draft == changed


async def test_discarded_draft_does_not_come_back_with_its_tokens(stage: Stage) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [tokens("1")]
    gate = await left_during(stage, stage.run(received))
    await stage.session.discard_draft()
    gate.opened.set()
    await stage.session.protected.close()
    assert stage.on_disk()[1] is stage.session.draft is None


async def test_discarded_draft_does_not_come_back_with_a_code_that_did_not_leave(
    stage: Stage,
) -> None:
    received = await stage.code()
    stage.world.tokens.exchanges = [error(UNREACHABLE, is_unsent=True)]
    gate = await left_during(stage, stage.run(received))
    await stage.session.discard_draft()
    gate.opened.set()
    await stage.session.protected.close()
    assert stage.on_disk()[1] is stage.session.draft is None


async def test_renewed_tokens_nobody_waits_for_are_saved(stage: Stage) -> None:
    await exchanged(stage, SCIM_FAILING)
    stage.world.tokens.refreshes = [tokens("2", refresh="refresh-2")]
    gate = await left_during(stage, stage.run(None, is_retry=True))
    gate.opened.set()
    await stage.session.protected.close()
    assert draft_on_disk(stage).tokens == tokens("2", refresh="refresh-2")


async def test_renewed_tokens_of_another_client_are_dropped(stage: Stage) -> None:
    await exchanged(stage, SCIM_FAILING)
    stage.world.tokens.refreshes = [tokens("2")]
    gate = await left_during(stage, stage.run(None, is_retry=True))
    changed = with_field(stage.session.working_draft(), CredentialField.CLIENT_ID, "OQ" + "b" * 32)
    await stage.session.save_draft(changed)
    gate.opened.set()
    await stage.session.protected.close()
    assert draft_on_disk(stage) == changed
    assert changed.tokens is None


async def test_code_that_says_itself_that_it_has_expired_is_told_so(stage: Stage) -> None:
    """A code may be a JWT (RFC 7519) with the time at which it expires."""
    received = await stage.code("e30.eyJleHAiOjE3NjM5MDY1MjB9.c2ln")
    stage.world.clock.move(days=30)
    stage.world.tokens.exchanges = [error(CODE_REFUSED)]
    assert problem_of(await stage.run(received)) == CODE_EXPIRED.id
