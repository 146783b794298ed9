"""Builds the screen of each state out of the session and the services; the one place that does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from wizard.domain import summary
from wizard.domain.book.here import (
    KEYRING_HANGS,
    KEYRING_LOCKED,
    SECRETS_DAMAGED,
    SECRETS_MISSING,
)
from wizard.domain.change import Difference, differences
from wizard.domain.checks import Check
from wizard.domain.forgetting import remains
from wizard.domain.form import CredentialField, has_changed, with_field
from wizard.domain.handoff import sheet
from wizard.domain.handoff_text import markdown
from wizard.domain.models import CredentialSet
from wizard.domain.problems import Problem
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.support import report, secrets_of
from wizard.domain.words import day, moment
from wizard.flow.link import LinkDesk
from wizard.flow.machine import machine_checks
from wizard.flow.ports import Services
from wizard.flow.rotate import Rotation, rotate_secret
from wizard.flow.runs import ActiveRun, DraftRun
from wizard.flow.session import Session
from wizard.flow.state import Subject, WizardState
from wizard.ui.link_screen import LinkTools
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OutOfReach, OverviewScreen, OverviewTools, Unfinished
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.step_screen import Banner, StepScreen
from wizard.ui.versions import versions


@dataclass(frozen=True, slots=True)
class Demo:
    """What is different in the demo."""

    values: CredentialSet
    """The only values it takes."""
    approve: Callable[[str], Awaitable[str]]
    """Approves an authorize link in the browser's stead; gives the address landed on."""


