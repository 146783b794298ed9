"""The widgets of Prerequisites: who uses the credential, and items to select with Space or a click.

Textual's own lists draw the same glyph whether or not an item is selected, and can't show a note at
the right. They also select on Enter, which is the primary action of every step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from wizard.domain.models import GrantType
from wizard.domain.texts.prerequisites import AUDIENCES, Prerequisite, Use, use
from wizard.domain.texts.questions import COSTS, GRANT_NAMES
from wizard.ui.widgets.drawing import KEY_COLOR, MARK, NO_MARK, Reversing, spread
from wizard.ui.widgets.layout import show_row


def _faint(is_here: bool) -> str:
    """Return the style of what matters less; muted words can't be read under the cursor."""
    return "not bold" if is_here else "$muted"


class Rows(Reversing, can_focus=True):
    """Rows with a cursor, which is marked where they have the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
    ]
    DEFAULT_CSS = """
    Rows {
        height: auto;
        color: $foreground;
        & > .rows--cursor { background: $selection; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}

    cursor: reactive[int] = reactive(0)

    def row(self, text: Content, aside: Content, *, is_here: bool) -> Content:
        """Return a row, marked if the cursor is there."""
        shown = Content.assemble(MARK if is_here else NO_MARK, text)
        line = spread(shown, aside, self.content_size.width)
        return line.stylize_before(self.get_visual_style("rows--cursor")) if is_here else line


class Checklist(Rows):
    """Prerequisites with a cursor; Space selects one and moves to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "move(-99)", "First", show=False),
        Binding("end", "move(99)", "Last", show=False),
        Binding("space", "tick", "Select", key_display="Space", id="checklist.tick"),
    ]
    ticks: reactive[frozenset[str]] = reactive(frozenset)

    @dataclass
    class Highlighted(Message):
        """The cursor moved to another line."""

        item: Prerequisite

    @dataclass
    class Ticked(Message):
        """The selection has changed."""

        ticks: tuple[str, ...]

    @dataclass
    class Left(Message):
        """Up was pressed on the first line."""

    def __init__(self, items: Iterable[Prerequisite], ticks: Iterable[str]) -> None:
        super().__init__(id="checklist")
        self._fill(items, ticks)

    def _fill(self, items: Iterable[Prerequisite], ticks: Iterable[str]) -> None:
        self._items = tuple(items)
        self.set_reactive(Checklist.ticks, frozenset(ticks))
        first_open = (i for i, item in enumerate(self._items) if item.id not in self.ticks)
        self.set_reactive(Checklist.cursor, next(first_open, 0))

    def show(self, items: Iterable[Prerequisite], ticks: Iterable[str]) -> None:
        """Show other items, with the cursor on the first open one."""
        self._fill(items, ticks)
        self.refresh(layout=True)

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
        return Content("\n").join([self._line(i, item) for i, item in enumerate(self._items)])

    def _line(self, index: int, item: Prerequisite) -> Content:
        is_here = index == self.cursor and self.has_focus
        box = ("[x] ", "" if is_here else "$success") if item.id in self.ticks else "[ ] "
        aside = Content.styled(item.aside, _faint(is_here))
        return self.row(Content.assemble(box, item.text), aside, is_here=is_here)

    def action_move(self, by: int) -> None:
        """Move the cursor, or the focus to what precedes the list."""
        if by == -1 and self.cursor == 0:
            self.post_message(self.Left())
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


USED_BY, GRANT_TYPE = range(2)
"""The rows."""
LABELS: Final = ("Used by", "Grant type")
LABEL_WIDTH: Final = 12
GUTTER: Final = len(MARK)


class Choices(Rows):
    """Two rows, each with a value that can be changed, or with who requires it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "change(-1)", "Change", show=False),
        Binding("right", "change(1)", "Change", show=False),
    ]
    DEFAULT_CSS = "Choices { height: 2; }"

    use: reactive[Use] = reactive(use(None, GrantType.AUTHORIZATION_CODE))

    @dataclass
    class Changed(Message):
        """Another user of the credential, or another grant type, was chosen."""

        use: Use

    @dataclass
    class Highlighted(Message):
        """The focus moved to a row."""

    @dataclass
    class Left(Message):
        """Down was pressed on the last row."""

    def __init__(self, chosen: Use) -> None:
        super().__init__(id="choices")
        self.set_reactive(Choices.use, chosen)

    @property
    def why(self) -> str:
        """What the value of the highlighted row means."""
        return COSTS[self.use.grant_type] if self.cursor else self.use.audience.brief

    @property
    def has_grant_choice(self) -> bool:
        """Whether the audience can use more than one grant type."""
        return len(self.use.audience.grant_types) > 1

    def enter_from_below(self) -> None:
        """Take the focus on the last row that can be changed."""
        self.cursor = GRANT_TYPE if self.has_grant_choice else USED_BY
        self.focus()

    def change(self, row: int, by: int) -> None:
        """Choose the next or the previous value of a row."""
        audience = self.use.audience
        if row == USED_BY:
            audience = AUDIENCES[(AUDIENCES.index(audience) + by) % len(AUDIENCES)]
            chosen = use(audience.id, audience.grant_types[0])
        else:
            at = audience.grant_types.index(self.use.grant_type) + by
            chosen = use(audience.id, audience.grant_types[at % len(audience.grant_types)])
        if chosen != self.use:
            self.use = chosen
            self.post_message(self.Changed(chosen))

    def render(self) -> Content:
        """Draw the rows."""
        values = (self.use.audience.title, GRANT_NAMES[self.use.grant_type])
        rows = enumerate(zip(LABELS, values, strict=True))
        return Content("\n").join([self._row(row, *pair) for row, pair in rows])

    def _row(self, row: int, label: str, value: str) -> Content:
        is_here = self.has_focus and row == self.cursor
        left, right = ("‹ ", " ›") if row == USED_BY or self.has_grant_choice else ("  ", "")
        shown = Content.assemble(
            (label.ljust(LABEL_WIDTH), _faint(is_here)),
            (left, sign := "" if is_here else KEY_COLOR),
            (value, "bold" if right else ""),
            (right, sign),
        )
        return self.row(shown, self._aside(row, is_here), is_here=is_here)

    def _aside(self, row: int, is_here: bool) -> Content:
        if row == GRANT_TYPE and not self.has_grant_choice:
            return Content.styled(self.use.audience.requires, _faint(is_here))
        # Beside the row that the keys change now.
        return Content.assemble("← →", (" Change", "not bold")) if is_here else Content()

    def action_change(self, by: int) -> None:
        """Change the highlighted row."""
        self.change(self.cursor, by)

    def action_move(self, by: int) -> None:
        """Move the cursor, or the focus to what follows."""
        last = GRANT_TYPE if self.has_grant_choice else USED_BY
        if self.cursor + by > last:
            self.post_message(self.Left())
        else:
            self.cursor = max(self.cursor + by, USED_BY)

    def on_click(self, event: events.Click) -> None:
        """Choose the previous value at the left sign, and the next one behind it."""
        offset = event.get_content_offset(self)
        if offset is None or (offset.y == GRANT_TYPE and not self.has_grant_choice):
            return
        self.cursor = offset.y
        self.change(offset.y, -1 if 0 <= offset.x - GUTTER - LABEL_WIDTH < 2 else 1)

    def on_focus(self) -> None:
        """Announce the row, and scroll it into view."""
        self.post_message(self.Highlighted())
        show_row(self, self.cursor)

    def on_blur(self) -> None:
        """Begin at the first row next time, as Shift+Tab comes here for that."""
        self.set_reactive(Choices.cursor, USED_BY)

    def watch_cursor(self) -> None:
        """Announce the row."""
        if self.has_focus:
            self.post_message(self.Highlighted())
