"""Builds the screen of each state; the one place that does."""

from __future__ import annotations

from wizard.domain.steps import Step
from wizard.flow.context import WizardContext
from wizard.flow.state import Subject, WizardState, steps_back
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.layout import Banner


def import_steps() -> None:
    """Import the steps of a setup, so that none of them waits for it when it is first shown."""
    from wizard.ui.screens import authorize, check, credentials, done, redirect  # noqa: F401


def screen_for(wizard_context: WizardContext, state: WizardState) -> StepScreen:
    """Return the screen of a state.

    A step is imported when it is first shown: the one the wizard opens with waits for no other.
    """
    banner = Banner(
        wizard_context.session.name,
        wizard_context.demo is not None,
        wizard_context.foreign_hosts,
        wizard_context.grant_type,
        wizard_context.skipped,
        steps_back(state),
        state.subject is Subject.DRAFT,
    )
    match state.step:
        case Step.OVERVIEW:
            from wizard.flow.overview import Overview
            from wizard.ui.screens.overview import OverviewScreen

            return OverviewScreen(banner, Overview(wizard_context))
        case Step.PREREQUISITES:
            from wizard.ui.screens.prerequisites import PrerequisitesScreen

            return PrerequisitesScreen(banner, wizard_context, state)
        case Step.CREDENTIALS:
            from wizard.ui.screens.credentials import CredentialsScreen

            return CredentialsScreen(banner, wizard_context, state)
        case Step.AUTHORIZE:
            from wizard.ui.screens.authorize import AuthorizeScreen

            return AuthorizeScreen(banner, wizard_context, state)
        case Step.REDIRECT:
            from wizard.ui.screens.redirect import RedirectScreen

            return RedirectScreen(banner, wizard_context, state)
        case Step.CHECK:
            from wizard.flow.check.runner import CheckRun
            from wizard.ui.screens.check import CheckScreen

            return CheckScreen(
                banner, CheckRun(wizard_context, state), wizard_context.session.use_file
            )
        case _:
            from wizard.ui.screens.done import DoneScreen

            return DoneScreen(banner, wizard_context)
