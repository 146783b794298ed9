"""The buttons under a screen, which arrows walk along, and what is said beside them."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive

MORE: Final = ("↓ more  PgDn", "↓ more", "↓")
"""The first that there is room for is said."""


class ButtonRow(Horizontal):
    """Left and Right go from one button to the next; no key of a field's ever comes here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "walk(-1)", "Left", show=False),
        Binding("right", "walk(1)", "Right", show=False),
    ]

    is_more: reactive[bool] = reactive(False)
    """Whether there is more above the buttons than is seen."""

    def __init__(self, id: str, above: str) -> None:
        """Args: `above` selects what scrolls above the row."""
        super().__init__(id=id)
        self._above = above

    def on_mount(self) -> None:
        """Keep an eye on what stands above."""
        # None there where the screen was left before it came to be.
        for body in self.screen.query(self._above).results(VerticalScroll):
            self.watch(body, "scroll_y", self.look_again)
            self.watch(body, "virtual_size", self.look_again)

    def look_again(self) -> None:
        """See whether there is more, and how much room is left beside the buttons."""
        for body in self.screen.query(self._above).results(VerticalScroll):
            # Not max_scroll_y, which is all of it until a first layout has ended.
            self.is_more = body.scroll_y + body.size.height < body.virtual_size.height
        self.refresh()

    def render(self) -> Content:
        """Say it at the left, in as much as the buttons leave room for."""
        room = min((child.virtual_region.x for child in self.displayed_children), default=0)
        words = next((words for words in MORE if len(words) < room), MORE[-1])
        return Content.styled(words, "$muted") if self.is_more else Content()

    def action_walk(self, by: int) -> None:
        """Give the focus to the button on that side, if there is one."""
        buttons = [there for there in self.screen.focus_chain if there.parent is self]
        at = next((place for place, button in enumerate(buttons) if button.has_focus), None)
        if at is not None and 0 <= at + by < len(buttons):
            buttons[at + by].focus()
