"""The buttons under a screen, which arrows walk along."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal


class ButtonRow(Horizontal):
    """Left and Right go from one button to the next; no key of a field's ever comes here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "walk(-1)", "Left", show=False),
        Binding("right", "walk(1)", "Right", show=False),
    ]

    def action_walk(self, by: int) -> None:
        """Give the focus to the button on that side, if there is one."""
        buttons = [there for there in self.screen.focus_chain if there.parent is self]
        at = next((place for place, button in enumerate(buttons) if button.has_focus), None)
        if at is not None and 0 <= at + by < len(buttons):
            buttons[at + by].focus()
