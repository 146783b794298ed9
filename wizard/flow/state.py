"""Where the wizard stands, and what a screen can say when it is left. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from wizard.domain.models import CredentialSet, Profile
from wizard.domain.problems import Problem
from wizard.domain.steps import Step

if TYPE_CHECKING:
    from wizard.domain.callback import BareCode, Comparison, Received


class Delivery(Enum):
    """What became of the authorize link; Redirect tells it."""

    SHOWN = "shown"
    OPENED = "the browser was asked to open it"
    NOT_OPENED = "no browser took it: copy it"
    COPIED = "copied to the clipboard"
    SENT = "your terminal was asked to copy it"
    APPROVED = "approved in its stead by the demo"


class Subject(Enum):
    """Which credential set Check is about."""

    DRAFT = "draft"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class WizardState:
    """All that decides which screen comes next; holds no credential."""

    step: Step
    has_active: bool = False
    """A working set exists: the first step's Back, and Done's, lead to Overview."""
    is_change: bool = False
    """Reconfiguring: Credentials' Back leads to Overview."""
    resume_at: Step | None = None
    """Where an unfinished draft goes on; None without one."""
    delivery: Delivery = Delivery.SHOWN
    answer: Received | BareCode | None = None
    """A code on its way to Check."""
    subject: Subject = Subject.DRAFT
    because: Problem | None = None
    """What led to this step, for it to say."""
    comparison: Comparison | None = None
    """The two addresses, where that was a mismatch."""
    has_left: bool = False

    @property
    def has_overview(self) -> bool:
        """Whether there is something for Overview to show."""
        return self.has_active or self.resume_at is not None


class _Kind:
    """An outcome that is told by its kind alone: one equals another.

    Not a dataclass: the first frame would wait for nine of them to be made.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Next(_Kind):
    """The step is done as far as it needs to be."""

    __slots__ = ()


class Back(_Kind):
    """One step back."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GoTo:
    """To the step that a problem's remedy names."""

    step: Step
    because: Problem | None = None
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class LinkTaken:
    """The authorize link has been handed out."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class CodeReceived:
    """A code came by paste, by the listener or from the demo."""

    answer: Received | BareCode


class Unchanged(_Kind):
    """Nothing of the active set was changed: a check of it is all there is to do."""

    __slots__ = ()


class Verified(_Kind):
    """The check passed; a draft has become the active set."""

    __slots__ = ()


class Resume(_Kind):
    """Go on with the unfinished draft."""

    __slots__ = ()


class StartOver(_Kind):
    """From the first step, with ID and secret still filled in."""

    __slots__ = ()


class Discarded(_Kind):
    """The unfinished draft is gone."""

    __slots__ = ()


class CheckNow(_Kind):
    """Check the active set."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Change the active set, beginning at a step (Credentials, or Authorize for a new consent)."""

    step: Step


class Quit(_Kind):
    """Leave the wizard; what was saved stays."""

    __slots__ = ()


Outcome = (
    Next
    | Back
    | GoTo
    | LinkTaken
    | CodeReceived
    | Unchanged
    | Verified
    | Resume
    | StartOver
    | Discarded
    | CheckNow
    | Change
    | Quit
)
"""What a screen is left with."""


def start(profile: Profile | None, draft: CredentialSet | None, now: datetime) -> WizardState:
    """Return the state a wizard opens with: Overview when there is something to come back to."""
    has_active = profile is not None and profile.active is not None
    # Also one that cannot be read: it is not to be written over without a word.
    has_draft = profile is not None and profile.draft is not None
    resume_at = None
    if profile is not None and draft is not None:
        resume_at = resume_step(profile.draft_step, draft, now)
    step = Step.OVERVIEW if has_active or has_draft else Step.PREREQUISITES
    return WizardState(step, has_active=has_active, is_change=has_active, resume_at=resume_at)


def resume_step(reached: Step | None, draft: CredentialSet, now: datetime) -> Step:
    """Return where an interrupted draft goes on.

    Never where a used code would be needed again: a code that was sent and brought no tokens
    leads to a fresh link.
    """
    if reached in (None, Step.PREREQUISITES, Step.CREDENTIALS) or not draft.is_complete:
        return Step.PREREQUISITES if reached is Step.PREREQUISITES else Step.CREDENTIALS
    if reached is Step.CHECK and _has_tokens_of_its_last_code(draft):
        return Step.CHECK
    if reached is Step.REDIRECT and any(a.is_live(now) for a in draft.attempts):
        return Step.REDIRECT
    return Step.AUTHORIZE


def _has_tokens_of_its_last_code(draft: CredentialSet) -> bool:
    """Whether the tokens are newer than every code that was sent: a later code was lost."""
    tokens = draft.tokens
    return tokens is not None and all(
        a.code_sent_at is None or a.code_sent_at <= tokens.obtained_at for a in draft.attempts
    )
