"""The Textual app: a small loop around the flow."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer

from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.steps import Step
from wizard.flow.advance import advance
from wizard.flow.session import Session
from wizard.flow.state import WizardState
from wizard.ui.road import Road
from wizard.ui.step_screen import StepScreen
from wizard.ui.theme import DARK, LIGHT

BURST: Final = 0.03
"""Seconds: an Enter this soon after a character was not typed by a hand."""
SILENCE: Final = 0.3
"""Seconds without a character after which such an Enter counts."""


class WizardApp(App[ExitCode]):
    """Shows a screen, takes its outcome, asks the flow what comes next."""

    TITLE = "Twilio SCIM setup"
    CSS_PATH = "app.tcss"
    # Textual declares these two as attributes of the instance.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-roomy")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", key_display="^q", priority=True),
        Binding("ctrl+p", "command_palette", "More", key_display="^p", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Session,
        start: WizardState,
        road: Road,
        theme: str = DARK.name,
    ) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = theme
        self._session = session
        self._start = start
        self._road = road
        self._last_character = 0.0
        self._held_enter: Timer | None = None
        self.reached = start.step

    def on_mount(self) -> None:
        """Begin; from here on a signal leaves through the app, so that the terminal is restored."""
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if number := getattr(signal, name, None):
                # Not on Windows, and not outside the main thread (tests).
                with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                    loop.add_signal_handler(number, self._leave, ExitCode.SIGNAL)
        for notice in self._road.notices:
            words = f"{notice.cause} {notice.remedy}"
            self.notify(words, title=notice.title, severity="warning", markup=False)
        self._run_flow()

    @work(group="flow")
    async def _run_flow(self) -> None:
        state = self._start
        while not state.has_left:
            self.reached = state.step
            with contextlib.suppress(SetupError):
                # A step that cannot be noted only makes Resume begin a little earlier.
                await self._session.note_step(state.step)
            outcome = await self.push_screen_wait(self._road.screen_for(state))
            state = advance(state, outcome)
            if state.step is Step.OVERVIEW:
                state = replace(state, resume_at=self._session.resume_at())
        self._leave(self._exit_code(state))

    def _exit_code(self, state: WizardState) -> ExitCode:
        return ExitCode.FINE if state.has_active else ExitCode.NOT_SET_UP

    # -- leaving -----------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Leave from anywhere; what was saved stays."""
        self._leave(ExitCode.FINE if self._session.active is not None else ExitCode.NOT_SET_UP)

    def _leave(self, code: ExitCode) -> None:
        self._close(code)

    @work(exclusive=True, group="leave")
    async def _close(self, code: ExitCode) -> None:
        # A request once sent is awaited and its answer saved, or it would be lost.
        await self._road.close()
        self.exit(code, return_code=code)

    def farewell(self) -> Sequence[str]:
        """Return what is said on the normal screen after the wizard has left."""
        return self._road.farewell(self.reached)

    def _fatal_error(self) -> None:
        """Report a crash without any local variable or message: either may hold a secret."""
        self.bell()
        error = sys.exc_info()[1]
        lines = [f"{type(error).__name__}: the wizard ended by a fault of its own. What was saved"]
        lines.append("stays. Please report these places:")
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__ if error else None)
        ]
        self._exit_renderables.append("\n".join(lines))
        self._close_messages_no_wait()

    # -- Enter -------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Let an Enter through only when a person meant it for what is on the screen."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if event.key == "enter" and not self._is_meant(event):
                return
            if event.is_printable:
                self._last_character = event.time
                self._drop_held_enter()
        await super().on_event(event)

    def _is_meant(self, event: events.Key) -> bool:
        screen = self.screen
        if not isinstance(screen, StepScreen):
            return True
        if screen.shown_at is None or event.time < screen.shown_at:
            return False
        if event.time - self._last_character < BURST:
            # The end of a line in an unbracketed paste, or of the paste: silence will tell.
            self._drop_held_enter()
            self._held_enter = self.set_timer(SILENCE, self._press_held_enter)
            return False
        return True

    def _drop_held_enter(self) -> None:
        if self._held_enter is not None:
            self._held_enter.stop()
            self._held_enter = None

    def _press_held_enter(self) -> None:
        self._held_enter = None
        self._last_character = 0.0
        self.post_message(events.Key("enter", "\r"))

    # -- palette -----------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the wizard's own commands only."""
        yield SystemCommand("Help", "What this step is about", self._screen_action("help"))
        name = LIGHT.name if self.theme == DARK.name else DARK.name
        yield SystemCommand("Other theme", "Dark or light", lambda: setattr(self, "theme", name))
        yield SystemCommand("Quit", "Leave; what was saved stays", self.action_quit)

    def _screen_action(self, name: str) -> Callable[[], None]:
        def run() -> None:
            self.call_later(self.run_action, f"screen.{name}")

        return run
