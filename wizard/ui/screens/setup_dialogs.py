"""Dialogs of the setup: advanced settings, and what a change changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from wizard.domain import rules
from wizard.domain.credential_fields import ENDPOINTS
from wizard.domain.models import CredentialSet, Endpoints, Pkce
from wizard.domain.texts.questions import CHANGES
from wizard.domain.texts.summary import Difference
from wizard.domain.value import replace
from wizard.ui.dialog import ConfirmScreen, Dialog
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.field import Entry, Field

_RULES: Final = {**dict.fromkeys(ENDPOINTS, rules.endpoint), "scope": rules.scope}
"""The rule of each field, by its id; in their order."""


class AdvancedScreen(Dialog[CredentialSet | None]):
    """The advanced settings; changing one invalidates the links created before."""

    PRIMARY = "Apply"
    DEFAULT_CSS = """
    AdvancedScreen {
        & #pkce-row { height: 1; & Static { width: 1fr; } }
        & #dialog-body Field { margin-bottom: 0; }
    }
    """
    AUTO_FOCUS = "Entry"

    def __init__(self, draft: CredentialSet) -> None:
        super().__init__("Advanced")
        self._draft = draft
        self._pkce = draft.pkce

    def compose_body(self) -> ComposeResult:
        """Yield the fields."""
        urls = self._draft.endpoints.named.values()
        for (id_, label), value in zip(ENDPOINTS.items(), urls, strict=True):
            yield Field(label, Entry(id_, value))
        if not self._draft.grant_type.needs_approval:
            # Nothing is requested but a token: no scope, no code to protect.
            return
        yield Field("Scope", Entry("scope", self._draft.scope), "Twilio: offline_access")
        with Horizontal(id="pkce-row"):
            yield Static("PKCE (auto: on if the server supports it)", markup=False)
            yield Button(self._draft.pkce.value, id="pkce")

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

    def action_primary(self) -> None:
        """Close with the changes, or say what is wrong with them."""
        wrong = [id_ for id_ in _RULES if self.query(f"#{id_}") and not self._is_right(id_)]
        if wrong:
            self.set_focus(self.query_one(f"#{wrong[0]}", Entry))
            return
        urls = (rules.clean(self.query_one(f"#{id_}", Entry).value) for id_ in ENDPOINTS)
        scope = self._draft.scope
        for entry in self.query("#scope").results(Entry):
            scope = rules.clean_scope(entry.value)
        changed = replace(self._draft, endpoints=Endpoints(*urls), scope=scope, pkce=self._pkce)
        self.answer(changed)


class ChangesScreen(ConfirmScreen):
    """Show each changed value, before and after; Enter means yes."""

    NO = "Not yet"

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(replace(CHANGES, yes=f"{CHANGES.yes} ›"))
        self._differences = differences

    def compose_body(self) -> ComposeResult:
        """Yield each value, before and after."""
        for difference in self._differences:
            lines = Content.assemble(
                (difference.name, "bold"),
                ("\n  before  ", "$muted"),
                difference.before,
                ("\n  after   ", "$muted"),
                difference.after,
            )
            yield Static(lines, classes="paragraph", markup=False)
        yield from super().compose_body()
