"""Which clicks a person meant for what is on the screen."""

from __future__ import annotations

from textual import events
from textual.app import App
from textual.errors import NoWidget
from textual.scrollbar import ScrollBar
from textual.widgets import Input

from wizard.domain.problems import ExitCode
from wizard.ui.timed_screen import TimedScreen


class ClickGate:
    """Makes a double click on a control one click, and drops clicks on what wasn't there yet.

    People double-click buttons and menus. The second click would press again, or press whatever
    the first one brought under the pointer.
    """

    def __init__(self, app: App[ExitCode]) -> None:
        self._app = app
        self._last: events.MouseDown | None = None
        self._is_dropping = False

    def lets(self, event: events.Event) -> bool:
        """Whether the app is to see a mouse event."""
        if isinstance(event, events.MouseDown):
            is_second, self._last = self._is_second(event), event
            screen = self._app.screen
            is_early = isinstance(screen, TimedScreen) and event.time < screen.shown_at
            self._is_dropping = is_early or (is_second and not self._is_on_text(event))
        return not (isinstance(event, events.MouseDown | events.MouseUp) and self._is_dropping)

    def _is_second(self, event: events.MouseDown) -> bool:
        last = self._last
        return (
            last is not None
            and event.button == last.button
            and event.time - last.time <= self._app.CLICK_CHAIN_TIME_THRESHOLD
            and abs(event.screen_x - last.screen_x) <= 1
            and event.screen_y == last.screen_y
        )

    def _is_on_text(self, event: events.MouseDown) -> bool:
        """Whether a double click selects a word there, or scrolls on."""
        try:
            widget, _ = self._app.get_widget_at(event.x, event.y)
        except NoWidget:
            return True
        is_text = widget.allow_select and not widget.can_focus
        return is_text or isinstance(widget, Input | ScrollBar)
