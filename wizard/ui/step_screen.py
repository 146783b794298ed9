"""The frame of every step: title, rail, body, buttons, keys; and leaving it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList, Static

from wizard.domain.models import GrantType
from wizard.domain.problems import Problem
from wizard.domain.steps import Step, step_number
from wizard.domain.texts.guide import ON_SCREEN, Page, page
from wizard.domain.value import Value, replace
from wizard.flow.state import Back, Outcome
from wizard.ui import textual_internals
from wizard.ui.input_timing import TimedScreen
from wizard.ui.widgets.buttons import Button, ButtonRow, Keys
from wizard.ui.widgets.layout import Body, Heading, Rail, Title
from wizard.ui.widgets.problem_panel import ProblemPanel

if TYPE_CHECKING:
    from wizard.domain.oauth.redirect_uri import Comparison
    from wizard.ui.dialog import TooSmall

MIN_COLUMNS: Final = 60
MIN_ROWS: Final = 18

Answer = TypeVar("Answer")


class Banner(Value):
    """What every screen shows at its top."""

    profile: str
    is_demo: bool = False
    foreign_hosts: tuple[str, ...] = ()
    """Hosts that are not Twilio's; empty in the demo, which says so itself."""
    grant_type: GrantType = GrantType.AUTHORIZATION_CODE
    """It decides which steps there are, and what they say."""


class Command(Value):
    """A line of the palette."""

    title: str
    help: str
    action: str
    """Name of an action of the screen."""


def offered(
    key: str, action: str, label: str, id: str, title: str, key_display: str | None = None
) -> Binding:
    """Return a key that the palette offers too; `title` is its line there."""
    return Binding(key, action, label, key_display=key_display, tooltip=title, id=id)


class StepScreen(TimedScreen[Outcome]):
    """A step: given what it needs, left once with an outcome, knowing no other step."""

    STEP: ClassVar[Step]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "primary", "Next", key_display="⏎", priority=True, id="step.primary"),
        Binding("ctrl+n", "next", "Next", priority=True, show=False, id="step.next"),
        Binding("escape", "back", "Back", key_display="esc", id="step.back"),
        Binding("ctrl+g,f1", "help", "Help", key_display="^g", id="step.help"),
        Binding("pageup", "scroll_body(-1)", "Up", show=False, id="step.up"),
        Binding("pagedown", "scroll_body(1)", "Down", show=False, id="step.down"),
    ]
    AUTO_FOCUS = "#body Entry, #body Checklist, #body Menu, #next"
    HAS_RAIL: ClassVar[bool] = True

    def __init__(self, banner: Banner) -> None:
        super().__init__()
        self._banner = banner
        self._has_left = False
        self._is_composed = False
        """Not `is_mounted`, which comes after on_mount: what that starts may be done by then."""
        self._too_small: TooSmall | None = None
        """What covers it, once it has been."""

    # -- what a step fills in ---------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Yield the widgets under the heading."""
        yield from ()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the buttons, the primary one last and with the id "next"."""
        yield Button("‹ Back", id="back")
        yield Button("Next ›", id="next", variant="primary")

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
            yield Command(binding.tooltip, f"Key: {self.app.get_key_display(binding)}", action)

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
        self.leave(Back())

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
        crumb = self._crumb if self.HAS_RAIL else ""
        yield Title(banner.profile, banner.foreign_hosts, is_demo=banner.is_demo, crumb=crumb)
        with Horizontal(id="middle"):
            if self.HAS_RAIL:
                yield Rail(self.STEP, banner.grant_type.steps)
            with Vertical(id="page"):
                with Body():
                    yield Heading(page.heading, self.aside())
                    if page.intro:
                        yield Static(page.intro, classes="intro", markup=False)
                    yield from self.compose_body()
                with ButtonRow("buttons", above="#body"):
                    yield from self.compose_buttons()
        yield Keys(self._primary_word)

    @property
    def _page(self) -> Page:
        return page(self.STEP, self._banner.grant_type).naming(ON_SCREEN)

    @property
    def _crumb(self) -> str:
        return f"{step_number(self.STEP, self._banner.grant_type.steps)} · {self.STEP.title}"

    def follow_grant_type(self, grant_type: GrantType) -> None:
        """Show the steps of another grant type, which was chosen on this step."""
        self._banner = replace(self._banner, grant_type=grant_type)
        self.query_one(Rail).steps = grant_type.steps
        self.query_one(Title).crumb = self._crumb

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
        is_other_button = isinstance(self.focused, Button) and self.focused.id != "next"
        return not (action == "primary" and is_other_button)

    def on_mount(self) -> None:
        """Note that there is something to paint on."""
        self._is_composed = True

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Come into view; the first time all has just been styled, and need not be again."""
        textual_internals.style_once(self, event)

    def _primary_word(self) -> str:
        """What the primary button says, short; "" where it has gone already."""
        button = next(iter(self.query("#next").results(Button)), None)
        return button.word if button is not None else ""

    def ask_again(self) -> None:
        """Say that another Enter continues, and ignore those pressed before that was shown."""
        self.expect_new_enter()
        self.say_aside("Press Enter again to continue anyway")

    def on_resize(self, event: events.Resize) -> None:
        """Say so when there is too little room to work in."""
        columns, rows = event.size
        self.is_too_small = columns < MIN_COLUMNS or rows < MIN_ROWS
        self._cover_step(columns, rows)
        self.refresh_bindings()

    def _cover_step(self, columns: int, rows: int) -> None:
        if self._too_small is None and self.is_too_small:
            # Few ever see it.
            from wizard.ui.dialog import TooSmall

            self._too_small = TooSmall()
            self.mount(self._too_small)
        if self._too_small is not None:
            self._too_small.display = self.is_too_small
            self._too_small.tell(columns, rows)

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

    @work(group="help")
    async def action_help(self) -> None:
        """Open the help of this step."""
        from wizard.ui.dialog import HelpScreen

        await self.ask(HelpScreen(f"Help · {self._page.heading}", self.help_page()))
