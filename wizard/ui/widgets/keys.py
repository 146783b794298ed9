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

    @property
    def is_needed(self) -> bool:
        """Whether it is shown at any width."""
        return self.action.rpartition(".")[2] in NEEDED

    @property
    def width(self) -> int:
        """Columns it takes, with the gap behind it."""
        return cell_len(f"{self.display} {self.words}{GAP}")


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
        palette = self._palette()
        room = self.content_size.width - (palette.width - len(GAP) if palette else 0)
        keys = list(self._keys())
        for key in reversed(keys.copy()):
            if sum(key.width for key in keys) > room and not key.is_needed:
                keys.remove(key)
        return [*keys, *([palette] if palette else [])]

    def key_at(self, column: int) -> Key | None:
        """Return the key at a column of the screen; None where there is none."""
        x = column - self.content_region.x
        palette = self._palette()
        if palette and x >= self.content_size.width - palette.width + len(GAP):
            return palette
        for key in self.shown() if x >= 0 else ():
            x -= key.width
            if x < 0:
                return None if key == palette else key
        return None

    def render(self) -> Content:
        """Draw the row, with the key of the palette at the right."""
        palette = self._palette()
        keys = [self._drawn(key) for key in self.shown() if key != palette]
        right = self._drawn(palette) if palette else Content()
        return spread(Content(GAP).join(keys), right, self.content_size.width)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark the key under the pointer."""
        self.hovered = self.key_at(event.screen_x)

    def on_leave(self) -> None:
        """Mark none."""
        self.hovered = None

    def _keys(self) -> Iterable[Key]:
        """Yield the first key of each action."""
        first: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                first.setdefault(active.binding.action, active)
        yield from map(self._key, first.values())

    def _palette(self) -> Key | None:
        """Return the key that opens the palette, where it can be opened."""
        active = self.screen.active_bindings.get(self.app.COMMAND_PALETTE_BINDING)
        return self._key(active) if active is not None else None

    def _key(self, active: ActiveBinding) -> Key:
        binding = active.binding
        words = self._word(binding.action) or binding.description
        display = self.app.get_key_display(binding)
        return Key(binding.key, display, words, binding.action, active.enabled)

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
