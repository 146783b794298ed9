"""Builds the screen of each state out of the session and the services; the one place that does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from wizard.domain.shell import Program
from wizard.domain.steps import Step
from wizard.flow.journey import Journey
from wizard.flow.state import Subject, WizardState
from wizard.ui.step_screen import Banner, StepScreen

if TYPE_CHECKING:
    from wizard.domain.checks import Check
    from wizard.domain.problems import Problem
    from wizard.domain.secret import Secret
    from wizard.flow.demo import Demo
    from wizard.flow.outside import Services
    from wizard.flow.session import Session
    from wizard.flow.upkeep import Upkeep
    from wizard.ui.link_screen import LinkTools
    from wizard.ui.screens.overview import OverviewTools
    from wizard.ui.screens.sheet import SheetScreen

# A step is imported when it is first shown: the one the wizard opens with waits for no other.


class Road:
    """Gives each screen the values and the callables it needs."""

    def __init__(
        self,
        session: Session,
        services: Services,
        show_bare: Callable[[str], Awaitable[str]],
        demo: Demo | None = None,
        program: Program | None = None,
    ) -> None:
        """Args: `show_bare` prints a link on the bare terminal; `program`: the one started."""
        self.journey = Journey(session, services, demo, program)
        self._session = session
        self._services = services
        self._show_bare = show_bare
        self._demo = demo
        self._codes: list[Secret] = []

    @cached_property
    def _upkeep(self) -> Upkeep:
        from wizard.flow.upkeep import Upkeep

        return Upkeep(self.journey)

    async def _probe(self) -> tuple[Check, ...]:
        return await self._upkeep.probe()

    def screen_for(self, state: WizardState) -> StepScreen:
        """Return the screen of a state."""
        if state.answer is not None:
            self._codes.append(state.answer.code)
        match state.step:
            case Step.OVERVIEW:
                return self._overview()
            case Step.PREREQUISITES:
                return self._prerequisites(state)
            case Step.CREDENTIALS:
                return self._credentials(state)
            case Step.AUTHORIZE:
                from wizard.ui.screens.authorize import AuthorizeScreen

                return AuthorizeScreen(
                    self._banner(), self._link_tools(), state.because, state.comparison
                )
            case Step.REDIRECT:
                from wizard.ui.screens.redirect import RedirectScreen

                return RedirectScreen(
                    self._banner(),
                    self._link_tools(),
                    state.delivery,
                    state.because,
                    state.comparison,
                )
            case Step.CHECK:
                return self._check(state)
            case _:
                return self._done()

    def support(self, problem: Problem, entered: Iterable[Secret]) -> str:
        """Return what to tell someone who helps with a problem; no secret is in it.

        Args:
            entered: secrets in the fields on the screen, which are stored nowhere yet.
        """
        from wizard.domain.support import report, secrets_of
        from wizard.ui.versions import versions

        session = self._session
        kept = (session.active, session.draft)
        held = [secret for each in kept for secret in secrets_of(each)]
        return report(problem, versions(), [*held, *self._codes, *entered])

    async def copy(self, text: str) -> bool:
        """Copy to this machine's clipboard; False where that is not the person's."""
        return await self._services.clipboard.copy(text)

    async def open(self, url: str) -> bool:
        """Ask the browser of this machine to open a page; whether there is one that took it."""
        return await self._services.browser.open(url)

    def _banner(self) -> Banner:
        journey = self.journey
        return Banner(self._session.name, self._demo is not None, journey.foreign_hosts)

    def _overview(self) -> StepScreen:
        from wizard.domain.words import day
        from wizard.ui.screens.overview import OverviewScreen

        profile = self._session.profile
        since = profile.set_up_at
        return OverviewScreen(
            self._banner(),
            facts=self.journey.facts() if profile.active else (),
            since=day(since) if since else "",
            unfinished=self._upkeep.unfinished(),
            items=self._upkeep.offers(),
            discard=self._session.discard_draft,
            discarding=self._upkeep.discarding(),
            tools=None if self._demo else self._overview_tools(),
            problems=self._upkeep.problems(),
            out_of_reach=self._upkeep.out_of_reach(),
        )

    def _overview_tools(self) -> OverviewTools:
        from wizard.ui.screens.overview import OverviewTools

        upkeep = self._upkeep
        return OverviewTools(
            profile=self._session.name,
            others=upkeep.others(),
            rotate=upkeep.rotate,
            stage=upkeep.stage,
            sheet=upkeep.sheet,
            save_sheet=upkeep.save_sheet,
            copy=self._services.clipboard.copy,
            forget=upkeep.forget,
            switch=self._switch,
        )

    def _switch(self, name: str) -> None:
        self.journey.next_profile = name

    def _prerequisites(self, state: WizardState) -> StepScreen:
        from wizard.ui.screens.prerequisites import PrerequisitesScreen

        session = self._session
        return PrerequisitesScreen(
            self._banner(),
            ticks=session.profile.ticks,
            audience=session.profile.audience,
            can_go_back=self.journey.can_go_back(state),
            save_ticks=session.save_ticks,
            save_audience=session.save_audience,
            probe=self._probe,
            open_url=self._services.browser.open,
            settle_storage=self._upkeep_settles,
            sheet=self._sheet_for,
        )

    async def _upkeep_settles(self) -> None:
        await self._upkeep.settle_storage()

    def _sheet_for(self, audience: str) -> SheetScreen:
        from wizard.ui.screens.sheet import SheetScreen

        upkeep = self._upkeep
        text, save = upkeep.sheet(audience), partial(upkeep.save_sheet, audience)
        return SheetScreen(text, self._services.clipboard.copy, save)

    def _credentials(self, state: WizardState) -> StepScreen:
        from wizard.flow.entries import Entries
        from wizard.ui.screens.credentials import CredentialsScreen

        session = self._session
        entries = Entries(self.journey)
        return CredentialsScreen(
            self._banner(),
            draft=session.working_draft,
            save_field=entries.save_field,
            save_draft=session.save_draft,
            refuse=entries.refuse,
            copy=self._services.clipboard.copy,
            kept=lambda: session.kept,
            others=lambda: session.others,
            differences=entries.changes,
            go_unsaved=session.go_unsaved,
            use_file=session.use_file,
            because=state.because,
            comparison=state.comparison,
            twins=entries.twins,
            about_store=entries.about_store(),
        )

    def _link_tools(self) -> LinkTools:
        from wizard.ui.link_screen import LinkTools

        browser, desk = self._services.browser, self.journey.desk
        return LinkTools(
            make=lambda is_fresh: desk.link(is_fresh=is_fresh),
            read=desk.read,
            caught=desk.caught,
            give_back=desk.give_back,
            open=browser.open,
            copy=self._services.clipboard.copy,
            show_bare=self._show_bare,
            can_open=browser.is_here,
            why_not=browser.why_not,
            approve=self._demo.approve if self._demo else None,
        )

    def _check(self, state: WizardState) -> StepScreen:
        from wizard.flow.runs import ActiveRun, DraftRun
        from wizard.ui.screens.check import CheckScreen

        session, services = self._session, self._services
        is_active = state.subject is Subject.ACTIVE
        run = (
            ActiveRun(session, services) if is_active else DraftRun(session, services, state.answer)
        )
        return CheckScreen(self._banner(), run, session.use_file)

    def _done(self) -> StepScreen:
        from wizard.ui.screens.done import DoneScreen

        return DoneScreen(self._banner(), self.journey.facts(), self.journey.usage())
