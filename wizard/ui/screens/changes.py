"""A dialog: what a reconfiguration changes, before it goes on to be proven."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from wizard.domain.change import Difference
from wizard.domain.questions import CHANGES
from wizard.ui.screens.confirm import ConfirmScreen


class ChangesScreen(ConfirmScreen):
    """Before and after of each value; yes is what Enter does."""

    NO = "Not yet"

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(CHANGES.title, CHANGES.text, f"{CHANGES.yes} ›", is_harmless=True)
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
