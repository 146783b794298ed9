"""Actions to choose from: a name, and a few words in a column beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.domain.texts.overview import Item
from wizard.ui.widgets.drawing import KEY_COLOR, MARK, NO_MARK, Fitted, Reversing, spread
from wizard.ui.widgets.layout import show_row

EMPTY: Final = Item("", "")
"""The row between two groups, which can't be chosen."""


SPACED: Final = 24
"""The fewest rows of a window in which groups of lines are separated."""
WIDEST: Final = 40
"""Columns of the titles at the most: the name of a profile may be long."""


class Menu(OptionList, Reversing):
    """An option list whose lines reach from edge to edge; one line is always highlighted."""

    DEFAULT_CSS = """
    Menu {
        height: auto;
        background: $background;
        border: none;
        padding: 0;
        scrollbar-size: 0 0;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0; color: $foreground; }
        & > .option-list--option-highlighted, &:focus > .option-list--option-highlighted {
            background: $selection;
            color: $foreground;
            text-style: bold;
        }
    }
    """

    def __init__(self, items: Sequence[Item], chosen: str | None = None) -> None:
        """Args: `chosen` is the id of the line to begin at, the first one without it."""
        self._items = tuple(items)
        self._column = min(max((len(item.title) for item in items), default=0), WIDEST)
        # All there from the start: a key or a click never finds the menu empty, or moved.
        self._is_spaced = self.app.size.height >= SPACED
        lines, begin = self._rows(chosen)
        # Before Textual's own, which watches the highlight already.
        self._marked: int | None = begin
        super().__init__(*lines, id="menu", markup=False)
        # Textual's own has said that nothing is highlighted, and so unmarked it.
        self.highlighted = begin

    @property
    def chosen(self) -> str | None:
        """The id of the highlighted line."""
        return None if self.highlighted is None else self._shown[self.highlighted].id

    def _rows(self, chosen: str | None) -> tuple[list[Option], int | None]:
        """Return the lines, with an empty one between two groups, and the one to begin at."""
        shown: list[Item] = []
        for item in self._items:
            if self._is_spaced and shown and shown[-1].group != item.group:
                shown.append(EMPTY)
            shown.append(item)
        self._shown = tuple(shown)
        ids = [item.id for item in shown]
        begin = ids.index(chosen) if chosen and chosen in ids else 0
        lines = [
            Option(self._line(i, i == begin), id=item.id or None, disabled=item is EMPTY)
            for i, item in enumerate(shown)
        ]
        return lines, begin if lines else None

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Mark the line with a sign, too: never by its background color alone."""
        super().watch_highlighted(highlighted)
        if self.option_count and highlighted != self._marked:
            for index in (self._marked, highlighted):
                if index is not None:
                    line = self._line(index, index == highlighted)
                    self.replace_option_prompt_at_index(index, line)
        self._marked = highlighted
        if highlighted is not None:
            self.call_after_refresh(show_row, self, highlighted)

    def on_resize(self) -> None:
        """Keep the highlighted line in view, also as the menu is first laid out."""
        if self._is_spaced != (self.app.size.height >= SPACED):
            chosen, self._is_spaced = self.chosen, not self._is_spaced
            lines, begin = self._rows(chosen)
            self._marked = None
            self.set_options(lines)
            self.highlighted = begin
        if self.highlighted is not None:
            self.call_after_refresh(show_row, self, self.highlighted)

    def _line(self, index: int, is_marked: bool) -> Line:
        item = self._shown[index]
        return Line(Content(item.title), item.brief, self._column, is_marked=is_marked)


class Line(Fitted):
    """A line of a menu: a title, a few words in a column beside it, and at the right a key."""

    def __init__(
        self, title: Content, words: str, column: int, *, is_marked: bool, key: str = ""
    ) -> None:
        self._title = title
        # Whole, or the first of them, or none: a line that is cut off only makes one wonder.
        self._words = (words, words.partition(";")[0], words.partition(".")[0])
        self._column = column
        self._is_marked = is_marked
        self._key = Content.styled(key, "bold" if is_marked else KEY_COLOR)

    def content(self, width: int) -> Content:
        """Return the one line."""
        blanks = " " * (self._column - self._title.cell_length + 2)
        mark = MARK if self._is_marked else NO_MARK
        title = Content.assemble(mark, self._title, blanks)
        room = width - title.cell_length - self._key.cell_length - bool(self._key)
        fits = (text for text in self._words if len(text) <= room)
        # Muted words can't be read on the ground of the highlight.
        style = "not bold" if self._is_marked else "not bold $muted"
        brief = Content.styled(next(fits, ""), style)
        return spread(Content.assemble(title, brief), self._key, width)
