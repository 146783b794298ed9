"""Keys that wait: until all before them has been handled, or to see what follows."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from wizard.ui.held_key import Press

BURST: Final = 0.03
"""Seconds: a key this soon after a character was not typed by a hand."""
PRIMARY: Final = ("enter", "ctrl+n")
"""Keys of the primary action."""

Entered = events.Key | events.Paste | events.MouseDown | events.MouseUp
"""What people do, in its order."""


class Settled(Message):
    """Follows keys and pastes through every queue up to the app: then they have been handled.

    With an Enter it comes before it: the primary action is a priority binding, and would
    overtake them. Without one it comes after a key that acts, which text would overtake.
    """

    def __init__(self, enter: events.Key | None, screen: Screen[object], follows: bool) -> None:
        """Args: `follows`: text was entered on the screen just before the Enter."""
        super().__init__()
        self.enter = enter
        self.screen = screen
        self.follows = follows
        self.is_released = False


class Held:
    """A key that waits to see what follows it."""

    def __init__(self, settled: Settled, key: events.Key, timer: Timer, press: Press) -> None:
        self.settled = settled
        self.key = key
        self.timer = timer
        self.press = press

    def ends_before(self, event: Entered) -> bool:
        """Whether what comes shows that the key was meant, and is to be handled after it."""
        if not isinstance(event, events.Key):
            return True
        if self.press is Press.MAYBE:
            return event.key != self.key.key
        # A burst of characters goes on with more characters: a paste without brackets.
        is_text = event.is_printable or event.key in PRIMARY
        return not is_text and event.time - self.key.time >= BURST
