"""Dialogs of Overview: another profile, a rotated Client Secret, and the handoff sheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from wizard.domain import rules
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.texts.handoff import Sheet
from wizard.domain.texts.handoff_formats import markdown
from wizard.domain.texts.overview import Item
from wizard.domain.texts.prerequisites import AUDIENCES
from wizard.domain.texts.questions import ROTATE_TITLE, SHEET_TITLE, already_open
from wizard.flow.context import WizardContext
from wizard.flow.overview import Confirm, Overview, profile_names
from wizard.flow.state import Outcome
from wizard.ui.copying import copy_and_say
from wizard.ui.dialog import Dialog, HelpScreen
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.field import Choice, Entry, Field, SecretEntry
from wizard.ui.widgets.menu import Menu
from wizard.ui.widgets.problem_panel import ProblemPanel
from wizard.ui.widgets.sheet import sheet_paragraphs

NEW: Final = Item("+", "New profile…", "starts a new setup", group=2)
"""The line that asks for a name; its ID can't be a name."""


class ProfilesScreen(Dialog[str | None]):
    """Asks for the profile to open."""

    PRIMARY = "Open profile ›"
    DEFAULT_CSS = """
    ProfilesScreen {
        & #dialog-body #new-profile-field { margin: 1 1 0 0; }
        &.-short #dialog-body #new-profile-field { margin: 0 1 0 0; }
    }
    """

    _menu = getters.query_one(Menu)
    _field = getters.query_one(Field)

    def __init__(self, wizard_context: WizardContext) -> None:
        super().__init__("Profiles")
        self._names = profile_names(wizard_context)
        self._current = wizard_context.session.name

    def compose_body(self) -> ComposeResult:
        """Yield those there are, with a mark on the open one, and a line and a field for another.

        Where there is only one, nothing but the name of another is left to enter.
        """
        is_alone = len(self._names) == 1
        items = [Item(name, name, "current" * (name == self._current)) for name in self._names]
        yield Menu([*items, NEW], NEW.id if is_alone else self._current)
        field = Field("Name", Entry("new-profile"), "a-z, 0-9, - and _")
        field.display = is_alone
        yield field

    def on_mount(self) -> None:
        """Begin where there is something to do."""
        if self._field.display:
            self.set_focus(self._field.entry)

    @on(OptionList.OptionHighlighted)
    def _walk(self) -> None:
        self._field.display = self._field.display and self._menu.chosen == NEW.id

    @on(OptionList.OptionSelected)
    def action_primary(self) -> None:
        """Open the highlighted profile; for a new one, ask for its name first."""
        name, entry = self._menu.chosen or "", self._field.entry
        if name == self._current:
            self.action_close()
            return
        if name == NEW.id:
            name = entry.value
            if not entry.has_focus and not (self._field.display and name):
                self._field.display = True
                self.set_focus(entry)
                self.call_after_refresh(self._field.scroll_visible, animate=False)
                return
        problem = already_open(name) if name == self._current else rules.profile_name(name)
        self._field.say(problem)
        if problem is None:
            self.answer(name)


class RotateScreen(Dialog[Outcome | Confirm | None]):
    """Asks for a rotated secret; closes if it works, or if an authorization has to verify it.

    Its result is what follows.
    """

    PRIMARY = "Try it ›"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r,f2", "show_secret", "Show secret", show=False),
    ]
    AUTO_FOCUS = "Entry"

    _entry = getters.query_one(SecretEntry)
    _panel = getters.query_one(ProblemPanel)
    _try_button = getters.query_one("#primary", Button)

    def __init__(self, overview: Overview) -> None:
        super().__init__(ROTATE_TITLE)
        self._overview = overview

    def compose_body(self) -> ComposeResult:
        """Yield the field and what it does."""
        yield Static(self._overview.about_rotation, classes="paragraph intro muted", markup=False)
        yield Field("Client Secret", SecretEntry("new-secret"), "^r shows it")
        yield ProblemPanel()

    @on(Entry.Changed)
    def _typed(self) -> None:
        self._panel.show(None)

    def action_close(self) -> None:
        """Close, but not during a trial: what comes of it has to be known."""
        if not self._try_button.disabled:
            super().action_close()

    def action_primary(self) -> None:
        """Try what has been entered."""
        text = self._entry.value
        problem = self._overview.refuse(text)
        self.query_one(Field).say(problem)
        if problem is None and not self._try_button.disabled:
            self._offer(is_enabled=False)
            self._try(Secret(rules.clean(text)))

    @work(exclusive=True, group="rotate")
    async def _try(self, secret: Secret) -> None:
        try:
            rotation = await self._overview.rotate(secret)
        except SetupError as error:
            # For good: the field would jump as soon as something is typed.
            self.query_one(".intro").display = False
            self._panel.show(error.problem)
            self.query_one(Field).add_class("-bad")
            self._offer(is_enabled=True)
            self.set_focus(self._entry)
            return
        self.answer(self._overview.after_rotation(rotation, secret))

    def _offer(self, *, is_enabled: bool) -> None:
        self._try_button.disabled = not is_enabled
        self._try_button.label = self.PRIMARY if is_enabled else "Trying…"

    def action_show_secret(self) -> None:
        """Show the secret as it is being entered, or mask it again."""
        self._entry.action_toggle_shown()


