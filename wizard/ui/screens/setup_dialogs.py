"""Dialogs of the setup: advanced settings, and what a change changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from wizard.domain import rules
from wizard.domain.credential_fields import ENDPOINTS
from wizard.domain.models import CredentialSet, Endpoints, Pkce
from wizard.domain.texts.questions import ADVANCED, CHANGES, Difference
from wizard.domain.value import replace
from wizard.ui.dialog import ROOMY, ConfirmScreen, Dialog
from wizard.ui.widgets.drawing import Fitted
from wizard.ui.widgets.field import Choice, Entry, Field

_RULES: Final = {**dict.fromkeys(ENDPOINTS, rules.endpoint), "scope": rules.scope}
"""The rule of each field, by its id; in their order."""


class AdvancedScreen(Dialog[CredentialSet | None]):
    """The advanced settings; changing one invalidates the links created before."""

    PRIMARY = "Apply"
    DEFAULT_CSS = """
    AdvancedScreen {
        /* In 24 rows, the lines of the boxes have to do for gaps. */
        & #dialog { margin: 1 0 1 0; }
        & #dialog-body {
            & Field { margin: 0; }
            & #about { margin: 0 0 1 2; }
            & #pkce { margin: 0 0 0 2; }
        }
        & #dialog-buttons { margin: 1 1 0 0; }
        &.-high, &.-huge {
            & #dialog { margin: 2 0 1 0; }
            & #dialog-body Field { margin: 0 0 1 0; }
        }
        &.-huge #dialog { margin: 8 0 1 0; }
        &.-short #about { display: none; }
    }
    """
    AUTO_FOCUS = "Entry"

    def __init__(self, draft: CredentialSet) -> None:
        super().__init__("Advanced")
        self._draft = draft
        self._pkce = draft.pkce

    def _room(self, rows: int) -> int:
        # All of it fits into 24 rows without the one under the wizard's title.
        return super()._room(rows) + (rows >= ROOMY)

    def compose_body(self) -> ComposeResult:
        """Yield the fields."""
        yield Static(ADVANCED, id="about", classes="paragraph muted")
        urls = zip(self._draft.endpoints.named.values(), Endpoints().named.values(), strict=True)
        for (id_, label), (value, usual) in zip(ENDPOINTS.items(), urls, strict=True):
            yield Field(label, Entry(id_, value), f"Twilio: {usual}" if value != usual else "")
        if not self._draft.grant_type.needs_approval:
            # Nothing is requested but a token: no scope, no code to protect.
            return
        scope, usual = self._draft.scope, CredentialSet().scope
        yield Field("Scope", Entry("scope", scope), f"Twilio: {usual}" if scope != usual else "")
        values = [f"{each.value}{' (on if supported)' * (each is Pkce.AUTO)}" for each in Pkce]
        yield Choice("pkce", "PKCE", values, list(Pkce).index(self._pkce))

    @on(Choice.Changed)
    def _choose(self, event: Choice.Changed) -> None:
        self._pkce = list(Pkce)[event.choice.chosen]

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


INDENT: Final = 10


class _Values(Fitted):
    """A changed value, before and after; all rows of a long one are indented."""

    def __init__(self, difference: Difference) -> None:
        self._difference = difference

    def content(self, width: int) -> Content:
        """Return the lines in a width."""
        of = self._difference
        room = max(width - INDENT, 1)
        lines = [Content.styled(of.name, "bold")]
        for label, value in (("  before", of.before), ("  after", of.after)):
            rows = [row.rstrip() for row in Content(value).wrap(room)]
            if value == of.after and of.is_foreign:
                rows.append(Content.styled("! not Twilio", "$warning"))
                if sum(row.cell_length + 2 for row in rows[-2:]) <= room + 2:
                    rows[-2:] = [Content("  ").join(rows[-2:])]
            labels = [label, *[""] * (len(rows) - 1)]
            lines += [
                Content.assemble((text.ljust(INDENT), "$muted"), row)
                for text, row in zip(labels, rows, strict=True)
            ]
        return Content("\n").join(lines)


class ChangesScreen(ConfirmScreen):
    """Show each changed value, before and after; Enter means yes."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(replace(CHANGES, yes=f"{CHANGES.yes} ›"))
        self._differences = differences

    def compose_body(self) -> ComposeResult:
        """Yield each value, before and after."""
        for difference in self._differences:
            yield Static(_Values(difference), classes="paragraph")
        yield from super().compose_body()
