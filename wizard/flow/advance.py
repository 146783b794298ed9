"""The flow as a pure function: a state and what a screen said, to the next state."""

from __future__ import annotations

from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.state import (
    Back,
    Change,
    CheckNow,
    CodeReceived,
    Discarded,
    GoTo,
    LinkTaken,
    Next,
    Outcome,
    Quit,
    Resume,
    StartOver,
    Subject,
    Unchanged,
    Verified,
    WizardState,
)


def advance(state: WizardState, outcome: Outcome) -> WizardState:
    """Return the state after a screen was left with an outcome.

    An outcome that a step cannot have leaves the state as it is, so that no message that comes
    late can send anybody to a wrong place.
    """
    match outcome:
        case Quit():
            return replace(state, has_left=True)
        case GoTo(step, because, comparison):
            return replace(_at(state, step), because=because, comparison=comparison)
    match state.step:
        case Step.OVERVIEW:
            return _from_overview(state, outcome)
        case Step.DONE:
            return _from_done(state, outcome)
        case _:
            return _on_the_road(state, outcome)


def _at(state: WizardState, step: Step) -> WizardState:
    """Enter a step without a code; the steps before Check are always about the draft."""
    subject = state.subject if step in (Step.OVERVIEW, Step.CHECK, Step.DONE) else Subject.DRAFT
    return replace(state, step=step, answer=None, because=None, comparison=None, subject=subject)


def _from_overview(state: WizardState, outcome: Outcome) -> WizardState:
    match outcome:
        case Resume() if state.resume_at is not None:
            return replace(_at(state, state.resume_at), subject=Subject.DRAFT)
        case StartOver():
            return _at(state, Step.PREREQUISITES)
        case Discarded():
            step = Step.OVERVIEW if state.has_active else Step.PREREQUISITES
            return replace(_at(state, step), resume_at=None)
        case CheckNow() if state.has_active:
            return replace(_at(state, Step.CHECK), subject=Subject.ACTIVE)
        case Change(step):
            return replace(_at(state, step), is_change=True)
        case _:
            return state


def _from_done(state: WizardState, outcome: Outcome) -> WizardState:
    match outcome:
        case Next():
            return replace(state, has_left=True)
        case Back():
            return _at(state, Step.OVERVIEW)
        case _:
            return state


def _on_the_road(state: WizardState, outcome: Outcome) -> WizardState:
    match state.step, outcome:
        case _, Back():
            return _back(state)
        case Step.PREREQUISITES, Next():
            return _at(state, Step.CREDENTIALS)
        case Step.CREDENTIALS, Unchanged() if state.has_active:
            return replace(_at(state, Step.CHECK), subject=Subject.ACTIVE)
        case Step.CREDENTIALS, Next():
            return _at(state, Step.AUTHORIZE)
        case Step.AUTHORIZE | Step.REDIRECT, LinkTaken(delivery):
            return replace(_at(state, Step.REDIRECT), delivery=delivery)
        case Step.AUTHORIZE | Step.REDIRECT, CodeReceived(answer):
            return replace(state, step=Step.CHECK, answer=answer)
        case Step.CHECK, Verified() if state.subject is Subject.ACTIVE:
            return _at(state, Step.OVERVIEW)
        case Step.CHECK, Verified():
            done = _at(state, Step.DONE)
            return replace(done, has_active=True, is_change=True, resume_at=None)
        case _:
            return state


def _back(state: WizardState) -> WizardState:
    match state.step:
        case Step.PREREQUISITES:
            return _at(state, Step.OVERVIEW) if state.has_overview else state
        case Step.CREDENTIALS if state.is_change:
            return _at(state, Step.OVERVIEW)
        case Step.CREDENTIALS:
            return _at(state, Step.PREREQUISITES)
        case Step.REDIRECT:
            return _at(state, Step.AUTHORIZE)
        case Step.CHECK if state.subject is Subject.ACTIVE:
            return _at(state, Step.OVERVIEW)
        case Step.CHECK:
            # Never to Redirect: the code there has been used.
            return _at(state, Step.AUTHORIZE)
        case _:
            return _at(state, Step.CREDENTIALS)
