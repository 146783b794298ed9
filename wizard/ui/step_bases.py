"""Base classes: steps with a link (Authorize, Redirect), and steps that may save to files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from textual import events, work
from textual.app import SuspendNotSupported
from textual.binding import BindingType
from textual.reactive import var

from wizard.domain.oauth.authorization_response import Reading
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.texts.questions import BARE_CODE
from wizard.domain.texts.wording import IN_FILES, can_use_files, led_back, or_files
from wizard.flow.context import WizardContext
from wizard.flow.link import PASTE_PAUSE, Ask, Fix, Go, Link, after_paste
from wizard.flow.state import Delivery, WizardState
from wizard.ui.copying import copy_out
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.buttons import offered
from wizard.ui.widgets.layout import Banner
from wizard.ui.widgets.problem_panel import ProblemPanel

LOOK: Final = 5.0
"""Seconds between two looks at whether the link has expired."""
OPENS: Final = "Open the link in this machine's browser"
NEW_LINK: Final = offered(
    "ctrl+t", "fresh_link", "New link", "link.fresh", "Create a new authorization link"
)


class LinkScreen(StepScreen):
    """A step that holds the link and may receive its response."""

    BINDINGS: ClassVar[list[BindingType]] = [
        offered("f8", "approve", "Approve", "demo.approve", "Simulate the approval", "F8"),
        offered("ctrl+o", "open_link", "Open", "link.open", OPENS),
        offered("ctrl+y", "copy_link", "Copy", "link.copy", "Copy the link to the clipboard"),
        offered(
            "ctrl+l",
            "show_bare",
            "Full link",
            "link.bare",
            "Show the link on one line to select it",
        ),
        NEW_LINK,
    ]

    link: var[Link | None] = var(None)
    """The link; None while it is being created."""
    is_unmade: var[bool] = var(False)
    """Whether the link could not be created."""
    pending: var[Ask | Fix | None] = var(None)
    """What Enter follows: a code that was asked about, or the way to where a problem is fixed."""

    def __init__(self, banner: Banner, wizard_context: WizardContext, state: WizardState) -> None:
        super().__init__(banner)
        self._links = wizard_context.links
        self._services = wizard_context.services
        self._demo = wizard_context.demo
        self._state = state

    def on_mount(self) -> None:
        """Make the link, the listener first, and wait for what it may catch."""
        super().on_mount()
        if self._state.because is not None:
            because = led_back(self._state.because, self.STEP)
            self.show_problem(because, self._state.comparison)
        self.make_link()
        self._catch()
        # Not one timer for the whole time, which would stand still while the machine sleeps.
        self.set_interval(LOOK, self._look_at_link)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the demo's key in the demo only, a browser where there is one, and no lost link."""
        if self.is_unmade and action in ("open_link", "copy_link", "show_bare", "approve"):
            return False
        if action == "open_link" and not self._services.browser.is_here:
            return False
        if action == "approve" and self._demo is None:
            return False
        return super().check_action(action, parameters)

    @property
    def doubled(self) -> str:
        """The action that Enter does, too; "" if none."""
        needs_link = isinstance(self.pending, Fix) and self.pending.needs_link
        return "fresh_link" if needs_link else ""

    def _word(self, action: str) -> str | None:
        """Leave out the key of what Enter does, too."""
        is_double = action == self.doubled and self.check_action("primary", ())
        return None if is_double else super()._word(action)

    def delivered(self, delivery: Delivery) -> None:
        """Handle that the link was opened or copied."""

    def approved(self, landed: Secret) -> None:
        """Handle that the demo approved access; its browser landed on a URL."""
        raise NotImplementedError

    def on_paste(self, event: events.Paste) -> None:
        """Take a URL pasted outside a field; an Enter that came with it does nothing."""
        event.stop()
        self.expect_new_enter(after=PASTE_PAUSE)
        self.receive(event.text)

    def receive(self, pasted: str) -> None:
        """Read what was pasted outside a field."""
        self.take(self._links.read(pasted))

    def take(self, reading: Reading) -> None:
        """Continue with a code; ask about one without a state; else show the problem."""
        if not self.is_here:
            return
        panel, after = self.query_one(ProblemPanel), after_paste(reading, self.STEP)
        self.pending = None
        match after:
            case Go(outcome):
                self.leave(outcome)
                return
            case Ask():
                panel.ask(BARE_CODE.title, BARE_CODE.text.format(yes="⏎"))
            case Fix(problem, comparison):
                panel.show(problem, comparison, "^t" if after.needs_link else "")
        if after.outcome is not None:
            self.pending = after
            # Not by the paste's own Enter: a code may be used without its state.
            self.expect_new_enter(after=PASTE_PAUSE)
        if isinstance(after, Fix) and after.makes_link:
            self.make_link(is_fresh=True)

    def _look_at_link(self) -> None:
        """Say that the link has expired, once; Enter then leads to a new one."""
        fix = self._links.expired(self.link) if self.is_here and self.link else None
        if fix is not None:
            self.show_problem(fix.problem)
            self.pending = fix
            self.expect_new_enter()

    def follow(self, pending: Ask | Fix) -> None:
        """Use the code, or go to where the problem is fixed, with a new link if it needs one."""
        if isinstance(pending, Fix) and pending.needs_link:
            self.action_fresh_link()
        elif pending.outcome is not None:
            self.leave(pending.outcome)

    @work(exclusive=True, group="link")
    async def make_link(self, is_fresh: bool = False) -> None:
        """Show the current link, or a new one."""
        self.link, self.is_unmade = None, False
        try:
            self.link = await self._links.link(is_fresh=is_fresh)
        except SetupError as error:
            self.show_problem(error.problem)
            self.is_unmade = True

    @work(exclusive=True, group="catch")
    async def _catch(self) -> None:
        while True:
            reading = await self._links.caught()
            if not self.is_here:
                # The user is leaving the screen: the next one gets the response.
                self._links.give_back(reading)
                return
            self.take(reading)

    @work(group="hand-out")
    async def action_open_link(self) -> None:
        """Ask the browser to open the link."""
        if self.link is not None:
            is_open = await self._services.browser.open(self.link.url)
            self.delivered(Delivery.OPENED if is_open else Delivery.NOT_OPENED)

    @work(group="hand-out")
    async def action_copy_link(self) -> None:
        """Copy the link, here or through the terminal."""
        if self.link is not None:
            self.delivered(await self.copy(self.link.url))

    async def copy(self, text: str) -> Delivery:
        """Copy to the local clipboard, else send it to the terminal's (OSC 52)."""
        is_here = await copy_out(self.app, self._services.clipboard.copy, text)
        return Delivery.COPIED if is_here else Delivery.SENT

    def action_fresh_link(self) -> None:
        """Create a new link; on Redirect this leads back to Authorize."""
        # Both are about the link before.
        self.pending = None
        self.show_problem(None)
        self.make_link(is_fresh=True)

    @work(group="hand-out")
    async def action_show_bare(self) -> None:
        """Leave the screens for a moment and print the link in one line."""
        if self.link is None:
            return
        try:
            # Nothing may be painted meanwhile, not even a cursor that blinks. What goes to a
            # suspended terminal is queued, and a full queue would block the event loop forever.
            with self.app.suspend(), self.app.batch_update():
                entered = await self._services.show_bare(self.link.url)
        except SuspendNotSupported:
            return
        self.refresh(layout=True)
        if entered.strip():
            self.take(self._links.read(entered))

    @work(exclusive=True, group="hand-out")
    async def action_approve(self) -> None:
        """Let the demo approve instead of the browser."""
        if self.link is not None and self._demo is not None:
            self.approved(Secret(await self._demo.approve(self.link.url)))


