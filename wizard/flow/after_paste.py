"""What a pasted or caught response leads to: decided once, drawn by both faces."""

from __future__ import annotations

from typing import ClassVar

from wizard.domain.callback import BareCode, Comparison, Reading, Received, Refused
from wizard.domain.problems import Problem
from wizard.domain.steps import Step
from wizard.domain.value import Value, replace
from wizard.domain.wording import on_arrival
from wizard.flow.link import is_answer
from wizard.flow.state import CodeReceived, GoTo


class Go(Value):
    """A code to redeem."""

    outcome: CodeReceived


class Ask(Value):
    """A code without its state: a person decides whether to use it."""

    outcome: CodeReceived
    label: ClassVar[str] = "Next"


class Fix(Value):
    """A response that can't be used."""

    problem: Problem
    """As the step shows it."""
    comparison: Comparison | None = None
    outcome: GoTo | None = None
    """Where Enter leads; None where only another paste at this step helps."""
    makes_link: bool = False
    """On Authorize, the server's own error response: its link has been used."""

    @property
    def needs_link(self) -> bool:
        """Whether a new link has to be made on the way."""
        return self.outcome is not None and self.outcome.step is Step.AUTHORIZE

    @property
    def label(self) -> str:
        """What Enter does, as a button says it."""
        return "New link" if self.needs_link else Step.CREDENTIALS.towards

    @property
    def does(self) -> str:
        """What Enter does, as a prompt says it."""
        return "creates a new link" if self.needs_link else f"goes to {Step.CREDENTIALS.title}"


def after_paste(reading: Reading, step: Step) -> Go | Ask | Fix:
    """Return what a response leads to at Authorize or Redirect."""
    match reading:
        case Received():
            return Go(CodeReceived(reading))
        case BareCode():
            return Ask(CodeReceived(reading))
        case Refused(problem, comparison):
            makes_link = step is Step.AUTHORIZE and is_answer(reading)
            # A URL can be pasted at either step, so Redirect is no reason to leave Authorize.
            if problem.step in (step, Step.REDIRECT):
                shown = replace(on_arrival(problem, step), step=None)
                return Fix(shown, comparison, makes_link=makes_link)
            to = Step.AUTHORIZE if problem.step is Step.AUTHORIZE else Step.CREDENTIALS
            return Fix(problem, comparison, GoTo(to, problem, comparison), makes_link)


def with_new_link(pending: Ask | Fix | None) -> GoTo:
    """Return the way to Authorize once a new link was made; it repeats what was wrong."""
    outcome = pending.outcome if isinstance(pending, Fix) else None
    return replace(outcome, step=Step.AUTHORIZE) if outcome else GoTo(Step.AUTHORIZE)