class SheetScreen(HelpScreen):
    """The handoff sheet for the chosen audience; it is copied and saved as Markdown."""

    PRIMARY = "Copy"
    AROUND = 8
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save", id="sheet.save"),
        Binding("ctrl+y", "copy", "Copy", key_display="^y", id="sheet.copy"),
    ]
    DEFAULT_CSS = """
    SheetScreen {
        & #sheet { height: auto; }
        & #audience { margin: 0 2 1 0; &:focus { background: $background; } }
        & #dialog-body > ProblemPanel { margin: 0 1 1 0; }
        & #sheet .command { background: $surface; padding: 0 1; }
        & #sheet .paragraph { margin: 0 0 1 0; }
    }
    """
    AUTO_FOCUS = "Choice"

    def __init__(self, wizard_context: WizardContext) -> None:
        self._upkeep = wizard_context.upkeep
        self._sheet = self._upkeep.sheet()
        self._copy = wizard_context.services.clipboard.copy
        self._is_saving = False
        super().__init__(_named(self._sheet), ())

    def compose_top(self) -> ComposeResult:
        """Yield the choice for whom the sheet is."""
        titles, ids = [each.title for each in AUDIENCES], [each.id for each in AUDIENCES]
        yield Choice("audience", "For", titles, ids.index(self._sheet.audience))

    def compose_body(self) -> ComposeResult:
        """Yield what came of saving, above the sheet."""
        saved = Static("", id="saved", classes="paragraph", markup=False)
        saved.display = False
        yield saved
        yield ProblemPanel()
        with Vertical(id="sheet"):
            yield from sheet_paragraphs(self._sheet)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way out, the file and the copy."""
        close, copy = super().compose_buttons()
        yield from (close, Button("Save", id="save"), copy)

    @on(Choice.Changed)
    @work(exclusive=True, group="sheet")
    async def _choose(self, event: Choice.Changed) -> None:
        self._sheet = self._upkeep.sheet(AUDIENCES[event.choice.chosen].id)
        self.query_one("#dialog").border_title = Content(_named(self._sheet))
        self.query_one("#saved").display = False
        self.query_one(ProblemPanel).show(None)
        self.query_one("#save", Button).disabled = self._is_saving
        self.refresh_bindings()
        sheet = self.query_one("#sheet", Vertical)
        with self.app.batch_update():
            await sheet.remove_children()
            await sheet.mount_all(sheet_paragraphs(self._sheet))
        self.query_one("#dialog-body").scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to save what isn't saved."""
        if action == "save" and any(button.disabled for button in self.query("#save")):
            return False
        return super().check_action(action, parameters)

    def action_primary(self) -> None:
        """Copy all of it."""
        self.action_copy()

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        """Copy all of it."""
        await copy_and_say(self.app, self._copy, markdown(self._sheet), "the sheet")

    @on(Button.Pressed, "#save")
    def _save_pressed(self) -> None:
        self.action_save()

    @work(group="save")
    async def action_save(self) -> None:
        """Save all of it in a file."""
        button = self.query_one("#save", Button)
        if self._is_saving or button.disabled:
            # Once: a second press would only find the file of the first.
            return
        self._is_saving = True
        try:
            path = await self._upkeep.save_sheet(self._sheet.audience)
        except SetupError as error:
            self.query_one(ProblemPanel).show(error.problem)
            return
        finally:
            self._is_saving = False
        self.query_one(ProblemPanel).show(None)
        saved = self.query_one("#saved", Static)
        saved.update(Content.styled(f"✓ Saved as\n{path}", "$success"))
        saved.display = True
        self.query_one("#dialog-body", VerticalScroll).scroll_home(animate=False)
        self.set_focus(self.query_one("#close", Button))
        button.disabled = True
        self.refresh_bindings()


def _named(sheet: Sheet) -> str:
    return f"{SHEET_TITLE} · {sheet.title}"
