"""Step 6: what was set up, who uses it now, and what to keep in mind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from wizard.domain.steps import Step
from wizard.domain.texts.guide import KEEP_THE_APPROVER
from wizard.flow.state import Next
from wizard.ui.step_screen import Banner, StepScreen
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.layout import Gap
from wizard.ui.widgets.results import Facts


class DoneScreen(StepScreen):
    """The last step; Finish prints the same in a few lines."""

    STEP = Step.DONE
    AUTO_FOCUS = "#next"

    def __init__(
        self, banner: Banner, rows: Sequence[tuple[str, str]], usage: Sequence[str]
    ) -> None:
        """Args: `usage` holds what to do with it now, a paragraph each."""
        super().__init__(banner)
        self._rows = rows
        self._usage = usage

    def compose_body(self) -> ComposeResult:
        """Yield the facts and what to do with them."""
        yield Facts(self._rows)
        yield Gap()
        yield Static(Content("\n".join(self._usage)), classes="pane", markup=False)
        yield Gap()
        first, then = KEEP_THE_APPROVER
        yield Static(f"! {first}\n  {then}", classes="warn", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way to Overview and out."""
        yield Button("Overview", id="back")
        yield Button("Finish", id="next", variant="primary")

    def action_primary(self) -> None:
        """Leave the wizard."""
        self.leave(Next())
