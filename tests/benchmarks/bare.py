"""The baseline: a minimal Textual app, with an httpx client if `client` is given."""

from __future__ import annotations

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Header, Label

FIRST = "Nothing but a label"
SECOND = "Another label"


class Second(Screen[None]):
    """The screen that Enter opens."""

    def compose(self) -> ComposeResult:
        """Show a header, a label, and a footer."""
        yield Header()
        yield Label(SECOND)
        yield Footer()


class Bare(App[None]):
    """An app with a header, a label, and a footer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "next", "Next")]

    def compose(self) -> ComposeResult:
        """Show all three."""
        yield Header()
        yield Label(FIRST)
        yield Footer()

    def on_mount(self) -> None:
        """Create the client, if one is wanted."""
        if "client" in sys.argv:
            import httpx

            self._client = httpx.AsyncClient()

    def action_next(self) -> None:
        """Show the second screen."""
        self.push_screen(Second())


if __name__ == "__main__":
    Bare().run()
