"""What Authorize and Redirect share: the link, its keys, and reading what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual import events, work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.reactive import var

from wizard.domain.callback import BareCode, Comparison, Reading, Received, Refused
from wizard.domain.problems import Problem, SetupError
from wizard.domain.questions import BARE_CODE
from wizard.domain.steps import Step
from wizard.domain.value import Value
from wizard.flow.link import PASTE_PAUSE, Link, on_arrival
from wizard.flow.state import CodeReceived, Delivery, GoTo
from wizard.ui.copying import Copy, copy_out
from wizard.ui.step_screen import Banner, Command, StepScreen
from wizard.ui.widgets.problem_panel import ProblemPanel


class LinkTools(Value):
    """What can be done with an authorize link."""

    make: Callable[[bool], Awaitable[Link]]
    """Gives the live link; True makes a fresh one. Raises SetupError."""
    read: Callable[[str], Reading]
    caught: Callable[[], Awaitable[Reading]]
    """Waits for the loopback listener's answer."""
    give_back: Callable[[Reading], None]
    """Takes back what could not be taken."""
    open: Callable[[str], Awaitable[bool]]
    copy: Copy
    show_bare: Callable[[str], Awaitable[str]]
    """Prints the link in one line on the bare terminal; waits until a line is entered."""
    can_open: bool = True
    why_not: str = ""
    approve: Callable[[str], Awaitable[str]] | None = None
    """The demo's: approves instead of the browser; returns the URL that is landed on."""


class LinkScreen(StepScreen):
    """A step that holds the link and may receive its answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "approve", "Approve", key_display="F8", id="demo.approve"),
        Binding("ctrl+o", "open_link", "Open", key_display="^o", id="link.open"),
        Binding("ctrl+y", "copy_link", "Copy", key_display="^y", id="link.copy"),
        Binding("ctrl+l", "show_bare", "Full link", key_display="^l", id="link.bare"),
        Binding("ctrl+t", "fresh_link", "New link", key_display="^t", id="link.fresh"),
    ]

    link: var[Link | None] = var(None)
    """None while it is being made."""
    is_unmade: var[bool] = var(False)
    """It could not be made."""
    mending: var[Refused | None] = var(None)
    """What was refused for a reason that is mended elsewhere: the primary leads there."""

    def __init__(
        self,
        banner: Banner,
        tools: LinkTools,
        because: Problem | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        """Take what led back here, if anything did, and the two URLs if they didn't match."""
        super().__init__(banner)
        self.tools = tools
        self.question: BareCode | None = None
        self._because = because
        self._comparison = comparison

    def on_mount(self) -> None:
        """Make the link, the listener first, and wait for what it may catch."""
        super().on_mount()
        if self._because is not None:
            self.show_problem(on_arrival(self._because, self.STEP), self._comparison)
        self.make_link()
        self._catch()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the demo's key in the demo only, a browser where there is one, and no lost link."""
        if self.is_unmade and action in ("open_link", "copy_link", "show_bare", "approve"):
            return False
        if action == "open_link" and not self.tools.can_open:
            return False
        if action == "approve" and self.tools.approve is None:
            return False
        return super().check_action(action, parameters)

    def commands(self) -> Iterable[Command]:
        """Offer all that can be done with the link."""
        yield Command("Open link", "Open it in this machine's browser", "open_link")
        yield Command(
            "Copy link", "Copy it to this machine's or your terminal's clipboard", "copy_link"
        )
        yield Command("Full link", "Show it on one line, without the screens", "show_bare")
        yield Command("New link", "Create another link with a new state", "fresh_link")
        yield Command("Approve", "Approve for you (demo only)", "approve")

    def delivered(self, delivery: Delivery) -> None:
        """Told that the link has been handed out."""

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted URL, wherever the focus is; an Enter that came with it does nothing."""
        event.stop()
        self.expect_new_enter(after=PASTE_PAUSE)
        self.receive(event.text)

    def receive(self, pasted: str) -> None:
        """Read what was pasted outside a field."""
        self.take(self.tools.read(pasted))

    def take(self, reading: Reading) -> None:
        """Go on with a code; ask about a bare one; say what is wrong with anything else."""
        if not self.is_here:
            return
        panel = self.query_one(ProblemPanel)
        self.question = self.mending = None
        match reading:
            case Received():
                self.leave(CodeReceived(reading))
            case BareCode():
                self.question = reading
                panel.ask(BARE_CODE.title, BARE_CODE.text.format(yes="⏎"))
                # The one place where the state check is waived: not by the paste's own Enter.
                self.expect_new_enter(after=PASTE_PAUSE)
            case Refused(problem, comparison):
                shown = on_arrival(problem, self.STEP)
                panel.show(shown, comparison, "^t" if shown.step is Step.AUTHORIZE else "")
                if problem.step not in (self.STEP, Step.REDIRECT):
                    self.mending = reading
                    self.expect_new_enter(after=PASTE_PAUSE)

    def mend(self, refused: Refused) -> None:
        """Create a new link if one helps, or go to Credentials, which shows the problem again."""
        if refused.problem.step is Step.AUTHORIZE:
            self.action_fresh_link()
            return
        self.leave(GoTo(Step.CREDENTIALS, refused.problem, refused.comparison))

    @work(exclusive=True, group="link")
    async def make_link(self, is_fresh: bool = False) -> None:
        """Show the live link, or a fresh one."""
        self.link, self.is_unmade = None, False
        try:
            self.link = await self.tools.make(is_fresh)
        except SetupError as error:
            self.show_problem(error.problem)
            self.is_unmade = True

    @work(exclusive=True, group="catch")
    async def _catch(self) -> None:
        while True:
            reading = await self.tools.caught()
            if not self.is_here:
                # The screen was being left: the next one takes it.
                self.tools.give_back(reading)
                return
            self.take(reading)

    @work(group="hand-out")
    async def action_open_link(self) -> None:
        """Ask the browser to open the link."""
        if self.link is not None:
            is_open = await self.tools.open(self.link.url)
            self.delivered(Delivery.OPENED if is_open else Delivery.NOT_OPENED)

    @work(group="hand-out")
    async def action_copy_link(self) -> None:
        """Copy the link, here or through the terminal."""
        if self.link is not None:
            self.delivered(await self.copy(self.link.url))

    async def copy(self, text: str) -> Delivery:
        """Copy to the local clipboard, else send it to the terminal's (OSC 52)."""
        is_here = await copy_out(self.app, self.tools.copy, text)
        return Delivery.COPIED if is_here else Delivery.SENT

    def action_fresh_link(self) -> None:
        """Create a new link; on Redirect this leads back to Authorize."""
        # All three are about the link before.
        self.question = self.mending = None
        self.show_problem(None)
        self.make_link(is_fresh=True)

    @work(group="hand-out")
    async def action_show_bare(self) -> None:
        """Leave the screens for a moment and print the link in one line."""
        if self.link is None:
            return
        try:
            # Nothing may be painted meanwhile, not even a cursor that blinks: what goes to a
            # suspended terminal is queued, and the full queue would hold the event loop for good.
            with self.app.suspend(), self.app.batch_update():
                entered = await self.tools.show_bare(self.link.url)
        except SuspendNotSupported:
            return
        self.refresh(layout=True)
        if entered.strip():
            self.take(self.tools.read(entered))

    @work(exclusive=True, group="hand-out")
    async def action_approve(self) -> None:
        """Let the demo approve instead of the browser."""
        if self.link is not None and self.tools.approve is not None:
            self.take(self.tools.read(await self.tools.approve(self.link.url)))
