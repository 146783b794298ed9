"""Overview: what is set up or unfinished, and the actions on it; uses no network by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from wizard.domain.problems import SetupError, Status
from wizard.domain.steps import Step
from wizard.domain.texts.guide import ON_SCREEN
from wizard.domain.texts.summary import LAST_CHECK
from wizard.domain.value import replace
from wizard.flow.overview import Confirm, Overview
from wizard.flow.state import Outcome
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.drawing import Warned
from wizard.ui.widgets.layout import Banner, Gap
from wizard.ui.widgets.menu import Menu
from wizard.ui.widgets.problem_panel import ProblemPanel
from wizard.ui.widgets.results import COLORS, facts

DRAFT: Final = "The unfinished setup or change"
READ_AGAIN: Final = "Read the saved secrets again"


class OverviewScreen(StepScreen):
    """Facts, then actions; an unfinished draft is a line with Resume and Discard."""

    STEP = Step.OVERVIEW
    AUTO_FOCUS = "Menu"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Their lines in the menu say what they do: the row of keys leaves them out.
        Binding("u", "do('resume')", "Resume", False, tooltip=DRAFT, id="overview.resume"),
        Binding("d", "do('discard')", "Discard", False, tooltip=DRAFT, id="overview.discard"),
        Binding("r", "do('retry')", "Try again", False, tooltip=READ_AGAIN, id="overview.retry"),
    ]

    def __init__(self, banner: Banner, overview: Overview) -> None:
        super().__init__(replace(banner, is_setup=False))
        self._overview = overview

    def aside(self) -> str:
        """Return since when the profile is set up."""
        return f"set up {self._overview.since}" if self._overview.since else ""

    def compose_body(self) -> ComposeResult:
        """Yield the verdict, what is wrong, facts, the unfinished draft, and the actions."""
        overview, verdict = self._overview, self._overview.verdict
        shown = overview.shown("press r")
        lead = verdict.title if verdict and verdict.status is Status.FAILED and shown else ""
        if verdict and not lead:
            color = COLORS[verdict.status]
            loud = (f"{verdict.status.value[0]} {verdict.title}", f"bold {color}")
            said = Content.assemble(loud, " ", verdict.note)
            yield Static(said, id="verdict", classes=f"pane -{color[1:]}")
            yield Gap()
        yield ProblemPanel(shown, lead)
        yield Gap()
        yield from facts([row for row in overview.facts if not verdict or row[0] != LAST_CHECK])
        yield Gap()
        if line := overview.about_draft():
            note = Warned([Content(line).highlight_regex(r"^Unfinished \w+", style="bold")])
            yield Static(note, id="unfinished", classes="pane -warning", markup=False)
            yield Gap()
        # Quit stands in the row of keys.
        yield Menu([item for item in overview.items if item.id != "quit"])

    def help_page(self) -> tuple[str, ...]:
        """Explain the actions that are offered."""
        return self._overview.page.naming(ON_SCREEN).help

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the one action."""
        yield Button("Choose ›", id="next", variant="primary")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys of what is offered; nothing lies before Overview."""
        if action == "back" or (action == "do" and not self._overview.can(str(parameters[0]))):
            return False
        return super().check_action(action, parameters)

    def action_primary(self) -> None:
        """Do the highlighted action."""
        self.action_do(self.query_one(Menu).chosen or "")

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.action_do(event.option_id or "")

    @work(group="tools")
    async def action_do(self, action: str) -> None:
        """Do an action of the menu, some of them after a question or in a dialog."""
        try:
            outcome = await self._do(action)
        except SetupError as error:
            self.say_aside(self.aside())
            self.show_problem(error.problem)
        else:
            if outcome is not None:
                self.leave(outcome)

    async def _do(self, action: str) -> Outcome | None:
        """Do an action; None where it ends here. Raises SetupError."""
        overview = self._overview
        match action:
            case "retry":
                self.say_aside("Reading the saved secrets…")
                return await overview.retry()
            case "rotate":
                return await self._confirmed(await self._rotate())
            case "sheet":
                from wizard.ui.screens.overview_dialogs import SheetScreen

                await self.ask(SheetScreen(overview.wizard_context))
            case "profiles":
                from wizard.ui.screens.overview_dialogs import ProfilesScreen

                name = await self.ask(ProfilesScreen(overview.wizard_context))
                return overview.switch(name) if name is not None else None
        return await self._confirmed(overview.do(action))

    async def _confirmed(self, decided: Outcome | Confirm | None) -> Outcome | None:
        """Return what was decided, asked about first if it has a question."""
        if not isinstance(decided, Confirm):
            return decided
        from wizard.ui.dialog import ConfirmScreen

        question = decided.question
        if await self.ask(ConfirmScreen(question)):
            return await decided.then()
        if question.after_no:
            self.notify(question.after_no, timeout=3, markup=False)
        return None

    async def _rotate(self) -> Outcome | Confirm | None:
        """Try a rotated secret; return what follows."""
        from wizard.ui.screens.overview_dialogs import RotateScreen

        decided = await self.ask(RotateScreen(self._overview))
        if decided is not None and not isinstance(decided, Confirm):
            self.notify(self._overview.rotated, markup=False)
        return decided
