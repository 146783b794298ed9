"""The writes to one wizard's profile; they are finished even if their screen was left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from wizard.domain.credential_fields import with_grant_type
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.models import CredentialSet, LastCheck, Profile, RefreshFailure, TokenSet
from wizard.domain.problems import Problem, SetupError
from wizard.domain.steps import STEPS, Step
from wizard.domain.value import replace
from wizard.flow.memory import Memory
from wizard.flow.protected import Protected

if TYPE_CHECKING:
    from wizard.domain.texts.prerequisites import Use
    from wizard.flow.ports import Clock, Locked, ProfileStore


class Session(Memory):
    """The profile of one wizard: what is known of it, and the writes to its record and draft.

    Every write runs in a thread under one lock in this process and the profile's lock between
    processes. It is finished even if the screen that started it was left.
    """

    def __init__(
        self, name: str, store: ProfileStore, clock: Clock, initial: CredentialSet | None = None
    ) -> None:
        """Args: `initial` is the initial draft (endpoints, or a demo's prefilled fields)."""
        super().__init__(clock, initial)
        self.name = name
        self.protected = Protected()
        """Work that must not be canceled: every write, and every request that was sent."""
        self.after_write: Callable[[], None] | None = None
        """Called after each write, even a failed one."""
        self._store = store
        self._writing = asyncio.Lock()
        self._ticks: tuple[str, ...] | None = None

    def open(self) -> None:
        """Read what is saved; sets that can't be read become `trouble` and `draft_trouble`.

        Raises SetupError if the record can't be read.
        """
        with self._store.locked(self.name) as held:
            self._learn(held)

    async def try_again(self) -> None:
        """Read everything again after `trouble`; unsaved changes stay. Raises SetupError."""
        async with self._writing:
            unsaved = None if self.is_draft_saved else self.draft
            await asyncio.to_thread(self.open)
            self.draft = unsaved or self.draft

    async def save_draft(self, draft: CredentialSet) -> None:
        """Save a draft: in memory at once, and on disk before returning.

        Raises SetupError, also if it would replace a draft that can't be read.
        """
        trouble: Problem | None = self.draft_trouble
        if trouble is not None:
            raise SetupError(trouble)
        self._change(draft)
        now = self.clock()
        await self._write(
            lambda held, profile: held.save(replace(profile, draft_saved_at=now), draft=draft),
            partial(self._note_saved, draft),
        )

    async def save_draft_tokens(self, before: TokenSet, tokens: TokenSet) -> None:
        """Save the draft with other tokens.

        Do nothing if its tokens are no longer those in `before`: it may have been discarded, or its
        client changed, in the meantime. Raises SetupError.
        """
        if self.draft is not None and self.draft.tokens == before != tokens:
            await self.save_draft(replace(self.draft, tokens=tokens))

    async def use_file(self) -> None:
        """Save all secrets of the profile, including the draft's, in files from now on.

        Raises SetupError, also if secrets can't be moved because the keyring can't be read.
        """
        draft = self.draft
        await self._write(
            lambda held, profile: held.save(profile, draft=draft, to_files=True),
            partial(self._note_saved, draft),
        )

    async def drop_idle_draft(self, *, is_link_out: bool) -> None:
        """Remove a draft that doesn't differ from the active set. Raises SetupError.

        Args: `is_link_out`: a link was opened or copied, so its response may still arrive.
        """
        draft, active = self.draft, self.active
        if draft is None or active is None or draft.tokens is not None:
            return
        if draft.attempts and is_link_out:
            return
        from wizard.domain.texts.questions import differences

        if not differences(active, draft):
            await self.discard_draft()

    async def note_step(self, step: Step) -> None:
        """Save which step an existing draft has reached. Raises SetupError.

        Overview doesn't count: a draft stays at its step.
        """
        if self.draft is None or step not in STEPS:
            return
        if self.profile.draft_step is not step:
            await self._write(lambda held, profile: held.save(replace(profile, draft_step=step)))

    @property
    def ticks(self) -> tuple[str, ...]:
        """The IDs of the selected prerequisites, those that are being saved too."""
        return self.profile.ticks if self._ticks is None else self._ticks

    async def save_ticks(self, ticks: tuple[str, ...]) -> None:
        """Save the selected prerequisites, in memory at once. Raises SetupError."""
        self._ticks = ticks
        await self._write(lambda held, profile: held.save(replace(profile, ticks=ticks)))

    async def save_use(self, use: Use) -> None:
        """Save who will use the credential, and its grant type. Raises SetupError.

        Both count at once. In a setup or a change that has begun, the grant type is a value of the
        draft.
        """
        before, audience = self.working_draft(), use.audience.id
        self._chosen = use
        has_set = self.draft is not None or self.profile.active is not None
        if has_set and before.grant_type is not use.grant_type:
            await self.save_draft(with_grant_type(before, use.grant_type))

        def change(held: Locked, profile: Profile) -> Profile:
            chosen = replace(profile, audience=audience)
            is_repeated = profile.active is not None or profile.draft is not None
            return held.save(chosen if is_repeated else replace(chosen, grant_type=use.grant_type))

        await self._write(change)

    async def discard_draft(self) -> None:
        """Remove the draft and its secrets. Raises SetupError."""
        await self._write(
            lambda held, profile: held.save(_without_draft(profile)),
            partial(self._note_dropped, self.draft),
        )

    async def forget(self) -> None:
        """Remove the profile: its secrets first, then its record. Raises SetupError."""

        def remove(held: Locked, profile: Profile) -> Profile:
            held.remove()
            return Profile()

        def settle() -> None:
            self.active = self.trouble = None
            self._note_dropped(self.draft)

        await self._write(remove, settle)

    async def swap(
        self, check: LastCheck, organization: str | None, failure: RefreshFailure | None = None
    ) -> None:
        """Make the verified draft the active set, in one replacement of the record.

        Args: `failure`: why it can't be refreshed, if the user accepted that.

        Raises SetupError.
        """
        draft = self.draft
        if draft is None:
            raise SetupError(NOT_SET_UP)
        active = replace(draft, attempts=(), is_unconfirmed=False)
        now = self.clock()

        def change(held: Locked, profile: Profile) -> Profile:
            proven = replace(
                _without_draft(profile).refreshed,
                organization=organization,
                set_up_at=now,
                last_check=check,
                refresh_failure=failure,
            )
            return held.save(proven, active=active)

        def settle() -> None:
            self.active, self.trouble = active, None
            self._note_dropped(draft)

        await self._write(change, settle)

    async def prove_writable(self) -> None:
        """Raise SetupError unless a draft can be saved now."""

        def prove(held: Locked, profile: Profile) -> Profile:
            held.prove_writable()
            return profile

        await self._write(prove)

    async def record_check(self, check: LastCheck) -> None:
        """Save the result of a check of the active set. Raises SetupError."""
        await self._write(lambda held, profile: held.save(replace(profile, last_check=check)))

    async def record_draft_check(self, check: LastCheck) -> None:
        """Save why the check of the draft failed. Raises SetupError."""

        def change(held: Locked, profile: Profile) -> Profile:
            # The draft may have been discarded during its check.
            known = profile if profile.draft is None else replace(profile, draft_check=check)
            return held.save(known)

        await self._write(change)

    async def reload(self) -> None:
        """Read the record and the active set again, after a change made outside this session.

        The draft belongs to this wizard only and stays as it is. Raises SetupError.
        """

        def run() -> tuple[Profile, CredentialSet | None]:
            with self._store.locked(self.name) as held:
                return held.profile or Profile(), held.active()

        async with self._writing:
            self.profile, self.active = await asyncio.to_thread(run)

    async def _write(
        self, change: Callable[[Locked, Profile], Profile], settle: Callable[[], None] | None = None
    ) -> None:
        """Change the record; `settle` then updates the memory, even if the caller is gone."""

        def run() -> Profile:
            with self._store.locked(self.name) as held:
                return change(held, held.profile or Profile())

        async def write() -> None:
            try:
                async with self._writing:
                    self.profile = await asyncio.to_thread(run)
                    if settle is not None:
                        settle()
            finally:
                if self.after_write is not None:
                    self.after_write()

        await self.protected.run(write())


def _without_draft(profile: Profile) -> Profile:
    return replace(profile, draft=None, draft_step=None, draft_saved_at=None, draft_check=None)
