"""What must be true before a setup can work (Twilio: Set up OAuth for SCIM)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from wizard.domain.value import Value

LEGACY_CONSOLE: Final = "https://admin.twilio.com/applications/oauth"
CONSOLE: Final = "https://1console.twilio.com/organization/settings/oauth/apps"
"""Where organization OAuth apps are created in the Twilio Console."""


class Prerequisite(Value):
    """An item to select."""

    id: str
    text: str
    why: str
    aside: str = ""
    """A note at the right of the item."""
    is_required: bool = True


PREREQUISITES: Final = (
    Prerequisite(
        "admin",
        "I'm an Organization Owner or Admin",
        "Only these roles can create and approve organization OAuth apps. Account"
        " roles (Owner, Developer) see account-level apps, which don't support SCIM.",
    ),
    Prerequisite(
        "service-account",
        "A shared service account exists",
        "Tokens may stop working if the user who approves is deactivated. Use a"
        " shared account, and don't let SCIM manage it.",
        aside="recommended",
        is_required=False,
    ),
    Prerequisite(
        "no-sso",
        "The approver signs in with email, not SSO",
        "Twilio's approval page doesn't support SSO. SSO is enforced by email domain:"
        " use an admin whose domain isn't enforced and who has a password.",
    ),
    Prerequisite(
        "app",
        "OAuth app created (Authorization code grant)",
        "Create it in the organization's settings, not in an account's. You select"
        " the grant type when you create the app and can't change it later.",
    ),
    Prerequisite(
        "permissions",
        "All managed-users permissions selected",
        "Under Scopes & permissions: list, read, create, update, delete. Without"
        " list, the check at the end fails even though the token is valid.",
    ),
    Prerequisite(
        "redirect-url",
        "The app's Redirect URL is set, and I have it",
        "Any https URL you control; it doesn't have to load. For Okta, use Okta's"
        " callback. Don't use example.com: it isn't yours.",
    ),
    Prerequisite(
        "secret",
        "Client ID and Client Secret at hand",
        "Twilio shows the Client Secret only once, when you create the app. If you"
        " lost it, rotate it on the app's Credentials tab.",
        aside="shown once",
    ),
)


def missing(ticks: Collection[str]) -> tuple[Prerequisite, ...]:
    """Return the required prerequisites that aren't selected."""
    return tuple(p for p in PREREQUISITES if p.is_required and p.id not in ticks)


def unselected(open_items: Collection[Prerequisite]) -> str:
    """Say how many required items aren't selected."""
    count = (
        "1 required item isn't"
        if len(open_items) == 1
        else f"{len(open_items)} required items aren't"
    )
    return f"{count} selected."
