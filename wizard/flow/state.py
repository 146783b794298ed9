"""The state of a wizard, the outcomes of its steps, and the transitions: a pure function."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from wizard.domain.models import CredentialSet, GrantType, Profile
from wizard.domain.problems import Problem
from wizard.domain.steps import Step
from wizard.domain.value import Value, replace

if TYPE_CHECKING:
    from wizard.domain.oauth.authorization_response import BareCode, Received
    from wizard.domain.oauth.redirect_uri import Comparison
    from wizard.domain.secret import Secret


class Delivery(Enum):
    """What happened to the authorization link; Redirect shows it."""

    SHOWN = "shown"
    OPENED = "sent to the browser"
    NOT_OPENED = "couldn't open a browser; copy the link instead"
    COPIED = "copied to the clipboard"
    SENT = "sent to your terminal's clipboard"
    SAVED = "saved as a file"
    APPROVED = "approved by the demo"


IF_NO_PAGE: Final = "No page in your browser? {copy} copies the link."
"""Shown after the link was opened; `copy` is how to copy it, a key or a command."""


class Subject(Enum):
    """Which credential set Check is about."""

    DRAFT = "draft"
    ACTIVE = "active"


class WizardState(Value):
    """Everything that decides which screen comes next; it holds no credential."""

    step: Step
    has_active: bool = False
    """Whether there is an active set: Back leads from the first step and from Done to Overview."""
    is_change: bool = False
    """Whether the active set is being changed: Back leads from Credentials to Overview."""
    resume_at: Step | None = None
    """The step at which an unfinished draft continues; None without a draft."""
    delivery: Delivery = Delivery.SHOWN
    answer: Received | BareCode | None = None
    """A code on its way to Check."""
    subject: Subject = Subject.DRAFT
    because: Problem | None = None
    """The problem that led to this step, which the step shows."""
    comparison: Comparison | None = None
    """The two URLs, if the problem is a mismatch."""
    has_left: bool = False
    grant_type: GrantType = GrantType.AUTHORIZATION_CODE
    """Of the draft, or without one of the active set."""
    landed: Secret | None = None
    """The URL that the demo's browser landed on, which Redirect fills in."""

    @property
    def has_overview(self) -> bool:
        """Whether there is something for Overview to show."""
        return self.has_active or self.resume_at is not None


class Outcome(Value):
    """The outcome of a screen."""


class Next(Outcome):
    """The step is done; continue with the next one."""


class Back(Outcome):
    """Go one step back."""


class GoTo(Outcome):
    """Go to the step that a problem's remedy names."""

    step: Step
    because: Problem | None = None
    comparison: Comparison | None = None


class LinkTaken(Outcome):
    """The authorization link was opened or copied, or the demo approved it."""

    delivery: Delivery
    landed: Secret | None = None
    """The URL that the demo's browser landed on."""


class CodeReceived(Outcome):
    """A code came by paste, by the listener or from the demo."""

    answer: Received | BareCode


class Unchanged(Outcome):
    """Nothing in the active set was changed: only a check of it remains."""


class Verified(Outcome):
    """The check passed; a draft has become the active set."""


class Resume(Outcome):
    """Continue with the unfinished draft."""


class StartOver(Outcome):
    """Start at the first step again, with the saved Client ID and Client Secret filled in."""


class Discarded(Outcome):
    """The unfinished draft was removed."""


class CheckNow(Outcome):
    """Check the active set."""


class Change(Outcome):
    """Change the active set, beginning at a step: Credentials or Authorize."""

    step: Step


class Quit(Outcome):
    """Leave the wizard; what was saved stays."""


def start(profile: Profile, draft: CredentialSet | None, now: datetime) -> WizardState:
    """Return the state a wizard opens with: Overview if there is an active set or a draft."""
    has_active = profile.active is not None
    # This includes a draft that can't be read: it must not be overwritten silently.
    has_draft = profile.draft is not None
    resume_at = resume_step(profile.draft_step, draft, now) if draft else None
    step = Step.OVERVIEW if has_active or has_draft else Step.PREREQUISITES
    return WizardState(step, has_active=has_active, is_change=has_active, resume_at=resume_at)


