"""A value to choose with the arrow keys or by a click: its label, and the value between marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wizard.ui.widgets.drawing import spread

CHANGE = Content.assemble(("← →", "bold $footer-key-foreground"), (" Change", "$muted"))
"""The keys, beside the value they change."""


class Choice(Widget, can_focus=True):
    """One row. The value after the last one is the first one again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "change(-1)", "Change", show=False),
        Binding("right", "change(1)", "Change", show=False),
    ]
    DEFAULT_CSS = """
    Choice {
        height: 1;
        color: $foreground;
        pointer: pointer;
        &:focus { background: $panel; }
    }
    """

    chosen: reactive[int] = reactive(0)
    """The place of the value among all."""

    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        choice: Choice

    def __init__(self, id: str, label: str, values: Sequence[str], chosen: int = 0) -> None:
        super().__init__(id=id)
        self._label = label
        self._values = values
        self.set_reactive(Choice.chosen, chosen)

    @property
    def _marked(self) -> Content:
        mark = "bold $footer-key-foreground"
        value = self._values[self.chosen]
        return Content.assemble(("‹ ", mark), (value, "bold"), (" ›", mark))

    @property
    def _said(self) -> Content:
        return Content.styled(f"{self._label}  ", "bold" if self.has_focus else "$muted")

    def render(self) -> Content:
        """Draw the row."""
        return spread(self._said + self._marked, CHANGE, self.content_size.width)

    def action_change(self, by: int) -> None:
        """Choose the next or the previous value."""
        self.chosen = (self.chosen + by) % len(self._values)
        self.post_message(self.Changed(self))

    def on_click(self, event: events.Click) -> None:
        """Choose the previous value at its left mark, else the next."""
        begin = self._said.cell_length
        self.action_change(-1 if begin <= event.x < begin + 2 else 1)
