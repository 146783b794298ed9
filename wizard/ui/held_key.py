"""Tells by the times at which keys arrive whether they were pressed, held down, or pasted.

A terminal doesn't say which. A key that is held down comes once, then after a delay at short
intervals: X11 250 to 660 ms, then 33 to 40 ms; macOS up to 1 s, then 30 to 90 ms; the Linux
console 250 ms, then 92 ms. A person who presses a key again takes 150 ms or more. A paste without
brackets comes as keys without any pause.
"""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import Final

from textual import events
from textual.screen import Screen
from textual.timer import Timer

BURST: Final = 0.03
"""Seconds: a key this soon after a character was not typed by a hand."""
BOUNCE: Final = 0.02
"""Seconds: the same key this soon after itself is the same press, or one read of several."""
REPEAT: Final = 0.125
"""Seconds: the longest interval at which a key held down repeats."""
FIRST_REPEAT: Final = 1.1
"""Seconds: the longest delay after which a key held down begins to repeat."""
PRIMARY: Final = ("enter", "ctrl+n")
"""Keys of the primary action."""


class Press(Enum):
    """What the arrival of a key means."""

    NEW = "pressed"
    MAYBE = "pressed, unless it comes again within REPEAT"
    SAME = "the press before, which still counts"
    REPEAT = "held down: neither this nor a MAYBE before it counts"


class HeldKey:
    """Tells a key that is held down from one that is pressed again, by the times it comes at."""

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

    def is_meant(self, event: events.Event) -> bool:
        """Whether what comes next shows that the key was pressed on purpose."""
        if not isinstance(event, events.Key):
            return True
        since = event.time - self.key.time
        is_text = event.is_printable or event.key in PRIMARY
        if event.key == self.key.key and since < self.repeat_seconds:
            return False
        return not (is_text and since < self.text_seconds)
