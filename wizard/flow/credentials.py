"""The fields of the Credentials step: how each is judged, and how entries are saved."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final

from wizard.domain import credential_fields, rules
from wizard.domain.credential_fields import OTHER_APP, REFUSED, CredentialField
from wizard.domain.errors import consent, exchange, paste
from wizard.domain.errors.local import CLIENT_ID_ELSEWHERE
from wizard.domain.problems import ids
from wizard.domain.secret import Secret
from wizard.domain.text import one_line
from wizard.domain.texts.questions import Difference, Question, another_host, differences, landed_on
from wizard.domain.value import Value
from wizard.flow.inactive import standing

if TYPE_CHECKING:
    from wizard.domain.models import CredentialSet
    from wizard.domain.problems import Problem
    from wizard.flow.context import WizardContext

SECRET: Final = CredentialField.CLIENT_SECRET

_OF_REDIRECT_URL: Final = ids(
    *(paste.OTHER_ADDRESS, paste.OTHER_QUERY),
    *(consent.REDIRECT_REFUSED, exchange.REDIRECT_MISMATCH),
)
"""IDs of the problems whose remedy is about the Redirect URL alone."""

ANY_OTHER: Final = f"In this demo, type any {credential_fields.SHORT_SECRET} characters."


class Source(Enum):
    """Where the value of a field comes from."""

    ENTERED = "entered"
    STORED = "stored"
    """The field is empty, which keeps the saved secret."""
    REJECTED = "rejected"
    """The field is empty, and the server rejected the saved secret with this Client ID."""
    OTHER_APP = "other app"
    """The field is empty, and the saved secret belongs to another Client ID."""
    NONE = "none"


class Judgment(Value):
    """The verdict on a field: its problem, warnings, and note."""

    source: Source
    problem: str | None = None
    """What is wrong, in a sentence; None if the field is valid."""
    warnings: tuple[str, ...] = ()
    """What to double-check in a valid value."""
    shape: str = ""
    """How much of a Client ID was typed."""
    is_saved: bool = False
    is_demo: bool = False
    """It is kept for the demo only, so it isn't called saved."""
    is_partial: bool = False
    """The value isn't valid yet, which is no error while it is being typed."""

    @property
    def is_empty(self) -> bool:
        """Whether a value has to be entered."""
        return self.source not in (Source.ENTERED, Source.STORED)

    @property
    def note(self) -> str:
        """The note beside a field with nothing to fix or to look at; else ""."""
        if self.problem or self.warnings:
            return ""
        return f"{self.shape}  {'✓ saved' if self.is_saved and not self.is_demo else '✓'}".strip()


def too_short(secret: str) -> str | None:
    """Return what to type in the demo if a secret is shorter than real ones, or None."""
    is_long = len(rules.clean(secret)) >= credential_fields.SHORT_SECRET
    return None if is_long else ANY_OTHER


