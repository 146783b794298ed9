"""What has to be true before a setup can work (Twilio: Set up OAuth for SCIM)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from wizard.domain.value import Value

LEGACY_CONSOLE: Final = "https://admin.twilio.com/applications/oauth"
CONSOLE: Final = "https://1console.twilio.com/organization/settings/oauth/apps"
"""Where organization OAuth apps are made, in the current Console."""


class Prerequisite(Value):
    """A line to tick."""

    id: str
    text: str
    why: str
    aside: str = ""
    """A few words at the line's end."""
    is_required: bool = True


PREREQUISITES: Final = (
    Prerequisite(
        "admin",
        "I am an Organization Owner or Admin",
        "Only these roles make and approve organization OAuth apps. An account's"
        " Owner or Developer opens another page, whose apps cannot do SCIM.",
    ),
    Prerequisite(
        "service-account",
        "A shared service account exists",
        "The tokens hang on the user who approves: when that person is deactivated"
        " they may stop. Never let SCIM itself manage this user.",
        aside="recommended",
        is_required=False,
    ),
    Prerequisite(
        "no-sso",
        "It signs in by e-mail, without SSO",
        "Twilio's approval page cannot sign in through SSO. The admin who approves"
        " needs an e-mail address and a password of their own.",
    ),
    Prerequisite(
        "app",
        "OAuth app, grant Authorization code",
        "Made in the organization's settings, not an account's. The grant type is"
        " chosen when the app is made and cannot be changed later.",
    ),
    Prerequisite(
        "permissions",
        "All managed-users permissions ticked",
        "Under Scopes & permissions: list, read, create, update, delete. Without"
        " list, the check at the end fails although the token is good.",
    ),
    Prerequisite(
        "redirect-url",
        "Its Redirect URL is set, I know which",
        "An https address you control: Twilio sends the code there, no page is"
        " needed. Okta: its callback. Never example.com.",
    ),
    Prerequisite(
        "secret",
        "Client ID and Secret at hand",
        "Twilio shows the Client Secret only once, when the app is made. Lost it?"
        " Rotate it on the app's Credentials tab.",
        aside="shown once",
    ),
)


def missing(ticks: Collection[str]) -> tuple[Prerequisite, ...]:
    """Return the required prerequisites that are not ticked."""
    return tuple(p for p in PREREQUISITES if p.is_required and p.id not in ticks)


def unticked(open_items: Collection[Prerequisite]) -> str:
    """Say how many are missing."""
    count = "One line is" if len(open_items) == 1 else f"{len(open_items)} lines are"
    return f"{count} required and not ticked"