def resume_step(reached: Step | None, draft: CredentialSet, now: datetime) -> Step:
    """Return the step at which an interrupted draft continues.

    It is never a step that needs a used code: a code that was sent and brought no tokens requires a
    new link.
    """
    if reached in (None, Step.PREREQUISITES, Step.CREDENTIALS) or not draft.is_complete:
        return Step.PREREQUISITES if reached is Step.PREREQUISITES else Step.CREDENTIALS
    if reached is Step.CHECK and _has_tokens_of_its_last_code(draft):
        return Step.CHECK
    if not draft.grant_type.needs_approval:
        return Step.CHECK if reached is Step.CHECK else Step.CREDENTIALS
    if reached is Step.REDIRECT and any(a.is_live(now) for a in draft.attempts):
        return Step.REDIRECT
    return Step.AUTHORIZE


def _has_tokens_of_its_last_code(draft: CredentialSet) -> bool:
    """Whether the tokens are newer than every code that was sent; if not, a later code was lost."""
    tokens = draft.tokens
    return tokens is not None and all(
        a.code_sent_at is None or a.code_sent_at <= tokens.obtained_at for a in draft.attempts
    )


def advance(state: WizardState, outcome: Outcome) -> WizardState:
    """Return the state after a screen was left with an outcome.

    An outcome that a step can't have leaves the state as it is, so that a late message never leads
    to a wrong step.
    """
    match outcome:
        case Quit():
            return replace(state, has_left=True)
        case GoTo(step, because, comparison):
            return replace(_at(state, step), because=because, comparison=comparison)
    if state.step is Step.OVERVIEW:
        return _from_overview(state, outcome)
    return _in_setup(state, outcome)


def _at(state: WizardState, step: Step) -> WizardState:
    """Return the state at a step, without a code; steps before Check are about the draft."""
    subject = state.subject if step in (Step.OVERVIEW, Step.CHECK, Step.DONE) else Subject.DRAFT
    state = replace(state, answer=None, landed=None, because=None, comparison=None)
    return replace(state, step=step, subject=subject)


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


def _in_setup(state: WizardState, outcome: Outcome) -> WizardState:
    match state.step, outcome:
        case _, Back():
            return _back(state)
        case Step.DONE, Next():
            return replace(state, has_left=True)
        case Step.PREREQUISITES, Next():
            return _at(state, Step.CREDENTIALS)
        case Step.CREDENTIALS, Unchanged() if state.has_active:
            return replace(_at(state, Step.CHECK), subject=Subject.ACTIVE)
        case Step.CREDENTIALS, Next():
            return _at(state, _after(Step.CREDENTIALS, state))
        case Step.AUTHORIZE | Step.REDIRECT, LinkTaken(delivery, landed):
            return replace(_at(state, Step.REDIRECT), delivery=delivery, landed=landed)
        case Step.AUTHORIZE | Step.REDIRECT, CodeReceived(answer):
            return replace(state, step=Step.CHECK, answer=answer, landed=None)
        case Step.CHECK, Verified() if state.subject is Subject.ACTIVE:
            return _at(state, Step.OVERVIEW)
        case Step.CHECK, Verified():
            done = _at(state, Step.DONE)
            return replace(done, has_active=True, is_change=True, resume_at=None)
        case _:
            return state


def _after(step: Step, state: WizardState) -> Step:
    """Return the step that follows with the grant type."""
    steps = state.grant_type.steps
    return steps[steps.index(step) + 1]


def steps_back(state: WizardState) -> Sequence[Step]:
    """Return the steps that Back leads to one after the other, as far as Overview."""
    steps: list[Step] = []
    while (before := _back(state)) != state and before.step is not Step.OVERVIEW:
        state = before
        steps.append(state.step)
    return steps


def _back(state: WizardState) -> WizardState:
    match state.step:
        case Step.PREREQUISITES:
            return _at(state, Step.OVERVIEW) if state.has_overview else state
        case Step.CREDENTIALS:
            return _at(state, Step.OVERVIEW if state.is_change else Step.PREREQUISITES)
        case Step.AUTHORIZE:
            return _at(state, Step.CREDENTIALS)
        case Step.REDIRECT:
            return _at(state, Step.AUTHORIZE)
        case Step.CHECK if state.subject is Subject.DRAFT:
            # Never back to Redirect: its code was already used.
            has_link = Step.AUTHORIZE in state.grant_type.steps
            return _at(state, Step.AUTHORIZE if has_link else Step.CREDENTIALS)
        case _:
            return _at(state, Step.OVERVIEW)
