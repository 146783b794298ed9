"""A dialog: endpoints, scope and PKCE, for those who know why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from wizard.domain import rules
from wizard.domain.form import ENDPOINTS, Advanced
from wizard.domain.models import Endpoints, Pkce
from wizard.ui.dialog import Dialog
from wizard.ui.widgets.button import Button
from wizard.ui.widgets.field import Entry, Field

_RULES: Final = {**dict.fromkeys(ENDPOINTS, rules.endpoint), "scope": rules.scope}
"""The rule of each field, by its id; in their order."""


class AdvancedScreen(Dialog[Advanced | None]):
    """Gives the settings as they are then; changing one ends the links made before."""

    ENTER = "take"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Apply", key_display="⏎", priority=True),
    ]
    DEFAULT_CSS = "AdvancedScreen #pkce-row { height: 1; & Static { width: 1fr; } }"
    AUTO_FOCUS = "Entry"

    def __init__(self, settings: Advanced) -> None:
        super().__init__("Advanced")
        self._settings = settings
        self._pkce = settings.pkce

    def compose_body(self) -> ComposeResult:
        """Yield the fields."""
        urls = self._settings.endpoints.named.values()
        for (id_, label), value in zip(ENDPOINTS.items(), urls, strict=True):
            yield Field(label, Entry(id_, value))
        yield Field("Scope", Entry("scope", self._settings.scope), "Twilio: offline_access")
        with Horizontal(id="pkce-row"):
            yield Static("PKCE (auto: on if the server supports it)", markup=False)
            yield Button(self._settings.pkce.value, id="pkce")

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way out and the change."""
        yield Button("Close", id="close")
        yield Button("Apply", id="take", variant="primary")

    @on(Button.Pressed, "#pkce")
    def _next_choice(self, event: Button.Pressed) -> None:
        choices = list(Pkce)
        self._pkce = choices[(choices.index(self._pkce) + 1) % len(choices)]
        event.button.label = self._pkce.value

    @on(Input.Blurred)
    def _judge(self, event: Input.Blurred) -> None:
        if event.input.id in _RULES:
            self._is_right(event.input.id)

    def _is_right(self, id_: str) -> bool:
        problem = _RULES[id_](self.query_one(f"#{id_}", Entry).value)
        self.query_one(f"#{id_}-field", Field).say(problem)
        return problem is None

    @on(Button.Pressed, "#take")
    def action_take(self) -> None:
        """Close with the changes, or say what is wrong with them."""
        wrong = [id_ for id_ in _RULES if not self._is_right(id_)]
        if wrong:
            self.set_focus(self.query_one(f"#{wrong[0]}", Entry))
            return
        urls = (rules.clean(self.query_one(f"#{id_}", Entry).value) for id_ in ENDPOINTS)
        scope = rules.clean_scope(self.query_one("#scope", Entry).value)
        self.answer(Advanced(Endpoints(*urls), scope, self._pkce))
