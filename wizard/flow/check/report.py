"""The result of a check: its verdict, what is saved of it, and what is offered next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import Final

from wizard.domain import models
from wizard.domain.errors import exchange, scim
from wizard.domain.oauth.jwt import organization_sid
from wizard.domain.problems import ExitCode, Problem, SetupError, entries, ids
from wizard.domain.steps import Step
from wizard.domain.texts.summary import moved, refusal
from wizard.domain.value import Value, replace
from wizard.flow.state import GoTo


class Verdict(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNRENEWABLE = "unrenewable"
    """The token works but can't be refreshed: the user decides whether to use it."""
    OTHER_ORGANIZATION = "other organization"
    """The token works, but for another organization than at the setup: the user decides."""
    UNCONFIRMED = "unconfirmed"
    """The token works, but the listener received its code: the user confirms having approved it."""


_WORST_FIRST: Final = (
    ExitCode.ACT_AT_TWILIO,
    ExitCode.CHECK_FAILED,
    ExitCode.UNREACHABLE,
    ExitCode.MACHINE,
)
"""The order of warnings: those about what will stop the credentials from working come first."""

UNNAMED: Final = "an organization that the token doesn't name"
UNREMEMBERED: Final = "The result of this check couldn't be saved."


class Report(Value):
    """The result of a check."""

    verdict: Verdict
    problem: Problem | None = None
    users: int | None = None
    organization: str | None = None
    """The organization SID, when the access token names it."""
    can_retry: bool = False
    """The check failed, and trying again may help without another authorization."""
    has_lost_response: bool = False
    """A refresh was sent and its response was lost: only a new authorization may help."""
    warnings: tuple[Problem, ...] = ()
    """Warnings, the worst first; they don't change the verdict."""
    is_of_active: bool = False
    """The active set was checked, so Overview comes next."""

    @property
    def step(self) -> Step | None:
        """The step at which the problem can be fixed; None if there is none."""
        return self.problem.step if self.problem else None

    @property
    def told(self) -> tuple[Problem, ...]:
        """The problem and the warnings, in the order they are shown."""
        return (self.problem, *self.warnings) if self.problem else self.warnings


def passed(listed: models.UserList, tokens: models.TokenSet) -> Report:
    """Return the report of a check that passed."""
    report = Report(Verdict.PASSED, None, listed.total, organization_sid(tokens.access_token))
    is_off = exchange.CLOCK_OFF.filled(offset=listed.clock) if listed.clock else None
    return warned(report, is_off)


def unconfirmed(
    draft: models.CredentialSet, profile: models.Profile, organization: str | None
) -> Problem | None:
    """Return what to ask before making a draft active whose code the listener received.

    None for a pasted code, and if the token names the organization that was set up.
    """
    if not draft.is_unconfirmed or (organization and organization == profile.organization):
        return None
    named = f"organization {organization}" if organization else UNNAMED
    return scim.APPROVAL_UNCONFIRMED.filled(organization=named)


def warned(report: Report, problem: Problem | None) -> Report:
    """Return the report with one more warning, unless it failed with the same problem."""
    failed = report.problem
    if problem is None or (failed and failed.id == problem.id):
        return report
    warnings = (*report.warnings, replace(problem, is_warning=True))
    return replace(report, warnings=tuple(sorted(warnings, key=_rank)))


def _rank(warning: Problem) -> int:
    """Return the rank of a warning, 0 for the worst."""
    code = warning.exit_code
    return _WORST_FIRST.index(code) if code in _WORST_FIRST else len(_WORST_FIRST)


async def remembered(
    report: Report, now: datetime, record: Callable[[models.LastCheck], Awaitable[None]]
) -> Report:
    """Save the result of a check; return the report, with a warning if it couldn't be saved."""
    try:
        await record(as_kept(report, now))
    except SetupError as error:
        return warned(report, error.problem.with_detail(UNREMEMBERED))
    return report


def as_kept(report: Report, now: datetime) -> models.LastCheck:
    """Return what is saved of a report."""
    status = models.CheckStatus.PASSED if report.problem is None else models.CheckStatus.FAILED
    warnings = tuple(models.Warned(warning.id, warning.words) for warning in report.warnings)
    check = models.LastCheck(status, now, report.users, warnings=warnings)
    problem = report.problem
    return replace(check, problem=problem.id, words=problem.words) if problem else check


def with_known(report: Report, profile: models.Profile, now: datetime) -> Report:
    """Return the report with warnings from the record, about what no check can detect yet."""
    # Nothing fails until the token expires, so this has to be said now.
    report = warned(report, refusal(profile, now))
    return warned(report, moved(profile, report.organization or profile.token_organization))


class Action(Enum):
    """What an offer does; the value is what is typed for it in plain mode."""

    CONTINUE = "continue"
    AGAIN = "again"
    AUTHORIZE = "authorize"
    CREDENTIALS = "credentials"
    PREREQUISITES = "prerequisites"
    ACCEPT = "use"


class Offer(Value):
    """One way to continue, in the words of both the screens and plain mode."""

    action: Action
    label: str
    """On a button."""
    does: str
    """After "press Enter to", or after the word that is typed for it and "to"."""
    step: Step | None = None
    """The step it leads to; None: it stays on Check."""

    def outcome(self, report: Report) -> GoTo | None:
        """Return the outcome to leave the screen with; None if the offer stays on Check."""
        return None if self.step is None else GoTo(self.step, report.problem)


