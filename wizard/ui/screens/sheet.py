"""A dialog: the hand-off sheet, to read, to copy and to save; no secret is on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard.domain.problems import SetupError
from wizard.domain.questions import SHEET_TITLE
from wizard.ui.copying import Copy, copy_and_say
from wizard.ui.dialog import HelpScreen
from wizard.ui.widgets.button import Button
from wizard.ui.widgets.problem_panel import ProblemPanel

Save = Callable[[], Awaitable[str]]
"""Writes a new file and gives its path. Raises SetupError."""


class SheetScreen(HelpScreen):
    """Shows Markdown as it is written, which is how it is copied and saved."""

    def __init__(self, text: str, copy: Copy, save: Save) -> None:
        super().__init__(SHEET_TITLE, (text,))
        self._text = text
        self._copy = copy
        self._save = save
        self._is_saving = False

    def compose_body(self) -> ComposeResult:
        """Yield what came of saving, above the sheet."""
        saved = Static("", id="saved", classes="paragraph", markup=False)
        saved.display = False
        yield saved
        yield ProblemPanel()
        yield from super().compose_body()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the copy, the file and the way out."""
        yield Button("Copy", id="copy")
        yield Button("Save", id="save")
        yield from super().compose_buttons()

    @on(Button.Pressed, "#copy")
    @work(exclusive=True, group="copy")
    async def _copy_all(self, _event: Button.Pressed) -> None:
        await copy_and_say(self.app, self._copy, self._text, "the sheet")

    @on(Button.Pressed, "#save")
    @work(group="save")
    async def _save_all(self, event: Button.Pressed) -> None:
        if self._is_saving:
            # Once: a second press would only find the file of the first.
            return
        self._is_saving = True
        try:
            path = await self._save()
        except SetupError as error:
            self._is_saving = False
            self.query_one(ProblemPanel).show(error.problem)
            return
        self.query_one(ProblemPanel).show(None)
        saved = self.query_one("#saved", Static)
        saved.update(Content.styled(f"✓ Saved as\n{path}", "$success"))
        saved.display = True
        self.query_one("#dialog-body", VerticalScroll).scroll_home(animate=False)
        self.set_focus(self.query_one("#close", Button))
        event.button.disabled = True
