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

from wizard.domain.book.exchange import WRONG_CLIENT
from wizard.domain.forgetting import question as forgetting
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.flow.rotate import Rotation
from wizard.flow.state import Back, Change, CheckNow, Discarded, Quit, Resume, StartOver
from wizard.flow.upkeep import OutOfReach, Unfinished
from wizard.ui.copying import Copy
from wizard.ui.screens.confirm import ConfirmScreen
from wizard.ui.screens.profiles import ProfilesScreen
from wizard.ui.screens.rotate import RotateScreen
from wizard.ui.screens.sheet import SheetScreen
from wizard.ui.step_screen import Banner, StepScreen
from wizard.ui.widgets.facts import Facts
from wizard.ui.widgets.menu import Item, Menu
from wizard.ui.widgets.problem_panel import ProblemPanel


@dataclass(frozen=True, slots=True)
class OverviewTools:
    """What can be done with an active set, beside the steps of the road."""

    profile: str
    others: Sequence[str]
    """Names of the other profiles."""
    rotate: Callable[[Secret], Awaitable[Rotation]]
    """Tries a rotated secret and keeps it if it works. Raises SetupError."""
    stage: Callable[[Secret], Awaitable[None]]
    """Puts a rotated secret into the draft, for a consent to prove it. Raises SetupError."""
    sheet: Callable[[], str]
    """Gives the hand-off sheet as Markdown, without secrets."""
    save_sheet: Callable[[], Awaitable[str]]
    """Saves the same in a new file; gives its path. Raises SetupError."""
    copy: Copy
    forget: Callable[[], Awaitable[None]]
    """Removes the profile and its secrets. Raises SetupError."""
    switch: Callable[[str], None]
    """Notes which profile is opened next."""


