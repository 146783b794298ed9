"""Step 2: the fields of the grant type, each saved as soon as it is right."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from wizard.domain import credential_fields
from wizard.domain.credential_fields import FILLED, NOT_TO_SEE, NOT_TO_SEE_IN_DEMO, CredentialField
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.wording import led_back
from wizard.flow.context import WizardContext
from wizard.flow.credentials import SECRET, Fields, Filling, Offer, read_pasted
from wizard.flow.state import GoTo, Next, Outcome, Unchanged, WizardState
from wizard.ui.copying import copy_secret
from wizard.ui.credential_form import CredentialForm
from wizard.ui.dialog import ConfirmScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen, ChangesScreen
from wizard.ui.step_bases import FILES, IntoFilesScreen
from wizard.ui.widgets.buttons import Button, Command, offered
from wizard.ui.widgets.checklist import Choices
from wizard.ui.widgets.drawing import Warned
from wizard.ui.widgets.field import Entry, SecretEntry
from wizard.ui.widgets.layout import Banner, Gap
from wizard.ui.widgets.problem_panel import ProblemPanel

SHOWS: Final = "Show what you type, or mask it again"


class CredentialsScreen(IntoFilesScreen):
    """The form. A saved secret is never filled in: an empty field keeps it."""

    STEP = Step.CREDENTIALS
    BINDINGS: ClassVar[list[BindingType]] = [
        offered("ctrl+r,f2", "show_secret", "Show secret", "secret.show", SHOWS),
        offered("f7", "use_file", "Use a file", "keyring.file", FILES, "F7"),
    ]
    FILES_KEY = "F7"

    def __init__(self, banner: Banner, wizard_context: WizardContext, state: WizardState) -> None:
        super().__init__(banner, wizard_context.session.use_file)
        self._session = wizard_context.session
        self._copy = wizard_context.services.clipboard.copy
        self._state = state
        self._fields = Fields(wizard_context, state.because)
        self._form = CredentialForm(self._fields)
        self._is_going_on = False
        """Next was pressed, and Back not after it."""

    # -- layout ------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Yield who uses it, where that can be changed here, and the fields."""
        if self._state.is_change:
            yield Choices(self._session.use)
            yield Gap()
        for field in self._form.compose():
            yield field
            yield Gap("between", rank=0)
        if about_store := self._fields.about_store():
            yield Gap()
            yield Static(Warned(about_store), id="storage", classes="pane -warning", markup=False)
        yield Gap()
        yield ProblemPanel()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way to the endpoints beside Back and Next."""
        yield Button("Advanced…", id="advanced", classes="other")
        yield from super().compose_buttons()

    def on_mount(self) -> None:
        """Show the verdict on the saved values."""
        super().on_mount()
        self._form.judge_all()
        if self._state.because is not None:
            because = led_back(self._state.because, self.STEP)
            self.show_problem(because, self._state.comparison)
        self._focus(self._form.first_empty() or self._fields.first)

    def _focus(self, field: CredentialField) -> None:
        self.set_focus(self._form.entry(field))

    # -- what is entered ---------------------------------------------------------------------

    @on(Choices.Changed)
    @work(group="use")
    async def _change_use(self, event: Choices.Changed) -> None:
        """Save what is right so far, and show the fields of another grant type."""
        before = self._session.use.grant_type
        await self._save_all()
        is_saved = await self._is_saved(self._session.save_use(event.use))
        if is_saved and event.use.grant_type is not before:
            self.leave(GoTo(Step.CREDENTIALS))

    @on(Choices.Left)
    def _to_fields(self) -> None:
        self._focus(CredentialField.CLIENT_ID)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if self._fields.looked_at:
            self.say_aside("")
        self._form.typed(CredentialField(event.input.id))

    @on(Entry.Pasted)
    def _pasted(self, event: Entry.Pasted) -> None:
        read = read_pasted(event.text, self._fields.draft)
        if read is None:
            self._settle(CredentialField(event.entry.id))
            return
        event.entry.action_restore()
        if isinstance(read, Filling):
            self._fill(read)
        else:
            self._offer(read)

    @on(Input.Blurred)
    def _left_entry(self, event: Input.Blurred) -> None:
        # Nothing has been entered yet: no reason to complain.
        if event.value:
            self._settle(CredentialField(event.input.id))

    def _settle(self, field: CredentialField) -> bool:
        """Judge a field and save it when it is right; whether it is."""
        is_right, text = self._form.judge(field), self._form.text(field)
        if is_right and text and not self._form.judged(field).is_saved:
            self._keep(field, text)
        return is_right

    @work(group="save")
    async def _keep(self, field: CredentialField, value: Secret) -> None:
        if await self._is_saved(self._fields.save_field(field, value)):
            self._note_saved()

    async def _save_all(self) -> bool:
        """Save every field that is right, in one write; whether that succeeded."""
        draft = self._form.entered()
        if draft == self._session.kept:
            return True
        if not await self._is_saved(self._session.save_draft(draft)):
            return False
        self._note_saved()
        return True

    async def _is_saved(self, saving: Awaitable[None]) -> bool:
        """Wait for a save; say what can be done where it failed, and return whether it did not."""
        try:
            await saving
        except SetupError as error:
            self._offer_unsaved(error)
            return False
        return True

    def _note_saved(self) -> None:
        if not self.is_here:
            return
        self.show_failure(None)
        self.query("#unsaved").remove()
        self._form.judge_all()

    @work(group="spread")
    async def _fill(self, filling: Filling) -> None:
        """Fill in what an Authorization URL holds; ask first when it is not the server's own."""
        if filling.question is not None and not await self.ask(ConfirmScreen(filling.question)):
            return
        for field, text in filling.values.items():
            self._form.entry(field).value = text
        self.say_aside(filling.unused or FILLED)
        scoped = credential_fields.with_scope(self._fields.draft, filling.scope)
        if scoped != self._fields.draft:
            await self._is_saved(self._session.save_draft(scoped))
        await self._save_all()
        if (empty := self._form.first_empty()) is not None:
            self._focus(empty)

    @work(group="spread")
    async def _offer(self, offer: Offer) -> None:
        """Ask whether to use a response URL without its response."""
        if await self.ask(ConfirmScreen(offer.question)) and self.is_here:
            self._form.entry(CredentialField.REDIRECT_URL).value = offer.redirect_url
            self._focus(CredentialField.REDIRECT_URL)
            self.action_primary()

    # -- continuing ----------------------------------------------------------------------------

    def action_primary(self) -> None:
        """Go to the next empty field; if there is none, save everything and continue."""
        here = next((f for f in self._fields.all if self._form.entry(f).has_focus), None)
        if here is not None and not self._form.judged(here).is_empty:
            if not self._settle(here):
                return
            if self._fields.stays(here, self._form.text(here)):
                self.ask_again()
                return
            if self._fields.looked_at:
                self.say_aside("")
            if (empty := self._form.first_empty(after=here)) is not None:
                self._focus(empty)
                return
        wrong = [f for f in self._fields.all if not self._form.judge(f)]
        if wrong:
            self._focus(wrong[0])
        else:
            self._is_going_on = True
            self._go_on()

    @work(group="go-on")
    async def _go_on(self) -> None:
        # Not exclusive: Back, pressed while it saves, mustn't leave its dialog behind.
        if not await self._save_all() or not self.is_here or not self._is_going_on:
            return
        changes = self._fields.changes()
        if changes == ():
            self.leave(Unchanged())
        elif not changes or await self.ask(ChangesScreen(changes)):
            self.leave(Next())

    def go_back(self, outcome: Outcome) -> None:
        """Go back; what is right is kept, also where the focus never left it."""
        self._is_going_on = False
        self._go_back(outcome)

    @work(group="go-on")
    async def _go_back(self, outcome: Outcome) -> None:
        await self._save_all()
        self.leave(outcome)

    async def keep(self) -> None:
        """Save what has been entered so far."""
        if self.is_here:
            await self._save_all()

    async def go_on_in_files(self) -> None:
        """Save what has been entered since."""
        self._note_saved()
        await self._save_all()

    def stay_out_of_files(self, error: SetupError) -> None:
        """Offer to continue without saving."""
        self._offer_unsaved(error, is_chosen=True)

    def _offer_unsaved(self, error: SetupError, *, is_chosen: bool = False) -> None:
        self.show_failure(error.problem, is_chosen=is_chosen)
        if self.is_here and not self.query("#unsaved"):
            self.query_one("#buttons").mount(Button("Skip saving", id="unsaved"), before="#next")

    @on(Button.Pressed, "#unsaved")
    def _go_on_unsaved(self) -> None:
        if all(self._form.judge(f) for f in self._fields.all):
            self._session.go_unsaved()
            self.leave(Next())

    def action_show_secret(self) -> None:
        """Show the secret as it is being entered, or mask it again."""
        entry = self.query_one("#client-secret", SecretEntry)
        if not entry.has_focus:
            self.set_focus(entry)
        if entry.value or self._form.judged(SECRET).is_empty:
            entry.action_toggle_shown()
        else:
            is_demo = self._fields.is_demo
            words = NOT_TO_SEE_IN_DEMO if is_demo else NOT_TO_SEE
            self.notify(words, timeout=3, markup=False)

    def commands(self) -> Iterable[Command]:
        """Offer to copy the secret too. No key does this: it must never happen by accident."""
        yield Command("Copy secret", "Copy the Client Secret to the clipboard", "copy_secret")
        yield from super().commands()

    @work(group="copy")
    async def action_copy_secret(self) -> None:
        """Copy the secret that is entered, or stored."""
        secret = self._form.text(SECRET) or self._fields.draft.client_secret
        if not secret:
            self.notify(credential_fields.NOTHING_TO_COPY, markup=False)
            return
        await copy_secret(self.app, self._copy, secret)

    @on(Button.Pressed, "#advanced")
    @work(group="advanced")
    async def _advanced(self, _event: events.Event) -> None:
        before = self._fields.draft
        choice = await self.ask(AdvancedScreen(before))
        if choice is None or choice == before:
            return
        changed = credential_fields.with_advanced(before, choice)
        if await self._is_saved(self._session.save_draft(changed)):
            # Again, because the title names hosts that are not Twilio's.
            self.leave(GoTo(Step.CREDENTIALS))
