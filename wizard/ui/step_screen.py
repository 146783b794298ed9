"""The frame of every step: title, rail, body, buttons, keys; and leaving it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList, Static

from wizard.domain.models import GrantType
from wizard.domain.problems import Problem
from wizard.domain.steps import Step
from wizard.domain.texts.guide import ON_SCREEN, Page, page
from wizard.domain.value import replace
from wizard.flow.state import Back, GoTo, Outcome
from wizard.ui import textual_internals
from wizard.ui.input_timing import TimedScreen
from wizard.ui.widgets.buttons import Button, ButtonRow, Command, Keys
from wizard.ui.widgets.drawing import keyed
from wizard.ui.widgets.layout import Banner, Body, Gap, Heading, Title
from wizard.ui.widgets.links import HelpPane
from wizard.ui.widgets.problem_panel import ProblemPanel
from wizard.ui.widgets.rail import Rail

if TYPE_CHECKING:
    from wizard.domain.oauth.redirect_uri import Comparison
    from wizard.ui.dialog import TooSmall

LEAST: Final = (60, 18)  # the columns and rows below which a step can't be shown

Answer = TypeVar("Answer")


class StepScreen(TimedScreen[Outcome]):
    """A step: given what it needs, left once with an outcome, knowing no other step."""

    STEP: ClassVar[Step]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "primary", "Next", key_display="⏎", priority=True, id="step.primary"),
        Binding("ctrl+n", "next", "Next", priority=True, show=False, id="step.next"),
        Binding("escape", "back", "Back", key_display="esc", id="step.back"),
        Binding("ctrl+g,f1", "help", "Help", key_display="^g", id="step.help"),
        Binding("question_mark", "help", "Help", show=False, id="step.question"),
        Binding("pageup", "scroll_body(-1)", "Up", show=False, id="step.up"),
        Binding("pagedown", "scroll_body(1)", "Down", show=False, id="step.down"),
    ]
    AUTO_FOCUS = "#body Entry, #body Checklist, #body Menu, #next"

    def __init__(self, banner: Banner) -> None:
        super().__init__()
        self._banner = banner
        self._has_left = False
        self._is_composed = False
        """Not `is_mounted`, which comes after on_mount: what that starts may be done by then."""
        self._too_small: TooSmall | None = None
        """What covers it, once it has been."""

    # -- what a step fills in ---------------------------------------------------------------

    def compose_intro(self, intro: str) -> ComposeResult:
        """Yield what is said first."""
        yield Static(intro, classes="intro", markup=False)

    def compose_body(self) -> ComposeResult:
        """Yield the widgets under the heading."""
        yield from ()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the buttons, the primary one last and with the id "next"."""
        yield Button("‹ Back", id="back")
        yield Button("Next ›", id="next", variant="primary")

    def help_beside(self, page: Page) -> Sequence[str]:
        """Return the help that stands beside the form, which says itself what to do."""
        return page.help[1:-1]

    def aside(self) -> str:
        """A few words at the right of the heading."""
        return ""

    async def keep(self) -> None:
        """Save what has been entered so far: the wizard is being left."""

    def commands(self) -> Iterable[Command]:
        """Yield what the palette offers on this step: each key that is `offered` and works now.

        So a key for which the row of keys has no room is found there.
        """
        found: dict[str, Binding] = {}
        for active in self.active_bindings.values():
            if active.node is self and active.enabled and active.binding.tooltip:
                found.setdefault(active.binding.action, active.binding)
        for action, binding in found.items():
            words = keyed(binding.tooltip, self.app.get_key_display(binding))
            yield Command(binding.description, words, action)
        if self.has_class("-roomy") or self.has_class("-wide"):
            verb = "Hide" if self.query_one(HelpPane).display else "Show"
            yield Command(f"{verb} help", f"{verb} the help beside the form", "toggle_help")

    def can_go_on(self) -> bool:
        """Whether the primary action can do anything now."""
        return True

    def action_primary(self) -> None:
        """Do what the step is there for."""
        raise NotImplementedError

    def action_next(self) -> None:
        """Do it whatever has the focus."""
        self.action_primary()

    def action_back(self) -> None:
        """Go one step back."""
        self.go_back(Back())

    def action_go_back_to(self, step: str) -> None:
        """Go back to a step."""
        self.go_back(GoTo(Step(step)))

    def go_back(self, outcome: Outcome) -> None:
        """Leave to what is before."""
        self.leave(outcome)

    # -- the way out -------------------------------------------------------------------------

    def leave(self, outcome: Outcome) -> None:
        """Leave, once: a second Enter in the same read must not dismiss another screen."""
        if self._has_left:
            return
        self._has_left = True
        # A dialog may be open when the listener receives the response: dismiss closes the top
        # screen.
        while self.app.screen is not self and self in self.app.screen_stack:
            self.app.pop_screen()
        self.dismiss(outcome)

    async def ask(self, dialog: Screen[Answer]) -> Answer | None:
        """Open a dialog and return its result; None immediately if another screen is on top.

        Two clicks in one read start two workers, of which the second must open nothing. Call it
        from a worker that isn't exclusive: canceled, a worker leaves its dialog behind.
        """
        if self.app.screen is not self:
            return None
        return await self.app.push_screen_wait(dialog)

    @property
    def is_here(self) -> bool:
        """Whether there is something to paint on: what comes after leaving is for no one."""
        return self._is_composed and self.is_attached and not self._has_left

    def show_problem(
        self,
        problem: Problem | None,
        comparison: Comparison | None = None,
        also: Sequence[Problem] = (),
    ) -> None:
        """Show a problem in the panel of the step, or clear it; see ProblemPanel."""
        if self.is_here:
            self.query_one(ProblemPanel).show(problem, comparison, also=also)

    def set_primary(self, label: str, *, is_enabled: bool = True) -> None:
        """Change what the primary button says, and whether it can be pressed."""
        button = self.query_one("#next", Button)
        button.label = label
        if button.has_focus and not is_enabled:
            # Textual would move the focus from a disabled button to the one before it.
            self.set_focus(None)
        button.disabled = not is_enabled

    # -- the frame ---------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the frame."""
        self.fit()
        page, banner = self._page, self._banner
        self.set_class(not banner.is_setup, "-alone")
        with Center(classes="bar"):
            yield Title(banner.profile, banner.foreign_hosts, is_demo=banner.is_demo)
        with Center(id="middle"), Horizontal(id="columns"):
            if banner.is_setup:
                yield Rail(self.STEP, banner.grant_type.steps, banner.skipped, banner.open_to)
            with Vertical(id="page"):
                with Body():
                    yield Heading(page.heading, self.aside(), banner.crumb(self.STEP))
                    if page.intro:
                        yield from self.compose_intro(page.intro)
                    yield Gap("lead")
                    yield from self.compose_body()
                    yield Gap("foot", rank=1)
                with ButtonRow("buttons", above="#body"):
                    yield from self.compose_buttons()
            yield HelpPane(self.help_beside(page), page.troubles)
        with Center(classes="bar"):
            yield Keys(self._word)

    @property
    def _page(self) -> Page:
        return page(self.STEP, self._banner.grant_type).naming(ON_SCREEN)

    def follow_grant_type(self, grant_type: GrantType) -> None:
        """Show the steps of another grant type, which was chosen on this step."""
        self._banner = replace(self._banner, grant_type=grant_type)
        self.query_one(Rail).steps = grant_type.steps
        self.query_one(Heading).crumb = self._banner.crumb(self.STEP)
        self.query_one(HelpPane).show(self.help_beside(self._page), self._page.troubles)

    def help_page(self) -> tuple[str, ...]:
        """Return the paragraphs of the help."""
        return self._page.help

    def say_aside(self, text: str) -> None:
        """Change the words at the right of the heading."""
        self.query_one(Heading).aside = text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter belongs to a focused button."""
        if action in ("primary", "next") and not self.can_go_on():
            return False
        is_for_other = isinstance(self.focused, Button) and self.focused.id != "next"
        return action != "primary" or not is_for_other

    def on_mount(self) -> None:
        """Note that there is something to paint on."""
        self._is_composed = True

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Come into view; the first time all has just been styled, and need not be again."""
        textual_internals.style_once(self, event)

    def _word(self, action: str) -> str | None:
        """What the button for the same says, else ""."""
        id_ = {"primary": "next", "back": "back"}.get(action, "-")
        buttons = self.query(f"#{id_}").results(Button)
        return next((button.word for button in buttons), "")

    def ask_again(self) -> None:
        """Say that another Enter continues, and ignore those pressed before that was shown."""
        self.expect_new_enter()
        self.say_aside("Press Enter again to continue anyway")

    def on_resize(self, event: events.Resize) -> None:
        """Say so when there is too little room to work in."""
        self.is_too_small = any(map(int.__lt__, event.size, LEAST))
        self.refresh_bindings()
        if self._too_small is None and self.is_too_small:
            from wizard.ui.dialog import TooSmall

            self._too_small = TooSmall()
            self.mount(self._too_small)
        if self._too_small is not None:
            self._too_small.display = self.is_too_small
            self._too_small.tell(*event.size)

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Move the focus; a menu scrolls to its line by itself, and is not slid to the middle.

        Textual slides while keys and clicks already come: they would meet another line.
        """
        is_scrolled = scroll_visible and not isinstance(widget, OptionList)
        super().set_focus(widget, is_scrolled, from_app_focus)

    def on_descendant_focus(self) -> None:
        """The keys shown depend on what has the focus."""
        self.refresh_bindings()

    @on(Button.Pressed, "#next")
    def _next_pressed(self) -> None:
        self.action_primary()

    @on(Button.Pressed, "#back")
    def _back_pressed(self) -> None:
        self.action_back()

    def action_scroll_body(self, pages: int) -> None:
        """Scroll what does not fit."""
        body = self.query_one(Body)
        body.scroll_relative(y=pages * (body.size.height - 1), animate=False)

    def action_toggle_help(self) -> None:
        """Show the help beside the form, or hide it there."""
        self.app.toggle_class("-without-help")

    @work(group="help")
    async def action_help(self) -> None:
        """Open all the help of this step."""
        from wizard.ui.dialog import HelpScreen

        await self.ask(HelpScreen(f"Help · {self._page.heading}", self.help_page()))
