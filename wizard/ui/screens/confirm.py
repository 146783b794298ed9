"""A dialog: one question, yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from wizard.domain.questions import Question
from wizard.ui.dialog import Dialog
from wizard.ui.widgets.button import Button


class ConfirmScreen(Dialog[bool]):
    """True for yes; what Enter does, and looks like it, is no unless yes is harmless."""

    AUTO_FOCUS = "#dialog-buttons .-primary"
    NO: ClassVar[str] = "No"

    def __init__(self, title: str, text: str, yes: str, *, is_harmless: bool = False) -> None:
        super().__init__(title)
        self._text = text
        self._yes = yes
        self._is_harmless = is_harmless

    def compose_body(self) -> ComposeResult:
        """Yield the question."""
        yield Static(self._text, classes="paragraph", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield no and yes."""
        no, yes = Button(self.NO, id="close"), Button(self._yes, id="yes")
        (yes if self._is_harmless else no).variant = "primary"
        yield from (no, yes)

    def action_close(self) -> None:
        """Answer no."""
        self.answer(False)

    @on(Button.Pressed, "#yes")
    def _say_yes(self) -> None:
        self.answer(True)


def asking(question: Question) -> ConfirmScreen:
    """Return the dialog of a question."""
    is_harmless = question.is_harmless
    return ConfirmScreen(question.title, question.text, question.yes, is_harmless=is_harmless)
