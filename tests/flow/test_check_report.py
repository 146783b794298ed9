"""The offers after a check, and the highlighted item of Overview, for each result of a check."""

from __future__ import annotations

import pytest

from wizard.domain.errors.exchange import (
    CLOCK_OFF,
    NO_REFRESH_TOKEN,
    NOT_ASKED_FOR,
    REFRESH_REFUSED,
    REFRESH_REFUSED_AT_ONCE,
    WRONG_CLIENT,
    WRONG_GRANT,
)
from wizard.domain.errors.network import DROPPED
from wizard.domain.errors.scim import (
    APPROVAL_UNCONFIRMED,
    BAD_TOKEN,
    MISSING_PERMISSION,
    NEW_TOKEN_REFUSED,
    NOT_SCIM,
    ORGANIZATION_CHANGED,
    SCIM_NOT_FOUND,
)
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.problems import Problem
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.check.report import Action, Report, Verdict, after_check, on_overview, warned
from wizard.flow.state import GoTo

AGAIN, AUTHORIZE, CREDENTIALS, ACCEPT = (
    Action.AGAIN,
    Action.AUTHORIZE,
    Action.CREDENTIALS,
    Action.ACCEPT,
)
FAILED = Verdict.FAILED


@pytest.mark.parametrize(
    ("report", "offered"),
    [
        (Report(Verdict.PASSED), [Action.CONTINUE]),
        (Report(FAILED, DROPPED, can_retry=True), [AGAIN]),
        (Report(FAILED, DROPPED, can_retry=True, has_lost_response=True), [AGAIN, AUTHORIZE]),
        (Report(FAILED, BAD_TOKEN, can_retry=True), [AGAIN, AUTHORIZE]),
        (Report(FAILED, BAD_TOKEN), [AUTHORIZE]),
        (Report(FAILED, MISSING_PERMISSION, can_retry=True), [AGAIN, AUTHORIZE]),
        (Report(FAILED, REFRESH_REFUSED, can_retry=True), [AUTHORIZE, AGAIN]),
        (Report(FAILED, NO_REFRESH_TOKEN, can_retry=True), [AUTHORIZE, AGAIN]),
        (Report(FAILED, WRONG_CLIENT, can_retry=True), [CREDENTIALS, AGAIN]),
        (Report(FAILED, WRONG_GRANT, can_retry=True), [Action.PREREQUISITES, CREDENTIALS]),
        (Report(FAILED, NOT_SCIM, can_retry=True), [AGAIN, CREDENTIALS]),
        (Report(Verdict.UNRENEWABLE, REFRESH_REFUSED_AT_ONCE), [AGAIN, ACCEPT, AUTHORIZE]),
        (Report(Verdict.UNRENEWABLE, NO_REFRESH_TOKEN), [AUTHORIZE, ACCEPT]),
        (Report(Verdict.UNRENEWABLE, NOT_ASKED_FOR), [CREDENTIALS, ACCEPT]),
        (Report(Verdict.OTHER_ORGANIZATION, ORGANIZATION_CHANGED), [AUTHORIZE, ACCEPT]),
        (Report(Verdict.UNCONFIRMED, APPROVAL_UNCONFIRMED), [ACCEPT, AUTHORIZE]),
    ],
)
def test_offers_after_a_check(report: Report, offered: list[Action]) -> None:
    after = after_check(report)
    assert [offer.action for offer in (after.primary, *after.others)] == offered


def test_check_of_the_active_set_says_that_it_leads_to_overview() -> None:
    assert after_check(Report(Verdict.PASSED)).primary.label == "Next"
    active = Report(Verdict.PASSED, is_of_active=True)
    assert after_check(active).primary.label == "Go to Overview"


def test_an_offer_leads_to_the_step_that_can_help() -> None:
    """Neither the code that was sent nor its link can help, so Redirect means Authorize."""
    report = Report(FAILED, replace(BAD_TOKEN, step=Step.REDIRECT))
    assert after_check(report).primary.outcome(report) == GoTo(Step.AUTHORIZE, report.problem)
    again = Report(FAILED, DROPPED, can_retry=True)
    assert after_check(again).primary.outcome(again) is None


@pytest.mark.parametrize(
    ("problem", "first"),
    [
        (None, "check"),
        (DROPPED, "check"),
        (MISSING_PERMISSION, "check"),
        (WRONG_CLIENT, "rotate"),
        (REFRESH_REFUSED, "authorize"),
        (NEW_TOKEN_REFUSED, "authorize"),
        (BAD_TOKEN, "authorize"),
        (NO_REFRESH_TOKEN, "authorize"),
        (SCIM_NOT_FOUND, "change"),
        (WRONG_GRANT, "change"),
        (replace(ORGANIZATION_CHANGED, is_warning=True), "check"),
    ],
)
def test_overview_highlights_what_the_last_problem_needs(
    problem: Problem | None, first: str
) -> None:
    assert on_overview(problem) == first


def test_warnings_are_sorted_with_the_worst_first() -> None:
    report = Report(Verdict.PASSED)
    for problem in (CLOCK_OFF, DISK_FULL, REFRESH_REFUSED, ORGANIZATION_CHANGED):
        report = warned(report, problem)
    assert [problem.id for problem in report.told] == [
        REFRESH_REFUSED.id,
        ORGANIZATION_CHANGED.id,
        CLOCK_OFF.id,
        DISK_FULL.id,
    ]
