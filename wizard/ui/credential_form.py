"""The three fields of Credentials: what stands in each, what is said of it, what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wizard.domain import form, rules
from wizard.domain.form import OTHER_APP, REFUSED, STORED, CredentialField
from wizard.domain.models import CredentialSet
from wizard.domain.secret import Secret
from wizard.flow.entries import Pair, warnings
from wizard.ui.widgets.field import Entry, Field, SecretEntry

SECRET = CredentialField.CLIENT_SECRET


class CredentialForm:
    """Judges what is entered, and says so beside and under each field; it saves nothing."""

    def __init__(
        self,
        draft: Callable[[], CredentialSet],
        kept: Callable[[], CredentialSet],
        others: Callable[[], tuple[CredentialSet, ...]],
        refuse: Callable[[CredentialField, Secret], str | None],
        refused: Pair | None,
        twins: Mapping[str, str],
    ) -> None:
        """Args: see CredentialsScreen; `refused`: what was refused, if that led here."""
        self._draft = draft
        self._kept = kept
        self._others = others
        self._had_secret = bool(draft().client_secret)
        """One was stored when the form was opened."""
        self._refuse = refuse
        self._refused = refused
        self._twins = twins
        self._fields: dict[CredentialField, Field] = {}

    def compose(self) -> Iterator[Field]:
        """Make the widgets, in their order."""
        draft = self._draft()
        entries = (
            Entry("client-id", draft.client_id),
            SecretEntry("client-secret", placeholder=STORED if draft.client_secret else ""),
            Entry("redirect-url", draft.redirect_url),
        )
        for which, entry in zip(CredentialField, entries, strict=True):
            hint = which.hint + (" · ^r shows it" if which is SECRET else "")
            self._fields[which] = Field(which.label, entry, hint)
            yield self._fields[which]

    def entry(self, which: CredentialField) -> Entry:
        """Return where a field is entered."""
        return self._fields[which].entry

    def first_empty(self, *, after: CredentialField | None = None) -> CredentialField | None:
        """Return the first field that may not stay as it is; those behind `after` come first."""
        order = list(CredentialField)
        begin = order.index(after) + 1 if after is not None else 0
        return next(filter(self.is_empty, (*order[begin:], *order[:begin])), None)

    def is_empty(self, which: CredentialField) -> bool:
        """Whether a field may not stay as it is, nothing being entered."""
        if self.entry(which).value:
            return False
        return not self._is_stored(which) or self._is_refused()

    def entered(self) -> CredentialSet:
        """Return the draft with every field that is right."""
        draft = self._draft()
        for which in CredentialField:
            text = self.entry(which).value
            if text and not self._problem(which, text):
                draft = form.with_field(draft, which, text, *self._others())
        return draft

    def is_on_disk(self, which: CredentialField) -> bool:
        """Whether what stands in a field, or stays as it was, has been saved."""
        text = self.entry(which).value
        kept = self._kept()
        return (
            not form.has_changed(kept, which, text)
            if text
            else kept.client_secret == self._secret()
        )

    def typed(self, which: CredentialField) -> None:
        """Say what can be said while a field is being typed in: not yet what is wrong with it."""
        text, field = self.entry(which).value, self._fields[which]
        if not form.problem(which, text) if text else self._is_stored(which):
            self.judge(which)
        else:
            is_counted = which is CredentialField.CLIENT_ID and text
            field.note(rules.client_id_shape(text) if is_counted else "")
        if which is CredentialField.CLIENT_ID and self._had_secret and not self.entry(SECRET).value:
            # With another Client ID it may be wrong, or after a refusal right.
            self.judge(SECRET)

    def fill(self, url: rules.AuthorizationUrlParts, entry: Entry | None) -> None:
        """Put in what an Authorization URL holds, which was pasted into an entry, or none."""
        redirect = self.entry(CredentialField.REDIRECT_URL)
        if url.redirect_url or entry is redirect:
            redirect.value = url.redirect_url or self._draft().redirect_url
        self.entry(CredentialField.CLIENT_ID).value = url.client_id

    def judge_kept(self) -> None:
        """Judge the fields that the draft has a value for."""
        for which in CredentialField:
            if form.is_kept(self._draft(), which):
                self.judge(which)

    def judge_entered(self) -> None:
        """Judge the fields in which something stands, or for which something is stored."""
        for which in CredentialField:
            if self.entry(which).value or self._is_stored(which):
                self.judge(which)

    def judge(self, which: CredentialField) -> bool:
        """Say what is wrong with a field, or that it is right; whether it is."""
        text, field = self.entry(which).value, self._fields[which]
        good = "✓ saved" if self.is_on_disk(which) else "✓"
        if not text and self._is_stored(which):
            is_refused = self._is_refused()
            field.entry.placeholder = "" if is_refused else STORED
            field.say(REFUSED if is_refused else None, self._warnings_of_stored())
            field.note("refused" if is_refused else good, is_good=not is_refused)
            return not is_refused
        problem = self._problem(which, text)
        if not text and which is SECRET and self._had_secret:
            field.entry.placeholder, problem = "", OTHER_APP
        field.say(problem, () if problem else self.warnings(which))
        shape = rules.client_id_shape(text) if which is CredentialField.CLIENT_ID else ""
        field.note(shape if problem else f"{shape} {good}".strip(), is_good=not problem)
        return problem is None

    def warnings(self, which: CredentialField) -> tuple[str, ...]:
        """Return what to look at in what stands in a field and is right."""
        return warnings(which, self.entry(which).value, self._twins)

    def _warnings_of_stored(self) -> tuple[str, ...]:
        secret = self._secret()
        return warnings(SECRET, secret.reveal(), self._twins) if secret else ()

    def _problem(self, which: CredentialField, text: str) -> str | None:
        return form.problem(which, text) or self._refuse(which, Secret(text))

    def _is_stored(self, which: CredentialField) -> bool:
        """Whether a field may stay empty because of what is stored."""
        return which is SECRET and bool(self._secret())

    def _secret(self) -> Secret | None:
        """The stored secret that goes with the Client ID that stands there."""
        draft, text = self._draft(), self._client_id
        is_id = form.problem(CredentialField.CLIENT_ID, text) is None
        return form.secret_of(text if is_id else draft.client_id, draft, *self._others())

    @property
    def _client_id(self) -> str:
        return rules.clean(self.entry(CredentialField.CLIENT_ID).value)

    def _is_refused(self) -> bool:
        """Whether the stored secret would go where it was refused: to the same Client ID."""
        return self._refused == Pair(self._client_id, self._secret())
