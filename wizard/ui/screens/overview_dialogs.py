"""Dialogs of Overview: another profile, a rotated Client Secret, and the handoff sheet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from wizard.domain import rules
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.texts.handoff import Sheet
from wizard.domain.texts.handoff_formats import markdown, paragraphs
from wizard.domain.texts.overview import Item
from wizard.domain.texts.questions import ROTATE, ROTATE_TITLE, SHEET_TITLE, already_open
from wizard.domain.value import Value
from wizard.flow.context import WizardContext
from wizard.flow.upkeep import Rotation
from wizard.ui.copying import Copy, copy_and_say
from wizard.ui.dialog import Dialog, HelpScreen
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.field import Entry, Field, SecretEntry
from wizard.ui.widgets.layout import Gap
from wizard.ui.widgets.menu import Menu
from wizard.ui.widgets.problem_panel import ProblemPanel


class ProfilesScreen(Dialog[str | None]):
    """Asks for the profile to open."""

    PRIMARY = "Open ›"
    AUTO_FOCUS = "Menu, Entry"

    def __init__(self, names: Sequence[str], current: str) -> None:
        """Args: `names`: all profiles, of which `current` is open."""
        super().__init__("Profiles")
        self._names = names
        self._current = current

    def compose_body(self) -> ComposeResult:
        """Yield those there are, with a mark on the open one, and a field for a new one."""
        other = next((name for name in self._names if name != self._current), None)
        if other is None:
            yield Static(f"{self._current} is the only profile.", markup=False)
        else:
            words = {self._current: "current"}
            yield Menu([Item(name, name, words.get(name, "")) for name in self._names], other)
        yield Gap()
        yield Field("A new profile", Entry("new-profile"), "a-z, 0-9, - and _")

    @on(OptionList.OptionSelected)
    def action_primary(self) -> None:
        """Open the new profile if a name was entered, else the highlighted one."""
        name = self.query_one("#new-profile", Entry).value
        if not name and self.query(Menu):
            name = self.query_one(Menu).chosen or ""
        problem = already_open(name) if name == self._current else rules.profile_name(name)
        self.query_one(Field).say(problem)
        if problem is None:
            self.answer(name)


Rotate = Callable[[Secret], Awaitable[Rotation]]
Refuse = Callable[[str], str | None]


class Rotated(Value):
    """The new secret, and what came of it."""

    secret: Secret
    rotation: Rotation


class RotateScreen(Dialog[Rotated | None]):
    """Asks for a rotated secret; closes if it works, or if an authorization has to verify it."""

    PRIMARY = "Try it ›"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r,f2", "show_secret", "Show secret", show=False),
    ]
    AUTO_FOCUS = "Entry"

    _entry = getters.query_one(SecretEntry)
    _panel = getters.query_one(ProblemPanel)
    _try_button = getters.query_one("#primary", Button)

    def __init__(
        self, rotate: Rotate, about: str = ROTATE, refuse: Refuse = rules.client_secret
    ) -> None:
        """Args:
        rotate: tests a secret and saves it.
        about: what to enter, and what is done with it.
        refuse: gives the reason why a secret can't be tested, or None.
        """
        super().__init__(ROTATE_TITLE)
        self._rotate = rotate
        self._about = about
        self._refuse = refuse

    def compose_body(self) -> ComposeResult:
        """Yield the field and what it does."""
        yield Static(self._about, classes="paragraph", markup=False)
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
        problem = self._refuse(text)
        self.query_one(Field).say(problem)
        if problem is None and not self._try_button.disabled:
            self._offer(is_enabled=False)
            self._try(Secret(rules.clean(text)))

    @work(exclusive=True, group="rotate")
    async def _try(self, secret: Secret) -> None:
        try:
            rotation = await self._rotate(secret)
        except SetupError as error:
            self._panel.show(error.problem)
            self._offer(is_enabled=True)
            self.set_focus(self._entry)
            return
        self.answer(Rotated(secret, rotation))

    def _offer(self, *, is_enabled: bool) -> None:
        self._try_button.disabled = not is_enabled
        self._try_button.label = self.PRIMARY if is_enabled else "Trying…"

    def action_show_secret(self) -> None:
        """Show the secret as it is being entered, or mask it again."""
        self._entry.action_toggle_shown()


Save = Callable[[], Awaitable[str]]
"""Writes a new file and gives its path. Raises SetupError."""


class SheetScreen(HelpScreen):
    """Shows a handoff sheet as text; it is copied and saved as Markdown."""

    def __init__(self, sheet: Sheet, copy: Copy, save: Save) -> None:
        super().__init__(SHEET_TITLE, paragraphs(sheet))
        self._text = markdown(sheet)
        self._copy = copy
        self._save = save
        self._is_saving = False

    def compose_body(self) -> ComposeResult:
        """Yield what came of saving, above the sheet."""
        saved = Static("", id="saved", classes="paragraph", markup=False)
        saved.display = False
        yield saved
        yield ProblemPanel()
        yield from super().compose_body()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the copy, the file and the way out."""
        yield Button("Copy", id="copy")
        yield Button("Save", id="save")
        yield from super().compose_buttons()

    @on(Button.Pressed, "#copy")
    @work(exclusive=True, group="copy")
    async def _copy_all(self, _event: Button.Pressed) -> None:
        await copy_and_say(self.app, self._copy, self._text, "the sheet")

    @on(Button.Pressed, "#save")
    @work(group="save")
    async def _save_all(self, event: Button.Pressed) -> None:
        if self._is_saving:
            # Once: a second press would only find the file of the first.
            return
        self._is_saving = True
        try:
            path = await self._save()
        except SetupError as error:
            self._is_saving = False
            self.query_one(ProblemPanel).show(error.problem)
            return
        self.query_one(ProblemPanel).show(None)
        saved = self.query_one("#saved", Static)
        saved.update(Content.styled(f"✓ Saved as\n{path}", "$success"))
        saved.display = True
        self.query_one("#dialog-body", VerticalScroll).scroll_home(animate=False)
        self.set_focus(self.query_one("#close", Button))
        event.button.disabled = True


def sheet_of(wizard_context: WizardContext) -> SheetScreen:
    """Return the screen of the profile's handoff sheet."""
    upkeep, copy = wizard_context.upkeep, wizard_context.services.clipboard.copy
    return SheetScreen(upkeep.sheet(), copy, upkeep.save_sheet)
