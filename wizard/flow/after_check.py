"""What to offer after a check, and what Overview highlights: decided once, drawn by both faces."""

from __future__ import annotations

from enum import Enum
from typing import Final

from wizard.domain.book.exchange import WRONG_CLIENT
from wizard.domain.book.scim import BAD_TOKEN, LIST_REFUSED, MISSING_PERMISSION
from wizard.domain.problems import Problem
from wizard.domain.steps import Step
from wizard.domain.value import Value
from wizard.flow.reports import Report, Verdict
from wizard.flow.state import GoTo


class Action(Enum):
    """What an offer does; the value is what is typed for it in plain mode."""

    CONTINUE = "continue"
    AGAIN = "again"
    AUTHORIZE = "authorize"
    CREDENTIALS = "credentials"
    PREREQUISITES = "prerequisites"
    ACCEPT = "use"


class Offer(Value):
    """One way to continue, as both faces word it."""

    action: Action
    label: str
    """On a button."""
    does: str
    """After "Enter" or after the word that is typed for it."""
    step: Step | None = None
    """Where it leads; None: it stays on Check."""

    def outcome(self, report: Report) -> GoTo | None:
        """Return what the screen is left with; None where the offer stays on Check."""
        return None if self.step is None else GoTo(self.step, report.problem)


class AfterCheck(Value):
    """What Enter does, and what else there is to choose."""

    primary: Offer
    others: tuple[Offer, ...] = ()


CONTINUE: Final = Offer(Action.CONTINUE, "Next", "continues")
AGAIN: Final = Offer(Action.AGAIN, "Try again", "tries again")
AUTHORIZE: Final = Offer(
    Action.AUTHORIZE, "Authorize again", "goes to Authorize for a new link", Step.AUTHORIZE
)
ELSEWHERE: Final = {
    Step.AUTHORIZE: AUTHORIZE,
    # Neither a code that was sent nor its link can help after a check.
    Step.REDIRECT: AUTHORIZE,
    Step.CREDENTIALS: Offer(
        Action.CREDENTIALS, "To Credentials", "goes to Credentials", Step.CREDENTIALS
    ),
    Step.PREREQUISITES: Offer(
        Action.PREREQUISITES, "To Prerequisites", "goes to Prerequisites", Step.PREREQUISITES
    ),
}
"""Where a problem is fixed, by its step."""
ACCEPT: Final = {
    Verdict.UNRENEWABLE: Offer(
        Action.ACCEPT, "Use until it expires", "uses the token until it expires"
    ),
    Verdict.OTHER_ORGANIZATION: Offer(
        Action.ACCEPT, "Use the new one", "uses the new organization"
    ),
    Verdict.UNCONFIRMED: Offer(Action.ACCEPT, "Confirm", "confirms that you approved it"),
}
"""What a person may decide, by the verdict that asks for it."""

_FIXED_IN_TWILIO: Final = frozenset({MISSING_PERMISSION.id, LIST_REFUSED.id})
"""Fixed in Twilio and not here: trying again shows whether that was enough."""

_ON_OVERVIEW: Final = {Action.AUTHORIZE: "authorize", Action.CREDENTIALS: "change"}
"""The ids of Overview's actions that lead to the same place."""


def after_check(report: Report) -> AfterCheck:
    """Return what to offer once a check has ended."""
    if report.verdict is Verdict.PASSED:
        return AfterCheck(CONTINUE)
    accept = ACCEPT.get(report.verdict)
    if accept and report.verdict is Verdict.UNCONFIRMED:
        return AfterCheck(accept, (AUTHORIZE,))
    others = (accept,) if accept else ()
    elsewhere = ELSEWHERE.get(report.step) if report.step else None
    if elsewhere is None:
        # Tried again, the same refresh token may be rejected for ever.
        is_stuck = report.verdict is Verdict.UNRENEWABLE or report.has_lost_response
        return AfterCheck(AGAIN, (*others, AUTHORIZE) if is_stuck else others)
    if report.can_retry and _helps_again(report.problem):
        return AfterCheck(AGAIN, (*others, elsewhere))
    return AfterCheck(elsewhere, (*others, AGAIN) if report.can_retry else others)


def on_overview(problem: Problem | None) -> str:
    """Return the id of the action that Overview highlights, if it is offered.

    Args: `problem`: the worst that is known of the active credentials.
    """
    if problem is None or problem.is_warning:
        return "check"
    if problem.id == WRONG_CLIENT.id:
        return "rotate"
    elsewhere = ELSEWHERE.get(problem.step) if problem.step else None
    if elsewhere is None or problem.id in _FIXED_IN_TWILIO:
        return "check"
    # BAD_TOKEN is on record only after a refresh was tried, where there was a refresh token.
    return _ON_OVERVIEW.get(elsewhere.action, "check")


def _helps_again(problem: Problem | None) -> bool:
    """Whether trying again is worth more than going to the problem's step first.

    A rejected access token is refreshed then. Wrong entries, and a rejected or missing refresh
    token, stay as they are.
    """
    return problem is not None and problem.id in (*_FIXED_IN_TWILIO, BAD_TOKEN.id)