RESUME: Final = Item("resume", "Resume", "goes on where it stopped; every saved field is there")
ACTIVE: Final = (
    Item("check", "Check now", "one read-only request"),
    Item("authorize", "Authorize again", "new consent, same ID and secret"),
    Item("change", "Change credentials", "ID, secret, redirect URL, endpoints"),
)
ROTATE: Final = Item("rotate", "I rotated the secret", "one field; a new consent only if asked")
MORE: Final = (
    Item("sheet", "Hand-off sheet", "what an IdP admin or a script needs"),
    Item("profiles", "Profiles…", "another one, or a new one"),
    Item("forget", "Forget…", "here; and what is left to do at Twilio"),
)
DRAFT: Final = (
    Item("start-over", "Start over", "from the first step; ID and secret stay filled in"),
    Item("discard", "Discard", "removes what was saved"),
)
RETRY: Final = Item("retry", "Try again", "reads the stored secrets once more; also by r")
SET_UP_AGAIN: Final = Item("start-over", "Set up again", "what is stored stays until it works")
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
        Binding("r", "retry", "Try again", id="overview.retry"),
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
        tools: OverviewTools | None = None,
        problem: Problem | None = None,
        out_of_reach: OutOfReach | None = None,
    ) -> None:
        """What is shown, and what can be done.

        Args:
            facts: empty when nothing has been set up yet.
            since: when it was set up, in words.
            tools: None when nothing has been set up yet.
            problem: how the last check of the active set failed.
            out_of_reach: what is stored and cannot be read; actions that need it are not offered.
        """
        super().__init__(banner)
        self._facts = facts
        self._since = since
        self._unfinished = unfinished
        self._discard = discard
        self._tools = tools
        self._problem = out_of_reach.problem if out_of_reach else problem
        self._out_of_reach = out_of_reach

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
        if self._out_of_reach is not None and not self._out_of_reach.is_active:
            what = "change" if self._facts else "setup"
            line = f"· An unfinished {what} cannot be read; nothing of it has been removed"
            yield Static(Content.styled(line, "$warning"), id="unfinished", markup=False)
            yield Static("", classes="gap")
        remedy = self._out_of_reach.remedy if self._out_of_reach else ""
        yield ProblemPanel(self._problem, remedy=remedy)
        yield Menu(self._items())

    def _items_out_of_reach(self, lost: OutOfReach) -> list[Item]:
        drafts = [RESUME, DRAFT[1]] if self._unfinished else []
        if not lost.is_active:
            # A change would be saved in the place of the draft that cannot be read.
            drafts = [*(ACTIVE[:1] if self._facts else ()), DRAFT[1]]
        again = [SET_UP_AGAIN] if lost.can_start_over and not self._unfinished else []
        return [RETRY, *again, *drafts, *(MORE if self._tools is not None else ()), LEAVE]

    def _items(self) -> list[Item]:
        if self._out_of_reach is not None:
            return self._items_out_of_reach(self._out_of_reach)
        drafts = [RESUME] if self._unfinished else []
        discard = list(DRAFT if not self._facts else DRAFT[1:]) if self._unfinished else []
        active = list(ACTIVE) if self._facts else []
        if self._tools is not None:
            # What the last check calls for comes first.
            is_refused = self._problem is not None and self._problem.id == WRONG_CLIENT.id
            active.insert(0 if is_refused else 1, ROTATE)
            active += MORE
        return [*drafts, *active, *discard, LEAVE]

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the one action."""
        yield Button("Choose ›", id="next", variant="primary")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the draft's keys only where there is a draft."""
        lost = self._out_of_reach
        if action == "retry" and lost is None:
            return False
        if action == "discard" and lost is not None and not lost.is_active:
            return True
        if action in ("resume", "discard") and self._unfinished is None:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Nothing lies before Overview."""

    def action_primary(self) -> None:
        """Do the highlighted action."""
        self._do(self.query_one(Menu).chosen)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._do(event.option_id)

    def _do(self, action: str | None) -> None:
        match action:
            case "resume":
                self.action_resume()
            case "retry":
                self.action_retry()
            case "check":
                self.leave(CheckNow())
            case "authorize":
                self._authorize_again()
            case "change":
                self.leave(Change(Step.CREDENTIALS))
            case "start-over":
                self.leave(StartOver())
            case "discard":
                self.action_discard()
            case "quit":
                self.leave(Quit())
            case chosen if chosen is not None and self._tools is not None:
                self._use(chosen, self._tools)

    @work(exclusive=True, group="tools")
    async def _authorize_again(self) -> None:
        """Go to a new consent, after saying what it may cost."""
        text = (
            "Twilio does not say whether a new consent ends the tokens of the one before, an"
            " identity provider's among them. What is stored here stays until the new one works."
        )
        question = ConfirmScreen("Authorize again?", text, "Authorize ›")
        if await self.app.push_screen_wait(question):
            self.leave(Change(Step.AUTHORIZE))

    @work(exclusive=True, group="tools")
    async def _use(self, chosen: str, tools: OverviewTools) -> None:
        """Open the dialog of an action, and do what it ends with."""
        try:
            match chosen:
                case "rotate":
                    await self._rotate(tools)
                case "sheet":
                    text, save = tools.sheet(), tools.save_sheet
                    await self.app.push_screen_wait(SheetScreen(text, tools.copy, save))
                case "profiles":
                    name = await self.app.push_screen_wait(
                        ProfilesScreen(tools.others, tools.profile)
                    )
                    if name is not None and name != tools.profile:
                        tools.switch(name)
                        self.leave(Quit())
                case "forget":
                    question = ConfirmScreen("Forget it?", forgetting(tools.profile), "Forget")
                    if await self.app.push_screen_wait(question):
                        await tools.forget()
                        self.leave(Quit())
        except SetupError as error:
            self.show_problem(error.problem)

    async def _rotate(self, tools: OverviewTools) -> None:
        rotated = await self.app.push_screen_wait(RotateScreen(tools.rotate))
        if rotated is None:
            return
        if rotated.rotation is Rotation.KEPT:
            self.leave(CheckNow())
            return
        text = "It can only be proven by a new consent. Until that has worked, the old set stays."
        if await self.app.push_screen_wait(ConfirmScreen("A consent is needed", text, "Authorize")):
            await tools.stage(rotated.secret)
            self.leave(Change(Step.AUTHORIZE))

    @work(exclusive=True, group="retry")
    async def action_retry(self) -> None:
        """Read the stored secrets again, and show Overview as it then is."""
        if self._out_of_reach is None:
            return
        self.say_aside("Reading the stored secrets …")
        try:
            await self._out_of_reach.retry()
        except SetupError as error:
            self.say_aside(self.aside())
            self.show_problem(error.problem)
            return
        # Nothing lies before Overview, so that this builds it anew.
        self.leave(Back())

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
