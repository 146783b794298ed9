"""The advanced settings in plain mode: each is asked for, and its help says what it is."""

from __future__ import annotations

from typing import Final

from wizard.domain import rules
from wizard.domain.credential_fields import ENDPOINTS
from wizard.domain.models import CredentialSet, Endpoints, Pkce
from wizard.domain.texts.questions import ADVANCED
from wizard.domain.value import replace
from wizard.flow.state import Back
from wizard.plain.dialogue import KEEP, Dialogue, Left, Prompt

BEGIN: Final = (
    "Advanced settings. If you change one, links that you created earlier stop working. To keep"
    ' all of them, type "back".'
)
EMPTY: Final = "none"
"""Typed for an empty scope, since Enter alone keeps what is there."""
ASKS: Final = (
    *(f"{label}. Paste another" for label in ENDPOINTS.values()),
    f"Scope (Twilio: {CredentialSet().scope}). Type another",
    "PKCE. Type auto, on, or off",
)
ABOUT: Final = (
    "The authorization endpoint is the page where an admin approves access.",
    "The token endpoint is where the wizard gets tokens.",
    "Every SCIM request URL starts with the SCIM base URL.",
    f"The scope is the access that the link requests. Twilio's scope, {CredentialSet().scope},"
    f' allows the wizard to refresh tokens. For an empty scope, type "{EMPTY}".',
    "PKCE protects the code on its way to your Redirect URL. With auto, it's on if the server"
    " supports it.",
)
"""What each setting is."""


def _pkce(text: str) -> str | None:
    is_one = text.lower() in [each.value for each in Pkce]
    return None if is_one else "Type auto, on, or off."


RULES: Final = (*(rules.endpoint for _ in ENDPOINTS), rules.scope, _pkce)


async def ask_advanced(talk: Dialogue, draft: CredentialSet) -> CredentialSet:
    """Ask for each setting; Enter keeps it, back keeps all of them. Raises Left on quit."""
    talk.say(BEGIN)
    values = [*draft.endpoints.named.values(), draft.scope or EMPTY, draft.pkce.value]
    count = len(ASKS) if draft.grant_type.needs_approval else len(ENDPOINTS)
    try:
        for at in range(count):
            values[at] = await _asked(talk, at, count, values[at])
    except Left as left:
        if isinstance(left.outcome, Back):
            return draft
        raise
    *urls, scope, pkce = values
    scope = "" if scope == EMPTY else rules.clean_scope(scope)
    return replace(draft, endpoints=Endpoints(*urls), scope=scope, pkce=Pkce(pkce.lower()))


async def _asked(talk: Dialogue, at: int, count: int, value: str) -> str:
    """Ask for a setting until the answer is empty or right; return the setting. Raises Left."""
    words = f"Setting {at + 1} of {count}, {ASKS[at]}, or {KEEP} {value}"
    while text := await talk.ask(Prompt(words, (ABOUT[at], ADVANCED))):
        problem = RULES[at](text)
        if problem is None:
            return text
        talk.say(f"Error: {problem}")
    return value
