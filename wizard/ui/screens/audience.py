"""A dialog: who will use the credential, and what differs for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from wizard.domain.audiences import AUDIENCES, audience
from wizard.domain.offers import Item
from wizard.domain.questions import AUDIENCE_TITLE
from wizard.ui.dialog import Dialog
from wizard.ui.widgets.body import Gap
from wizard.ui.widgets.button import Button
from wizard.ui.widgets.menu import Menu


class AudienceScreen(Dialog[str | None]):
    """Choose one; the text under the list follows the highlight."""

    ENTER = "choose"
    # As high as the longest of the texts makes it, the gutter counted: the list stays where it is.
    DEFAULT_CSS = """
    AudienceScreen {
        & #dialog-body { min-height: 22; scrollbar-gutter: stable; }
        &.-narrow #dialog-body { min-height: 27; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "close", "Close", show=False),
        Binding("enter", "choose", "Select", key_display="⏎", priority=True),
    ]

    def __init__(self, current: str | None) -> None:
        super().__init__(AUDIENCE_TITLE)
        self._current = current

    def compose_body(self) -> ComposeResult:
        """Yield the list and the text of its highlighted line."""
        menu = Menu([Item(a.id, a.title, a.brief) for a in AUDIENCES], self._current)
        yield menu
        yield Gap()
        yield Static(_differs(menu.chosen), id="differs", classes="pane", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the choice and the way out."""
        yield Button("Close", id="close")
        yield Button("Select", id="choose", variant="primary")

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        self.query_one("#differs", Static).update(_differs(event.option_id))

    @on(OptionList.OptionSelected)
    @on(Button.Pressed, "#choose")
    def action_choose(self) -> None:
        """Close with the highlighted one."""
        self.answer(self.query_one(Menu).chosen)


def _differs(id_: str | None) -> Content:
    chosen = audience(id_)
    return Content("\n\n".join(chosen.text if chosen else ()))