class AfterCheck(Value):
    """What Enter does, and the other choices."""

    primary: Offer
    others: tuple[Offer, ...] = ()


CONTINUE: Final = Offer(Action.CONTINUE, "Next", "continue")
TO_OVERVIEW: Final = Offer(Action.CONTINUE, "Go to Overview", "go to Overview")
"""The same after a check of the active set."""
AGAIN: Final = Offer(Action.AGAIN, "Try again", "try again")
AUTHORIZE: Final = Offer(
    Action.AUTHORIZE, "Authorize again", "go to Authorize for a new link", Step.AUTHORIZE
)
NEW_LINK: Final = replace(AUTHORIZE, label="Create a new link")
"""The same, before there were tokens: remedies call it that then."""
ELSEWHERE: Final = {
    Step.AUTHORIZE: AUTHORIZE,
    # Neither a code that was sent nor its link can be used after a check.
    Step.REDIRECT: AUTHORIZE,
    Step.CREDENTIALS: Offer(
        Action.CREDENTIALS, "Go to Credentials", "go to Credentials", Step.CREDENTIALS
    ),
    Step.PREREQUISITES: Offer(
        Action.PREREQUISITES, "Go to Prerequisites", "go to Prerequisites", Step.PREREQUISITES
    ),
}
"""The offer that leads to each step."""
ACCEPT: Final = {
    Verdict.UNRENEWABLE: Offer(
        Action.ACCEPT, "Use until it expires", "use the token until it expires"
    ),
    Verdict.OTHER_ORGANIZATION: Offer(Action.ACCEPT, "Use the new one", "use the new organization"),
    Verdict.UNCONFIRMED: Offer(Action.ACCEPT, "Confirm", "confirm that you approved it"),
}
"""What the user may decide, by the verdict that asks for it."""

_FIXED_IN_TWILIO: Final = ids(scim.MISSING_PERMISSION, scim.LIST_REFUSED)
"""Problems that are fixed in Twilio: trying again shows whether they are."""

_WITH_TOKENS: Final = ids(
    *entries(scim),
    exchange.REFRESH_REFUSED,
    exchange.REFRESH_REFUSED_AT_ONCE,
    exchange.REFRESH_LOST,
    exchange.NO_REFRESH_TOKEN,
    exchange.NOT_ASKED_FOR,
)
"""Problems of tokens: their remedies say to authorize again, others to create a new link."""

_ON_OVERVIEW: Final = {
    Step.AUTHORIZE: "authorize",
    Step.CREDENTIALS: "change",
    # Credentials, too, has the grant type then.
    Step.PREREQUISITES: "change",
}
"""The ids of the actions on Overview that lead to these steps."""


def after_check(report: Report) -> AfterCheck:
    """Return what to offer once a check has ended, named as the remedy names it."""
    offered = _offered(report)
    if report.problem is None or report.step is None or report.problem.id in _WITH_TOKENS:
        return offered
    others = tuple(NEW_LINK if offer is AUTHORIZE else offer for offer in offered.others)
    return AfterCheck(NEW_LINK if offered.primary is AUTHORIZE else offered.primary, others)


def _offered(report: Report) -> AfterCheck:
    if report.verdict is Verdict.PASSED:
        return AfterCheck(TO_OVERVIEW if report.is_of_active else CONTINUE)
    accept = ACCEPT.get(report.verdict)
    if accept and report.verdict is Verdict.UNCONFIRMED:
        return AfterCheck(accept, (AUTHORIZE,))
    others = (accept,) if accept else ()
    elsewhere = ELSEWHERE.get(report.step) if report.step else None
    other_step = report.problem.other_step if report.problem else None
    other = (ELSEWHERE[other_step],) if other_step else ()
    if elsewhere is None:
        # A retry with the same refresh token may be rejected every time.
        is_stuck = report.verdict is Verdict.UNRENEWABLE or report.has_lost_response
        return AfterCheck(AGAIN, (*others, AUTHORIZE) if is_stuck else (*others, *other))
    if report.can_retry and _helps_again(report.problem):
        return AfterCheck(AGAIN, (*others, elsewhere))
    again = (AGAIN,) if report.can_retry else ()
    return AfterCheck(elsewhere, (*others, *(other or again)))


def on_overview(problem: Problem | None) -> str:
    """Return the id of the action that Overview highlights, if it is offered.

    Args: `problem`: the worst known problem of the active credentials.
    """
    if problem is None or problem.is_warning:
        return "check"
    if problem.id == exchange.WRONG_CLIENT.id:
        return "rotate"
    if problem.step is None or problem.id in _FIXED_IN_TWILIO:
        return "check"
    # BAD_TOKEN is saved only after a refresh was tried, if there was a refresh token.
    return _ON_OVERVIEW.get(problem.step, "check")


def _helps_again(problem: Problem | None) -> bool:
    """Whether to offer a retry first, before the step that fixes the problem.

    A retry refreshes a rejected access token. It can't change wrong entries, or a rejected or
    missing refresh token.
    """
    return problem is not None and problem.id in (*_FIXED_IN_TWILIO, scim.BAD_TOKEN.id)
