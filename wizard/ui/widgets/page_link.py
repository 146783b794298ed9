"""An address in a text: opened and copied by key and by mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from wizard.ui.widgets.button import Button


class _Address(Static, can_focus=True):
    """The address itself, broken anywhere as a terminal would."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", key_display="⏎"),
        Binding("ctrl+o", "open", "Open", show=False),
        Binding("ctrl+y", "copy", "Copy", key_display="^y"),
    ]

    def action_open(self) -> None:
        """Ask for the page."""
        self._ask(is_copy=False)

    def action_copy(self) -> None:
        """Ask for a copy."""
        self._ask(is_copy=True)

    def on_click(self) -> None:
        """Ask for the page by mouse."""
        self.action_open()

    def _ask(self, *, is_copy: bool) -> None:
        self.post_message(PageLink.Asked(str(self.content), is_copy))


class PageLink(Horizontal):
    """An address and a button that copies it; who can open and copy is told by a message."""

    DEFAULT_CSS = """
    PageLink {
        height: auto;
        & _Address {
            width: 1fr;
            height: auto;
            color: $primary;
            text-style: underline;
            &:focus { text-style: bold reverse; }
        }
        & Button { min-width: 8; margin-left: 1; }
    }
    """

    @dataclass
    class Asked(Message):
        """The page is to be opened, or its address copied."""

        url: str
        is_copy: bool

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def compose(self) -> ComposeResult:
        """Yield the two."""
        yield _Address(Content.styled(self._url, Style(link=self._url)))
        yield Button("Copy")

    @on(Button.Pressed)
    def _copy(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Asked(self._url, is_copy=True))
