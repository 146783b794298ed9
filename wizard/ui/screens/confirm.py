"""A dialog: one question, yes or no."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from wizard.domain.questions import Question
from wizard.ui.dialog import Dialog
from wizard.ui.widgets.button import Button


class ConfirmScreen(Dialog[bool]):
    """True for yes; no is the button that has the focus."""

    AUTO_FOCUS = "#close"

    def __init__(self, title: str, text: str, yes: str) -> None:
        super().__init__(title)
        self._text = text
        self._yes = yes

    def compose_body(self) -> ComposeResult:
        """Yield the question."""
        yield Static(self._text, classes="paragraph", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield no and yes."""
        yield Button("No", id="close")
        yield Button(self._yes, id="yes", variant="primary")

    def action_close(self) -> None:
        """Answer no."""
        self.answer(False)

    @on(Button.Pressed, "#yes")
    def _say_yes(self) -> None:
        self.answer(True)


def asking(question: Question) -> ConfirmScreen:
    """Return the dialog of a question."""
    return ConfirmScreen(question.title, question.text, question.yes)
