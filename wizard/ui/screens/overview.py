"""What is set up, or half set up, and what can be done with it; asks no network by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from wizard.domain import questions
from wizard.domain.forgetting import question as forgetting
from wizard.domain.offers import Item, unfinished, unreadable
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import Value
from wizard.domain.wording import or_retry
from wizard.flow.rotate import Rotation
from wizard.flow.state import Back, Change, CheckNow, Discarded, Quit, Resume, StartOver
from wizard.flow.upkeep import OutOfReach, Unfinished
from wizard.ui.copying import Copy
from wizard.ui.step_screen import Banner, StepScreen
from wizard.ui.widgets.body import Gap
from wizard.ui.widgets.button import Button
from wizard.ui.widgets.facts import Facts
from wizard.ui.widgets.menu import Menu
from wizard.ui.widgets.problem_panel import ProblemPanel


class OverviewTools(Value):
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


class OverviewScreen(StepScreen):
    """Facts, then actions; an unfinished draft is a line with Resume and Discard, not a gate."""

    STEP = Step.OVERVIEW
    HAS_RAIL = False
    AUTO_FOCUS = "Menu"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "primary", "Choose", key_display="⏎", priority=True, id="step.primary"),
        Binding(
            "u",
            "resume",
            "Resume",
            id="overview.resume",
            tooltip="Resume the unfinished setup or change",
        ),
        Binding(
            "d",
            "discard",
            "Discard",
            id="overview.discard",
            tooltip="Discard the unfinished setup or change",
        ),
        Binding(
            "r",
            "retry",
            "Try again",
            id="overview.retry",
            tooltip="Try to read the saved secrets again",
        ),
    ]

    def __init__(
        self,
        banner: Banner,
        *,
        facts: Sequence[tuple[str, str]],
        since: str,
        unfinished: Unfinished | None,
        items: Sequence[Item],
        discard: Callable[[], Awaitable[None]],
        discarding: questions.Question = questions.DISCARD,
        tools: OverviewTools | None = None,
        problems: Sequence[Problem] = (),
        out_of_reach: OutOfReach | None = None,
    ) -> None:
        """What is shown, and what can be done.

        Args:
            facts: empty when nothing has been set up yet.
            since: when it was set up, in words.
            items: what can be done, in its order.
            discarding: what is asked before `discard`.
            tools: None in the demo.
            problems: what can't be read, or is wrong with the active set; the worst first.
            out_of_reach: what is stored and cannot be read; actions that need it are not offered.
        """
        super().__init__(banner)
        self._facts = facts
        self._since = since
        self._unfinished = unfinished
        self._discard = discard
        self._discarding = discarding
        self._tools = tools
        self._items = items
        self._problems = problems
        self._out_of_reach = out_of_reach

    def aside(self) -> str:
        """Tell since when it is set up."""
        return f"set up {self._since}" if self._since else ""

    def compose_body(self) -> ComposeResult:
        """Yield facts, the unfinished draft, and the actions."""
        yield Gap()
        if self._facts:
            yield Facts(self._facts)
            yield Gap()
        if self._unfinished is not None:
            draft = self._unfinished
            what = "change" if self._facts else "setup"
            line = unfinished(what, draft.saved, draft.step.title, draft.failed)
            yield Static(Content.styled(f"· {line}", "$warning"), id="unfinished", markup=False)
            yield Gap()
        if self._out_of_reach is not None and not self._out_of_reach.is_active:
            what = "change" if self._facts else "setup"
            yield Static(
                Content.styled(f"· {unreadable(what)}", "$warning"), id="unfinished", markup=False
            )
            yield Gap()
        shown = self._problems
        if self._out_of_reach is not None:
            shown = tuple(or_retry(problem, "press r") for problem in shown)
        yield ProblemPanel(next(iter(shown), None), also=shown[1:])
        if self._problems:
            yield Gap()
        yield Menu(self._items)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the one action."""
        yield Button("Choose ›", id="next", variant="primary")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the draft's keys only where there is a draft; nothing lies before Overview."""
        if action == "back":
            return False
        lost = self._out_of_reach
        if action == "retry" and lost is None:
            return False
        if action == "discard" and lost is not None and not lost.is_active:
            return True
        if action in ("resume", "discard") and self._unfinished is None:
            return False
        return super().check_action(action, parameters)

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

    @work(group="tools")
    async def _authorize_again(self) -> None:
        """Go to a new consent, after saying what it may cost."""
        if await self._is_sure(questions.AUTHORIZE_AGAIN):
            self.leave(Change(Step.AUTHORIZE))

    @work(group="tools")
    async def _use(self, chosen: str, tools: OverviewTools) -> None:
        """Open the dialog of an action, and do what it ends with."""
        try:
            match chosen:
                case "rotate":
                    await self._rotate(tools)
                case "sheet":
                    from wizard.ui.screens.sheet import SheetScreen

                    text, save = tools.sheet(), tools.save_sheet
                    await self.ask(SheetScreen(text, tools.copy, save))
                case "profiles":
                    from wizard.ui.screens.profiles import ProfilesScreen

                    name = await self.ask(ProfilesScreen(tools.others, tools.profile))
                    if name is not None and name != tools.profile:
                        tools.switch(name)
                        self.leave(Quit())
                case "forget":
                    if await self._is_sure(forgetting(tools.profile)):
                        await tools.forget()
                        self.leave(Quit())
        except SetupError as error:
            self.show_problem(error.problem)

    async def _is_sure(self, question: questions.Question) -> bool:
        from wizard.ui.screens.confirm import asking

        is_sure = await self.ask(asking(question))
        return bool(is_sure)

    async def _rotate(self, tools: OverviewTools) -> None:
        from wizard.ui.screens.rotate import RotateScreen

        rotated = await self.ask(RotateScreen(tools.rotate))
        if rotated is None:
            return
        if rotated.rotation is Rotation.KEPT:
            self.notify(questions.ROTATED, markup=False)
            self.leave(CheckNow())
            return
        if await self._is_sure(questions.CONSENT_NEEDED):
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
        self.leave(self._unfinished.outcome if self._unfinished else Resume())

    @work(group="discard")
    async def action_discard(self) -> None:
        """Remove the draft, after a question."""
        if not await self._is_sure(self._discarding):
            return
        try:
            await self._discard()
        except SetupError as error:
            self.show_problem(error.problem)
            return
        self.leave(Discarded())
