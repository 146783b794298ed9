"""Decides by timing which keys and clicks the user meant for what is on the screen.

A terminal doesn't say whether a key was pressed, held down, or pasted. A key that is held down
comes once, then after a delay at short intervals. The delay is 250 to 660 ms in X11, up to 1 s in
macOS, and 250 ms in the Linux console. The intervals are 33 to 40, 30 to 90, and 92 ms.
A person who presses a key again takes 150 ms or more. A paste without brackets comes as keys
without any pause.
"""

from __future__ import annotations

import sys
from enum import Enum
from math import inf
from typing import Any, Final, Generic, TypeVar
from weakref import ref

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from wizard.host.terminal import is_readable
from wizard.ui.textual_internals import Parser

BURST: Final = 0.03
"""Seconds: a key this soon after a character was not typed by a hand."""
BOUNCE: Final = 0.02
"""Seconds: the same key this soon after itself is the same press, or one read of several."""
REPEAT: Final = 0.125
"""Seconds: the longest interval at which a key held down repeats."""
FIRST_REPEAT: Final = 1.1
"""Seconds: the longest delay after which a key held down begins to repeat."""
PAINTED: Final = 0.05
"""Seconds after which what was laid out has been painted too."""
PRIMARY: Final = ("enter", "ctrl+n")
"""Keys of the primary action."""


class Press(Enum):
    """What the arrival of a key means."""

    NEW = "pressed"
    MAYBE = "pressed, unless it comes again within REPEAT"
    SAME = "the press before, which still counts"
    REPEAT = "held down: neither this nor a MAYBE before it counts"


class HeldKey:
    """Distinguishes by timing a key that is held down from one that is pressed again."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Take the next key as a new press: something else was entered before it."""
        self._key = ""
        self._time = -inf
        self._press = Press.NEW
        self._is_doubled = False

    def judge(self, key: str, time: float) -> Press:
        """Return what the arrival of a key means, `time` in seconds."""
        since = time - self._time if key == self._key else inf
        self._key, self._time = key, time
        is_open = self._press is not Press.NEW
        if since < BOUNCE and not (is_open and self._is_doubled):
            self._is_doubled = True
            return Press.SAME
        if since < REPEAT and is_open:
            self._press = Press.REPEAT
        else:
            self._press = Press.MAYBE if since < FIRST_REPEAT else Press.NEW
            self._is_doubled = False
        return self._press


class Settled(Message):
    """Barrier message: it bubbles from a widget to the app behind what was sent to the widget."""

    def __init__(self, target: Widget) -> None:
        super().__init__()
        # Not a strong one: until the next key it would keep a step alive that was left.
        self._target = ref(target)

    @property
    def is_coming(self) -> bool:
        """Whether the widget is still there; one that was removed takes its barrier along."""
        target = self._target()
        return target is not None and target.is_attached


class WaitingKey:
    """A key that waits to see what follows it."""

    def __init__(self, key: events.Key, screen: Screen[object], press: Press) -> None:
        self.key = key
        self.screen = screen
        self.text_on: Screen[object] | None = None
        self.text_seconds = BURST if key.is_printable else 0.0
        """How long text after it shows that it was pasted."""
        self.repeat_seconds = REPEAT if press is Press.MAYBE else 0.0
        """How long the same key after it shows that it is held down."""
        self.timer: Timer | None = None

    @property
    def seconds(self) -> float:
        """How long it waits."""
        return max(self.text_seconds, self.repeat_seconds)

    def extend(self) -> None:
        """Let text that has arrived by now count as following at once, whenever it is read."""
        if self.text_seconds:
            self.text_seconds += now() - self.key.time

    def is_meant(self, event: events.Event) -> bool:
        """Whether what comes next shows that the key was pressed on purpose."""
        if not isinstance(event, events.Key):
            return True
        since = event.time - self.key.time
        is_text = event.is_printable or event.key in PRIMARY
        if event.key == self.key.key and since < self.repeat_seconds:
            return False
        return not (is_text and since < self.text_seconds)


Result = TypeVar("Result")


def now() -> float:
    """Return the time in seconds on the clock of `Message.time`, which differs by platform."""
    return Message().time


def has_unread(app: App[Any]) -> bool:
    """Whether the terminal sent something that the app hasn't seen yet, as on a busy machine."""
    return is_readable(sys.__stdin__) or Parser.is_feeding or app.message_queue_size > 0


class TimedScreen(Screen[Result], Generic[Result]):
    """Notes when it was first painted and when it last asked something."""

    class Painted(Message):
        """The screen can be seen."""

    shown_at = inf
    """When it was laid out, or a dialog over it closed; no Enter or click made before is for it."""
    is_painted = False
    """Whether it can be seen; until then no key reaches it."""
    is_too_small = False
    """The window is; the step is covered, and no key is for it."""
    has_waiting_input = False
    """Whether something was entered that hasn't been handed out yet."""
    asked_at = 0.0
    """When it last changed what Enter does; no Enter pressed before is an answer."""

    def on_mount(self) -> None:
        """Note the time, and wait for the first paint."""
        # Textual calls on_mount of each class in the line, so this runs more than once.
        self.shown_at = min(self.shown_at, now())
        self.call_after_refresh(self._note_painted)

    def fit(self) -> None:
        """Take the classes of the window's size; Textual would lay out and paint all of it first.

        To be called before the screen is composed.
        """
        app, (width, height) = self.app, self.app.size
        lengths = ((width, app.HORIZONTAL_BREAKPOINTS), (height, app.VERTICAL_BREAKPOINTS))
        for length, breakpoints in lengths:
            names = [name for least, name in breakpoints or () if length >= least]
            self.add_class(*names[-1:])

    def _note_painted(self) -> None:
        self.is_painted = True
        self.post_message(self.Painted())

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Note when it comes into view again: what is clicked once it is painted is for it."""
        if self.is_painted:
            self.shown_at = event.time

    def expect_new_enter(self, after: float = 0.0) -> None:
        """Ignore each Enter until `after` seconds from now: what it does just changed."""
        self.asked_at = now() + after

    def is_early(self, pressed_at: float, *, follows_text: bool = False) -> bool:
        """Whether an Enter was pressed before the user could see what it would do.

        Args:
            pressed_at: time of the key, in seconds (see `now`).
            follows_text: text was entered on this screen just before it, so the Enter is meant
                for this screen even if both were typed ahead.
        """
        return pressed_at < self.asked_at or (pressed_at < self.shown_at and not follows_text)
