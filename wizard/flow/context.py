"""The context of one wizard: its profile, the step it has reached, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from wizard.domain import journal
from wizard.domain.endpoints import options
from wizard.domain.models import CredentialSet, GrantType
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.domain.steps import Step
from wizard.domain.text import Program
from wizard.domain.texts import summary
from wizard.domain.texts.prerequisites import missing
from wizard.domain.texts.questions import REMOVED_IN_DEMO
from wizard.domain.value import Value, replace
from wizard.flow.inactive import is_open
from wizard.flow.state import Back, Delivery, Outcome, Subject, WizardState, advance

if TYPE_CHECKING:
    from wizard.domain.secret import Secret
    from wizard.flow.link import LinkDesk
    from wizard.flow.services import Services
    from wizard.flow.session import Session
    from wizard.flow.upkeep import Upkeep


class Demo(Value):
    """The values of the demo, and how it approves access by itself."""

    values: CredentialSet
    """The only values it accepts."""
    approve: Callable[[str], Awaitable[str]]
    """Approves an authorization link without a browser; returns the URL a browser would land on."""
    about: str = ""
    """What its scenario shows, in a sentence; "" where nothing is to be expected."""
    wants_new_secret: bool = False
    """Whether Twilio rejects the filled-in Client Secret and accepts any other."""
    rotate: Callable[[Secret], object] = lambda _secret: None
    """Rotates the app's secret to a new one."""

    def rotated(self, secret: Secret) -> Demo:
        """Rotate the app's secret; return the demo that accepts the new one."""
        self.rotate(secret)
        values = replace(self.values, client_secret=secret)
        return replace(self, values=values, wants_new_secret=False)


NOTING: Final = 2.0
"""Seconds a step waits until the last one is saved; `token` may hold the lock for longer."""

LINK_STEPS: Final = (Step.AUTHORIZE, Step.REDIRECT, Step.CHECK)
"""The steps at which a link may have been handed out."""


