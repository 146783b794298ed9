"""Which keys and clicks a person meant for what is on the screen, and which only came along."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Final

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from wizard.domain.problems import ExitCode
from wizard.ui import held_key
from wizard.ui.click_gate import ClickGate
from wizard.ui.held_key import HeldKey, Press
from wizard.ui.settled import BURST, PRIMARY, Entered, Held, Settled
from wizard.ui.step_screen import StepScreen
from wizard.ui.timed_screen import TimedScreen, now

SILENCE: Final = 0.3
"""Seconds without a character after which an Enter at a burst's end counts."""
LETTER_WAIT: Final = 0.05
"""Seconds a single letter waits, so that the first one of a paste does nothing either."""
MOVES: Final = frozenset(
    ("tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown")
)
"""Keys that are held down on purpose."""
QUIT: Final = "ctrl+q"
PLAIN: Final = "p"
"""Goes on in plain mode, where the window is too small."""
EARLY: Final = "Enter was pressed before this was shown. Press it again to continue."
EARLY_SECONDS: Final = 3.0


class KeyGate:
    """Lets keys, pastes and clicks through one by one, in the order they were made.

    A terminal without bracketed paste sends a paste as keys: its line ends must not press the
    primary action, and its letters must not press single-letter keys. While a key that acts (an
    Enter, a Tab) is under way, or the next screen, what follows it waits: it is for the field
    that the key moves to. A key that is held down presses once.
    """

    def __init__(self, app: App[ExitCode]) -> None:
        self._app = app
        self._last_character = 0.0
        self._presses = HeldKey()
        self._clicks = ClickGate(app)
        self._text_on: Screen[object] | None = None
        """The screen that was given text since the last key that acted."""
        self._held: Held | None = None
        self._is_busy = False
        """A key that acts is under way."""
        self._waiting: deque[Entered] = deque()
        self._passing: list[Entered] = []
        """Posted again, to be let through."""
        self._said_early_at = 0.0

    @property
    def _is_covered(self) -> bool:
        """Whether the window is too small for the step that is there."""
        screen = self._app.screen
        return isinstance(screen, StepScreen) and screen.is_too_small

    @property
    def _is_open(self) -> bool:
        """Whether there is a screen to take a key, and all before it has been handled."""
        if self._is_busy or self._passing or len(self._app.screen_stack) < 2:
            return False
        screen = self._app.screen
        return not isinstance(screen, TimedScreen) or screen.is_painted

    def asks_for_plain(self, event: events.Event) -> bool:
        """Whether a key is what a window too small for the step offers.

        No binding: the field behind would take the letter first.
        """
        return self._is_covered and isinstance(event, events.Key) and event.key == PLAIN

    def lets(self, event: events.Event) -> bool:
        """Whether the app is to see an event now; what waits comes again by itself."""
        if not isinstance(event, Entered):
            return True
        if any(event is passing for passing in self._passing):
            self._passing = [passing for passing in self._passing if passing is not event]
            return True
        if len(self._app.screen_stack) < 2 and isinstance(event, events.Key) and event.key == QUIT:
            # The next screen may take long.
            return True
        if self._is_open and not self._waiting and not self._ends_hold(event):
            return self._judge(event)
        self._waiting.append(event)
        self.go_on()
        return False

    def handled(self, event: events.Event) -> None:
        """Told that the app has handled an event that was let through."""
        if not self._app.screen_stack:
            # It is leaving: nothing is for anybody any more.
            return
        is_click = isinstance(event, events.MouseUp)
        if is_click or (isinstance(event, events.Key) and self._acts(event)):
            self._follow(Settled(None, self._app.screen, follows=False))
        else:
            self.go_on()

    def release(self, settled: Settled) -> None:
        """Go on now that all before it has been handled, with its Enter if it has one; once."""
        if settled.is_released or not self._app.screen_stack:
            return
        settled.is_released = True
        self._is_busy = False
        if settled.enter is not None and self._is_for_what_is_shown(settled):
            self._pass(events.Key(settled.enter.key, settled.enter.character))
        else:
            self.go_on()

    def go_on(self) -> None:
        """Judge what waits, as far as it need not wait any longer."""
        while self._waiting and self._is_open:
            if self._ends_hold(self._waiting[0]):
                self._release_held()
                continue
            event = self._waiting.popleft()
            if self._judge(event):
                self._pass(event)

    def _acts(self, event: events.Key) -> bool:
        """Whether a key does something, rather than being text for an entry."""
        return not (event.is_printable and isinstance(self._app.focused, Input))

    def _acts_once(self, event: events.Key) -> bool:
        """Whether a key does something that it must not do again while it is held down."""
        if event.key in PRIMARY:
            return True
        if event.is_printable:
            return self._acts(event) and (event.character or "").isalpha()
        bound = self._app.screen.active_bindings.get(event.key)
        return bound is not None and event.key not in MOVES and not isinstance(bound.node, Input)

    def _pass(self, event: Entered) -> None:
        self._passing.append(event)
        self._app.post_message(event)

    def _judge(self, event: Entered) -> bool:
        if isinstance(event, events.MouseDown | events.MouseUp):
            return self._judge_click(event)
        if self._is_covered:
            return isinstance(event, events.Key) and event.key in (QUIT, PLAIN)
        if isinstance(event, events.Paste) or not self._acts_once(event):
            self._presses.forget()
            if isinstance(event, events.Paste) or not self._acts(event):
                self._text_on = self._app.screen
            return isinstance(event, events.Paste) or self._is_character_wanted(event)
        text_on, self._text_on = self._text_on, None
        if event.is_printable and self._is_in_burst(event):
            return False
        press = self._presses.judge(event.key, event.time)
        if press in (Press.SAME, Press.REPEAT):
            if press is Press.REPEAT:
                self._drop_held()
            return False
        if event.key in PRIMARY:
            self._judge_enter(event, press, text_on)
        elif event.is_printable or press is Press.MAYBE:
            self._hold(self._settled(event), press)
        else:
            return True
        return False

    def _judge_click(self, event: events.MouseDown | events.MouseUp) -> bool:
        self._presses.forget()
        if not self._clicks.lets(event):
            return False
        key = self._clicks.key_for(event)
        if key is None:
            return True
        self._text_on = None
        pressed = events.Key(key, None)
        pressed.time = event.time
        if key in PRIMARY:
            self._follow(self._settled(pressed))
        else:
            self._pass(pressed)
        return False

    def _judge_enter(self, event: events.Key, press: Press, text_on: Screen[object] | None) -> None:
        settled = self._settled(event, follows=text_on is self._app.screen)
        if not self._is_for_what_is_shown(settled, text_on):
            return
        is_end_of_line = event.key == "enter" and event.time - self._last_character < BURST
        if is_end_of_line or press is Press.MAYBE:
            self._hold(settled, press, SILENCE if is_end_of_line else 0.0)
        else:
            self._follow(settled)

    def _settled(self, event: events.Key, *, follows: bool = False) -> Settled:
        return Settled(event, self._app.screen, follows)

    def _is_for_what_is_shown(
        self, settled: Settled, text_on: Screen[object] | None = None
    ) -> bool:
        """Whether an Enter can have been meant for what is shown now; say so where it cannot.

        Text may have submitted itself: the Enter after it belongs to it, and has done its work.
        """
        screen, enter = self._app.screen, settled.enter
        if enter is None or enter.key not in PRIMARY:
            return screen is settled.screen
        if screen is not settled.screen:
            if not settled.follows:
                self._say_early()
            return False
        if not isinstance(screen, TimedScreen):
            return True
        if screen.is_early(enter.time, follows_text=settled.follows):
            if text_on in (None, screen):
                self._say_early()
            return False
        return True

    def _say_early(self) -> None:
        if now() - self._said_early_at >= EARLY_SECONDS:
            self._said_early_at = now()
            self._app.notify(EARLY, timeout=EARLY_SECONDS, markup=False)

    def _follow(self, settled: Settled) -> None:
        self._is_busy = True
        target = self._app.screen.focused or self._app.screen
        target.post_message(settled)
        self._app.set_timer(SILENCE, partial(self._look_after, settled, target))

    def _look_after(self, settled: Settled, target: Widget) -> None:
        """Release what a widget that has gone took along; the keys must not wait for ever."""
        if not target.is_attached:
            self.release(settled)
        elif not settled.is_released:
            self._app.set_timer(SILENCE, partial(self._look_after, settled, target))

    def _is_character_wanted(self, event: events.Key) -> bool:
        if event.is_printable:
            self._drop_held()
            self._last_character = event.time
        return True

    def _is_in_burst(self, event: events.Key) -> bool:
        """Whether a letter is one of a paste without brackets."""
        since, self._last_character = event.time - self._last_character, event.time
        if since <= BURST:
            self._drop_held()
        return since <= BURST

    # -- waiting to see what follows -------------------------------------------------------------

    def _ends_hold(self, event: Entered) -> bool:
        return self._held is not None and self._held.ends_before(event)

    def _hold(self, settled: Settled, press: Press, seconds: float = LETTER_WAIT) -> None:
        self._drop_held()
        if settled.enter is not None:
            if press is Press.MAYBE:
                seconds = max(seconds, held_key.REPEAT)
            timer = self._app.set_timer(seconds, self._release_held)
            self._held = Held(settled, settled.enter, timer, press)

    def _release_held(self) -> None:
        held = self._held
        self._drop_held()
        if held is None or not self._app.screen_stack:
            return
        if not self._is_for_what_is_shown(held.settled):
            self.go_on()
        elif held.key.key in PRIMARY:
            self._follow(held.settled)
        else:
            self._pass(held.key)

    def _drop_held(self) -> None:
        if self._held is not None:
            self._held.timer.stop()
            self._held = None
