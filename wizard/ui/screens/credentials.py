"""Step 2: Client ID, Client Secret and Redirect URL, each saved as soon as it is right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Input

from wizard.domain import form, rules
from wizard.domain.form import CredentialField
from wizard.domain.models import CredentialSet
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.flow.state import Back, Next
from wizard.ui.screens.advanced import AdvancedScreen
from wizard.ui.screens.confirm import ConfirmScreen
from wizard.ui.step_screen import Banner, StepScreen
from wizard.ui.widgets.field import Entry, Field, SecretEntry
from wizard.ui.widgets.problem_panel import ProblemPanel

SaveField = Callable[[CredentialField, Secret], Awaitable[None]]
SaveDraft = Callable[[CredentialSet], Awaitable[None]]

HINTS: Final = {
    CredentialField.CLIENT_ID: "OQ…, 34 characters",
    CredentialField.CLIENT_SECRET: "shown once by Twilio · ^r shows it",
    CredentialField.REDIRECT_URL: "exactly as on the app",
}
STORED: Final = "stored: leave empty to keep it"


class CredentialsScreen(StepScreen):
    """The form. A stored secret is never put back into it: an empty field keeps it."""

    STEP = Step.CREDENTIALS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r,f2", "show_secret", "Show secret", key_display="^r", id="secret.show"),
    ]

    def __init__(
        self,
        banner: Banner,
        *,
        draft: Callable[[], CredentialSet],
        save_field: SaveField,
        save_draft: SaveDraft,
        refuse: Callable[[CredentialField, Secret], str | None],
    ) -> None:
        """Args: `refuse` says why a valid value is not taken (the demo's), or None."""
        super().__init__(banner)
        self._draft = draft
        self._save_field = save_field
        self._save_draft = save_draft
        self._refuse = refuse
        self._unsaved: set[CredentialField] = set()
        """Fields whose last save failed, though the draft in memory has them."""

    # -- layout ------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Yield the three fields."""
        draft = self._draft()
        kept = STORED if draft.client_secret else ""
        yield Field(
            "Client ID", Entry("client-id", draft.client_id), HINTS[CredentialField.CLIENT_ID]
        )
        secret = SecretEntry("client-secret", placeholder=kept)
        yield Field("Client Secret", secret, HINTS[CredentialField.CLIENT_SECRET])
        redirect = Entry("redirect-url", draft.redirect_url)
        yield Field("Redirect URL", redirect, HINTS[CredentialField.REDIRECT_URL])
        yield ProblemPanel()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way to the endpoints beside Back and Next."""
        yield Button("Advanced…", id="advanced")
        yield from super().compose_buttons()

    def on_mount(self) -> None:
        """Show what is there already as it stands."""
        super().on_mount()
        for field in CredentialField:
            if form.is_kept(self._draft(), field):
                self._judge(field, is_saved=True)
        empty = next((f for f in CredentialField if self._is_empty(f)), None)
        self.set_focus(self._entry(empty or CredentialField.CLIENT_ID))

    def _entry(self, field: CredentialField) -> Entry:
        return self.query_one(f"#{field.value}", Entry)

    def _field(self, field: CredentialField) -> Field:
        return self.query_one(f"#{field.value}-field", Field)

    def _is_empty(self, field: CredentialField) -> bool:
        is_stored = field is CredentialField.CLIENT_SECRET and form.is_kept(self._draft(), field)
        return not self._entry(field).value and not is_stored

    # -- what is entered ---------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        field = CredentialField(event.input.id)
        text = event.value
        if field is CredentialField.CLIENT_ID and text and form.problem(field, text):
            self._field(field).note(rules.client_id_shape(text))
        elif text and not form.problem(field, text):
            self._judge(field)
        else:
            self._field(field).note()

    @on(Entry.Pasted)
    def _pasted(self, event: Entry.Pasted) -> None:
        parts = rules.from_authorization_url(event.text.reveal())
        if parts is not None and event.entry.id != CredentialField.CLIENT_SECRET.value:
            self._spread(parts, event.entry)
        elif parts is not None:
            event.entry.action_restore()
            self._spread(parts, None)
        else:
            self._settle(CredentialField(event.entry.id))

    @on(Input.Blurred)
    def _left_entry(self, event: Input.Blurred) -> None:
        # Nothing has been entered yet: no reason to complain.
        if event.value:
            self._settle(CredentialField(event.input.id))

    def _settle(self, field: CredentialField) -> bool:
        """Judge a field and save it when it is right; whether it is."""
        text = self._entry(field).value
        if not text and not self._is_empty(field):
            self._field(field).say(None)
            return True
        is_right = self._judge(field)
        if is_right and self._is_unsaved(field):
            self._keep(field, Secret(text))
        return is_right

    def _is_unsaved(self, field: CredentialField) -> bool:
        text = self._entry(field).value
        has_changed = bool(text) and form.has_changed(self._draft(), field, text)
        return has_changed or field in self._unsaved

    def _judge(self, field: CredentialField, *, is_saved: bool = False) -> bool:
        """Say what is wrong with a field, or that it is right; whether it is."""
        text = self._entry(field).value
        if not text and field is CredentialField.CLIENT_SECRET and is_saved:
            self._field(field).note("✓ saved", is_good=True)
            return True
        problem = form.problem(field, text) or self._refuse(field, Secret(text))
        is_redirect = field is CredentialField.REDIRECT_URL
        warnings = rules.redirect_warnings(text) if is_redirect and not problem else ()
        self._field(field).say(problem, warnings)
        shape = rules.client_id_shape(text) if field is CredentialField.CLIENT_ID else ""
        good = "✓" if self._is_unsaved(field) else "✓ saved"
        self._field(field).note(
            shape if problem else f"{shape} {good}".strip(), is_good=not problem
        )
        return problem is None

    @work(group="save")
    async def _keep(self, field: CredentialField, value: Secret) -> None:
        try:
            await self._save_field(field, value)
        except SetupError as error:
            self._unsaved.add(field)
            self.query_one(ProblemPanel).show(error.problem)
            self._offer_unsaved()
            return
        # A save writes the whole draft, so what failed before is kept now too.
        saved = {field, *self._unsaved}
        self._unsaved.clear()
        self.query_one(ProblemPanel).show(None)
        self.query("#unsaved").remove()
        for kept in saved:
            if self._entry(kept).value:
                self._judge(kept)

    @work(group="spread")
    async def _spread(self, parts: rules.AuthorizationUrlParts, entry: Entry | None) -> None:
        """Fill in what an Authorization URL holds; ask first when it is not the server's own."""
        draft = self._draft()
        own = rules.split(draft.endpoints.authorize_url)
        if own is None or parts.host != own.hostname:
            host = own.hostname if own else ""
            text = (
                f"The address you pasted leads to {parts.host}, not to {host}. Take the Client ID"
                f" and the Redirect URL from it? Links will still be made for {host}."
            )
            if not await self.app.push_screen_wait(
                ConfirmScreen("Another host", text, "Take them")
            ):
                if entry is not None:
                    entry.action_restore()
                return
        if entry is not None and entry.id == CredentialField.REDIRECT_URL.value:
            entry.value = parts.redirect_url or draft.redirect_url
        self._entry(CredentialField.CLIENT_ID).value = parts.client_id
        self._settle(CredentialField.CLIENT_ID)
        if parts.redirect_url:
            self._entry(CredentialField.REDIRECT_URL).value = parts.redirect_url
            self._settle(CredentialField.REDIRECT_URL)
        empty = next((f for f in CredentialField if self._is_empty(f)), None)
        if empty is not None:
            self.set_focus(self._entry(empty))

    # -- going on ----------------------------------------------------------------------------

    def action_primary(self) -> None:
        """Go to the next empty field; with none left, save everything and go on."""
        fields = list(CredentialField)
        here = next((i for i, f in enumerate(fields) if self._entry(f).has_focus), None)
        if here is not None and not self._is_empty(fields[here]):
            for field in fields[here + 1 :] + fields[:here]:
                if self._is_empty(field):
                    self.set_focus(self._entry(field))
                    return
        wrong = [f for f in fields if not self._settle(f)]
        if wrong:
            self.set_focus(self._entry(wrong[0]))
            return
        self._go_on()

    @work(exclusive=True, group="go-on")
    async def _go_on(self) -> None:
        await self._keep_entered()
        if not self._unsaved:
            self.leave(Next())

    def action_back(self) -> None:
        """Go back; what is right is kept, also where the focus never left it."""
        self._go_back()

    @work(exclusive=True, group="go-on")
    async def _go_back(self) -> None:
        await self._keep_entered()
        self.leave(Back())

    async def _keep_entered(self) -> None:
        for field in CredentialField:
            if self._is_unsaved(field) and self._judge(field):
                await self._keep(field, Secret(self._entry(field).value)).wait()

    def _offer_unsaved(self) -> None:
        if not self.query("#unsaved"):
            self.query_one("#buttons").mount(Button("Go on unsaved", id="unsaved"), before="#next")

    @on(Button.Pressed, "#unsaved")
    def _go_on_unsaved(self) -> None:
        if all(self._settle(f) for f in CredentialField):
            self.leave(Next())

    def action_show_secret(self) -> None:
        """Show the secret as it is being entered, or mask it again."""
        entry = self.query_one("#client-secret", SecretEntry)
        if not entry.has_focus:
            self.set_focus(entry)
        entry.action_toggle_shown()

    @on(Button.Pressed, "#advanced")
    @work(group="advanced")
    async def _advanced(self, _event: events.Event) -> None:
        changed = await self.app.push_screen_wait(AdvancedScreen(self._draft()))
        if changed is None:
            return
        try:
            await self._save_draft(changed)
        except SetupError as error:
            self.query_one(ProblemPanel).show(error.problem)
