"""A dialog: the hand-off sheet, to read and to copy; no secret is on it."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.widgets import Button

from wizard.ui.copying import Copy, copy_and_say
from wizard.ui.dialog import HelpScreen


class SheetScreen(HelpScreen):
    """Shows Markdown as it is written, which is how it is copied."""

    def __init__(self, text: str, copy: Copy) -> None:
        super().__init__("Hand-off sheet", (text,))
        self._text = text
        self._copy = copy

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the copy and the way out."""
        yield Button("Copy", id="copy")
        yield from super().compose_buttons()

    @on(Button.Pressed, "#copy")
    @work(exclusive=True, group="copy")
    async def _copy_all(self, _event: Button.Pressed) -> None:
        await copy_and_say(self.app, self._copy, self._text, "Sheet")