class WizardContext:
    """A session with the services it needs, from the first step to the closing message."""

    def __init__(
        self,
        session: Session,
        services: Services,
        demo: Demo | None = None,
        program: Program | None = None,
    ) -> None:
        """Args: `program` is the program as it was started."""
        self.session = session
        self.services = services
        self.demo = demo
        self.program = program or Program()
        self.next_profile: str | None = None
        """The profile to open next, if one was chosen."""
        self.came_from: str | None = None
        """The profile that was open before this one was chosen."""
        self.reached = Step.PREREQUISITES
        """The step that is shown, or was shown last."""
        self._subject = Subject.DRAFT
        """Which credential set that step is about."""
        self._on_notices: Callable[[Sequence[Problem]], None] | None = None
        self._said: list[Problem] = []
        session.after_write = self.tell_notices
        self._noting: asyncio.Task[None] | None = None
        """Saves which step was reached last."""
        self.next_is_plain = False
        """Whether the next profile opens in plain mode."""
        self.is_farewell_said = False
        """Whether Done was read out on the normal screen, so that nothing is left to say."""
        self.last_words: Sequence[str] = ()
        """What remains to be done in Twilio after the profile was removed."""

    # Both are imported when first used, so that they don't delay the first frame.

    @cached_property
    def links(self) -> LinkDesk:
        """The part that creates the authorization link and reads the response."""
        from wizard.flow.link import LinkDesk

        given = self.session, self.services.connect, self.services.listener
        return LinkDesk(*given, is_demo=self.demo is not None)

    @cached_property
    def upkeep(self) -> Upkeep:
        """The part that acts on what is saved, for Overview and Prerequisites."""
        from wizard.flow.upkeep import Upkeep

        return Upkeep(self)

    async def walk(
        self, state: WizardState, show: Callable[[WizardState], Awaitable[Outcome]]
    ) -> None:
        """Go from step to step until the user leaves the wizard.

        Args: `show`: shows a step and returns its outcome.
        """
        while not state.has_left:
            self.reached, self._subject = state.step, state.subject
            journal.note(f"step {state.step.name.lower()}")
            state = await self.enter(state)
            state = await self.follow(state, await show(state))

    async def enter(self, state: WizardState) -> WizardState:
        """Save the step if it counts as progress; return the state as the session now knows it.

        It is saved while the step is shown, after the one before it was saved.
        If that fails, Resume begins a little earlier.
        """
        if self._noting is not None:
            await asyncio.wait((self._noting,), timeout=NOTING)
            if self._noting.done():
                # Anything but a store that fails is a fault of the wizard, to be reported as one.
                with contextlib.suppress(SetupError):
                    self._noting.result()
        if state.step is Step.OVERVIEW:
            with contextlib.suppress(SetupError, TimeoutError):
                await asyncio.wait_for(self._drop_idle_draft(state), NOTING)
        elif state.subject is Subject.DRAFT:
            note = self.session.note_step(state.step)
            self._noting = self.session.protected.begin(note)
        self.tell_notices()
        return self.as_session(state)

    async def _drop_idle_draft(self, state: WizardState) -> None:
        # Past Credentials only if an earlier run was left there: going back saves each step.
        reached = self.session.profile.draft_step
        is_link_out = state.delivery is not Delivery.SHOWN or reached in LINK_STEPS
        await self.session.drop_idle_draft(is_link_out=is_link_out)

    def as_session(self, state: WizardState) -> WizardState:
        """Return the state with what the session knows about saved credentials and drafts."""
        has_active = self.session.profile.active is not None
        grant_type = self.session.use.grant_type
        resume_at = self.session.resume_at()
        return replace(state, has_active=has_active, resume_at=resume_at, grant_type=grant_type)

    @property
    def foreign_hosts(self) -> tuple[str, ...]:
        """The hosts that are not Twilio's; empty in the demo, whose title says that it is one."""
        return () if self.demo else self.session.working_draft().endpoints.foreign_hosts

    @property
    def is_about_active(self) -> bool:
        """Whether the current step is about the active set, and no step of a setup."""
        return self._subject is Subject.ACTIVE or self.reached is Step.OVERVIEW

    @property
    def grant_type(self) -> GrantType:
        """The grant type of the credential set that the current step is about."""
        profile = self.session.profile
        is_active = self.is_about_active and profile.active is not None
        return profile.grant_type if is_active else self.session.use.grant_type

    def begin_notices(self, say: Callable[[Sequence[Problem]], None]) -> None:
        """Show what the store found and fixed, now and from now on."""
        self._on_notices = say
        self.tell_notices()

    def tell_notices(self) -> None:
        """Show what the store found and fixed, each notice once."""
        if self._on_notices is None:
            return
        new = [notice for notice in self.services.store.notices if notice not in self._said]
        if new:
            self._said += new
            self._on_notices(new)

    @property
    def skipped(self) -> Sequence[Step]:
        """The steps that were left before all of them was done."""
        is_left = missing(self.session.use.items, self.session.ticks)
        return [Step.PREREQUISITES] if is_left else []

    # -- going back ------------------------------------------------------------------------

    def can_go_back(self, state: WizardState) -> bool:
        """Whether something precedes the first step: Overview, or another profile."""
        return state.has_overview or self.came_from is not None

    async def follow(self, state: WizardState, outcome: Outcome) -> WizardState:
        """Return the state that follows a screen's outcome."""
        state = self.as_session(state)
        is_first = state.step is Step.PREREQUISITES and not state.has_overview
        if is_first and isinstance(outcome, Back) and self.came_from is not None:
            await self.return_to_previous()
            return replace(state, has_left=True)
        return advance(state, outcome)

    async def return_to_previous(self) -> None:
        """Open the previous profile next; remove this one if it is empty."""
        session, self.next_profile = self.session, self.came_from
        is_empty = session.profile.active is None and session.profile.draft is None
        if is_empty and session.draft is None:
            # Otherwise the empty profile would stay in the list of profiles.
            with contextlib.suppress(SetupError):
                # A damaged record that was renamed may point at the only copy of a secret.
                aside = await asyncio.to_thread(self.services.store.set_aside, session.name)
                if aside is None:
                    await session.forget()

    def facts(self) -> tuple[tuple[str, str], ...]:
        """The facts about the active set."""
        profile = self.session.profile
        is_public = is_open(self.services.store)
        place = "" if self.demo else summary.storage_name(profile.store, is_open=is_public)
        return summary.facts(profile, place, self.services.clock())

    def usage(self, to_overview: str = "press Esc") -> Sequence[str]:
        """What to do with the credential now, in lines; the demo only shows it.

        Args: `to_overview`: how to get to Overview.
        """
        if self.demo is not None:
            said = "That's the end of the demo. Nothing is saved."
            try_more = f"To try rotating the secret or removing the profile, {to_overview}."
            return said, try_more, "For your own app, run:", self.program.command()
        session = self.session
        now = self.services.clock()
        return summary.what_next(session.profile, session.name, now, self.program)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code if the user leaves now."""
        session, is_forgotten = self.session, bool(self.last_words)
        if session.trouble is not None and not is_forgotten:
            return session.trouble.exit_code
        if session.draft_trouble is not None and session.profile.active is None:
            return session.draft_trouble.exit_code
        is_fine = self.demo is not None or is_forgotten or session.active is not None
        return ExitCode.FINE if is_fine else ExitCode.NOT_SET_UP

    def farewell(self) -> Sequence[str]:
        """Return the closing lines, printed after the screens are gone."""
        if self.next_profile is not None or (self.is_farewell_said and self.reached is Step.DONE):
            return ()
        if self.demo is not None:
            words = "The demo is over. Nothing is saved. For your own app, run:"
            return (*([REMOVED_IN_DEMO] if self.last_words else []), words, self.program.command())
        if self.last_words:
            removed = f"Profile {self.session.name} was removed from this machine."
            return (removed, *self.last_words)
        if self.reached is Step.DONE:
            rows = [f"{name:<15}{words}" for name, words in self.facts()]
            profile, name = self.session.profile, self.session.name
            usage = summary.usage(profile, name, self.program)
            works = summary.works(profile, self.services.clock())
            return (f"Profile {name}: {works}", *rows, usage)
        return self._stopped()

    def _stopped(self) -> Sequence[str]:
        session, profile = self.session, self.session.profile
        stopped = f"Profile {session.name}: stopped at {self.reached.title}."
        if not session.is_draft_saved:
            words = f"{stopped} Your last entry couldn't be saved. To resume, run:"
        elif session.draft_trouble is not None:
            words = f"Profile {session.name}: {session.draft_trouble.title}. To try again, run:"
        elif profile.draft is not None:
            words = f"{stopped} Your entries are saved. To resume, run:"
        elif profile.active is None:
            words = f"{stopped} To continue, run:"
        else:
            return ()
        return (words, self.program.command(*self._endpoints(), profile=session.name))

    def _endpoints(self) -> Sequence[str]:
        """Return the endpoint options given for a new setup that are not saved yet."""
        profile = self.session.profile
        if profile.active is not None or profile.draft is not None:
            return ()
        return options(self.session.working_draft().endpoints)

    async def close(self) -> None:
        """Stop listening and finish what was begun; an unsent token request is dropped."""
        if "links" in vars(self):
            await self.links.close()
        self.services.drop_unsent()
        await self.session.protected.close()
        await self.services.close()
