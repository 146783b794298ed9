"""Buttons one line high, their row under a screen, and the row of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events, on, widgets
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content, ContentText
from textual.reactive import reactive
from textual.widget import Widget

from wizard.domain.value import Value, replace
from wizard.ui.widgets.drawing import KEY_COLOR, spread, with_keys

SHORT: Final = 10  # the longest label in a narrow key row; of a longer one, its first word
ROOMY: Final = 76  # the columns from which a key row has room for whole labels


class Button(widgets.Button, inherit_css=False):
    """Textual's own without its styles: most are for looks not used here, and all take time."""

    DEFAULT_CSS = """
    Button {
        width: auto;
        min-width: 8;
        height: 1;
        line-pad: 1;
        border-left: outer $panel;
        border-right: outer $panel;
        content-align: center middle;
        text-align: center;
        text-style: bold;
        pointer: pointer;
        background: $panel;
        color: $foreground;
        &:hover {
            background: $selection;
            border-left: outer $selection;
            border-right: outer $selection;
        }
        /* The bright one is what Enter does; bright edges show that it has the focus. */
        &.-primary, &:focus {
            background: $primary;
            color: $on-primary;
            border-left: outer $primary;
            border-right: outer $primary;
            &:hover {
                background: $accent;
                border-left: outer $accent;
                border-right: outer $accent;
            }
        }
        &:focus, &:focus:hover {
            border-left: outer $foreground;
            border-right: outer $foreground;
        }
        /* Textual's own, for whatever is disabled, is fainter than can be read. */
        &:disabled, &:disabled:hover {
            opacity: 100% !important;
            background: $panel;
            color: $muted;
            text-style: none;
            border-left: outer $panel;
            border-right: outer $panel;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "press", "Change", key_display="⏎", id="button.press"),
    ]

    # Textual's own keeps the width of its first label.
    label = reactive[ContentText](Content.empty, layout=True)

    @property
    def word(self) -> str:
        """The label in the key row."""
        return str(self.label).strip(" ‹›")


def brief(words: str) -> str:
    """Return words in what a narrow key row has room for."""
    return words if len(words) <= SHORT or words.startswith("Go to ") else words.partition(" ")[0]


MORE: Final = ("PgDn ↓ more", "↓ more", "↓")
"""The texts for more content; the first that fits is shown."""


class ButtonRow(Horizontal):
    """Left and Right go from one button to the next; no key of a field's ever comes here."""

    # A class, because Textual doesn't look again at what stands in a row for :focus-within.
    DEFAULT_CSS = """
    /* While another button has the focus, Enter is for that one. */
    ButtonRow.-focused Button.-primary:blur {
        background: $panel;
        color: $foreground;
        border-left: outer $panel;
        border-right: outer $panel;
    }
    """

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
        """Watch the content above: its scrolling, its size, and how much of it has room."""
        # None there where the screen was left before it came to be.
        for body in self.screen.query(self._above).results(VerticalScroll):
            self.watch(body, "scroll_y", self.look_again)
            self.watch(body, "virtual_size", self.look_again)
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self.look_again())

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _follow_focus(self, event: events.Event) -> None:
        self.set_class(isinstance(event, events.DescendantFocus), "-focused")

    def look_again(self) -> None:
        """See whether there is more, and how much room is left beside the buttons."""
        for body in self.screen.query(self._above).results(VerticalScroll):
            # Not max_scroll_y, which is all of it until a first layout has ended.
            self.is_more = body.scroll_y + body.size.height < body.virtual_size.height
        self.refresh()

    def render(self) -> Content:
        """Say it at the left, in as much as the buttons leave room for."""
        # In a step, texts begin behind a gutter.
        begin, end = 2 * (self.id == "buttons"), self.content_size.width
        for child in self.displayed_children:
            at = child.virtual_region
            begin, end = (
                (at.right + 2, end) if child.has_class("other") else (begin, min(end, at.x))
            )
        words = next((words for words in MORE if len(words) < end - begin), MORE[-1])
        return with_keys(Content.styled((" " * begin + words) * self.is_more, "$muted"))

    def action_walk(self, by: int) -> None:
        """Give the focus to the button on that side, if there is one."""
        buttons = [there for there in self.screen.focus_chain if there.parent is self]
        at = next((place for place, button in enumerate(buttons) if button.has_focus), None)
        if at is not None and 0 <= at + by < len(buttons):
            buttons[at + by].focus()


NEEDED: Final = {"primary", "press", "back", "close", "help", "quit", "command_palette"}
"""Actions whose keys are shown at any width; all others are in the palette, too."""
GAP: Final = "  "


class Key(Value):
    """A key that is shown, and what it does."""

    key: str
    """The name of the key."""
    display: str
    """The label of the key."""
    words: str
    brief: str
    """The words where there is no room for all keys."""
    action: str
    is_enabled: bool
    is_palette: bool
    """Whether it opens the palette; that key is at the right."""

    @property
    def width(self) -> int:
        """Columns it takes; behind each but the palette's there is a gap."""
        return cell_len(f"{self.display} {self.words}{'' if self.is_palette else GAP}")


class Command(Value):
    """A line of the palette."""

    title: str
    help: str
    action: str
    """Name of an action of the screen."""


def offered(
    key: str, action: str, label: str, id: str, words: str, key_display: str | None = None
) -> Binding:
    """Return a key that the palette offers too, there with a few words about it."""
    return Binding(key, action, label, key_display=key_display, tooltip=words, id=id)


class Keys(Widget):
    """One line, drawn by one widget.

    Textual's own footer has a widget for each key and mounts them again whenever the focus moves.
    It cuts off the last ones if the window is too narrow for all.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Keys {
        height: 1;
        pointer: pointer;
    }
    """

    hovered: reactive[Key | None] = reactive(None)
    """The key under the pointer."""

    def __init__(self, word: Callable[[str], str | None]) -> None:
        """Args: `word` gives the word of an action; "" for its binding's, None to leave it out."""
        super().__init__()
        self._own_word = word

    def on_mount(self) -> None:
        """Draw the row again whenever another key can be pressed."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def shown(self) -> list[Key]:
        """Return the keys that are shown: all but the last ones that couldn't be read whole."""
        keys = list(self._all())
        width = self.content_size.width
        if width < ROOMY and sum(key.width for key in keys) > width:
            keys = [replace(key, words=key.brief) for key in keys]
        for key in reversed(keys.copy()):
            is_whole = sum(key.width for key in keys) <= width
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
            if (word := self._word(binding.action)) is None:
                continue
            yield Key(
                binding.key,
                self.app.get_key_display(binding),
                word or binding.description,
                brief(word) if word else binding.description,
                binding.action,
                is_enabled=each.enabled,
                is_palette=each is palette,
            )

    def _word(self, action: str) -> str | None:
        """Return what the button says that an action presses; what its owner says of others."""
        # Of the buttons under a screen only: those in it say a value.
        if action == "press" and isinstance(focused := self.screen.focused, Button):
            return focused.word * isinstance(focused.parent, ButtonRow)
        return self._own_word(action)

    def _drawn(self, key: Key) -> Content:
        drawn = Content.assemble((key.display, KEY_COLOR), " ", key.words)
        drawn = drawn if key.is_enabled else drawn.stylize("dim")
        return drawn.stylize("on $panel") if key == self.hovered else drawn
