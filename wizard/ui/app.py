"""The Textual app: a small loop around the flow, and the commands of the palette."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from wizard.domain import journal
from wizard.domain.problems import ExitCode, Problem
from wizard.domain.secret import Secret
from wizard.domain.text import LEAVING
from wizard.flow.context import WizardContext
from wizard.flow.state import Outcome, WizardState
from wizard.host.process import leave_on_signals
from wizard.ui import textual_internals
from wizard.ui.copying import copy_and_say
from wizard.ui.input_timing import PAINTED, Settled, TimedScreen
from wizard.ui.key_gate import PLAIN, Entered, KeyGate
from wizard.ui.screen_factory import import_steps, screen_for
from wizard.ui.step_screen import StepScreen
from wizard.ui.theme import Look, ThemedApp
from wizard.ui.widgets.drawing import keyed
from wizard.ui.widgets.problem_panel import ProblemPanel

if TYPE_CHECKING:
    from wizard.ui.widgets.links import PageLink


class WizardApp(ThemedApp):
    """The app: shows a screen, gets its outcome, and asks the flow what comes next."""

    TITLE = "Twilio SCIM setup"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", key_display="^q", priority=True),
        Binding("ctrl+p", "command_palette", "More", key_display="^p", show=False, priority=True),
        Binding("f9", "copy_for_support", "Copy for support", key_display="F9", priority=True),
    ]

    def __init__(
        self,
        wizard_context: WizardContext,
        start: WizardState,
        look: Look | None = None,
    ) -> None:
        super().__init__(look or Look())
        self.wizard_context = wizard_context
        self._start = start
        self._codes: list[Secret] = []
        """Codes received in this run, to be masked in what is copied for support."""
        self._gate = KeyGate(self, self._hand_out)
        self._has_said_notices = False

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that survives its terminal; Textual's own on Windows."""
        if sys.platform == "win32":
            return super().get_driver_class()
        else:
            return textual_internals.TerminalDriver

    def get_default_screen(self) -> Screen[None]:
        """Return the screen below the first step."""
        return textual_internals.Ground(id="_default")

    def on_mount(self) -> None:
        """Begin; from here on a signal leaves through the app, so that the terminal is restored."""
        leave_on_signals(partial(self._leave, ExitCode.SIGNAL))
        self._run_flow()

    @on(StepScreen.Painted)
    def _say_notices(self) -> None:
        """Show the startup notices once the first step is shown."""
        if self._has_said_notices:
            return
        self._has_said_notices = True
        self.wizard_context.begin_notices(self._notify_all)
        if self._look.trouble:
            self.notify(self._look.trouble, markup=False)

    def _notify_all(self, notices: Sequence[Problem]) -> None:
        for notice in notices:
            words = f"{notice.cause} {notice.remedy}"
            self.notify(words, title=notice.title, severity="warning", markup=False)

    @work(group="flow")
    async def _run_flow(self) -> None:
        await self.wizard_context.walk(self._start, self._show_step)
        self._leave(self.wizard_context.exit_code)

    async def _show_step(self, state: WizardState) -> Outcome:
        if state.answer is not None:
            self._codes.append(state.answer.code)
        outcome = await self.push_screen_wait(screen_for(self.wizard_context, state))
        textual_internals.forget_strips()
        return outcome

    # -- leaving -----------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Leave from anywhere; what was saved stays."""
        self._leave()

    def _go_plain(self) -> None:
        """Exit, to continue in plain mode."""
        self.wizard_context.next_profile = self.wizard_context.session.name
        self.wizard_context.next_is_plain = True
        self._leave()

    @work(group="tools")
    async def _ask_profile(self) -> None:
        """Let another profile be opened, or a new one."""
        from wizard.ui.screens.overview_dialogs import ProfilesScreen

        screen, context = self.screen, self.wizard_context
        if isinstance(screen, StepScreen):
            name = await screen.ask(ProfilesScreen(context))
            if name is not None:
                await screen.keep()
                context.next_profile = name
                self._leave()

    @work(exclusive=True, group="leave")
    async def _go_back(self) -> None:
        """Exit, to continue with the previous profile."""
        for step in self._steps:
            await step.keep()
        await self.wizard_context.return_to_previous()
        self._leave()

    @work(exclusive=True, group="leave")
    async def _leave(self, code: ExitCode | None = None) -> None:
        if code is None:
            code = self.wizard_context.exit_code
        if not isinstance(self.screen, StepScreen):
            # A dialog hides what the step says.
            self.notify(LEAVING, timeout=60, markup=False)
        for step in self._steps:
            # First, as saving what was entered may take as long as a request, for example in a
            # keyring.
            if step.is_here:
                step.say_aside(LEAVING)
            await step.keep()
            # Otherwise a check that is dropped here would be saved as failed.
            self.workers.cancel_node(step)
        # A request that was sent is awaited and its response saved, or it would be lost.
        await self.wizard_context.close()
        self.exit(code, return_code=code)

    @property
    def _steps(self) -> list[StepScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, StepScreen)]

    def crash_report(self) -> Sequence[str]:
        """Return what went wrong and where, without local variables; CrashingApp prints it."""
        from wizard.domain.errors.local import crash

        problem = crash(sys.exc_info()[1] or RuntimeError())
        lines = [f"{problem.title}.", problem.cause, problem.remedy]
        lines += [f"  {place}" for place in problem.detail]
        journal.note("; ".join(lines), is_problem=True)
        return lines

    def copy_to_clipboard(self, text: str) -> None:
        """Ask the terminal to copy, in tmux also the one around it.

        tmux takes the first one where its set-clipboard is on, and hands the second one through
        where its allow-passthrough is.
        """
        if not text:
            # A selection of nothing: what is on the clipboard stays there.
            return
        super().copy_to_clipboard(text)
        if self._look.is_in_tmux:
            textual_internals.copy_through_tmux(self, text)

    # -- keys --------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Handle only keys that the user meant for what is on the screen."""
        if isinstance(event, Entered) and not event.is_forwarded:
            await self._gate.enter(event)
        else:
            await super().on_event(event)

    async def _hand_out(self, event: events.Event) -> None:
        screen = self.screen
        is_covered = isinstance(screen, StepScreen) and screen.is_too_small
        if is_covered and isinstance(event, events.Key) and event.key == PLAIN:
            # No binding: the field behind would take the letter first.
            self._go_plain()
        else:
            await super().on_event(event)

    @on(Driver.SignalResume)
    def _repaint(self) -> None:
        """Repaint everything after the shell has used the terminal."""
        self.screen.refresh(layout=True)

    @on(TimedScreen.Painted)
    async def _let_keys_through(self) -> None:
        await self._gate.go_on()
        self.set_timer(PAINTED, self._catch_up)

    def _catch_up(self) -> None:
        """Free the step that was left and import the others: both would delay the next paint."""
        import_steps()
        # Whether there is anything that only a full pass frees.
        if gc.get_count()[2]:
            gc.collect()

    @on(Settled)
    async def _let_next_through(self, settled: Settled) -> None:
        await self._gate.settled(settled)

    def action_help_quit(self) -> None:
        """Say how to quit: Ctrl+C copies in a terminal, or is meant to quit."""
        self.notify(f"Press Ctrl+Q to quit. {self._what_stays}.", timeout=3, markup=False)

    @property
    def _what_stays(self) -> str:
        is_demo = self.wizard_context.demo is not None
        return "The demo saves nothing" if is_demo else "Saved values are kept"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to copy for support only where a problem is shown."""
        if action == "copy_for_support" and not self._problems_of(self.screen):
            return False
        return super().check_action(action, parameters)

    def _problems_of(self, screen: Screen[object]) -> tuple[Problem, ...]:
        return tuple(each for panel in screen.query(ProblemPanel) for each in panel.problems)

    @work(exclusive=True, group="support")
    async def action_copy_for_support(self) -> None:
        """Copy what is known of the problem that is shown; nothing where none is."""
        from wizard.ui.support import for_support
        from wizard.ui.widgets.field import Entry

        problems = self._problems_of(self.screen)
        if problems:
            entries = [entry for each in self.screen_stack for entry in each.query(Entry)]
            entered = [secret for entry in entries for secret in entry.secrets()]
            copy, secrets = self.wizard_context.services.clipboard.copy, [*self._codes, *entered]
            text = for_support(self.wizard_context.session, problems, secrets)
            await copy_and_say(self, copy, text, "the problem")

    # By its name: the help, which asks it, is imported when it is opened.
    @work(exclusive=True, group="page")
    async def on_page_link_asked(self, asked: PageLink.Asked) -> None:
        """Open a page of the help, or copy its URL."""
        services = self.wizard_context.services
        if asked.is_copy:
            await copy_and_say(self, services.clipboard.copy, asked.url, "the URL")
        elif await services.browser.open(asked.url):
            self.notify("Opening the page in your browser…", timeout=3, markup=False)
        else:
            self.notify(
                "No browser on this machine. Press Ctrl+Y to copy the URL.", timeout=3, markup=False
            )

    # -- palette -----------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the wizard's own commands only; the first one does no harm, see InOrder."""
        words = keyed("About this step", "^g")
        yield SystemCommand("Help", words, self._later("screen.help"))
        if isinstance(screen, StepScreen):
            for command in screen.commands():
                run = self._later(f"screen.{command.action}")
                yield SystemCommand(command.title, command.help, run)
        if self._problems_of(screen):
            words = keyed("The problem and versions, without secrets", "F9")
            yield SystemCommand("Copy for support", words, self._later("copy_for_support"))
        kept = "" if self.wizard_context.demo else "; remembered"
        words = f"Dark, light, or the terminal's colors{kept}"
        yield SystemCommand("Change theme", words, self.ask_theme)
        if isinstance(screen, StepScreen) and self.wizard_context.demo is None:
            words = "Open or create another one"
            run = partial(self.call_later, self._ask_profile)
            yield SystemCommand("Profiles", words, run)
        if self.wizard_context.came_from is not None:
            name = self.wizard_context.came_from
            yield SystemCommand(f"Back to {name}", "Open that profile again", self._go_back)
        words = keyed(f"Leave the wizard. {self._what_stays}", "^q")
        yield SystemCommand("Quit", words, self.action_quit)

    def _later(self, action: str) -> Callable[[], object]:
        """Return what runs an action once the palette is gone, which is a screen of its own."""
        return partial(self.call_later, self.run_action, action)