class Road:
    """Gives each screen the values and the callables it needs."""

    def __init__(
        self,
        session: Session,
        services: Services,
        show_bare: Callable[[str], Awaitable[str]],
        demo: Demo | None = None,
        program: str = "scim-wizard",
    ) -> None:
        """Args: `show_bare` prints a link on the bare terminal; `program` is what started us."""
        self._session = session
        self._services = services
        self._show_bare = show_bare
        self._demo = demo
        self.next_profile: str | None = None
        """The profile to open next, when one was chosen."""
        self._last_words: Sequence[str] = ()
        self._program = program
        self._desk = LinkDesk(session, services.connect, services.listener)

    def screen_for(self, state: WizardState) -> StepScreen:
        """Return the screen of a state."""
        match state.step:
            case Step.OVERVIEW:
                return self._overview()
            case Step.PREREQUISITES:
                return self._prerequisites(state)
            case Step.CREDENTIALS:
                return self._credentials(state)
            case Step.AUTHORIZE:
                return AuthorizeScreen(self._banner(), self._link_tools())
            case Step.REDIRECT:
                return RedirectScreen(self._banner(), self._link_tools(), state.delivery)
            case Step.CHECK if state.subject is Subject.ACTIVE:
                active = ActiveRun(self._session, self._services)
                return CheckScreen(self._banner(), active, self._session.use_file)
            case Step.CHECK:
                check = DraftRun(self._session, self._services, state.answer)
                return CheckScreen(self._banner(), check, self._session.use_file)
            case _:
                return self._done()

    @property
    def is_forgotten(self) -> bool:
        """Whether the profile was removed on purpose."""
        return bool(self._last_words)

    @property
    def is_demo(self) -> bool:
        """Whether nothing of this is kept."""
        return self._demo is not None

    @property
    def notices(self) -> Sequence[Problem]:
        """What to say at the start."""
        return self._services.store.notices

    async def close(self) -> None:
        """Stop listening and finish what was begun."""
        await self._desk.close()
        await self._session.close()
        await self._services.close()

    def support(self, problem: Problem) -> str:
        """Return what to tell someone who helps with a problem; no secret is in it."""
        session = self._session
        kept = (session.active, session.draft)
        held = [secret for each in kept for secret in secrets_of(each)]
        return report(problem, versions(), held)

    async def copy(self, text: str) -> bool:
        """Copy to this machine's clipboard; False where that is not the person's."""
        return await self._services.clipboard.copy(text)

    def farewell(self, reached: Step) -> Sequence[str]:
        """Return the last lines, for the normal screen."""
        if self._demo is not None:
            return (f"The demo is over; nothing of it is kept. For your own app: {self._program}",)
        profile = self._session.profile
        if self.next_profile is not None:
            return ()
        if self._last_words:
            return ("The profile is removed from this machine.", *self._last_words)
        if reached is Step.DONE:
            rows = [f"{name:<15}{words}" for name, words in self._facts()]
            return (
                "Your SCIM credential works.",
                *rows,
                summary.usage(profile, self._session.name, self._program),
            )
        if not self._session.is_draft_saved:
            return (f"Stopped at {reached.title}; what was entered last could not be saved.",)
        if self._session.draft_trouble is not None:
            return (f"{self._session.draft_trouble.title}; nothing of it was removed.",)
        if profile.draft is not None:
            return (f"Stopped at {reached.title}; nothing lost. Run {self._program} to resume.",)
        if profile.active is None:
            return (f"Stopped at {reached.title}. Run {self._program} to go on.",)
        return ()

    def _banner(self) -> Banner:
        endpoints = self._session.working_draft().endpoints
        hosts = () if self._demo else endpoints.foreign_hosts
        return Banner(self._session.name, self._demo is not None, hosts)

    def _overview(self) -> OverviewScreen:
        profile = self._session.profile
        since = profile.set_up_at
        step, saved = self._session.resume_at(), profile.draft_saved_at
        return OverviewScreen(
            self._banner(),
            facts=self._facts() if profile.active else (),
            since=day(since) if since else "",
            unfinished=Unfinished(moment(saved), step) if step and saved else None,
            discard=self._session.discard_draft,
            tools=self._overview_tools() if profile.active and not self._demo else None,
            problem=summary.last_problem(profile),
            out_of_reach=self._out_of_reach(),
        )

    def _out_of_reach(self) -> OutOfReach | None:
        session = self._session
        problem = session.trouble or session.draft_trouble
        if problem is None:
            return None
        is_gone = problem.id in (SECRETS_DAMAGED.id, SECRETS_MISSING.id)
        is_shut = problem.id in (KEYRING_LOCKED.id, KEYRING_HANGS.id)
        return OutOfReach(
            problem,
            is_active=session.trouble is not None,
            can_start_over=is_gone and session.draft_trouble is None,
            retry=session.try_again,
            remedy="Unlock it, then press r." if is_shut else "",
        )

    def _overview_tools(self) -> OverviewTools:
        session, services = self._session, self._services

        async def rotate(secret: Secret) -> Rotation:
            network = await services.connect()
            rotation = await session.protect(
                rotate_secret(session.name, services.store, network.tokens, secret)
            )
            await session.reload()
            return rotation

        async def stage(secret: Secret) -> None:
            await session.save_draft(replace(session.working_draft(), client_secret=secret))

        def text() -> str:
            return markdown(sheet(session.profile, session.name, None, session.profile.audience))

        async def save_sheet() -> str:
            name = f"twilio-scim-{session.name}.md"
            return await asyncio.to_thread(services.write_new, name, text() + "\n")

        async def forget() -> None:
            words = remains(session.profile, services.clock())
            await session.forget()
            self._last_words = words

        return OverviewTools(
            profile=session.name,
            others=services.store.names(),
            rotate=rotate,
            stage=stage,
            sheet=text,
            save_sheet=save_sheet,
            copy=services.clipboard.copy,
            forget=forget,
            switch=self._switch,
        )

    def _switch(self, name: str) -> None:
        self.next_profile = name

    def _prerequisites(self, state: WizardState) -> PrerequisitesScreen:
        session, services = self._session, self._services

        def probe() -> Awaitable[tuple[Check, ...]]:
            endpoints = session.working_draft().endpoints
            return machine_checks(
                session.name, endpoints, services.store, services.connect, services.browser
            )

        return PrerequisitesScreen(
            self._banner(),
            ticks=session.profile.ticks,
            audience=session.profile.audience,
            can_go_back=state.has_overview,
            save_ticks=session.save_ticks,
            save_audience=session.save_audience,
            probe=probe,
            open_url=services.browser.open,
        )

    def _changes(self) -> tuple[Difference, ...] | None:
        active = self._session.active
        return differences(active, self._session.working_draft()) if active else None

    def _credentials(self, state: WizardState) -> CredentialsScreen:
        session = self._session

        async def save_field(field: CredentialField, value: Secret) -> None:
            await session.save_draft(with_field(session.working_draft(), field, value.reveal()))

        return CredentialsScreen(
            self._banner(),
            draft=session.working_draft,
            save_field=save_field,
            save_draft=session.save_draft,
            refuse=self._refuse,
            copy=self._services.clipboard.copy,
            kept=lambda: session.kept,
            differences=self._changes,
            go_unsaved=session.go_unsaved,
            use_file=session.use_file,
            because=state.because,
            twins=self._twins(),
        )

    def _twins(self) -> dict[str, str]:
        """Which other profile has which Client ID."""
        ids = self._services.store.client_ids()
        return {id_: name for name, id_ in ids.items() if name != self._session.name}

    def _refuse(self, field: CredentialField, value: Secret) -> str | None:
        if self._demo is None or not has_changed(self._demo.values, field, value.reveal()):
            return None
        return "The demo keeps nothing: for your own values run scim-wizard."

    def _link_tools(self) -> LinkTools:
        browser = self._services.browser
        return LinkTools(
            make=lambda is_fresh: self._desk.link(is_fresh=is_fresh),
            read=self._desk.read,
            caught=self._desk.caught,
            give_back=self._desk.give_back,
            open=browser.open,
            copy=self._services.clipboard.copy,
            show_bare=self._show_bare,
            can_open=browser.is_here,
            why_not=browser.why_not,
            approve=self._demo.approve if self._demo else None,
        )

    def _facts(self) -> tuple[tuple[str, str], ...]:
        profile = self._session.profile
        return summary.facts(profile, summary.place(profile.store), self._services.clock())

    def _done(self) -> DoneScreen:
        profile = self._session.profile
        if self._demo is not None:
            usage = (
                "This was the demo: nothing is kept.",
                f"For your own app run: {self._program}",
            )
        elif profile.audience == "okta":
            usage = (
                "Now enter the same Client ID and Secret in Okta and press Authenticate",
                "there: Okta asks for a consent of its own.",
            )
        else:
            usage = (
                "A script gets a valid token at any time with",
                summary.usage(profile, self._session.name, self._program),
            )
        return DoneScreen(self._banner(), self._facts(), usage)
