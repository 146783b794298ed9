"""Telling a key that is held down from a key that is pressed again, by the times it comes at.

A terminal doesn't say which it is. A key held down comes once, then after a delay at short
intervals: X11 250 to 660 ms, then 33 to 40 ms; macOS up to 1 s, then 30 to 90 ms; the Linux
console 250 ms, then 92 ms. A person who presses a key again takes 150 ms or more.
"""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import Final

BOUNCE: Final = 0.02
"""Seconds: the same key this soon after itself is the same press, or one read of several."""
REPEAT: Final = 0.125
"""Seconds: the longest interval at which a key held down repeats."""
FIRST_REPEAT: Final = 1.1
"""Seconds: the longest delay after which a key held down begins to repeat."""


class Press(Enum):
    """What the coming of a key means."""

    NEW = "pressed"
    MAYBE = "pressed, unless it comes again within REPEAT"
    SAME = "the press before, which still counts"
    REPEAT = "held down: neither this nor a MAYBE before it counts"


class HeldKey:
    """Judges the keys of a terminal one by one."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Take the next key as a new press: something else was entered before it."""
        self._key = ""
        self._time = -inf
        self._press = Press.NEW
        self._is_doubled = False

    def judge(self, key: str, time: float) -> Press:
        """Return what the coming of a key means, `time` in seconds."""
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
