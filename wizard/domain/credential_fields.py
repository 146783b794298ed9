"""The fields of the Credentials step: their rules, and how an entry changes the draft."""

from __future__ import annotations

from enum import Enum
from itertools import zip_longest
from typing import Final
from urllib.parse import urlencode

from wizard.domain import rules
from wizard.domain.endpoints import LABELS
from wizard.domain.models import CredentialSet, GrantType
from wizard.domain.oauth.pasted_urls import addresses
from wizard.domain.oauth.residue import visible
from wizard.domain.secret import Secret
from wizard.domain.value import replace

SLIP: Final = 4
"""How many characters a mistyped Client ID may differ in; those of two apps differ in about 30."""
SHORT_SECRET: Final = 20
"""Characters; a shorter secret gets a warning. Twilio's samples have 64 or more."""
_RESPONSE: Final = {"code", "state", "error", "error_description", "error_uri", "iss", ""}
"""Parameters that a server adds to a Redirect URL."""


class CredentialField(Enum):
    """A field of the form; the value is its id on the screen."""

    CLIENT_ID = "client-id"
    CLIENT_SECRET = "client-secret"  # noqa: S105  a name
    REDIRECT_URL = "redirect-url"

    @property
    def label(self) -> str:
        """The name of the field, as in the Twilio Console."""
        return _TEXTS[self][0]

    @property
    def hint(self) -> str:
        """A hint at what the value looks like."""
        return _TEXTS[self][1]


_TEXTS: Final = {
    CredentialField.CLIENT_ID: ("Client ID", "OQ…, 34 characters"),
    CredentialField.CLIENT_SECRET: ("Client Secret", "shown once by Twilio"),
    CredentialField.REDIRECT_URL: ("Redirect URL", "exactly as in the app"),
}

NOTHING_TO_COPY: Final = "There is no Client Secret yet."
NOT_TO_SEE: Final = "The secret is saved but can't be shown. Type a new one to replace it."
NOT_TO_SEE_IN_DEMO: Final = "The demo's secret can't be shown. Leave the field empty to keep it."
STORED: Final = "saved: leave empty to keep it"
FILLED_IN: Final = "the demo's value: leave empty to keep it"
"""The same in the demo, which saves nothing."""
REFUSED: Final = "Twilio rejected this secret for that Client ID. Enter it again."
OTHER_APP: Final = "The saved secret belongs to a different Client ID. Enter this app's secret."
OTHER_GRANT: Final = "This app has a different grant type. Enter the values of a different app."
FILLED: Final = "filled in from the Authorization URL"


_RULES: Final = {
    CredentialField.CLIENT_ID: rules.client_id,
    CredentialField.CLIENT_SECRET: rules.client_secret,
    CredentialField.REDIRECT_URL: rules.redirect_url,
}


def problem(field: CredentialField, text: str) -> str | None:
    """Return what is wrong with the text of a field, or None."""
    return _RULES[field](text)


def redirect_url_of(pasted: str) -> str | None:
    """Return the Redirect URL of a URL with a response in it; None for any other text.

    Its own query is kept; the parameters of the response (RFC 6749 §4.1.2, RFC 9207) are removed.
    """
    if len(pasted) > rules.TEXT_LIMIT:
        return None
    for address in addresses(visible(pasted)):
        if address.weight and not rules.is_twilio_host(rules.host_of(address.base)):
            own = [(name, value) for name, value in address.fields if name not in _RESPONSE]
            url = address.base + (f"?{urlencode(own)}" if own else "")
            if rules.redirect_url(url) is None:
                return url
    return None


def warnings(field: CredentialField, text: str) -> tuple[str, ...]:
    """Return warnings about a text that passes its rule."""
    match field:
        case CredentialField.CLIENT_SECRET if len(rules.clean(text)) < SHORT_SECRET:
            return (f"Only {len(rules.clean(text))} characters: is this the whole secret?",)
        case CredentialField.REDIRECT_URL:
            return rules.redirect_warnings(text)
        case _:
            return ()


def is_kept(draft: CredentialSet, field: CredentialField) -> bool:
    """Whether the draft has a value for a field."""
    return bool(_value(draft, field))


def has_changed(draft: CredentialSet, field: CredentialField, text: str) -> bool:
    """Whether a text differs from what the draft has."""
    return _value(draft, field) != Secret(rules.clean(text))


def with_field(
    draft: CredentialSet, field: CredentialField, text: str, *others: CredentialSet
) -> CredentialSet:
    """Return the draft with a field entered.

    Another client or redirect URL invalidates the links and tokens of the old one: only what was
    verified as a whole may become active. A secret belongs to its Client ID, and isn't kept for
    another app.

    Args: `others`: other saved sets, which may have the secret of the new Client ID.
    """
    if not has_changed(draft, field, text):
        return draft
    value = rules.clean(text)
    if field is CredentialField.CLIENT_SECRET:
        return replace(draft, client_secret=Secret(value))
    draft = replace(draft, tokens=None, attempts=())
    if field is CredentialField.REDIRECT_URL:
        return replace(draft, redirect_url=value)
    return replace(draft, client_id=value, client_secret=secret_of(value, draft, *others))


def secret_of(client_id: str, *stored: CredentialSet) -> Secret | None:
    """Return the saved secret of a Client ID; None if all belong to other apps."""
    found = (s.client_secret for s in stored if _is_same_app(s.client_id, client_id))
    return next(filter(None, found), None)


def _is_same_app(one: str, other: str) -> bool:
    """Whether two Client IDs are of the same app: one may be mistyped, or not entered yet."""
    return not one or sum(a != b for a, b in zip_longest(one, other)) <= SLIP


ENDPOINTS: Final = {name.replace("_", "-"): label for name, label in LABELS.items()}
"""The labels of the endpoints, by their IDs on the screen, in order."""


def with_advanced(draft: CredentialSet, changed: CredentialSet) -> CredentialSet:
    """Return the draft with other advanced settings; old links and tokens become invalid.

    Args: `changed`: the draft with its new endpoints, scope, and PKCE.
    """
    changed = replace(changed, scope=rules.clean_scope(changed.scope))
    return draft if changed == draft else replace(changed, tokens=None, attempts=())


def with_grant_type(draft: CredentialSet, grant_type: GrantType) -> CredentialSet:
    """Return the draft with a grant type; with another one, old links and tokens are invalid."""
    if grant_type is draft.grant_type:
        return draft
    return replace(draft, grant_type=grant_type, tokens=None, attempts=())


def fields_of(grant_type: GrantType) -> tuple[CredentialField, ...]:
    """Return the fields of the form, in their order."""
    if grant_type.needs_approval:
        return tuple(CredentialField)
    return (CredentialField.CLIENT_ID, CredentialField.CLIENT_SECRET)


def with_scope(draft: CredentialSet, scope: str | None) -> CredentialSet:
    """Return the draft with the scope of an Authorization URL, if that is valid."""
    if scope is None or rules.scope(scope) is not None:
        return draft
    return with_advanced(draft, replace(draft, scope=scope or draft.scope))


def _value(draft: CredentialSet, field: CredentialField) -> Secret:
    # In a credential set, the values have the names of the fields.
    value: str | Secret | None = getattr(draft, field.name.lower())
    return value if isinstance(value, Secret) else Secret(value or "")
