"""Questions before an action, with what a change replaces; and what the grant types cost."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from wizard.domain.endpoints import LABELS
from wizard.domain.models import CredentialSet, GrantType
from wizard.domain.rules import is_twilio_host
from wizard.domain.value import Value, replace


class Question(Value):
    """A yes-or-no question."""

    title: str
    text: str
    yes: str
    """The label for yes, in a word or two."""
    no: str = "No"
    """The label for no."""
    after_no: str = ""
    """What is said after no; "" where the screen shows it."""
    is_harmless: bool = False
    """Whether yes is safe, so that Enter may mean it."""


NOTHING_REMOVED: Final = "Nothing was removed."
"""What is said after no to a removal."""

AUTHORIZE_AGAIN: Final = Question(
    "Authorize again?",
    "Authorizing again might invalidate refresh tokens that were issued earlier, including an"
    " identity provider's. Twilio doesn't document this. Your current credentials stay in use"
    " until the new ones work.",
    "Authorize",
    is_harmless=True,
)
CONSENT_NEEDED: Final = Question(
    "Authorize to verify the new secret?",
    "Twilio can verify the new secret only if you authorize again. Until then, your current"
    " credentials stay in use.",
    "Authorize",
    is_harmless=True,
)
DISCARD: Final = Question(
    "Discard the unfinished setup?",
    "This removes the Client ID and Client Secret you entered, and any links the wizard created."
    " Twilio shows the secret only once. If you have no other copy of the Client Secret, you'll"
    " have to rotate it.",
    "Discard",
    "Keep",
    NOTHING_REMOVED,
)
DISCARD_CHANGE: Final = Question(
    "Discard the unfinished change?",
    "This removes only the change. Your current credentials stay in use.",
    "Discard",
    "Keep",
    NOTHING_REMOVED,
)
DISCARD_NEW_SECRET: Final = replace(
    DISCARD_CHANGE,
    text="This removes the change and its new Client Secret. Twilio shows the secret only once. If"
    " you have no other copy of it, you'll have to rotate it. Your current credentials stay in"
    " use.",
)
ADVANCED: Final = "Change a setting only if Twilio or an error message says so."

CHANGES: Final = Question(
    "Continue with these changes?",
    "Your current credentials stay in use until a live request proves that the new ones work.",
    "Continue",
    "Not yet",
    is_harmless=True,
)
BARE_CODE: Final = Question(
    "Use this code without its state?",
    "The wizard can't verify that this code came from your browser. Pasting the full URL is"
    " safer. {yes} uses the code anyway.",
    "Use it",
)
"""{yes} in its text is how to answer yes."""

ROTATE_TITLE: Final = "Enter a rotated secret"
ROTATE: Final = (
    "Enter the new Client Secret. The wizard tests it with one token request. Your current"
    " credentials stay in use until it works, unless you chose no grace period in Twilio."
)
NO_ROTATED: Final = "Enter the new Client Secret. Twilio showed it once, when you rotated it."
ROTATED: Final = "The new secret works and is saved."
ROTATE_IN_DEMO: Final = (
    "Enter a new Client Secret. In this demo, type any 20 characters. The simulated Twilio then"
    " accepts only those, as if you had rotated the secret there. The wizard tests the new secret"
    " with one token request."
)
ROTATED_IN_DEMO: Final = "The new secret works."
REMOVED_IN_DEMO: Final = (
    "The demo's profile was removed. For your own setup, also delete the OAuth app in Twilio if"
    " nothing else uses it."
)
SHEET_TITLE: Final = "Handoff sheet"
USE_TITLE: Final = "Who will use the credential?"


def already_open(name: str) -> str:
    """Return what is wrong with choosing the profile that is open."""
    return f"Profile {name} is already open."


def another_host(theirs: str, ours: str) -> Question:
    """Return the question about an authorization URL that has another host."""
    text = (
        f"The URL you pasted is for {theirs}, not for {ours}. Use its Client ID and Redirect URL?"
        f" The wizard will still create links for {ours}."
    )
    return Question("Use values from another host?", text, "Use them")


def landed_on(url: str) -> Question:
    """Return the question about a response URL that was pasted into a field of Credentials."""
    text = (
        "You pasted the URL you land on, which contains a code, so it wasn't saved. Without the"
        f" code, the Redirect URL is {url}. Use it?"
    )
    return Question("Use the URL without its code?", text, "Use it")


# -- which grant type ---------------------------------------------------------------------------

AUTHORIZATION_CODE: Final = GrantType.AUTHORIZATION_CODE
CLIENT_CREDENTIALS: Final = GrantType.CLIENT_CREDENTIALS

GRANT_NAMES: Final = {
    AUTHORIZATION_CODE: "Authorization code",
    CLIENT_CREDENTIALS: "Client credentials",
}
"""The grant types, as the Twilio Console names them."""

COSTS: Final = {
    AUTHORIZATION_CODE: (
        "An admin approves once in a browser. Tokens may stop working if that admin is deactivated."
    ),
    CLIENT_CREDENTIALS: (
        "No approval and no Redirect URL. Anyone with the Client ID and Client Secret has all"
        " of the app's permissions. Select as few as possible."
    ),
}
"""What each grant type costs, where there is a choice; the risk in full is RISK."""

RISK: Final = (
    "Anyone with the Client ID and Client Secret can manage",
    "your users. Store both in a safe place.",
)
"""The warning about client credentials, in two lines."""

KEEP_IN_MIND: Final = {
    AUTHORIZATION_CODE: (
        "Make sure neither you nor SCIM deactivates the user",
        "who approved access, or tokens may stop working.",
    ),
    CLIENT_CREDENTIALS: RISK,
}
"""The warning on Done, in two lines."""


class Difference(Value):
    """One value that a change replaces."""

    name: str
    before: str
    after: str

    @property
    def is_foreign(self) -> bool:
        """Whether it leads to a host that isn't Twilio's."""
        return self.name in LABELS.values() and not is_twilio_host(
            urlsplit(self.after).hostname or ""
        )


def differences(active: CredentialSet, draft: CredentialSet) -> tuple[Difference, ...]:
    """Return what the draft would change in the active set, except tokens and links."""
    is_new_secret = active.client_secret != draft.client_secret
    before, after = (GRANT_NAMES[each.grant_type] for each in (active, draft))
    rows = (
        ("Grant type", before, after),
        ("Client ID", active.client_id, draft.client_id),
        ("Client Secret", "the saved one", "a new one" if is_new_secret else "the saved one"),
        ("Redirect URL", active.redirect_url, draft.redirect_url),
        *zip(LABELS.values(), *(s.endpoints.named.values() for s in (active, draft)), strict=True),
        ("Scope", active.scope, draft.scope),
        ("PKCE", active.pkce.value, draft.pkce.value),
    )
    return tuple(Difference(*row) for row in rows if row[1] != row[2])
