"""A button one line high."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import widgets
from textual.binding import Binding, BindingType
from textual.content import Content, ContentText
from textual.reactive import reactive

SHORT: Final = 10
"""Characters of a label that stand among the keys; of a longer one the first word."""


class Button(widgets.Button, inherit_css=False):
    """Textual's own without its styles: most are for looks not used here, and all take time."""

    DEFAULT_CSS = """
    Button {
        width: auto;
        min-width: 10;
        height: 1;
        line-pad: 1;
        content-align: center middle;
        text-align: center;
        text-style: bold;
        pointer: pointer;
        background: $panel;
        color: $foreground;
        &:hover { background: $surface; }
        /* Brighter than any: Enter is for it. The primary one is bright already. */
        &:focus { background: $foreground; color: $background; text-style: bold underline; }
        &.-primary {
            background: $primary;
            color: $on-primary;
            &:hover { background: $accent; }
        }
        /* Textual's own, for whatever is disabled, is fainter than can be read. */
        &:disabled, &:disabled:hover {
            opacity: 100% !important;
            background: $panel;
            color: $muted;
            text-style: none;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "press", "Press", key_display="⏎", id="button.press"),
    ]

    # Textual's own keeps the width of its first label.
    label = reactive[ContentText](Content.empty, layout=True)

    @property
    def word(self) -> str:
        """What it says, as short as it stands among the keys."""
        label = str(self.label).strip(" ‹›")
        is_short = len(label) <= SHORT or label.startswith("To ")
        return label if is_short else label.partition(" ")[0]
