"""The parts of a form: an entry in a box with what is wrong under it, and a choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from wizard.domain.rules import clean
from wizard.domain.secret import Secret
from wizard.ui.widgets.drawing import KEY_COLOR, Warned, spread, with_keys


class Entry(Input):
    """A text entry that a paste fills whole; `^z` brings back what was there."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "restore", "Undo", show=False)]

    @dataclass
    class Pasted(Message):
        """A text was pasted, held as it came."""

        entry: Entry
        text: Secret

        @property
        def control(self) -> Entry:
            """The entry, for selectors."""
            return self.entry

    DEFAULT_CSS = """
    Entry {
        height: 3;
        padding: 0 1;
        border: round $line;
        background: $background;
        color: $foreground;
        border-title-color: $foreground;
        border-subtitle-color: $muted;
        &:focus {
            border: round $primary;
            border-title-color: $footer-key-foreground;
            border-title-style: bold;
            background-tint: transparent;
        }
        & > .input--placeholder, & > .input--suggestion { color: $muted; }
    }
    """

    def __init__(self, id: str, value: str = "", placeholder: str = "") -> None:
        super().__init__(value, placeholder=placeholder, id=id, highlighter=None)
        self._before: str | None = None
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Fill the entry with all of a pasted text."""
        event.stop()
        # Input's own handler, which would run next, keeps the first line only.
        event.prevent_default()
        self.fill(event.text)

    def fill(self, text: str) -> None:
        """Replace what is there by a pasted text, cleaned."""
        self._before = self.value
        self.value = clean(text)
        self.cursor_position = len(self.value)
        self.post_message(self.Pasted(self, Secret(text)))

    def secrets(self) -> Iterator[Secret]:
        """Yield the secrets in the entry."""
        yield from ()

    def action_restore(self) -> None:
        """Take the last paste back."""
        if self._before is not None:
            self.value, self._before = self._before, self.value
            self.cursor_position = len(self.value)


class SecretEntry(Entry):
    """An entry whose text is masked, and is never copied, cut or selected by accident.

    Textual's own password Input puts the clear text on the clipboard at Ctrl+C and Ctrl+X.
    """

    def __init__(self, id: str, placeholder: str = "") -> None:
        super().__init__(id, placeholder=placeholder)
        self.password = True
        self.select_on_focus = False

    def secrets(self) -> Iterator[Secret]:
        """Yield the text, as it stands there and as it is sent."""
        yield Secret(self.value)
        yield Secret(clean(self.value))

    def action_copy(self) -> None:
        """Copy nothing, as secrets are copied only on purpose; say how to quit instead."""
        raise SkipAction

    def action_cut(self) -> None:
        """Do nothing, as for copying."""

    def action_toggle_shown(self) -> None:
        """Show the text, or mask it again."""
        self.password = not self.password

    def on_blur(self) -> None:
        """Mask the text again."""
        self.password = True


class Field(Vertical):
    """An entry in a box with its label and a note, and a message; validation is up to others."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        /* The bold label and the cursor tell which one has the focus. */
        &.-bad Entry { border: round $error; border-title-color: $error; }
        &.-bad .field-message { color: $error; }
        & .field-message {
            height: auto;
            padding-left: 2;
            display: none;
            &.-shown { display: block; }
        }
    }
    """

    def __init__(self, label: str, entry: Entry, note: str = "") -> None:
        super().__init__(id=f"{entry.id}-field")
        self._hint = note
        self.entry = entry
        entry.border_title = Content(label)
        self.note()
        # Kept, not looked up: a screen may be left while it is still being composed.
        self._message = Static("", classes="field-message", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the parts."""
        yield self.entry
        yield self._message

    @on(Input.Changed)
    def _typed(self) -> None:
        # What was wrong was said of another text.
        self.say(None)

    def note(self, text: str = "") -> None:
        """Say something in the bottom line of the box; "" brings back the hint."""
        words, sign, more = (text or self._hint).partition("✓")
        note = Content.assemble(words, (sign + more, "$success"))
        self.entry.border_subtitle = with_keys(note)

    def say(self, problem: str | None, warnings: Sequence[str] = ()) -> None:
        """Say what is wrong, or what to look at, under the entry."""
        self.set_class(problem is not None, "-bad")
        self._message.set_class(problem is not None or bool(warnings), "-shown")
        self._message.update(Warned([problem], "✗", "$error") if problem else Warned(warnings))


CHANGE = Content.assemble(("← →", KEY_COLOR), (" Change", "$muted"))
"""The keys, beside the value they change."""


class Choice(Widget, can_focus=True):
    """A value to choose with the arrow keys or by a click, in one row.

    The value after the last one is the first one again.
    """

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
        value = self._values[self.chosen]
        return Content.assemble(("‹ ", KEY_COLOR), (value, "bold"), (" ›", KEY_COLOR))

    @property
    def _said(self) -> Content:
        return Content.styled(f"{self._label}  ", KEY_COLOR if self.has_focus else "$muted")

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
