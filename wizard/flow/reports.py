"""How a check ended: its verdict, what it found, and what of it is remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import Final

from wizard.domain.book.exchange import CLOCK_OFF
from wizard.domain.models import CheckStatus, LastCheck, TokenSet, UserList
from wizard.domain.problems import Problem, SetupError
from wizard.domain.steps import Step
from wizard.domain.tokens import organization_sid
from wizard.domain.value import Value, replace


class Verdict(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNRENEWABLE = "unrenewable"
    """The token works but cannot be renewed: a person decides whether to keep it for its hour."""
    OTHER_ORGANIZATION = "other organization"
    """It works, for another organization than what it would replace: a person decides."""


CHOICES: Final = {
    Verdict.UNRENEWABLE: "Use it for its hour",
    Verdict.OTHER_ORGANIZATION: "Use the new one",
}
"""What a person may decide where that is asked."""

UNREMEMBERED: Final = "How this check ended could not be remembered."


class Report(Value):
    """The end of a check."""

    verdict: Verdict
    problem: Problem | None = None
    users: int | None = None
    organization: str | None = None
    """The organization SID, when the access token names it."""
    can_retry: bool = False
    """Failed where trying again may help without another consent."""
    warnings: tuple[Problem, ...] = ()
    """What to know besides; what the check found is true all the same."""

    @property
    def step(self) -> Step | None:
        """Where what is wrong can be mended; None where that is at no step, or nothing is."""
        return self.problem.step if self.problem else None

    @property
    def is_tried_again(self) -> bool:
        """Whether Enter tries again: what is wrong with what was entered stays wrong."""
        return self.step is None or (self.can_retry and self.step is not Step.CREDENTIALS)


def passed(listed: UserList, tokens: TokenSet) -> Report:
    """Return the report of a check that passed."""
    report = Report(Verdict.PASSED, None, listed.total, organization_sid(tokens.access_token))
    return warned(report, CLOCK_OFF.about(offset=listed.clock)) if listed.clock else report


def warned(report: Report, problem: Problem | None) -> Report:
    """Return the report with a warning more, unless it failed with the same."""
    failed = report.problem
    if problem is None or (failed and failed.id == problem.id):
        return report
    return replace(report, warnings=(*report.warnings, replace(problem, is_warning=True)))


async def remembered(
    report: Report, now: datetime, record: Callable[[LastCheck], Awaitable[None]]
) -> Report:
    """Remember how a check ended, if the store takes it; return the report, which says if not."""
    try:
        await record(as_kept(report, now))
    except SetupError as error:
        return warned(report, error.problem.saying(UNREMEMBERED))
    return report


def as_kept(report: Report, now: datetime) -> LastCheck:
    """Return what is remembered of a report."""
    status = CheckStatus.PASSED if report.problem is None else CheckStatus.FAILED
    check = LastCheck(status, now, report.users)
    told = report.problem or next(iter(report.warnings), None)
    return replace(check, problem=told.id, words=told.words) if told else check
