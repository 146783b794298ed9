"""How a check ended: its verdict, what it found, and what of it is remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import Final

from wizard.domain.book.exchange import CLOCK_OFF
from wizard.domain.book.scim import APPROVAL_UNCONFIRMED
from wizard.domain.models import (
    CheckStatus,
    CredentialSet,
    LastCheck,
    Profile,
    TokenSet,
    UserList,
    Warned,
)
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.domain.steps import Step
from wizard.domain.tokens import organization_sid
from wizard.domain.value import Value, replace


class Verdict(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNRENEWABLE = "unrenewable"
    """The token works but can't be refreshed: a person decides whether to use it meanwhile."""
    OTHER_ORGANIZATION = "other organization"
    """It works, for another organization than what it would replace: a person decides."""
    UNCONFIRMED = "unconfirmed"
    """It works, but its code came to the listener: a person says whether they approved it."""


_WORST_FIRST: Final = (
    ExitCode.ACT_AT_TWILIO,
    ExitCode.CHECK_FAILED,
    ExitCode.UNREACHABLE,
    ExitCode.MACHINE,
)
"""The order of warnings: first what will stop the credentials from working."""

UNNAMED: Final = "an organization that the token doesn't name"
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
    has_lost_response: bool = False
    """A refresh was sent and its response lost: a new authorization may be the only way."""
    warnings: tuple[Problem, ...] = ()
    """What to know besides, the worst first; what the check found is true anyway."""

    @property
    def step(self) -> Step | None:
        """Where what is wrong can be mended; None where that is at no step, or nothing is."""
        return self.problem.step if self.problem else None

    @property
    def told(self) -> tuple[Problem, ...]:
        """The problem and the warnings, in the order they are shown."""
        return (self.problem, *self.warnings) if self.problem else self.warnings


def passed(listed: UserList, tokens: TokenSet) -> Report:
    """Return the report of a check that passed."""
    report = Report(Verdict.PASSED, None, listed.total, organization_sid(tokens.access_token))
    return warned(report, CLOCK_OFF.filled(offset=listed.clock)) if listed.clock else report


def unconfirmed(draft: CredentialSet, profile: Profile, organization: str | None) -> Problem | None:
    """Return what to ask before a draft becomes active whose code came to the listener.

    None for a pasted code, and where the token names the organization that was set up.
    """
    if not draft.is_unconfirmed or (organization and organization == profile.organization):
        return None
    named = f"organization {organization}" if organization else UNNAMED
    return APPROVAL_UNCONFIRMED.filled(organization=named)


def warned(report: Report, problem: Problem | None) -> Report:
    """Return the report with a warning more, unless it failed with the same."""
    failed = report.problem
    if problem is None or (failed and failed.id == problem.id):
        return report
    warnings = (*report.warnings, replace(problem, is_warning=True))
    return replace(report, warnings=tuple(sorted(warnings, key=_rank)))


def _rank(warning: Problem) -> int:
    """Return the place of a warning, from 0 for the worst."""
    code = warning.exit_code
    return _WORST_FIRST.index(code) if code in _WORST_FIRST else len(_WORST_FIRST)


async def remembered(
    report: Report, now: datetime, record: Callable[[LastCheck], Awaitable[None]]
) -> Report:
    """Remember how a check ended, if the store takes it; return the report, which says if not."""
    try:
        await record(as_kept(report, now))
    except SetupError as error:
        return warned(report, error.problem.with_detail(UNREMEMBERED))
    return report


def as_kept(report: Report, now: datetime) -> LastCheck:
    """Return what is remembered of a report."""
    status = CheckStatus.PASSED if report.problem is None else CheckStatus.FAILED
    warnings = tuple(Warned(warning.id, warning.words) for warning in report.warnings)
    check = LastCheck(status, now, report.users, warnings=warnings)
    problem = report.problem
    return replace(check, problem=problem.id, words=problem.words) if problem else check
