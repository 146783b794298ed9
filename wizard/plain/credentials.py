"""Step 2 in plain mode: the fields, each saved as soon as it is right; and advanced settings."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.domain import credential_fields
from wizard.domain.credential_fields import FILLED, CredentialField
from wizard.domain.models import CredentialSet
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.text import short_id
from wizard.domain.texts.questions import CHANGES, Difference
from wizard.domain.texts.wording import led_back
from wizard.domain.value import replace
from wizard.flow.credentials import SECRET, Fields, Filling, Judgment, Offer, Source, read_pasted
from wizard.flow.state import Back, GoTo, Next, Outcome, Unchanged, WizardState
from wizard.plain.advanced import ask_advanced
from wizard.plain.dialogue import KEEP, Act, Left, Prompt
from wizard.plain.prerequisites import is_use_changed, used_by
from wizard.plain.stage import Stage


class Credentials:
    """Asks for each field of the grant type; Enter alone keeps a saved value."""

    def __init__(self, stage: Stage, state: WizardState) -> None:
        wizard_context = stage.wizard_context
        self._stage = stage
        self._say = stage.talk.say
        self._warn = stage.paper.warn
        self._session = wizard_context.session
        self._state = state
        self._fields = Fields(wizard_context, state.because)
        self._filled: set[CredentialField] = set()
        """The fields that an Authorization URL filled in."""

    async def run(self) -> Outcome:
        """Ask for each field, then whether what has changed is meant. Raises Left."""
        self._stage.head(Step.CREDENTIALS, is_led_back=self._state.because is not None)
        if self._state.is_change:
            self._say(f'{used_by(self._session.use)} Type "use" to change this.')
        fields = self._fields.all
        first = fields.index(self._fields.first)
        if (because := self._state.because) is not None:
            self._stage.paper.recall(led_back(because, Step.CREDENTIALS), self._state.comparison)
        if first > 0:
            names = (f"Client ID {short_id(self._draft.client_id)}", SECRET.label)[:first]
            them = "them" if first > 1 else "it"
            self._say(f'{" and ".join(names)}: kept. To change {them}, type "back".')
        while True:
            await self._ask_from(first)
            while not self._has(SECRET):
                # An Authorization URL has brought another Client ID after it.
                await self._ask_from(fields.index(SECRET))
            changes = self._fields.changes()
            if changes == ():
                return Unchanged()
            if not changes or await self._is_meant(changes):
                if self._session.draft is None:
                    # The demo's own values, each kept with Enter: a check needs a draft.
                    await self._save(self._draft)
                return Next()
            first = 0

    async def _ask_from(self, first: int) -> None:
        index, fields = first, self._fields.all
        while index < len(fields):
            try:
                await self._ask(fields[index])
            except Left as left:
                if not isinstance(left.outcome, Back) or index == 0:
                    raise
                index -= 1
            else:
                index += 1
                # An Authorization URL may have filled in what comes next.
                while index < len(fields) and fields[index] in self._filled:
                    index += 1

    async def _is_meant(self, changes: Sequence[Difference]) -> bool:
        for difference in changes:
            self._say(difference.name, f"  before  {difference.before}")
            self._say(f"  after   {difference.after}")
        return await self._stage.talk.confirm(CHANGES)

    async def _ask(self, field: CredentialField) -> None:
        """Ask until the field is right. Raises Left."""
        for words in self._fields.about_store() if field is SECRET else ():
            self._warn(words)
        if field is SECRET:
            self._tell_stored()
        is_right = False
        while not is_right:
            entered = await self._stage.talk.ask_secret(self._prompt(field))
            match read_pasted(entered, self._draft):
                case Filling() as filling:
                    is_right = await self._fill(filling) and self._has(field)
                    if field is SECRET and not is_right:
                        self._tell_stored()
                case Offer() as offer:
                    is_right = await self._use(offer) and self._has(field)
                case None if not entered and self._has(field):
                    self._say(f"{field.label}: kept.")
                    is_right = True
                case None:
                    is_right = await self._is_taken(field, entered)

    def _tell_stored(self) -> None:
        """Say what is wrong with the stored secret, or what to look at in it."""
        stored = self._stored
        if stored.source is not Source.NONE and stored.problem:
            sign = "Error" if stored.source is Source.REJECTED else "Warning"
            self._say(f"{sign}: {stored.problem}")
        for warning in stored.warnings:
            self._warn(warning)

    def _prompt(self, field: CredentialField) -> Prompt:
        value = {
            CredentialField.CLIENT_ID: short_id(self._draft.client_id),
            CredentialField.REDIRECT_URL: self._draft.redirect_url,
        }.get(field, "")
        fields = self._fields.all
        where = f"Field {fields.index(field) + 1} of {len(fields)}"
        ask = f"Paste the {field.label}{' (input hidden)' if field is SECRET else ''}"
        kept = value or ("the demo's secret" if self._fields.is_demo else "the saved one")
        enter = f"or {KEEP} {kept}" if self._has(field) else "then press Enter"
        says = (
            'Type "advanced" to change the endpoints, scope, or PKCE. Type "copy secret" to copy'
            " the Client Secret."
        )
        prompt = self._stage.prompt(
            Step.CREDENTIALS,
            help=(f"{field.label}: {field.hint}.", *self._stage.full(Step.CREDENTIALS), says),
            acts=self._acts,
            is_shown=field is not SECRET,
        )
        return replace(prompt, words=f"{where}. {ask}, {enter}")

    @property
    def _draft(self) -> CredentialSet:
        return self._session.working_draft()

    def _has(self, field: CredentialField) -> bool:
        """Whether the field may stay as it is."""
        return credential_fields.is_kept(self._draft, field) and not (
            field is SECRET and self._stored.is_empty
        )

    @property
    def _stored(self) -> Judgment:
        """What is said of the stored secret."""
        return self._fields.judge(SECRET, Secret(""))

    async def _is_taken(self, field: CredentialField, entered: Secret) -> bool:
        """Save a field that is right; whether it need not be asked for again.

        A doubtful secret is: its correction must not be typed where it would be shown.
        """
        judgment = self._fields.judge(field, entered)
        problem = judgment.problem if entered else credential_fields.problem(field, "")
        if problem:
            self._say(f"Error: {problem}")
            return False
        stays = self._fields.stays(field, entered)
        # Where it stays, they are said of the stored secret.
        for warning in () if stays else judgment.warnings:
            self._warn(warning)
        try:
            await self._fields.save_field(field, entered)
        except SetupError as error:
            await self._unsaved(error.problem)
        else:
            shape = f"{judgment.shape}, " if judgment.shape else ""
            kept = "entered" if judgment.is_demo else "saved"
            self._say(f"{field.label}: {shape}{kept}{', not tested yet' * (field is SECRET)}.")
        if stays:
            self._tell_stored()
        return not stays

    async def _fill(self, filling: Filling) -> bool:
        """Take what an Authorization URL holds; ask first when it is not the server's own."""
        if filling.question and not await self._stage.talk.confirm(filling.question):
            return False
        scoped = credential_fields.with_scope(self._draft, filling.scope)
        if scoped != self._draft:
            await self._save(scoped)
        if filling.unused:
            self._warn(filling.unused)
        self._say(f"{FILLED}:")
        for field, text in filling.values.items():
            if await self._is_taken(field, Secret(text)):
                self._say(f"  {text}")
                self._filled.add(field)
        return True

    async def _use(self, offer: Offer) -> bool:
        """Ask whether to use a response URL without its response; whether it was."""
        if not await self._stage.talk.confirm(offer.question):
            return False
        is_taken = await self._is_taken(CredentialField.REDIRECT_URL, Secret(offer.redirect_url))
        self._filled |= {CredentialField.REDIRECT_URL} if is_taken else set()
        return is_taken

    async def _save(self, draft: CredentialSet) -> bool:
        try:
            await self._session.save_draft(draft)
        except SetupError as error:
            await self._unsaved(error.problem)
            return False
        return True

    async def _unsaved(self, problem: Problem) -> None:
        """Offer what can be done where a value could not be saved; until it is, or need not be."""
        files = self._stage.failed(problem)
        answers = {"": "try again", **files, "unsaved": "continue without saving"}
        match await self._stage.offer(Step.CREDENTIALS, answers):
            case "unsaved":
                self._session.go_unsaved()
            case "files" if await self._stage.use_file():
                self._say("Saved.")
            case "files":
                await self._unsaved(problem)
            case _:
                if await self._save(self._draft):
                    self._say("Saved.")

    # -- other words that can be typed -------------------------------------------------------------

    @property
    def _acts(self) -> dict[str, Act]:
        acts: dict[str, Act] = {"advanced": self._advanced, "copy secret": self._copy_secret}
        return {**acts, "use": self._change_use} if self._state.is_change else acts

    async def _change_use(self) -> None:
        if await is_use_changed(self._stage, Step.CREDENTIALS):
            raise Left(GoTo(Step.CREDENTIALS))

    async def _advanced(self) -> None:
        before = self._draft
        changed = await ask_advanced(self._stage.talk, before)
        if changed != before and await self._save(credential_fields.with_advanced(before, changed)):
            # Again, because the head names hosts that are not Twilio's.
            raise Left(GoTo(Step.CREDENTIALS))

    async def _copy_secret(self) -> None:
        secret = self._draft.client_secret
        if not secret:
            self._say(credential_fields.NOTHING_TO_COPY)
        elif await self._stage.copy(secret.reveal(), "Client Secret"):
            self._say("Clear the clipboard after use.")
