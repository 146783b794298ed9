"""What outlives a screen: the draft, and where it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wizard.domain.book.here import NOT_SET_UP
from wizard.domain.models import CredentialSet, LastCheck, Profile, RefreshFailure
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import ROAD, Step
from wizard.domain.value import replace
from wizard.flow.ports import Clock, Locked, ProfileStore
from wizard.flow.state import resume_step
from wizard.flow.uninterrupted import Protected


class Session:
    """One wizard's profile: its record, its draft, and the writes to both.

    Every write goes through one lock in this process and the profile's lock between processes,
    in a thread, and is finished even when the screen that asked for it is gone.
    """

    def __init__(
        self, name: str, store: ProfileStore, clock: Clock, blank: CredentialSet | None = None
    ) -> None:
        """Args: `blank` is what a new draft begins with (endpoints, a demo's prefilled fields)."""
        self.name = name
        self.clock = clock
        self.profile = Profile()
        self.draft: CredentialSet | None = None
        self.active: CredentialSet | None = None
        self.trouble: Problem | None = None
        """Why the active set cannot be read, though the record names one."""
        self.draft_trouble: Problem | None = None
        """Why the draft cannot be read, though the record names one."""
        self._store = store
        self._blank = blank or CredentialSet()
        self._on_disk: CredentialSet | None = None
        """The draft as it was last written."""
        self._let_go: tuple[CredentialSet, ...] = ()
        """Drafts before their Client ID was changed: put back, it has its secret again."""
        self.may_be_unsaved = False
        self._writing = asyncio.Lock()
        self.protected = Protected()
        """Work that must not be cancelled: every write, and a request once sent."""

    def open(self) -> None:
        """Read what there is; sets that cannot be read are told as `trouble` and `draft_trouble`.

        Raises SetupError when the record cannot be read.
        """
        with self._store.locked(self.name) as held:
            self.profile = held.profile or Profile()
            self.active, self.trouble = _read(held.active)
            self.draft, self.draft_trouble = _read(held.draft)
        self._on_disk = self.draft

    async def try_again(self) -> None:
        """Read everything again, after `trouble`; what is not saved stays. Raises SetupError."""
        async with self._writing:
            unsaved = None if self.is_draft_saved else self.draft
            await asyncio.to_thread(self.open)
            self.draft = unsaved or self.draft

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
        if self.trouble is not None:
            return replace(self._blank, endpoints=self.profile.endpoints)
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

    async def save_draft(self, draft: CredentialSet) -> None:
        """Keep a draft, in memory at once and on disk before returning.

        Raises SetupError, also where it would take the place of one that cannot be read.
        """
        trouble: Problem | None = self.draft_trouble
        if trouble is not None:
            raise SetupError(trouble)
        if (before := self.working_draft()).client_id != draft.client_id:
            self._let_go = (before, *self._let_go)
        self.draft = draft
        now = self.clock()

        def settle() -> None:
            self._on_disk = draft

        await self._write(
            lambda held, profile: held.save(replace(profile, draft_saved_at=now), draft=draft),
            settle,
        )

    async def use_file(self) -> None:
        """Keep all secrets of the profile, the draft's with them, in files from now on.

        Raises SetupError, also when what is in the keyring cannot be read to be moved.
        """
        draft = self.draft

        def move(held: Locked, profile: Profile) -> Profile:
            # For this save alone: one that fails leaves everything where it was.
            self._store.use_file(self.name)
            try:
                return held.save(profile, draft=draft)
            finally:
                self._store.use_file(self.name, is_wanted=False)

        def settle() -> None:
            self._on_disk = draft

        await self._write(move, settle)

    async def drop_idle_draft(self) -> None:
        """Remove a draft that changes nothing of the active set. Raises SetupError."""
        draft, active = self.draft, self.active
        if draft is None or active is None or draft.tokens is not None:
            return
        from wizard.domain.change import differences

        if not differences(active, draft):
            await self.discard_draft()

    async def note_step(self, step: Step) -> None:
        """Remember how far an existing draft has come. Raises SetupError.

        Overview is no part of the road: being there leaves a draft where it was.
        """
        if self.draft is None or step not in ROAD:
            return
        if self.profile.draft_step is not step:
            await self._write(lambda held, profile: held.save(replace(profile, draft_step=step)))

    async def save_ticks(self, ticks: tuple[str, ...]) -> None:
        """Remember the ticked prerequisites. Raises SetupError."""
        await self._write(lambda held, profile: held.save(replace(profile, ticks=ticks)))

    async def save_audience(self, audience: str) -> None:
        """Remember who will use the credential. Raises SetupError."""
        await self._write(lambda held, profile: held.save(replace(profile, audience=audience)))

    async def discard_draft(self) -> None:
        """Remove the draft and its secrets. Raises SetupError."""
        draft = self.draft

        def settle() -> None:
            self.draft_trouble = None
            self._drop(draft)

        await self._write(lambda held, profile: held.save(_without_draft(profile)), settle)

    async def forget(self) -> None:
        """Remove the profile: its secrets first, then its record. Raises SetupError."""

        def remove(held: Locked, profile: Profile) -> Profile:
            held.remove()
            return Profile()

        def settle() -> None:
            self.active = self.trouble = self.draft_trouble = None
            self._drop(self.draft)

        await self._write(remove, settle)

    async def swap(
        self, check: LastCheck, organization: str | None, failure: RefreshFailure | None = None
    ) -> None:
        """Make the proven draft the active set, in one replacement of the record.

        Args: `failure`: why it cannot be renewed, where it was taken all the same.

        Raises SetupError.
        """
        draft = self.draft
        if draft is None:
            raise SetupError(NOT_SET_UP)
        active = replace(draft, attempts=())
        now = self.clock()

        def change(held: Locked, profile: Profile) -> Profile:
            proven = replace(
                _without_draft(profile),
                organization=organization,
                set_up_at=now,
                last_check=check,
                refresh_failure=failure,
            )
            return held.save(proven, active=active)

        def settle() -> None:
            self.active, self.trouble = active, None
            self._drop(draft)

        await self._write(change, settle)

    async def prove_writable(self) -> None:
        """Raise SetupError unless a draft can be saved now."""

        def prove(held: Locked, profile: Profile) -> Profile:
            held.prove_writable()
            return profile

        await self._write(prove)

    async def record_check(self, check: LastCheck) -> None:
        """Remember how a live check of the active set ended. Raises SetupError."""
        await self._write(lambda held, profile: held.save(replace(profile, last_check=check)))

    async def record_draft_check(self, check: LastCheck) -> None:
        """Remember why the check of the draft has not passed. Raises SetupError."""

        def change(held: Locked, profile: Profile) -> Profile:
            # It may have been discarded while its check was under way.
            known = profile if profile.draft is None else replace(profile, draft_check=check)
            return held.save(known)

        await self._write(change)

    async def reload(self) -> None:
        """Read the record and the active set again, after a change that went past this session.

        The draft is this wizard's alone and stays as it is. Raises SetupError.
        """

        def run() -> tuple[Profile, CredentialSet | None]:
            with self._store.locked(self.name) as held:
                return held.profile or Profile(), held.active()

        async with self._writing:
            self.profile, self.active = await asyncio.to_thread(run)

    def _drop(self, draft: CredentialSet | None) -> None:
        """Note that the draft is gone from the disk; one that has come meanwhile stays."""
        self._on_disk = None
        self._let_go = ()
        self.draft_trouble = None
        if self.draft is draft:
            self.draft = None

    async def _write(
        self, change: Callable[[Locked, Profile], Profile], settle: Callable[[], None] | None = None
    ) -> None:
        """Change the record; `settle` then brings the memory in line, also without an awaiter."""

        def run() -> Profile:
            with self._store.locked(self.name) as held:
                return change(held, held.profile or Profile())

        async def write() -> None:
            async with self._writing:
                self.profile = await asyncio.to_thread(run)
                if settle is not None:
                    settle()

        await self.protected.run(write())


def _read(
    read: Callable[[], CredentialSet | None],
) -> tuple[CredentialSet | None, Problem | None]:
    try:
        return read(), None
    except SetupError as error:
        return None, error.problem


def _without_draft(profile: Profile) -> Profile:
    return replace(profile, draft=None, draft_step=None, draft_saved_at=None, draft_check=None)
