"""A dialog: another profile, or a new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from wizard.domain.offers import Item
from wizard.domain.rules import profile_name
from wizard.ui.dialog import Dialog
from wizard.ui.widgets.body import Gap
from wizard.ui.widgets.button import Button
from wizard.ui.widgets.field import Entry, Field
from wizard.ui.widgets.menu import Menu


class ProfilesScreen(Dialog[str | None]):
    """Gives the name of the profile to open."""

    ENTER = "open"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", key_display="⏎", priority=True),
    ]
    AUTO_FOCUS = "Menu, Entry"

    def __init__(self, others: Sequence[str]) -> None:
        """Args: `others`: the names of the profiles that aren't open."""
        super().__init__("Profiles")
        self._others = others

    def compose_body(self) -> ComposeResult:
        """Yield those there are, and a field for a new one."""
        if self._others:
            yield Menu([Item(name, name) for name in self._others])
            yield Gap()
        yield Field("A new profile", Entry("new-profile"), "a-z, 0-9, - and _")

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way out and the choice."""
        yield Button("Close", id="close")
        yield Button("Open ›", id="open", variant="primary")

    @on(OptionList.OptionSelected)
    @on(Button.Pressed, "#open")
    def action_open(self) -> None:
        """Open the new one if a name stands there, else the highlighted one."""
        entry = self.query_one("#new-profile", Entry)
        if not entry.value and self.query(Menu):
            self.answer(self.query_one(Menu).chosen)
            return
        problem = profile_name(entry.value)
        self.query_one(Field).say(problem)
        if problem is None:
            self.answer(entry.value)
