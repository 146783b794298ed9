"""Which clicks a person meant for what is on the screen."""

from __future__ import annotations

from textual import events
from textual.app import App
from textual.errors import NoWidget
from textual.scrollbar import ScrollBar
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets._footer import FooterKey

from wizard.domain.problems import ExitCode
from wizard.ui.settled import PRIMARY
from wizard.ui.timed_screen import TimedScreen


class ClickGate:
    """Makes a double click on a control one click, and drops clicks on what wasn't there yet.

    People double-click buttons and menus. The second click would press again, or press whatever
    the first one brought under the pointer.
    """

    def __init__(self, app: App[ExitCode]) -> None:
        self._app = app
        self._last: events.MouseDown | None = None
        self._last_widget: Widget | None = None
        self._is_dropping = False

    def lets(self, event: events.MouseDown | events.MouseUp) -> bool:
        """Whether the app is to see a press or release of a mouse button."""
        if isinstance(event, events.MouseDown):
            is_second, self._last = self._is_second(event), event
            widget = self._widget_at(event)
            # Only of a text that the first click was on, too: what came under it is not meant.
            is_word = widget is not None and widget is self._last_widget and _is_text(widget)
            self._last_widget = widget
            self._is_dropping = self._is_early(event, widget) or (is_second and not is_word)
        return not self._is_dropping

    def key_for(self, event: events.MouseDown | events.MouseUp) -> str | None:
        """Return the key that a press on the row of keys stands for; None for any other.

        The press and its release are dropped then. Textual's own key would be lost where the row
        is drawn anew meanwhile, and would come after all that was entered after the click.
        """
        widget = self._last_widget
        if isinstance(event, events.MouseUp) or not isinstance(widget, FooterKey):
            return None
        self._is_dropping = True
        return widget.key

    def _is_second(self, event: events.MouseDown) -> bool:
        last = self._last
        return (
            last is not None
            and event.button == last.button
            and event.time - last.time <= self._app.CLICK_CHAIN_TIME_THRESHOLD
            and abs(event.screen_x - last.screen_x) <= 1
            and event.screen_y == last.screen_y
        )

    def _is_early(self, event: events.MouseDown, widget: Widget | None) -> bool:
        screen = self._app.screen
        if not isinstance(screen, TimedScreen):
            return False
        is_key = isinstance(widget, FooterKey) and widget.key in PRIMARY
        is_primary = is_key or (widget is not None and widget.id == "next")
        return event.time < screen.shown_at or (is_primary and screen.is_early(event.time))

    def _widget_at(self, event: events.MouseDown) -> Widget | None:
        try:
            return self._app.get_widget_at(event.x, event.y)[0]
        except NoWidget:
            return None


def _is_text(widget: Widget) -> bool:
    """Whether a double click selects a word there, or scrolls on."""
    is_text = widget.allow_select and not widget.can_focus
    return is_text or isinstance(widget, Input | ScrollBar)
