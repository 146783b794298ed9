"""What is set up, or half set up, and what can be done with it; asks no network by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, OptionList, Static

from wizard.domain.problems import SetupError
from wizard.domain.steps import Step
from wizard.flow.state import Change, CheckNow, Discarded, Quit, Resume, StartOver
from wizard.ui.screens.confirm import ConfirmScreen
from wizard.ui.step_screen import Banner, StepScreen
from wizard.ui.widgets.facts import Facts
from wizard.ui.widgets.menu import Item, Menu
from wizard.ui.widgets.problem_panel import ProblemPanel


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft that can be resumed."""

    saved: str
    """When its last field was saved, in words."""
    step: Step
    """Where it goes on."""


RESUME: Final = Item("resume", "Resume", "goes on where it stopped; every saved field is there")
ACTIVE: Final = (
    Item("check", "Check now", "one read-only request"),
    Item("authorize", "Authorize again", "new consent, same ID and secret"),
    Item("change", "Change credentials", "ID, secret, redirect URL, endpoints"),
)
DRAFT: Final = (
    Item("start-over", "Start over", "from the first step; ID and secret stay filled in"),
    Item("discard", "Discard", "removes what was saved"),
)
LEAVE: Final = Item("quit", "Quit", "")


class OverviewScreen(StepScreen):
    """Facts, then actions; an unfinished draft is a line with Resume and Discard, not a gate."""

    STEP = Step.OVERVIEW
    HAS_RAIL = False
    AUTO_FOCUS = "Menu"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "primary", "Choose", key_display="⏎", priority=True, id="step.primary"),
        Binding("u", "resume", "Resume", id="overview.resume"),
        Binding("d", "discard", "Discard", id="overview.discard"),
        Binding("escape", "back", "Back", show=False, id="step.back"),
    ]

    def __init__(
        self,
        banner: Banner,
        *,
        facts: Sequence[tuple[str, str]],
        since: str,
        unfinished: Unfinished | None,
        discard: Callable[[], Awaitable[None]],
    ) -> None:
        """Args: `facts` is empty when nothing has been set up yet; `since` is when it was."""
        super().__init__(banner)
        self._facts = facts
        self._since = since
        self._unfinished = unfinished
        self._discard = discard

    def aside(self) -> str:
        """Tell since when it is set up."""
        return f"set up {self._since}" if self._since else ""

    def compose_body(self) -> ComposeResult:
        """Yield facts, the unfinished draft, and the actions."""
        if self._facts:
            yield Facts(self._facts)
            yield Static("", classes="gap")
        if self._unfinished is not None:
            draft = self._unfinished
            what = "change" if self._facts else "setup"
            line = f"· Unfinished {what} of {draft.saved}: goes on at {draft.step.title}"
            yield Static(Content.styled(line, "$warning"), id="unfinished", markup=False)
            yield Static("", classes="gap")
        yield ProblemPanel()
        yield Menu(self._items())

    def _items(self) -> list[Item]:
        drafts = [RESUME] if self._unfinished else []
        discard = list(DRAFT if not self._facts else DRAFT[1:]) if self._unfinished else []
        return [*drafts, *(ACTIVE if self._facts else ()), *discard, LEAVE]

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the one action."""
        yield Button("Choose ›", id="next", variant="primary")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the draft's keys only where there is a draft."""
        if action in ("resume", "discard") and self._unfinished is None:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Nothing lies before Overview."""

    @on(OptionList.OptionSelected)
    def action_primary(self) -> None:
        """Do the highlighted action."""
        match self.query_one(Menu).chosen:
            case "resume":
                self.action_resume()
            case "check":
                self.leave(CheckNow())
            case "authorize":
                self.leave(Change(Step.AUTHORIZE))
            case "change":
                self.leave(Change(Step.CREDENTIALS))
            case "start-over":
                self.leave(StartOver())
            case "discard":
                self.action_discard()
            case "quit":
                self.leave(Quit())

    def action_resume(self) -> None:
        """Go on with the draft."""
        self.leave(Resume())

    @work(exclusive=True, group="discard")
    async def action_discard(self) -> None:
        """Remove the draft, after a question."""
        text = (
            "The unfinished setup with its Client ID, Client Secret and links is removed here."
            " Twilio shows the secret only once: if you have no other copy, you will have to"
            " rotate it."
        )
        if not await self.app.push_screen_wait(ConfirmScreen("Discard it?", text, "Discard")):
            return
        try:
            await self._discard()
        except SetupError as error:
            self.show_problem(error.problem)
            return
        self.leave(Discarded())
