"""What Overview shows of a profile and does with it, beside the steps of the road."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from wizard.domain import summary
from wizard.domain.book.store import SECRETS_DAMAGED, SECRETS_MISSING
from wizard.domain.checks import Check
from wizard.domain.forgetting import remains
from wizard.domain.handoff import sheet
from wizard.domain.handoff_text import markdown
from wizard.domain.offers import Item, offers, offers_out_of_reach
from wizard.domain.problems import Problem, SetupError
from wizard.domain.questions import DISCARD, DISCARD_CHANGE, DISCARD_NEW_SECRET, Question
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import Value, replace
from wizard.domain.wording import of_saved
from wizard.domain.words import moment
from wizard.flow.after_check import on_overview
from wizard.flow.journey import Journey
from wizard.flow.machine import machine_checks, storage_checks
from wizard.flow.rotate import Rotation, rotate_secret
from wizard.flow.state import GoTo, Outcome, Resume


class Unfinished(Value):
    """A draft that can be resumed."""

    saved: str
    """When its last field was saved, in words."""
    step: Step
    """Where it goes on."""
    failed: str = ""
    """When its check failed, and of a change how; of a setup, Overview tells it whole."""
    outcome: Outcome = Resume()
    """What it is resumed with."""


class OutOfReach(Value):
    """Stored secrets that could not be read; the record could."""

    problem: Problem
    is_active: bool
    """Whether it is the active set's, which nothing works without; else only the draft's."""
    can_start_over: bool
    """Whether they are gone for good as far as the wizard can tell, and nothing is overwritten."""
    retry: Callable[[], Awaitable[None]]
    """Reads them again. Raises SetupError."""


class Upkeep:
    """Acts on what is stored for a journey's profile."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._session = journey.session
        self._services = journey.services
        self._storage: asyncio.Future[tuple[Check, ...]] | None = None
        """The check of the store that is under way."""
        self._is_storage_known = False

    def unfinished(self) -> Unfinished | None:
        """The draft that can be resumed; None without one."""
        profile, step = self._session.profile, self._session.resume_at()
        last, saved = profile.draft_check, profile.draft_saved_at
        if step is None or saved is None:
            return None
        problem = summary.problem_of(last)
        if last is None or problem is None:
            return Unfinished(moment(saved), step)
        outcome: Outcome = Resume()
        # A link made of what was refused would only be refused again.
        if profile.draft_step is Step.CHECK and problem.step is Step.CREDENTIALS:
            step, outcome = problem.step, GoTo(problem.step, problem)
        # Of a setup the problem stands in full below.
        how = f"Check failed {moment(last.at)}" + (f": {problem.title}" if profile.active else "")
        return Unfinished(moment(saved), step, how, outcome)

    def out_of_reach(self) -> OutOfReach | None:
        """What is stored and cannot be read; None when all can."""
        session = self._session
        problem = session.trouble or session.draft_trouble or self._store_trouble()
        if problem is None:
            return None
        is_gone = problem.id in (SECRETS_DAMAGED.id, SECRETS_MISSING.id)
        return OutOfReach(
            problem,
            is_active=session.trouble is not None or session.draft_trouble is None,
            can_start_over=is_gone and session.draft_trouble is None,
            retry=session.try_again,
        )

    def others(self) -> Sequence[str]:
        """The names of all profiles; none where the store can't be read, see `out_of_reach`."""
        with suppress(SetupError):
            return self._services.store.names()
        return ()

    def _store_trouble(self) -> Problem | None:
        """Why the wizard's folder can't be read, though the record could when it was opened."""
        try:
            self._services.store.names()
        except SetupError as error:
            return error.problem
        return None

    def problems(self) -> tuple[Problem, ...]:
        """What is known to be wrong, the worst first: can't be read, isn't refreshed, or failed."""
        lost = self.out_of_reach()
        profile = self._session.profile
        if lost:
            return (lost.problem,)
        if profile.active is None:
            failed = summary.problem_of(profile.draft_check)
            return (failed,) if failed else ()
        found = summary.problems(profile, self._services.clock())
        return found if self._journey.demo else tuple(map(of_saved, found))

    def offers(self) -> list[Item]:
        """What can be done, in its order."""
        has_active = self._session.profile.active is not None
        has_draft = self.unfinished() is not None
        is_real = not self._journey.demo
        is_kept = has_active and is_real
        lost = self.out_of_reach()
        if lost is None:
            first = on_overview(next(iter(self.problems()), None))
            return offers(
                has_active=has_active,
                has_draft=has_draft,
                is_kept=is_kept,
                first=first,
                has_profiles=is_real,
            )
        return offers_out_of_reach(
            is_active=lost.is_active,
            can_start_over=lost.can_start_over,
            has_active=has_active,
            has_draft=has_draft,
            is_kept=is_kept,
            has_profiles=is_real,
        )

    def discarding(self) -> Question:
        """What is asked before the draft is removed."""
        session = self._session
        if session.profile.active is None:
            return DISCARD
        draft, active = session.draft, session.active
        # One that cannot be read may hold a new secret too.
        is_same = draft and active and draft.client_secret in (None, active.client_secret)
        return DISCARD_CHANGE if is_same else DISCARD_NEW_SECRET

    async def probe(self) -> tuple[Check, ...]:
        """What the machine can look at by itself before a setup."""
        session, services = self._session, self._services
        endpoints = session.working_draft().endpoints
        storage = self._look_at_storage()
        checks = await machine_checks(
            session.name,
            endpoints,
            services.store,
            services.connect,
            services.browser,
            # The next step may wait for it too, when this wait is cancelled.
            asyncio.shield(storage),
        )
        self._journey.tell_notices()
        return checks

    async def settle_storage(self) -> None:
        """Wait until it is known where secrets go: a keyring that hangs takes seconds.

        That it is files instead is said before a secret is entered.
        """
        if not self._is_storage_known:
            await asyncio.wait((self._storage or self._look_at_storage(),))
        self._journey.tell_notices()

    def _look_at_storage(self) -> asyncio.Future[tuple[Check, ...]]:
        work = storage_checks(self._session.name, self._services.store)
        self._storage = storage = asyncio.ensure_future(work)
        storage.add_done_callback(self._note_storage)
        return storage

    def _note_storage(self, ended: asyncio.Future[tuple[Check, ...]]) -> None:
        self._is_storage_known = not ended.cancelled()
        # A task keeps its context, and with that the screen it was begun on.
        self._storage = None

    async def rotate(self, secret: Secret) -> Rotation:
        """Try a rotated secret and keep it if it works. Raises SetupError."""
        session, services = self._session, self._services
        network = await services.connect()
        rotation = await session.protected.run(
            rotate_secret(session.name, services.store, network.tokens, secret)
        )
        # What came of it is known; that it can't be read again is told by what follows.
        with suppress(SetupError):
            await session.reload()
        return rotation

    async def stage(self, secret: Secret) -> None:
        """Put a rotated secret into the draft, for a consent to prove it. Raises SetupError."""
        session = self._session
        await session.save_draft(replace(session.working_draft(), client_secret=secret))

    def sheet(self, audience: str | None = None) -> str:
        """The handoff sheet as Markdown, without secrets.

        Args: `audience`: who it is for; whom the profile names where None.
        """
        profile, program = self._session.profile, self._journey.program
        audience = audience or profile.audience
        return markdown(sheet(profile, self._session.name, None, audience, program))

    async def save_sheet(self, audience: str | None = None) -> str:
        """Save the same in a new file; give its path. Raises SetupError."""
        name, text = f"twilio-scim-{self._session.name}.md", self.sheet(audience) + "\n"
        return await asyncio.to_thread(self._services.write_new, name, text)

    async def forget(self) -> None:
        """Remove the profile and its secrets. Raises SetupError."""
        words = remains(self._session.profile, self._services.clock())
        await self._session.forget()
        self._journey.last_words = words
