"""A dialog: one field for a rotated Client Secret, tried before it is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from wizard.domain import rules
from wizard.domain.problems import SetupError
from wizard.domain.questions import ROTATE, ROTATE_TITLE
from wizard.domain.secret import Secret
from wizard.domain.value import Value
from wizard.flow.rotate import Rotation
from wizard.ui.dialog import Dialog
from wizard.ui.widgets.button import Button
from wizard.ui.widgets.field import Entry, Field, SecretEntry
from wizard.ui.widgets.problem_panel import ProblemPanel

Rotate = Callable[[Secret], Awaitable[Rotation]]


class Rotated(Value):
    """The new secret, and what came of it."""

    secret: Secret
    rotation: Rotation


class RotateScreen(Dialog[Rotated | None]):
    """Closes only with a secret that worked, or that needs a consent to be proven."""

    ENTER = "try"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "try", "Try it", key_display="⏎", priority=True),
        Binding("ctrl+r,f2", "show_secret", "Show secret", show=False),
    ]
    AUTO_FOCUS = "Entry"

    def __init__(self, rotate: Rotate) -> None:
        super().__init__(ROTATE_TITLE)
        self._rotate = rotate

    def compose_body(self) -> ComposeResult:
        """Yield the field and what it does."""
        yield Static(ROTATE, classes="paragraph", markup=False)
        yield Field("Client Secret", SecretEntry("new-secret"), "^r shows it")
        yield ProblemPanel()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way out and the trial."""
        yield Button("Close", id="close")
        yield Button("Try it ›", id="try", variant="primary")

    @on(Entry.Changed)
    def _typed(self) -> None:
        self.query_one(ProblemPanel).show(None)

    def action_close(self) -> None:
        """Close, but not during a trial: what comes of it has to be known."""
        if not self.query_one("#try", Button).disabled:
            super().action_close()

    @on(Button.Pressed, "#try")
    def action_try(self) -> None:
        """Try what has been entered."""
        text = self.query_one(SecretEntry).value
        problem = rules.client_secret(text)
        self.query_one(Field).say(problem)
        button = self.query_one("#try", Button)
        if problem is None and not button.disabled:
            button.disabled = True
            button.label = "Trying …"
            self._try(Secret(rules.clean(text)))

    @work(exclusive=True, group="rotate")
    async def _try(self, secret: Secret) -> None:
        try:
            rotation = await self._rotate(secret)
        except SetupError as error:
            self.query_one(ProblemPanel).show(error.problem)
            button = self.query_one("#try", Button)
            button.disabled = False
            button.label = "Try it ›"
            self.set_focus(self.query_one(SecretEntry))
            return
        self.answer(Rotated(secret, rotation))

    def action_show_secret(self) -> None:
        """Show the secret as it is being entered, or mask it again."""
        self.query_one(SecretEntry).action_toggle_shown()
