"""Which keys a person meant for what is on the screen, and which only came along."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import App
from textual.timer import Timer

from wizard.domain.problems import ExitCode
from wizard.ui.step_screen import StepScreen, now
from wizard.ui.widgets.field import Entry

BURST: Final = 0.03
"""Seconds: a key this soon after a character was not typed by a hand."""
REPEAT: Final = 0.045
"""Seconds: an Enter this soon after another comes of a key held down, or of the same read."""
SILENCE: Final = 0.3
"""Seconds without a character after which an Enter at a burst's end counts."""
LETTER_WAIT: Final = 0.05
"""Seconds a single letter waits, so that the first one of a paste does nothing either."""


class KeyGate:
    """Lets keys through one by one, in the order the app reads them.

    A terminal without bracketed paste sends a paste as keys: its line ends must not press the
    primary action, and its letters must not press single-letter keys.
    """

    def __init__(self, app: App[ExitCode]) -> None:
        self._app = app
        self._last_character = 0.0
        self._last_enter = 0.0
        self._enter_done = 0.0
        self._held: Timer | None = None
        self._released: events.Key | None = None

    def lets(self, event: events.Event) -> bool:
        """Whether the app is to see an event now; what is held comes again by itself."""
        if not self._app.screen_stack:
            # The wizard is being left, and what was still read is for nobody.
            return False
        screen = self._app.screen
        is_covered = isinstance(screen, StepScreen) and screen.is_too_small
        if not isinstance(event, events.Key):
            return not (is_covered and isinstance(event, events.Paste))
        if is_covered:
            return event.key == "ctrl+q"
        if event is self._released:
            return True
        if event.key == "enter":
            return self._is_meant(event)
        return not event.is_printable or self._is_wanted(event)

    def enter_done(self) -> None:
        """Told that what an Enter did has been done."""
        self._enter_done = now()

    def _is_meant(self, event: events.Key) -> bool:
        since, self._last_enter = event.time - self._last_enter, event.time
        if since < REPEAT or event.time < self._enter_done:
            # Pressed before it could be seen what the one before did.
            return False
        screen = self._app.screen
        if isinstance(screen, StepScreen) and event.time < screen.shown_at:
            return False
        if event.time - self._last_character < BURST:
            self._hold(event, SILENCE)
            return False
        return True

    def _is_wanted(self, event: events.Key) -> bool:
        self._drop_held()
        since, self._last_character = event.time - self._last_character, event.time
        if isinstance(self._app.focused, Entry) or not (event.character or "").isalpha():
            return True
        if since > BURST:
            self._hold(event, LETTER_WAIT)
        return False

    def _hold(self, event: events.Key, seconds: float) -> None:
        self._drop_held()
        screen = self._app.screen

        def release() -> None:
            self._held = None
            if self._app.screen is screen:
                self._released = events.Key(event.key, event.character)
                self._app.post_message(self._released)

        self._held = self._app.set_timer(seconds, release)

    def _drop_held(self) -> None:
        if self._held is not None:
            self._held.stop()
            self._held = None
