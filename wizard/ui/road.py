"""Builds the screen of each state; the one place that does."""

from __future__ import annotations

from wizard.domain.steps import Step
from wizard.flow.journey import Journey
from wizard.flow.state import WizardState
from wizard.ui.step_screen import Banner, StepScreen


def screen_for(journey: Journey, state: WizardState) -> StepScreen:
    """Return the screen of a state.

    A step is imported when it is first shown: the one the wizard opens with waits for no other.
    """
    banner = Banner(journey.session.name, journey.demo is not None, journey.foreign_hosts)
    match state.step:
        case Step.OVERVIEW:
            from wizard.flow.overview import Overview
            from wizard.ui.screens.overview import OverviewScreen

            return OverviewScreen(banner, Overview(journey))
        case Step.PREREQUISITES:
            from wizard.ui.screens.prerequisites import PrerequisitesScreen

            return PrerequisitesScreen(banner, journey, state)
        case Step.CREDENTIALS:
            from wizard.ui.screens.credentials import CredentialsScreen

            return CredentialsScreen(banner, journey, state)
        case Step.AUTHORIZE:
            from wizard.ui.screens.authorize import AuthorizeScreen

            return AuthorizeScreen(banner, journey, state)
        case Step.REDIRECT:
            from wizard.ui.screens.redirect import RedirectScreen

            return RedirectScreen(banner, journey, state)
        case Step.CHECK:
            from wizard.flow.runs import run_of
            from wizard.ui.screens.check import CheckScreen

            return CheckScreen(banner, run_of(journey, state), journey.session.use_file)
        case _:
            from wizard.ui.screens.done import DoneScreen

            return DoneScreen(banner, journey.facts(), journey.usage())
