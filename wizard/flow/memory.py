"""What one wizard knows about its profile: the record, the draft, and the active set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wizard.domain.models import CredentialSet, Profile
from wizard.domain.problems import Problem, SetupError
from wizard.domain.texts.prerequisites import Use, use
from wizard.domain.value import replace
from wizard.flow.state import resume_step

if TYPE_CHECKING:
    from wizard.domain.secret import Secret
    from wizard.domain.steps import Step
    from wizard.flow.ports import Clock, Locked


class Memory:
    """What is known without reading the disk, including a draft that could not be saved."""

    def __init__(self, clock: Clock, initial: CredentialSet | None = None) -> None:
        """Args: `initial` is the initial draft (endpoints, or a demo's prefilled fields)."""
        self.clock = clock
        self.profile = Profile()
        self.draft: CredentialSet | None = None
        self.active: CredentialSet | None = None
        self.trouble: Problem | None = None
        """Why the active set cannot be read, though the record names one."""
        self.draft_trouble: Problem | None = None
        """Why the draft cannot be read, though the record names one."""
        self._initial = initial or CredentialSet()
        self._on_disk: CredentialSet | None = None
        """The draft as it was last written."""
        self._let_go: tuple[CredentialSet, ...] = ()
        """Drafts whose Client ID was changed: if it is entered again, its secret is restored."""
        self.may_be_unsaved = False
        self._chosen: Use | None = None
        """Who was chosen to use it in this run: known at once, even if that can't be saved."""

    # -- what is known -----------------------------------------------------------------------

    @property
    def kept(self) -> CredentialSet:
        """The fields as saved on disk: the draft as last written, else the active set."""
        return self._on_disk or self.active or CredentialSet()

    def go_unsaved(self) -> None:
        """Continue although the draft can't be saved; no code is sent until it can be."""
        self.may_be_unsaved = True

    @property
    def is_draft_saved(self) -> bool:
        """Whether the draft in memory is the one on disk; False after a failed save."""
        return self.draft is self._on_disk

    def working_draft(self) -> CredentialSet:
        """The draft, or else the initial one: the active set without its tokens."""
        if self.draft is not None:
            return self.draft
        if self.active is not None:
            return replace(self.active, tokens=None, attempts=())
        # The record repeats the endpoints of a set that can't be read. They aren't used: someone
        # who can write the record could have the next secret sent elsewhere.
        if self._chosen is not None:
            return replace(self._initial, grant_type=self._chosen.grant_type)
        if self.profile.audience is None:
            return self._initial
        return replace(self._initial, grant_type=self.profile.grant_type)

    @property
    def use(self) -> Use:
        """Who will use the credential, and with which grant type."""
        audience = self._chosen.audience.id if self._chosen else self.profile.audience
        return use(audience, self.working_draft().grant_type)

    def resume_at(self) -> Step | None:
        """The step at which the unfinished draft continues; None without a draft."""
        if self.draft is None:
            return None
        return resume_step(self.profile.draft_step, self.draft, self.clock())

    @property
    def others(self) -> tuple[CredentialSet, ...]:
        """The credential sets besides the draft, saved now or earlier; the newest first."""
        return (*self._let_go, self.active) if self.active else self._let_go

    def known_secrets(self) -> tuple[Secret, ...]:
        """The secrets that a user might paste by mistake."""
        sets = [s for s in (self.draft, self.active) if s is not None]
        tokens = [s.tokens for s in sets if s.tokens is not None]
        secrets = [s.client_secret for s in sets]
        secrets += [secret for t in tokens for secret in (t.access_token, t.refresh_token)]
        return tuple(secret for secret in secrets if secret)

    # -- changes ------------------------------------------------------------------

    def _learn(self, held: Locked) -> None:
        """Load what is saved; a set that can't be read becomes `trouble` or `draft_trouble`."""
        self.profile = held.profile or Profile()
        self.active, self.trouble = _read(held.active)
        self.draft, self.draft_trouble = _read(held.draft)
        self._on_disk = self.draft

    def _change(self, draft: CredentialSet) -> None:
        """Replace the draft; the previous one is remembered if its Client ID was another."""
        if (before := self.working_draft()).client_id != draft.client_id:
            self._let_go = (before, *self._let_go)
        self.draft = draft

    def _note_saved(self, draft: CredentialSet | None) -> None:
        """Record that a draft is on disk now."""
        self._on_disk = draft

    def _note_dropped(self, draft: CredentialSet | None) -> None:
        """Record that the draft was removed from the disk; a newer draft in memory stays."""
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
