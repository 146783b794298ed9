"""What one wizard knows of its profile: record, draft and active set, and what was let go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wizard.domain.models import CredentialSet, Profile
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import replace
from wizard.flow.state import resume_step

if TYPE_CHECKING:
    from wizard.domain.secret import Secret
    from wizard.domain.steps import Step
    from wizard.flow.ports import Clock, Locked


class Memory:
    """What is known without asking the disk; also a draft that could not be written to it."""

    def __init__(self, clock: Clock, blank: CredentialSet | None = None) -> None:
        """Args: `blank` is what a new draft begins with (endpoints, a demo's prefilled fields)."""
        self.clock = clock
        self.profile = Profile()
        self.draft: CredentialSet | None = None
        self.active: CredentialSet | None = None
        self.trouble: Problem | None = None
        """Why the active set cannot be read, though the record names one."""
        self.draft_trouble: Problem | None = None
        """Why the draft cannot be read, though the record names one."""
        self._blank = blank or CredentialSet()
        self._on_disk: CredentialSet | None = None
        """The draft as it was last written."""
        self._let_go: tuple[CredentialSet, ...] = ()
        """Drafts before their Client ID was changed: put back, it has its secret again."""
        self.may_be_unsaved = False

    # -- what is known -----------------------------------------------------------------------

    @property
    def kept(self) -> CredentialSet:
        """What of the fields is on disk: the draft as last written, else the active set."""
        return self._on_disk or self.active or CredentialSet()

    def go_unsaved(self) -> None:
        """Go on although the draft cannot be saved; a code is not sent before it can be."""
        self.may_be_unsaved = True

    @property
    def is_draft_saved(self) -> bool:
        """Whether the draft in memory is the one on disk; not so after a save that failed."""
        return self.draft is self._on_disk

    def working_draft(self) -> CredentialSet:
        """The draft, or what a new one begins with: the active set without its tokens."""
        if self.draft is not None:
            return self.draft
        if self.active is not None:
            return replace(self.active, tokens=None, attempts=())
        # The record repeats the endpoints of a set that can't be read. They aren't taken from
        # there: whoever can write the record could have the next secret sent elsewhere.
        return self._blank

    def resume_at(self) -> Step | None:
        """Where the unfinished draft goes on; None without one."""
        if self.draft is None:
            return None
        return resume_step(self.profile.draft_step, self.draft, self.clock())

    @property
    def others(self) -> tuple[CredentialSet, ...]:
        """What is stored, or was, besides the draft; the newest first."""
        return (*self._let_go, self.active) if self.active else self._let_go

    def known_secrets(self) -> tuple[Secret, ...]:
        """The secrets a person might paste by mistake."""
        sets = tuple(s for s in (self.draft, self.active) if s is not None)
        tokens = tuple(s.tokens for s in sets if s.tokens is not None)
        secrets = (
            *(s.client_secret for s in sets),
            *(t.access_token for t in tokens),
            *(t.refresh_token for t in tokens),
        )
        return tuple(secret for secret in secrets if secret)

    # -- what becomes of it ------------------------------------------------------------------

    def _learn(self, held: Locked) -> None:
        """Take in what there is; sets that cannot be read are told as their trouble."""
        self.profile = held.profile or Profile()
        self.active, self.trouble = _read(held.active)
        self.draft, self.draft_trouble = _read(held.draft)
        self._on_disk = self.draft

    def _change(self, draft: CredentialSet) -> None:
        """Have another draft from now on; the one it replaces is let go with its Client ID."""
        if (before := self.working_draft()).client_id != draft.client_id:
            self._let_go = (before, *self._let_go)
        self.draft = draft

    def _note_saved(self, draft: CredentialSet | None) -> None:
        """Note that a draft is on disk now."""
        self._on_disk = draft

    def _note_dropped(self, draft: CredentialSet | None) -> None:
        """Note that the draft is gone from the disk; one that has come meanwhile stays."""
        self._on_disk = None
        self._let_go = ()
        self.draft_trouble = None
        if self.draft is draft:
            self.draft = None


def _read(
    read: Callable[[], CredentialSet | None],
) -> tuple[CredentialSet | None, Problem | None]:
    try:
        return read(), None
    except SetupError as error:
        return None, error.problem
