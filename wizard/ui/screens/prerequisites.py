"""Step 1: who will use the credential, and what must be true for that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from wizard.domain.problems import Check, Problem, SetupError, Status
from wizard.domain.steps import Step
from wizard.domain.texts.guide import Page
from wizard.domain.texts.prerequisites import (
    CONSOLE,
    LEGACY_CONSOLE,
    Prerequisite,
    missing,
    selected,
    unselected,
)
from wizard.domain.texts.questions import RISK
from wizard.flow.context import WizardContext
from wizard.flow.state import Next, WizardState
from wizard.flow.upkeep import relevant
from wizard.ui.input_timing import PAINTED
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.buttons import Button, offered
from wizard.ui.widgets.checklist import USED_BY, Checklist, Choices
from wizard.ui.widgets.drawing import Warned
from wizard.ui.widgets.layout import KEPT, Banner, Gap
from wizard.ui.widgets.problem_panel import ProblemPanel
from wizard.ui.widgets.results import Findings, to_fix

CHANGES_USE: Final = "Who will use the credential"
OPENS: Final = "The page where you create the app"
FIXES: Final = "What the machine checks found"
CHECKS_AGAIN: Final = "To check again, close this help and press r."


class PrerequisitesScreen(StepScreen):
    """Who uses the credential, the items to select for that, and the machine checks."""

    DEFAULT_CSS = """
    PrerequisitesScreen {
        & .risk.-hidden { display: none; }
        /* What stands under it rarely moves. */
        & #reason { height: auto; min-height: 3; }
        &.-short #reason { min-height: 2; }
        /* Its row goes to what stands above the choices, so that the list doesn't move. */
        &.-led .lead, &.-short .lead, &.-short.-told .list { display: none; }
    }
    """
    STEP = Step.PREREQUISITES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "use(-1)", "Change", show=False, id="prerequisites.previous"),
        Binding(
            "right", "use(1)", "Change", show=False, id="prerequisites.use", tooltip=CHANGES_USE
        ),
        offered("o", "open_console", "Console", "prerequisites.console", OPENS),
        Binding(
            "r",
            "probe",
            "Check again",
            show=False,
            id="prerequisites.again",
            tooltip="Network, clock, and storage",
        ),
        Binding("d", "how_to_fix", "How to fix", show=False, id="prerequisites.fix", tooltip=FIXES),
    ]

    checks: var[tuple[Check, ...]] = var(())
    """What the machine checks found that matters here."""

    def __init__(self, banner: Banner, wizard_context: WizardContext, state: WizardState) -> None:
        super().__init__(banner)
        self._wizard_context = wizard_context
        self._ticks = wizard_context.session.ticks
        self._use = wizard_context.session.use
        self._can_go_back = wizard_context.can_go_back(state)
        self._because = state.because
        self._is_warned = False
        self._found: tuple[Check, ...] = ()
        """What the machine checks found, whoever uses the credential."""

    def compose_body(self) -> ComposeResult:
        """Yield the machine's findings, who uses it, the list, and the reason of one item."""
        demo = self._wizard_context.demo
        if demo is not None and demo.about:
            self.add_class("-led")
            yield Static(demo.about, id="demo", classes="intro", markup=False)
        yield Findings(id="machine").data_bind(PrerequisitesScreen.checks)
        yield Gap(rank=0)
        yield Choices(self._use)
        hidden = "" if self._use.risk else "-hidden"
        yield Gap(f"risk {hidden}")
        yield Static(Warned((" ".join(RISK),)), classes=f"risk {hidden}", markup=False)
        # The list never moves as others' rows change.
        yield Gap("list", rank=KEPT)
        yield Checklist(self._use.items, self._ticks)
        yield Gap(rank=1)
        with Vertical(id="reason"):
            yield Static("", id="why", classes="pane", markup=False)
        yield ProblemPanel()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield Back only where it leads somewhere."""
        if self._can_go_back:
            yield Button("‹ Back", id="back")
        yield Button("Next ›", id="next", variant="primary")

    def help_beside(self, page: Page) -> Sequence[str]:
        """Return how the app is created, too."""
        return page.help[:-1]

    def aside(self) -> str:
        """Say how many are selected."""
        return selected(self._use.items, self._ticks)

    def help_page(self) -> tuple[str, ...]:
        """Begin with what differs for who uses it."""
        return (self._use.help, *super().help_page())

    def on_mount(self) -> None:
        """Start the machine checks once the step can be seen; show what led back here."""
        super().on_mount()
        if self._because is not None:
            # It loads the error catalog, which must not delay the first frame.
            from wizard.domain.texts.wording import led_back

            self._show_problem(led_back(self._because, self.STEP))
            # It is about the grant type.
            self.call_after_refresh(self._to_choices)
        # Delay the probe: its imports hold the GIL and would delay the first paint.
        self.set_timer(PAINTED, self.action_probe)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Back only where it leads somewhere, and a fix only for what was found."""
        if action == "back" and not self._can_go_back:
            return False
        if action == "how_to_fix" and not to_fix(self.checks):
            return False
        return super().check_action(action, parameters)

    @on(Checklist.Highlighted)
    def _explain(self, event: Checklist.Highlighted) -> None:
        self._say_why(event.item)

    def _say_why(self, item: Prerequisite) -> None:
        open_items = missing(self._use.items, self._ticks)
        why = Content(item.why)
        if self._is_warned and item in open_items:
            following = " Next item:" if len(open_items) > 1 else ""
            words = f"! {unselected(open_items)}{following}"
            why = Content.assemble((words, "$warning"), f"\n{item.text}")
        self.query_one("#why", Static).update(why)

    @on(Checklist.Ticked)
    def _ticked(self, event: Checklist.Ticked) -> None:
        others = set(self._ticks) - {item.id for item in self._use.items}
        self._ticks = (*(tick for tick in self._ticks if tick in others), *event.ticks)
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
            self._show_problem(error.problem)

    def _show_problem(self, problem: Problem | None) -> None:
        self.show_problem(problem)
        if self.is_here:
            self.query_one("#reason").display = problem is None

    def action_primary(self) -> None:
        """Continue; if a required item isn't selected, name it and continue at the second Enter."""
        open_items = missing(self._use.items, self._ticks)
        if not open_items or self._is_warned:
            self._go_on()
            return
        self._is_warned = True
        self._show_problem(None)
        checklist = self.query_one(Checklist)
        checklist.point_at(open_items[0])
        self.set_focus(checklist)
        self.ask_again()

    @work(exclusive=True, group="go-on")
    async def _go_on(self) -> None:
        """Continue once it is known, and shown, where the secrets will be saved."""
        self.say_aside("Checking where secrets can be saved…")
        await self._wizard_context.upkeep.settle_storage()
        self.leave(Next())

    def action_probe(self) -> None:
        """Run the machine checks again."""
        self._found = self.checks = ()
        self._look()

    @work(exclusive=True, group="probe")
    async def _look(self) -> None:
        self._found = await self._wizard_context.upkeep.probe()
        self.checks = relevant(self._found, self._use.grant_type)

    def watch_checks(self, checks: tuple[Check, ...]) -> None:
        """Make room for what was found in a small window."""
        self.set_class(any(check.status is Status.WARNING for check in checks), "-told")

    @work(group="open")
    async def action_how_to_fix(self) -> None:
        """Show all that was found, and how to fix it."""
        from wizard.ui.dialog import HelpScreen

        await self.ask(HelpScreen("How to fix", _in_words(self.checks)))

    @work(group="open")
    async def action_open_console(self) -> None:
        """Open the Console page where the app is created."""
        if not await self._wizard_context.services.browser.open(CONSOLE):
            from wizard.ui.dialog import HelpScreen

            pages = (f"Twilio Console\n{CONSOLE}", f"Legacy Console\n{LEGACY_CONSOLE}")
            title = "No browser here. Open a page on another machine:"
            await self.ask(HelpScreen(title, pages))

    # -- who uses it -------------------------------------------------------------------------

    def action_use(self, by: int) -> None:
        """Choose the next or the previous user of the credential."""
        self.query_one(Choices).change(USED_BY, by)

    @on(Checklist.Left)
    def _to_choices(self) -> None:
        self.query_one(Choices).enter_from_below()

    @on(Choices.Left)
    def _to_checklist(self) -> None:
        self.set_focus(self.query_one(Checklist))

    @on(Choices.Highlighted)
    def _explain_choice(self) -> None:
        self.query_one("#why", Static).update(self.query_one(Choices).why)

    @on(Choices.Changed)
    def _follow_use(self, event: Choices.Changed) -> None:
        """Show what has to be true now."""
        self._use, self._is_warned = event.use, False
        self.query_one(Checklist).show(event.use.items, self._ticks)
        self.query(".risk").set_class(not event.use.risk, "-hidden")
        self.follow_grant_type(event.use.grant_type)
        self.checks = relevant(self._found, event.use.grant_type)
        self.say_aside(self.aside())
        choices = self.query_one(Choices)
        if choices.has_focus:
            self._explain_choice()
        else:
            self._say_why(self.query_one(Checklist).highlighted)
        self._show_problem(None)
        self._keep_use()

    @work(group="use")
    async def _keep_use(self) -> None:
        try:
            await self._wizard_context.session.save_use(self._use)
        except SetupError as error:
            self._show_problem(error.problem)


def _in_words(checks: Iterable[Check]) -> list[str]:
    """Return a paragraph for each warning, those with a fix first; and how to check again."""
    warnings = [check for check in checks if check.status is Status.WARNING]
    warnings.sort(key=lambda check: check.problem is None)
    problems = to_fix(warnings)
    told = [
        f"{problem.title}\n{problem.cause}\n{problem.who.value}: {problem.remedy}"
        for problem in problems
    ]
    told += [check.title for check in warnings[len(problems) :]]
    can_help = not all(problem.needs_restart for problem in problems)
    return [*told, CHECKS_AGAIN] if can_help else told
