"""The row of keys: as many as fit whole, and what Enter does by the word of its button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from wizard.ui.widgets.button import Button
from wizard.ui.widgets.button_row import ButtonRow

NEEDED: Final = {"primary", "press", "back", "close", "help", "quit", "command_palette"}
"""Actions whose keys are shown at any width; all others are in the palette, too."""


class Keys(Footer):
    """Textual's own cuts the last keys off where the window is too narrow for all."""

    DEFAULT_CSS = """
    Keys {
        background: $background;
        margin: 1 0 0 0;
        padding-right: 1;
        & FooterKey {
            background: $background;
            color: $foreground;
            & .footer-key--key { padding: 0; }
            & .footer-key--description { padding: 0 2 0 1; }
            &:hover { background: $panel; color: $foreground; }
        }
        & FooterKey.-command-palette {
            border-left: none;
            padding: 0;
            & .footer-key--description { padding: 0 0 0 1; }
        }
    }
    """

    def __init__(self, primary: Callable[[], str] = str) -> None:
        """Args: `primary` gives the word of the primary action, "" for its binding's."""
        super().__init__()
        self._primary = primary
        self._drawn: list[tuple[str, str, str, bool]] | None = None

    async def recompose(self) -> None:
        """Draw the row anew where it differs: each move of the focus asks for it."""
        if not self.is_attached:
            # The wizard is being left: there are no keys of a screen any more.
            return
        keys = [key for key in self.compose() if isinstance(key, FooterKey)]
        wanted = [(k.key_display, k.description, k.action, k.disabled) for k in keys]
        if wanted != self._drawn:
            self._drawn = wanted
            await super().recompose()

    def compose(self) -> ComposeResult:
        """Yield the keys, but for the last ones that could not be read whole."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        for key in keys:
            if key.action == "primary":
                key.description = self._primary() or key.description
            elif key.action == "press":
                key.description = self._pressed() or key.description
        for key in reversed(keys.copy()):
            if sum(map(_width, keys)) > self.size.width and _name(key) not in NEEDED:
                keys.remove(key)
        yield from keys

    def _pressed(self) -> str:
        """The word of a button under the screen that has the focus; those in it say a value."""
        focused = self.screen.focused
        if isinstance(focused, Button) and isinstance(focused.parent, ButtonRow):
            return focused.word
        return ""


def _name(key: FooterKey) -> str:
    return key.action.rpartition(".")[2]


def _width(key: FooterKey) -> int:
    gap = 0 if _name(key) == "command_palette" else 2
    return cell_len(key.key_display) + 1 + cell_len(key.description) + gap
