"""Builds the screen of each state; the one place that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.domain.steps import Step
from wizard.flow.journey import Journey
from wizard.flow.state import WizardState
from wizard.ui.step_screen import Banner, StepScreen

if TYPE_CHECKING:
    from wizard.ui.screens.overview import OverviewTools

# A step is imported when it is first shown: the one the wizard opens with waits for no other.


def screen_for(journey: Journey, state: WizardState) -> StepScreen:
    """Return the screen of a state."""
    return Road(journey).screen_for(state)


class Road:
    """Gives each screen the values and the callables it needs."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self._session = journey.session
        self._services = journey.services
        self._demo = journey.demo
        self._upkeep = journey.upkeep

    def screen_for(self, state: WizardState) -> StepScreen:
        """Return the screen of a state."""
        match state.step:
            case Step.OVERVIEW:
                return self._overview()
            case Step.PREREQUISITES:
                from wizard.ui.screens.prerequisites import PrerequisitesScreen

                return PrerequisitesScreen(self._banner(), self.journey, state)
            case Step.CREDENTIALS:
                from wizard.ui.screens.credentials import CredentialsScreen

                return CredentialsScreen(self._banner(), self.journey, state)
            case Step.AUTHORIZE:
                from wizard.ui.screens.authorize import AuthorizeScreen

                return AuthorizeScreen(self._banner(), self.journey, state)
            case Step.REDIRECT:
                from wizard.ui.screens.redirect import RedirectScreen

                return RedirectScreen(self._banner(), self.journey, state)
            case Step.CHECK:
                from wizard.flow.runs import run_of
                from wizard.ui.screens.check import CheckScreen

                run = run_of(self.journey, state)
                return CheckScreen(self._banner(), run, self._session.use_file)
            case _:
                return self._done()

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

    def _done(self) -> StepScreen:
        from wizard.ui.screens.done import DoneScreen

        return DoneScreen(self._banner(), self.journey.facts(), self.journey.usage())
