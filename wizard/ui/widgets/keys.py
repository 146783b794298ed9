"""The row of keys: as many as fit whole, and what Enter does by the word of its button."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wizard.domain.value import Value
from wizard.ui.widgets.button import Button
from wizard.ui.widgets.button_row import ButtonRow
from wizard.ui.widgets.lines import spread

NEEDED: Final = {"primary", "press", "back", "close", "help", "quit", "command_palette"}
"""Actions whose keys are shown at any width; all others are in the palette, too."""
GAP: Final = "  "


class Key(Value):
    """A key that is shown, and what it does."""

    key: str
    """As it is pressed."""
    display: str
    """As it is shown."""
    words: str
    action: str
    is_enabled: bool
    is_palette: bool
    """It opens the palette, and stands at the right."""

    @property
    def width(self) -> int:
        """Columns it takes; behind each but the palette's there is a gap."""
        return cell_len(f"{self.display} {self.words}{'' if self.is_palette else GAP}")


class Keys(Widget):
    """One line, drawn by one widget.

    Textual's own footer is a widget for each key, mounted anew whenever the focus moves, and cuts
    the last ones off where the window is too narrow for all.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--disabled", "keys--hovered"}
    DEFAULT_CSS = """
    Keys {
        dock: bottom;
        height: 1;
        margin: 1 0 0 0;
        padding-right: 1;
        pointer: pointer;
        & > .keys--key { color: $footer-key-foreground; text-style: bold; }
        & > .keys--disabled { text-style: dim; }
        & > .keys--hovered { background: $panel; }
    }
    """

    hovered: reactive[Key | None] = reactive(None)
    """The key under the pointer."""

    def __init__(self, primary: Callable[[], str] = str) -> None:
        """Args: `primary` gives the word of the primary action, "" for its binding's."""
        super().__init__()
        self._primary = primary

    def on_mount(self) -> None:
        """Draw the row again whenever another key can be pressed."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def shown(self) -> list[Key]:
        """Return the keys that are shown: all but the last ones that couldn't be read whole."""
        keys = list(self._all())
        for key in reversed(keys.copy()):
            is_whole = sum(key.width for key in keys) <= self.content_size.width
            if not is_whole and key.action.rpartition(".")[2] not in NEEDED:
                keys.remove(key)
        return keys

    def key_at(self, column: int) -> Key | None:
        """Return the key at a column of the screen; None where there is none."""
        start = self.content_region.x
        for key in self.shown():
            if key.is_palette:
                start = self.content_region.right - key.width
            if start <= column < start + key.width:
                return key
            start += key.width
        return None

    def render(self) -> Content:
        """Draw the row, with the key of the palette at the right."""
        keys = self.shown()
        left = Content(GAP).join(self._drawn(key) for key in keys if not key.is_palette)
        right = Content("").join(self._drawn(key) for key in keys if key.is_palette)
        return spread(left, right, self.content_size.width)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark the key under the pointer."""
        self.hovered = self.key_at(event.screen_x)

    def on_leave(self) -> None:
        """Mark none."""
        self.hovered = None

    def _all(self) -> Iterable[Key]:
        """Yield the first key of each action, and the palette's last."""
        active = self.screen.active_bindings
        palette = active.get(self.app.COMMAND_PALETTE_BINDING)
        first: dict[str, ActiveBinding] = {}
        for each in active.values():
            if each.binding.show:
                first.setdefault(each.binding.action, each)
        for each in (*first.values(), *([palette] if palette else [])):
            binding = each.binding
            yield Key(
                binding.key,
                self.app.get_key_display(binding),
                self._word(binding.action) or binding.description,
                binding.action,
                is_enabled=each.enabled,
                is_palette=each is palette,
            )

    def _word(self, action: str) -> str:
        """Return what the button says that an action presses; "" for any other action."""
        if action == "primary":
            return self._primary()
        focused = self.screen.focused
        # Of the buttons under a screen only: those in it say a value.
        if action == "press" and isinstance(focused, Button) and _is_under(focused):
            return focused.word
        return ""

    def _drawn(self, key: Key) -> Content:
        style = self.get_visual_style("keys--key")
        drawn = Content.assemble((key.display, style), " ", key.words)
        if not key.is_enabled:
            drawn = drawn.stylize(self.get_visual_style("keys--disabled"))
        if key == self.hovered:
            drawn = drawn.stylize(self.get_visual_style("keys--hovered"))
        return drawn


def _is_under(button: Button) -> bool:
    return isinstance(button.parent, ButtonRow)
