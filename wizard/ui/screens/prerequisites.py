"""Step 1: what must be true, selected by the admin or checked on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from wizard.domain.problems import Check, SetupError
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import (
    CONSOLE,
    LEGACY_CONSOLE,
    PREREQUISITES,
    Prerequisite,
    audience,
    missing,
    unselected,
)
from wizard.flow.context import WizardContext
from wizard.flow.state import Next, Quit, WizardState
from wizard.ui.input_timing import PAINTED
from wizard.ui.step_screen import Banner, StepScreen, offered
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.checklist import Checklist
from wizard.ui.widgets.layout import Gap
from wizard.ui.widgets.problem_panel import ProblemPanel
from wizard.ui.widgets.results import Findings

AUDIENCE: Final = "Choose who will use the credential"
OPENS: Final = "Open the Console page where you create the app"


class PrerequisitesScreen(StepScreen):
    """Seven items to select, the explanation of one, and the machine checks."""

    DEFAULT_CSS = "PrerequisitesScreen #why { min-height: 3; }"
    STEP = Step.PREREQUISITES
    BINDINGS: ClassVar[list[BindingType]] = [
        offered("i", "audience", "Who uses it", "prerequisites.audience", AUDIENCE),
        offered("o", "open_console", "Console", "prerequisites.console", OPENS),
        Binding(
            "r",
            "probe",
            "Check again",
            show=False,
            id="prerequisites.again",
            tooltip="Check network, clock, and storage again",
        ),
    ]

    checks: var[tuple[Check, ...]] = var(())
    """What the machine checks found."""

    def __init__(self, banner: Banner, wizard_context: WizardContext, state: WizardState) -> None:
        super().__init__(banner)
        self._wizard_context = wizard_context
        self._ticks = wizard_context.session.profile.ticks
        self._audience = wizard_context.session.profile.audience
        self._can_go_back = wizard_context.can_go_back(state)
        self._has_seen_sheet = False
        self._is_warned = False

    def compose_body(self) -> ComposeResult:
        """Yield the list, the why pane and the machine's findings."""
        yield Checklist(PREREQUISITES, self._ticks)
        yield Gap()
        yield Static("", id="why", classes="pane", markup=False)
        yield ProblemPanel()
        yield Gap()
        yield Findings(id="machine").data_bind(PrerequisitesScreen.checks)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield Back only where it leads somewhere."""
        if self._can_go_back:
            yield Button("‹ Back", id="back")
        yield Button("Next ›", id="next", variant="primary")

    def aside(self) -> str:
        """Say how many are selected."""
        return f"{len(self._ticks)} of {len(PREREQUISITES)} selected"

    def on_mount(self) -> None:
        """Start the machine checks once the step can be seen."""
        super().on_mount()
        self._say_audience()
        # Delay the probe: its imports hold the GIL and would delay the first paint.
        self.set_timer(PAINTED, self.action_probe)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Back only where it leads somewhere."""
        if action == "back" and not self._can_go_back:
            return False
        return super().check_action(action, parameters)

    @on(Checklist.Highlighted)
    def _explain(self, event: Checklist.Highlighted) -> None:
        self._say_why(event.item)

    def _say_why(self, item: Prerequisite) -> None:
        open_items = missing(self._ticks)
        why = Content(item.why)
        if self._is_warned and item in open_items:
            following = " Next item:" if len(open_items) > 1 else ""
            words = f"! {unselected(open_items)}{following}"
            why = Content.assemble((words, "$warning"), f"\n{item.text}")
        self.query_one("#why", Static).update(why)

    @on(Checklist.Ticked)
    def _ticked(self, event: Checklist.Ticked) -> None:
        self._ticks = event.ticks
        self._is_warned = False
        self._say_why(self.query_one(Checklist).highlighted)
        self.say_aside(self.aside())
        self._show_problem(None)
        self._keep_ticks()

    @work(group="ticks")
    async def _keep_ticks(self) -> None:
        try:
            await self._wizard_context.session.save_ticks(self._ticks)
        except SetupError as error:
            self._show_problem(error)

    def _show_problem(self, error: SetupError | None) -> None:
        self.show_problem(error.problem if error else None)
        if self.is_here:
            self.query_one("#why").display = error is None

    def action_primary(self) -> None:
        """Continue; if a required item isn't selected, name it and continue at the second Enter."""
        open_items = missing(self._ticks)
        if self._ends_here:
            self._show_sheet()
            return
        if not open_items or self._is_warned:
            self._go_on()
            return
        self._is_warned = True
        self.query_one(Checklist).point_at(open_items[0])
        self.ask_again()

    @work(exclusive=True, group="go-on")
    async def _go_on(self) -> None:
        """Continue once it is known, and shown, where the secrets will be saved."""
        self.say_aside("Checking where secrets can be saved…")
        await self._wizard_context.upkeep.settle_storage()
        self.leave(Next())

    @property
    def _ends_here(self) -> str:
        """Why there is only a sheet to hand off; "" where there is a setup."""
        chosen = audience(self._audience)
        return chosen.ends_here if chosen is not None else ""

    @work(group="go-on")
    async def _show_sheet(self) -> None:
        """Show the sheet, and finish at the next Enter."""
        if self.app.screen is not self:
            # It is open already.
            return
        if self._has_seen_sheet or self._audience is None:
            self.leave(Quit())
            return
        from wizard.ui.screens.overview_dialogs import SheetScreen

        upkeep, copy = self._wizard_context.upkeep, self._wizard_context.services.clipboard.copy
        save = partial(upkeep.save_sheet, self._audience)
        await self.ask(SheetScreen(upkeep.sheet(self._audience), copy, save))
        self._has_seen_sheet = True
        self._say_audience()

    def action_probe(self) -> None:
        """Run the machine checks again."""
        self.checks = ()
        self._look()

    @work(exclusive=True, group="probe")
    async def _look(self) -> None:
        self.checks = await self._wizard_context.upkeep.probe()

    @work(group="open")
    async def action_open_console(self) -> None:
        """Open the Console page where the app is created."""
        if not await self._wizard_context.services.browser.open(CONSOLE):
            from wizard.ui.dialog import HelpScreen

            pages = (f"Twilio Console\n{CONSOLE}", f"Legacy Console\n{LEGACY_CONSOLE}")
            title = "No browser here. Open a page on another machine:"
            await self.ask(HelpScreen(title, pages))

    def _say_audience(self) -> None:
        """Say who was chosen, where it was said that it matters."""
        chosen = audience(self._audience)
        # None there where the screen was left before it came to be.
        intro = next(iter(self.query(".intro").results(Static)), None)
        if chosen is not None and intro is not None:
            intro.update(self._ends_here or f"Used by: {chosen.title}. Press i to change.")
        if intro is not None:
            self._offer()

    def _offer(self) -> None:
        """Show the items where there is a setup, and what Enter does."""
        is_setup = not self._ends_here
        for widget in (self.query_one(Checklist), self.query_one("#why"), self.query_one(Findings)):
            widget.display = is_setup
        self.say_aside(self.aside() if is_setup else "")
        words = "Finish ›" if self._has_seen_sheet else "Handoff sheet ›"
        self.set_primary("Next ›" if is_setup else words)
        self.set_focus(self.query_one(Checklist if is_setup else "#next"))

    @work(group="audience")
    async def action_audience(self) -> None:
        """Ask who will use the credential, and say what differs for them."""
        from wizard.ui.screens.setup_dialogs import AudienceScreen

        chosen = await self.ask(AudienceScreen(self._audience))
        if chosen is None:
            return
        self._audience, self._has_seen_sheet = chosen, False
        self._say_audience()
        try:
            await self._wizard_context.session.save_audience(chosen)
        except SetupError as error:
            self._show_problem(error)
