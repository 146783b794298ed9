"""Items to select with Space or a click.

Textual's own lists draw the same glyph whether or not an item is selected, and can't show a note at
the right. They also select on Enter, which is the primary action of every step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from wizard.domain.texts.prerequisites import Prerequisite
from wizard.ui.widgets.layout import Reversing, show_row, spread


class Checklist(Reversing, can_focus=True):
    """Prerequisites with a cursor; Space selects one and moves to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("home", "move(-99)", "First", show=False),
        Binding("end", "move(99)", "Last", show=False),
        Binding("space", "tick", "Select", key_display="Space", id="checklist.tick"),
    ]
    DEFAULT_CSS = """
    Checklist {
        height: auto;
        color: $foreground;
        & > .checklist--cursor { background: $panel; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"checklist--cursor"}

    cursor: reactive[int] = reactive(0)
    ticks: reactive[frozenset[str]] = reactive(frozenset)

    @dataclass
    class Highlighted(Message):
        """The cursor moved to another line."""

        item: Prerequisite

    @dataclass
    class Ticked(Message):
        """The selection has changed."""

        ticks: tuple[str, ...]

    def __init__(self, items: Iterable[Prerequisite], ticks: Iterable[str]) -> None:
        super().__init__(id="checklist")
        self._items = tuple(items)
        self.set_reactive(Checklist.ticks, frozenset(ticks))
        first_open = (i for i, item in enumerate(self._items) if item.id not in self.ticks)
        self.set_reactive(Checklist.cursor, next(first_open, 0))

    @property
    def highlighted(self) -> Prerequisite:
        """The line with the cursor."""
        return self._items[self.cursor]

    def point_at(self, item: Prerequisite) -> None:
        """Put the cursor on a line, and announce it even if it was there."""
        self.cursor = self._items.index(item)
        self.post_message(self.Highlighted(item))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One row a line."""
        return len(self._items)

    def render(self) -> Content:
        """Draw the lines."""
        width = self.content_size.width
        return Content("\n").join(
            [self._line(i, item, width) for i, item in enumerate(self._items)]
        )

    def _line(self, index: int, item: Prerequisite, width: int) -> Content:
        box = ("[x] ", "$success") if item.id in self.ticks else "[ ] "
        aside = Content.styled(item.aside, "$muted")
        line = spread(Content.assemble(box, item.text), aside, width)
        if index == self.cursor and self.has_focus:
            return line.stylize_before(self.get_visual_style("checklist--cursor"))
        return line

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = min(max(self.cursor + by, 0), len(self._items) - 1)

    def action_tick(self) -> None:
        """Toggle the line, and move to the next."""
        self._toggle()
        self.action_move(1)

    def on_click(self, event: events.Click) -> None:
        """Toggle the line that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._items):
            self.cursor = offset.y
            self._toggle()

    def watch_cursor(self) -> None:
        """Announce the line, and scroll it into view."""
        self.post_message(self.Highlighted(self.highlighted))
        show_row(self, self.cursor)

    def on_focus(self) -> None:
        """Announce the line that the explanation is about."""
        self.post_message(self.Highlighted(self.highlighted))

    def _toggle(self) -> None:
        self.ticks = self.ticks ^ {self.highlighted.id}
        ticked = tuple(item.id for item in self._items if item.id in self.ticks)
        self.post_message(self.Ticked(ticked))
