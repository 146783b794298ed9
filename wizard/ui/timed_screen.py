"""A screen that knows since when it can be seen, so that no earlier key or click acts on it."""

from __future__ import annotations

from math import inf
from typing import Generic, TypeVar

from textual import events
from textual.message import Message
from textual.screen import Screen

Result = TypeVar("Result")


def now() -> float:
    """Return the time in seconds on the clock of `Message.time`, which differs by platform."""
    return Message().time


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
