"""The widgets of Credentials' fields: they show what wizard.flow.credentials says of each."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.domain.credential_fields import FILLED_IN, STORED, CredentialField
from wizard.domain.models import CredentialSet
from wizard.domain.secret import Secret
from wizard.flow.credentials import SECRET, Fields, Judgment, Source
from wizard.ui.widgets.field import Entry, Field, SecretEntry


class CredentialForm:
    """Validates each field; it saves nothing."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._shown: dict[CredentialField, Field] = {}
        self._kept = FILLED_IN if fields.is_demo else STORED

    def compose(self) -> Iterator[Field]:
        """Make the widgets, in their order."""
        for which in self._fields.all:
            entry = self._entry_of(which)
            hint = which.hint + (" · ^r shows it" if which is SECRET else "")
            self._shown[which] = Field(which.label, entry, hint)
            yield self._shown[which]

    def _entry_of(self, which: CredentialField) -> Entry:
        draft = self._fields.draft
        if which is SECRET:
            return SecretEntry(which.value, placeholder=self._kept if draft.client_secret else "")
        is_id = which is CredentialField.CLIENT_ID
        return Entry(which.value, draft.client_id if is_id else draft.redirect_url)

    def entry(self, which: CredentialField) -> Entry:
        """Return where a field is entered."""
        return self._shown[which].entry

    def text(self, which: CredentialField) -> Secret:
        """Return the text of a field."""
        return Secret(self.entry(which).value)

    def judged(self, which: CredentialField) -> Judgment:
        """Return the verdict on a field's current text."""
        client_id = self.entry(CredentialField.CLIENT_ID).value
        return self._fields.judge(which, self.text(which), client_id)

    def first_empty(self, *, after: CredentialField | None = None) -> CredentialField | None:
        """Return the first field that has to be entered; those behind `after` come first."""
        order = list(self._fields.all)
        begin = order.index(after) + 1 if after is not None else 0
        around = (*order[begin:], *order[:begin])
        return next((which for which in around if self.judged(which).is_empty), None)

    def entered(self) -> CredentialSet:
        """Return the draft with every field that is right."""
        return self._fields.with_entered({which: self.text(which) for which in self._fields.all})

    def typed(self, which: CredentialField) -> None:
        """Show notes while a field is being typed in, but no errors yet."""
        judgment = self.judged(which)
        if judgment.is_partial:
            self._shown[which].note(judgment.shape if self.text(which) else "")
        else:
            self._show(which, judgment)
        if which is CredentialField.CLIENT_ID and self._fields.had_secret and not self.text(SECRET):
            # With another Client ID it may be wrong, or after a refusal right.
            self.judge(SECRET)

    def judge_all(self) -> None:
        """Validate the fields that have a value, entered or saved, and show the result."""
        for which in self._fields.all:
            judgment = self.judged(which)
            if judgment.source not in (Source.NONE, Source.OTHER_APP):
                self._show(which, judgment)

    def judge(self, which: CredentialField) -> bool:
        """Show what is wrong with a field, or that it is right; return whether it is."""
        judgment = self.judged(which)
        self._show(which, judgment)
        return judgment.problem is None

    def _show(self, which: CredentialField, judgment: Judgment) -> None:
        field = self._shown[which]
        if which is SECRET:
            field.entry.placeholder = self._kept if judgment.source is Source.STORED else ""
        field.say(judgment.problem, judgment.warnings)
        field.note(judgment.note)
