"""Which keys a person meant for what is on the screen, and which only came along."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Final

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from wizard.domain.problems import ExitCode
from wizard.ui.step_screen import StepScreen, now

BURST: Final = 0.03
"""Seconds: a key this soon after a character was not typed by a hand."""
REPEAT: Final = 0.036
"""Seconds: an Enter this soon after another comes of a key held down, or of the same read."""
SILENCE: Final = 0.3
"""Seconds without a character after which an Enter at a burst's end counts."""
LETTER_WAIT: Final = 0.05
"""Seconds a single letter waits, so that the first one of a paste does nothing either."""
PRIMARY: Final = ("enter", "ctrl+n")
"""Keys of the primary action."""
PLAIN: Final = "p"
"""Goes on in plain mode, where the window is too small."""


class Settled(Message):
    """Follows keys and pastes through every queue up to the app: then they have been handled.

    With an Enter it comes before it: the primary action is a priority binding, and would
    overtake them. Without one it comes after a key that acts, which text would overtake.
    """

    def __init__(self, enter: events.Key | None, screen: Screen[object]) -> None:
        super().__init__()
        self.enter = enter
        self.screen = screen
        self.is_released = False


class KeyGate:
    """Lets keys and pastes through one by one, in the order they were made.

    A terminal without bracketed paste sends a paste as keys: its line ends must not press the
    primary action, and its letters must not press single-letter keys. While a key that acts (an
    Enter, a Tab) is under way, what follows it waits: it is for the field that the key moves to.
    """

    def __init__(self, app: App[ExitCode]) -> None:
        self._app = app
        self._last_character = 0.0
        self._last_enter = 0.0
        self._enter_done = 0.0
        self._held: Timer | None = None
        self._is_busy = False
        """A key that acts is under way."""
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._passing: list[events.Key | events.Paste] = []
        """Posted again, to be let through."""

    @property
    def _is_covered(self) -> bool:
        """Whether the window is too small for the step that is there."""
        screen = self._app.screen
        return isinstance(screen, StepScreen) and screen.is_too_small

    def asks_for_plain(self, event: events.Event) -> bool:
        """Whether a key is what a window too small for the step offers.

        No binding: the field behind would take the letter first.
        """
        return self._is_covered and isinstance(event, events.Key) and event.key == PLAIN

    def lets(self, event: events.Event) -> bool:
        """Whether the app is to see an event now; what waits comes again by itself."""
        if not isinstance(event, events.Key | events.Paste):
            return True
        if any(event is passing for passing in self._passing):
            self._passing = [passing for passing in self._passing if passing is not event]
            return True
        if self._is_busy or self._passing:
            self._waiting.append(event)
            return False
        return self._judge(event)

    def handled(self, event: events.Event) -> None:
        """Told that the app has handled an event that was let through."""
        if not self._app.screen_stack:
            # It is leaving: nothing is for anybody any more.
            return
        if isinstance(event, events.Key) and self._acts(event):
            if event.key in PRIMARY:
                self._enter_done = now()
            self._follow(None)
        elif not self._is_busy and not self._passing:
            self._go_on()

    def release(self, settled: Settled) -> None:
        """Go on now that all before it has been handled, with its Enter if it has one; once."""
        if settled.is_released or not self._app.screen_stack:
            return
        settled.is_released = True
        if settled.enter is not None and self._app.screen is settled.screen:
            self._pass(events.Key(settled.enter.key, settled.enter.character))
        else:
            self._is_busy = False
            self._go_on()

    def _acts(self, event: events.Key) -> bool:
        """Whether a key does something, rather than being text for an entry."""
        return not (event.is_printable and isinstance(self._app.focused, Input))

    def _go_on(self) -> None:
        while self._waiting and not self._is_busy:
            event = self._waiting.popleft()
            if self._judge(event):
                self._pass(event)
                if isinstance(event, events.Key) and self._acts(event):
                    # The rest goes on once it has been handled.
                    return

    def _pass(self, event: events.Key | events.Paste) -> None:
        self._passing.append(event)
        self._app.post_message(event)

    def _judge(self, event: events.Key | events.Paste) -> bool:
        if isinstance(event, events.Paste):
            return not self._is_covered
        if self._is_covered:
            return event.key in ("ctrl+q", PLAIN)
        if event.key in PRIMARY:
            return self._is_meant(event)
        return not event.is_printable or self._is_wanted(event)

    def _is_meant(self, event: events.Key) -> bool:
        since, self._last_enter = event.time - self._last_enter, event.time
        if since < REPEAT or event.time < self._enter_done:
            # Pressed before it could be seen what the one before did.
            return False
        screen = self._app.screen
        if isinstance(screen, StepScreen) and event.time < screen.shown_at:
            return False
        if event.key == "enter" and event.time - self._last_character < BURST:
            self._hold(event, SILENCE)
        else:
            self._follow(event)
        return False

    def _follow(self, enter: events.Key | None) -> None:
        self._is_busy = True
        screen = self._app.screen
        settled = Settled(enter, screen)
        target = screen.focused or screen
        target.post_message(settled)
        self._app.set_timer(SILENCE, partial(self._look_after, settled, target))

    def _look_after(self, settled: Settled, target: Widget) -> None:
        """Release what a widget that has gone took along; the keys must not wait for ever."""
        if not target.is_attached:
            self.release(settled)
        elif not settled.is_released:
            self._app.set_timer(SILENCE, partial(self._look_after, settled, target))

    def _is_wanted(self, event: events.Key) -> bool:
        self._drop_held()
        since, self._last_character = event.time - self._last_character, event.time
        if isinstance(self._app.focused, Input) or not (event.character or "").isalpha():
            return True
        if since > BURST:
            self._hold(event, LETTER_WAIT)
        return False

    def _hold(self, event: events.Key, seconds: float) -> None:
        self._drop_held()
        screen = self._app.screen

        def release() -> None:
            self._held = None
            self.release(Settled(event, screen))

        self._held = self._app.set_timer(seconds, release)

    def _drop_held(self) -> None:
        if self._held is not None:
            self._held.stop()
            self._held = None
