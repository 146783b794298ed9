"""The last step: what was set up, who uses it now, and what to keep in mind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from wizard.domain.steps import Step
from wizard.domain.text import Command
from wizard.domain.texts.questions import KEEP_IN_MIND
from wizard.flow.context import WizardContext
from wizard.flow.state import Next
from wizard.ui.copying import copy_and_say
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.drawing import KEY_COLOR
from wizard.ui.widgets.layout import Banner, Gap
from wizard.ui.widgets.results import Usage, facts

SHEET: Final = "Handoff sheet ›"
FINISH: Final = "Finish"
COPY: Final = "Copy the command to the clipboard"


class CopyKey(Static):
    """The key that copies the command, beside it; a click does the same."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CopyKey {
        width: auto;
        height: 1;
        pointer: pointer;
        &:hover { background: $panel; }
    }
    """

    def __init__(self) -> None:
        super().__init__(Content.assemble(("^y", KEY_COLOR), " Copy"))

    async def on_click(self) -> None:
        """Copy the command."""
        await self.run_action("screen.copy_command")


class DoneScreen(StepScreen):
    """The last step; Finish prints the same in a few lines."""

    DEFAULT_CSS = """
    DoneScreen {
        & #verdict { color: $success; text-style: bold; }
        & #use { height: auto; }
        & #about { width: 1fr; height: auto; }
    }
    """
    STEP = Step.DONE
    BINDINGS: ClassVar[list[BindingType]] = [
        # Its key stands beside the command.
        Binding("ctrl+y", "copy_command", "Copy", False, tooltip=COPY, id="done.copy"),
    ]
    AUTO_FOCUS = "#next"

    def __init__(self, banner: Banner, wizard_context: WizardContext) -> None:
        super().__init__(banner)
        self._wizard_context = wizard_context
        self._usage = wizard_context.usage()
        """What to do with the credential now, a paragraph each."""
        self._ends_with_sheet = wizard_context.session.use.audience.ends_with_sheet
        """Whether the handoff sheet is to be shown before the end."""

    def compose_intro(self, intro: str) -> ComposeResult:
        """Yield the good news, which nothing else outshines."""
        yield Gap()
        yield Static(f"✓ {intro}", id="verdict", classes="pane -success", markup=False)
        yield Gap()

    def compose_body(self) -> ComposeResult:
        """Yield the facts and what to do with them."""
        yield from facts(self._wizard_context.facts())
        yield Gap()
        if (command := self._command) is not None:
            *others, about = [words for words in self._usage if words != command]
            if others:
                yield Static("\n".join(others), markup=False)
            with Horizontal(id="use"):
                yield Static(about, id="about", markup=False)
                yield CopyKey()
            # Left out with a fact, which leaves more room than it needs.
            yield Gap("spare-3")
        yield Static(Usage([command] if command else self._usage), id="usage", classes="pane")
        yield Gap()
        first, then = KEEP_IN_MIND[self._banner.grant_type]
        yield Static(Content.assemble(("!", "$warning"), f" {first}\n  {then}"))

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way to Overview, and to the sheet or out."""
        yield Button("Overview", id="back")
        yield Button(SHEET if self._ends_with_sheet else FINISH, id="next", variant="primary")

    @property
    def _command(self) -> Command | None:
        return next((text for text in self._usage if isinstance(text, Command)), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to copy only where there is a command."""
        if action == "copy_command" and self._command is None:
            return False
        return super().check_action(action, parameters)

    @work(exclusive=True, group="copy")
    async def action_copy_command(self) -> None:
        """Copy the command whole, as it isn't broken into lines there."""
        if self._command is not None:
            copy = self._wizard_context.services.clipboard.copy
            await copy_and_say(self.app, copy, self._command, "the command")

    def action_primary(self) -> None:
        """Show the sheet, or leave the wizard."""
        if self._ends_with_sheet:
            self._show_sheet()
        else:
            self.leave(Next())

    @work(group="sheet")
    async def _show_sheet(self) -> None:
        from wizard.ui.screens.overview_dialogs import SheetScreen

        if self.app.screen is not self:
            # It is open already.
            return
        await self.ask(SheetScreen(self._wizard_context))
        self._ends_with_sheet = False
        self.set_primary(FINISH)
