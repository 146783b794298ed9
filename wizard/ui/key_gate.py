"""Dispatches keys, pastes, and clicks one by one if they were meant for what is on the screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from math import inf
from typing import Final

from textual import events
from textual.app import App
from textual.errors import NoWidget
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from wizard.domain.problems import ExitCode
from wizard.ui.input_timing import (
    BURST,
    PRIMARY,
    HeldKey,
    Press,
    Settled,
    TimedScreen,
    WaitingKey,
    has_unread,
)
from wizard.ui.widgets.buttons import Keys

SILENCE: Final = 0.3
"""Seconds without a character after which an Enter at the end of a burst counts."""
MOVES: Final = frozenset(
    ("tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown")
)
"""Keys that are held down on purpose."""
QUIT: Final = "ctrl+q"
PLAIN: Final = "p"
"""Continues in plain mode if the window is too small."""
EARLY: Final = "You pressed Enter before this appeared. Press it again to continue."

Entered = events.Key | events.Paste | events.MouseDown | events.MouseUp
"""User input, in order."""


class KeyGate:
    """Dispatches keys, pastes, and clicks one by one, in order.

    Each waits until the one before has been handled and the screen it led to has been painted. So a
    Tab has moved the focus before the text after it is handed out. An Enter is judged by what
    could be seen when it was pressed. A terminal without bracketed paste sends a paste as keys. Its
    line ends must not press the primary action, and its letters must not press any key. A key that
    is held down presses once, and so does a double click.
    """

    def __init__(
        self, app: App[ExitCode], forward: Callable[[events.Event], Awaitable[None]]
    ) -> None:
        """Args: `forward` hands an event out; all of this runs in the app's message loop."""
        self._app = app
        self._forward = forward
        self._presses = HeldKey()
        self._waiting: deque[Entered] = deque()
        self._under_way: Settled | None = None
        self._unsettled: Widget | None = None
        """The field that was handed text without a barrier behind it."""
        self._watch: Timer | None = None
        self._hold: WaitingKey | None = None
        self._last_text = -inf
        """When the last character came, in seconds."""
        self._text_on: Screen[object] | None = None
        """The screen that was given text since the last key that acted."""
        self._last_click: events.MouseDown | None = None
        self._clicked: Widget | None = None
        self._is_dropping_click = False

    @property
    def _is_busy(self) -> bool:
        """Whether something is being handled; a widget that was removed takes its barrier along."""
        return self._under_way is not None and self._under_way.is_coming

    @property
    def _is_open(self) -> bool:
        """Whether there is a screen to take what comes, and all before it has been handled."""
        if self._is_busy or len(self._app.screen_stack) < 2:
            return False
        screen = self._app.screen
        return not isinstance(screen, TimedScreen) or screen.is_painted

    async def enter(self, event: Entered) -> None:
        """Take what was entered; hand it out when it is its turn, if it was meant."""
        is_quit = isinstance(event, events.Key) and event.key == QUIT
        if is_quit and len(self._app.screen_stack) < 2:
            # The next screen may take long.
            await self._forward(event)
            return
        self._waiting.append(event)
        await self.go_on()

    async def settled(self, settled: Settled) -> None:
        """Continue: what was handed out has been handled."""
        if settled is self._under_way:
            self._under_way = None
        await self.go_on()

    async def go_on(self) -> None:
        """Judge what waits, as far as it need not wait any longer."""
        while self._waiting and self._is_open:
            if self._unsettled is not None and not self._is_text(self._waiting[0]):
                self._settle()
            elif self._hold is not None and self._hold.is_meant(self._waiting[0]):
                await self._release()
            else:
                await self._judge(self._waiting.popleft())
        if self._app.screen_stack and isinstance(screen := self._app.screen, TimedScreen):
            screen.has_waiting_input = bool(self._waiting)
        if self._waiting and self._watch is None:
            # The widget with the barrier may be removed.
            self._watch = self._app.set_timer(SILENCE, self._look_again)

    async def _look_again(self) -> None:
        self._watch = None
        await self.go_on()

    async def _hand_out(self, event: Entered) -> None:
        await self._forward(event)
        if not self._app.screen_stack:
            # The app is being left.
            return
        is_click = isinstance(event, events.MouseEvent) and self._clicked is not None
        focused = self._app.screen.focused or self._app.screen
        self._unsettled = self._clicked if is_click else focused
        # A field takes text in its own order. Held up at each character, a long paste without
        # brackets would look as if it had ended.
        if not self._is_text(event):
            self._settle()

    def _settle(self) -> None:
        target, self._unsettled = self._unsettled, None
        if target is not None:
            self._under_way = Settled(target)
            # Behind the messages, such as Input.Changed, that it posts while it handles the event.
            target.call_later(target.post_message, self._under_way)

    # -- judging ---------------------------------------------------------------------------------

    async def _judge(self, event: Entered) -> None:
        screen = self._app.screen
        if isinstance(event, events.MouseDown | events.MouseUp):
            self._presses.forget()
            await self._judge_click(event)
        elif isinstance(screen, TimedScreen) and screen.is_too_small:
            if isinstance(event, events.Key) and event.key in (QUIT, PLAIN):
                await self._hand_out(event)
        elif isinstance(event, events.Paste) or not self._acts_once(event):
            self._presses.forget()
            if isinstance(event, events.Paste) or self._is_text(event):
                self._text_on = screen
            self._note_text(event)
            await self._hand_out(event)
        else:
            await self._judge_key(event)

    async def _judge_key(self, event: events.Key) -> None:
        since_text = event.time - self._last_text
        if event.is_printable:
            self._note_text(event)
            if since_text < BURST:
                return
        press = self._presses.judge(event.key, event.time)
        if press is Press.REPEAT:
            self._drop_hold()
        if press in (Press.SAME, Press.REPEAT):
            return
        hold = WaitingKey(event, self._app.screen, press)
        hold.text_on, self._text_on = self._text_on, None
        if event.key == "enter" and since_text < BURST:
            hold.text_seconds = SILENCE
        self._drop_hold()
        if hold.seconds:
            hold.timer = self._app.set_timer(hold.seconds, self._time_out)
            self._hold = hold
        else:
            await self._press(hold)

    def _note_text(self, event: events.Key | events.Paste) -> None:
        if isinstance(event, events.Key) and event.is_printable:
            # The key that waits was a part of the text.
            self._drop_hold()
            self._last_text = event.time

    def _is_text(self, event: Entered) -> bool:
        """Whether something is a character for a field, rather than a key that acts."""
        is_character = isinstance(event, events.Key) and event.is_printable
        return is_character and isinstance(self._app.focused, Input)

    def _acts_once(self, event: events.Key) -> bool:
        """Whether a key does something that it must not do again while it is held down."""
        if event.key in PRIMARY:
            return True
        if event.is_printable:
            return not self._is_text(event) and (event.character or "").isalpha()
        bound = self._app.screen.active_bindings.get(event.key)
        return bound is not None and event.key not in MOVES and not isinstance(bound.node, Input)

    def _drop_hold(self) -> None:
        if self._hold is not None and self._hold.timer is not None:
            self._hold.timer.stop()
        self._hold = None

    async def _time_out(self) -> None:
        """Let the key that waits act, unless more was entered: it may be the text of a paste."""
        if self._hold is not None:
            # Textual runs this in the timer's task: stopping the timer would cancel it halfway.
            self._hold.timer = None
        if self._hold is not None and (self._waiting or has_unread(self._app)):
            self._hold.extend()
            self._hold.timer = self._app.set_timer(SILENCE, self._time_out)
        else:
            await self._release()

    async def _release(self) -> None:
        hold = self._hold
        self._drop_hold()
        if hold is not None and self._app.screen_stack:
            await self._press(hold)
        await self.go_on()

    async def _press(self, hold: WaitingKey) -> None:
        """Hand out a key that acts if it can have been meant for what is shown; else say so.

        Text may have submitted itself: the Enter after it belongs to it, and has done its work.
        """
        key, screen, text_on = hold.key, self._app.screen, hold.text_on
        is_early = screen is not hold.screen
        if key.key in PRIMARY and isinstance(screen, TimedScreen):
            follows = text_on is screen
            is_early = is_early or screen.is_early(key.time, follows_text=follows)
        if not is_early:
            await self._hand_out(key)
        elif key.key in PRIMARY and text_on in (None, screen):
            self._app.notify(EARLY, timeout=3.0, markup=False)

    # -- clicks ----------------------------------------------------------------------------------

    async def _judge_click(self, event: events.MouseDown | events.MouseUp) -> None:
        if isinstance(event, events.MouseDown):
            before, self._clicked = self._clicked, self._widget_at(event)
            self._is_dropping_click = not self._is_click_meant(event, before)
            self._last_click = event
            if isinstance(self._clicked, Keys) and not self._is_dropping_click:
                await self._click_key(self._clicked, event)
        if not self._is_dropping_click:
            await self._hand_out(event)

    async def _click_key(self, row: Keys, event: events.MouseDown) -> None:
        """Press the key that was clicked in the row of keys."""
        clicked = row.key_at(event.x)
        if clicked is not None:
            self._is_dropping_click = True
            key = events.Key(clicked.key, None)
            key.time = event.time
            self._text_on = None
            await self._press(WaitingKey(key, self._app.screen, Press.NEW))

    def _is_click_meant(self, event: events.MouseDown, before: Widget | None) -> bool:
        """Whether a click is no second one of a double click, and for what could be seen.

        People double-click buttons and menus. The second click would press again, or press
        whatever the first one brought under the pointer.
        """
        last, widget, screen = self._last_click, self._clicked, self._app.screen
        is_second = (
            last is not None
            and event.button == last.button
            and event.time - last.time <= self._app.CLICK_CHAIN_TIME_THRESHOLD
            and abs(event.screen_x - last.screen_x) <= 1
            and event.screen_y == last.screen_y
        )
        # On a text, a double click selects a word.
        if is_second and not (widget is not None and widget is before and _selects(widget)):
            return False
        if not isinstance(screen, TimedScreen):
            return True
        is_primary = widget is not None and widget.id == "next"
        return event.time >= screen.shown_at and not (is_primary and screen.is_early(event.time))

    def _widget_at(self, event: events.MouseDown) -> Widget | None:
        try:
            return self._app.get_widget_at(event.x, event.y)[0]
        except NoWidget:
            return None


def _selects(widget: Widget) -> bool:
    """Whether a double click selects a word there, or scrolls further."""
    is_text = widget.allow_select and not widget.can_focus
    return is_text or isinstance(widget, Input | ScrollBar)
