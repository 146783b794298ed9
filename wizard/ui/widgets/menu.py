"""Actions to choose from: a name at the left, a few words at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.visual import VisualType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.ui.widgets.lines import spread


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a menu."""

    id: str
    title: str
    brief: str = ""


class Menu(OptionList):
    """An option list whose lines reach from edge to edge; one line is always highlighted."""

    def __init__(self, items: Sequence[Item], chosen: str | None = None) -> None:
        """Args: `chosen` is the id of the line to begin at, the first one without it."""
        super().__init__(id="menu", markup=False)
        self._items = tuple(items)
        self._marked: int | None = None
        self._begin = next((i for i, item in enumerate(items) if item.id == chosen), 0)

    def on_mount(self) -> None:
        """Put the lines in once their width is known."""
        self.call_after_refresh(self._fill)

    def on_resize(self) -> None:
        """Draw the lines to the new width."""
        self._fill()

    @property
    def chosen(self) -> str | None:
        """The id of the highlighted line."""
        return None if self.highlighted is None else self._items[self.highlighted].id

    def _fill(self) -> None:
        at = self._begin if self.highlighted is None else self.highlighted
        width = self.scrollable_content_region.width
        self.clear_options()
        lines = [
            Option(_line(item, width, i == at), id=item.id) for i, item in enumerate(self._items)
        ]
        self.add_options(lines)
        self.highlighted = at
        self._marked = at

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Mark the line with a sign too: never by its ground alone."""
        super().watch_highlighted(highlighted)
        width = self.scrollable_content_region.width
        for index in {self._marked, highlighted} - {None}:
            if index is not None and index < self.option_count:
                line = _line(self._items[index], width, index == highlighted)
                self.replace_option_prompt_at_index(index, line)
        self._marked = highlighted
        if highlighted is not None:
            self.call_after_refresh(self._show_line, highlighted)

    def _show_line(self, index: int) -> None:
        """Scroll what holds the list: the list itself is as high as its lines."""
        for ancestor in self.ancestors:
            if isinstance(ancestor, VerticalScroll):
                line = Region(0, self.virtual_region.y + index, 1, 1)
                ancestor.scroll_to_region(line, animate=False)
                return


def _line(item: Item, width: int, is_marked: bool) -> VisualType:
    title = Content(f"{'›' if is_marked else ' '} {item.title}")
    room = max(width - title.cell_length - 2, 0)
    brief = Content.styled(item.brief, "$muted")
    return spread(title, brief.truncate(room, ellipsis=True), width)