class Fields:
    """Validates the fields of the draft, and saves them."""

    def __init__(self, wizard_context: WizardContext, because: Problem | None = None) -> None:
        """Args: `because`: the problem that led back to Credentials."""
        self._session = session = wizard_context.session
        self._demo = wizard_context.demo
        self._program = wizard_context.program
        self._store = wizard_context.services.store
        ids = self._store.client_ids()
        self._twins = {id_: name for name, id_ in ids.items() if name != session.name}
        """The names of other profiles, by Client ID."""
        self.had_secret = bool(self.draft.client_secret)
        """Whether a secret was saved when the step was entered."""
        is_rejected = because is not None and because.id == exchange.WRONG_CLIENT.id
        # While this Client ID and this secret are unchanged, the saved secret can't be kept.
        self._rejected = (self.draft.client_id, self.draft.client_secret) if is_rejected else None
        self._is_about_url = because is not None and because.id in _OF_REDIRECT_URL
        self.looked_at = Secret("")
        """The secret for which Enter stayed once, so that the user sees its warning."""

    @property
    def is_demo(self) -> bool:
        """Whether nothing that is entered is saved for good."""
        return self._demo is not None

    @property
    def draft(self) -> CredentialSet:
        """The draft in memory."""
        return self._session.working_draft()

    @property
    def all(self) -> tuple[CredentialField, ...]:
        """The fields of its grant type, in their order."""
        return credential_fields.fields_of(self.draft.grant_type)

    @property
    def first(self) -> CredentialField:
        """The field to begin with: the one that the problem's remedy is about, or the first."""
        if self.judge(SECRET, Secret("")).source is Source.REJECTED:
            return SECRET
        return CredentialField.REDIRECT_URL if self._is_about_url else CredentialField.CLIENT_ID

    def judge(
        self, field: CredentialField, entered: Secret, client_id: str | None = None
    ) -> Judgment:
        """Return the verdict on a field.

        Args: `client_id`: what is in that field, on which a stored secret depends; the draft's
        where None.
        """
        text = entered.reveal()
        if field is SECRET and not text:
            return self._judge_stored(self.draft.client_id if client_id is None else client_id)
        wrong = credential_fields.problem(field, text)
        problem = wrong or self.refuse(field, entered)
        return Judgment(
            Source.ENTERED if text else Source.NONE,
            problem,
            () if problem else self._warnings(field, text),
            rules.client_id_shape(text) if field is CredentialField.CLIENT_ID else "",
            is_saved=not credential_fields.has_changed(self._session.kept, field, text),
            is_demo=self.is_demo,
            is_partial=wrong is not None,
        )

    def _judge_stored(self, client_id: str) -> Judgment:
        secret, client_id = self._secret_of(client_id), rules.clean(client_id)
        if secret is None:
            is_other = self.had_secret
            problem = OTHER_APP if is_other else credential_fields.problem(SECRET, "")
            return Judgment(Source.OTHER_APP if is_other else Source.NONE, problem, is_partial=True)
        if self._rejected == (client_id, secret):
            return Judgment(Source.REJECTED, self._in_demo(REFUSED))
        is_saved, is_demo = self._session.kept.client_secret == secret, self.is_demo
        warnings = self._warnings(SECRET, secret.reveal())
        return Judgment(Source.STORED, warnings=warnings, is_saved=is_saved, is_demo=is_demo)

    def _in_demo(self, problem: str) -> str:
        """Return what is wrong with the secret, with the one to enter if the demo has one."""
        is_wanted = self._demo is not None and self._demo.wants_new_secret
        return f"Twilio rejected this secret. {ANY_OTHER}" if is_wanted else problem

    def _secret_of(self, client_id: str) -> Secret | None:
        """Return the saved secret of a Client ID; while that is being typed, the draft's secret."""
        is_id = credential_fields.problem(CredentialField.CLIENT_ID, client_id) is None
        client_id = rules.clean(client_id) if is_id else self.draft.client_id
        return credential_fields.secret_of(client_id, self.draft, *self._session.others)

    def _warnings(self, field: CredentialField, text: str) -> tuple[str, ...]:
        found = credential_fields.warnings(field, text)
        if field is not CredentialField.CLIENT_ID:
            return found
        client_id = rules.clean(text)
        if self._is_of_other_grant(client_id):
            found = (*found, credential_fields.OTHER_GRANT)
        twin = self._twins.get(client_id)
        if twin is None:
            return found
        problem = CLIENT_ID_ELSEWHERE.filled(profile=twin)
        return (*found, f"{problem.title}. {problem.remedy}")

    def _is_of_other_grant(self, client_id: str) -> bool:
        """Whether an app is the active one, and was set up with another grant type."""
        active = self._session.active
        return (
            active is not None
            and active.client_id == client_id
            and active.grant_type is not self.draft.grant_type
        )

    def refuse(self, field: CredentialField, value: Secret) -> str | None:
        """Return why a valid value is rejected, or None."""
        if self._demo is None or not credential_fields.has_changed(
            self._demo.values, field, value.reveal()
        ):
            return None
        if field is SECRET and self._demo.wants_new_secret:
            return too_short(value.reveal())
        command = self._program.command()
        return f"The demo saves nothing. To use your own values, run: {command}"

    def stays(self, field: CredentialField, entered: Secret) -> bool:
        """Whether Enter stays on the field, once, because the secret looks unusual.

        Otherwise a correction might be typed into the next field, which isn't masked.
        """
        if field is not SECRET or not entered or not self._warnings(field, entered.reveal()):
            return False
        is_new = entered != self.looked_at
        self.looked_at = entered
        return is_new

    def about_store(self) -> tuple[str, ...]:
        """Return warnings about where the secret will be saved, shown before it is typed."""
        return tuple(f"{problem.title}. {problem.cause}" for problem in standing(self._store))

    def changes(self) -> tuple[Difference, ...] | None:
        """What the draft changes in the active set; None without an active set."""
        active = self._session.active
        return differences(active, self.draft) if active else None

    def with_entered(self, entered: Mapping[CredentialField, Secret]) -> CredentialSet:
        """Return the draft with every entered field that is valid."""
        draft = self.draft
        for field, value in entered.items():
            if value and self.judge(field, value).problem is None:
                others = self._session.others
                draft = credential_fields.with_field(draft, field, value.reveal(), *others)
        return draft

    async def save_field(self, field: CredentialField, value: Secret) -> None:
        """Save a valid field in the draft. Raises SetupError."""
        others = self._session.others
        await self._session.save_draft(
            credential_fields.with_field(self.draft, field, value.reveal(), *others)
        )


class Filling(Value):
    """The values that an Authorization URL fills in."""

    question: Question | None
    """The question to confirm first if the URL has another host than the server."""
    values: Mapping[CredentialField, str]
    scope: str | None
    unused: str | None
    """A sentence that the scope isn't used; None if it is."""


class Offer(Value):
    """A Redirect URL that is used only after a question: its code must not be saved."""

    question: Question
    redirect_url: str


def read_pasted(pasted: Secret, draft: CredentialSet) -> Filling | Offer | None:
    """Return how to use a URL that was pasted into any field; None for a plain field value."""
    url = rules.from_authorization_url(pasted.reveal())
    has_redirect = CredentialField.REDIRECT_URL in credential_fields.fields_of(draft.grant_type)
    if url is None:
        redirect_url = credential_fields.redirect_url_of(pasted.reveal()) if has_redirect else None
        return (
            None if redirect_url is None else Offer(landed_on(one_line(redirect_url)), redirect_url)
        )
    ours = rules.host_of(draft.endpoints.authorize_url)
    values = {CredentialField.CLIENT_ID: url.client_id}
    if url.redirect_url and has_redirect:
        values[CredentialField.REDIRECT_URL] = url.redirect_url
    is_valid = rules.scope(url.scope or "") is None
    return Filling(
        another_host(url.host, ours) if url.host != ours else None,
        values,
        url.scope,
        None if is_valid else "The URL's scope isn't valid, so it was ignored.",
    )