FILES: Final = "Save secrets in a file, not the keyring"


class IntoFilesScreen(StepScreen):
    """A step that saves secrets, and offers files while the keyring is in the way."""

    FILES_KEY: ClassVar[str]
    """The key that chooses them, as a problem's remedy names it."""

    def __init__(self, banner: Banner, use_file: Callable[[], Awaitable[None]]) -> None:
        """Args: `use_file` moves the secrets out of a keyring in the way. Raises SetupError."""
        super().__init__(banner)
        self._use_file = use_file
        self._can_use_file = False
        self._is_moving = False

    async def go_on_in_files(self) -> None:
        """Do again what the keyring was in the way of."""
        raise NotImplementedError

    def stay_out_of_files(self, error: SetupError) -> None:
        """Say why what is in the keyring could not be moved."""
        self.show_failure(error.problem, is_chosen=True)

    def show_failure(
        self, problem: Problem | None, *, is_chosen: bool = False, also: Sequence[Problem] = ()
    ) -> None:
        """Show a problem in the panel, or clear it; offer files where they are a way out of it.

        Args:
            is_chosen: they were chosen already.
            also: what is shown under it.
        """
        self._can_use_file = can_use_files(problem)
        if problem is not None:
            problem = or_files(problem, f"press {self.FILES_KEY}", is_chosen=is_chosen)
        self.show_problem(problem, also=also)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer files only while the keyring is in the way."""
        if action == "use_file" and not self._can_use_file:
            return False
        return super().check_action(action, parameters)

    @work(group="use-file")
    async def action_use_file(self) -> None:
        """Save the secrets in files instead, say so, and continue."""
        if self._is_moving:
            return
        self._is_moving = True
        try:
            await self._use_file()
        except SetupError as error:
            self.stay_out_of_files(error)
            return
        finally:
            self._is_moving = False
        self.notify(IN_FILES, markup=False)
        await self.go_on_in_files()
