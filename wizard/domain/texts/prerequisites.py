"""The prerequisites of a setup, and the audiences: who will use the credential.

Sources: Twilio's pages on OAuth for SCIM, Okta, and Entra.
"""

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
        "Only these roles can create organization OAuth apps and approve access. Account-level"
        " roles (Owner, Developer) open apps that don't support SCIM.",
    ),
    Prerequisite(
        "service-account",
        "A shared service account exists",
        "Tokens may stop working if the user who approves is deactivated. Use a shared"
        " account. Decide who holds its second factor. Don't let SCIM manage it.",
        aside="recommended",
        is_required=False,
    ),
    Prerequisite(
        "no-sso",
        "The approver signs in with email, not SSO",
        "Twilio's approval page doesn't support SSO. Sign in as an admin who has a"
        " password and whose email domain doesn't enforce SSO.",
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
        "I have the Redirect URL that's set in the app",
        "Any https URL you control. It doesn't have to load. For Okta, use Okta's"
        " callback. example.com is only a placeholder.",
    ),
    Prerequisite(
        "secret",
        "I have the Client ID and Client Secret",
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
    if len(open_items) == 1:
        return "1 required item isn't selected."
    return f"{len(open_items)} required items aren't selected."


class Audience(Value):
    """A possible user of the credential."""

    id: str
    title: str
    brief: str
    text: tuple[str, ...]
    """Paragraphs."""
    ends_here: str = ""
    """Why there is only a handoff sheet and nothing to set up here; "" if there is a setup."""


VERIFIED_DOMAIN: Final = "Before users can be created, verify their email domain in Twilio."

AUDIENCES: Final = (
    Audience(
        "script",
        "A script or HR system",
        "runs scim-wizard token",
        (
            "The wizard saves the tokens. When your script needs one, it runs: scim-wizard token",
            "Redirect URL to register in the app: any https URL you control. The page doesn't"
            " have to load. You copy the URL you land on.",
            VERIFIED_DOMAIN,
        ),
    ),
    Audience(
        "okta",
        "Okta",
        "runs its own authorization",
        (
            "Okta runs its own authorization, so this setup is only a test. It confirms that your"
            " OAuth app, permissions, and admin account work.",
            "Redirect URL to register in the app: https://system-admin.okta.com/admin/app/cpc/"
            "APPNAME/oauth/callback",
            "Replace APPNAME with the part between /app/ and /instance/ in the URL of your Okta"
            " admin page.",
            "After you click Approve access, you land on an Okta page that may show an error."
            " Copy its URL anyway.",
            VERIFIED_DOMAIN,
        ),
    ),
    Audience(
        "entra",
        "Microsoft Entra ID",
        "uses client credentials",
        (
            "Entra ID uses the client credentials grant: no approval, no redirect, no service"
            " account. Create an OAuth app in Twilio with the Client credentials grant type and"
            " all managed-users permissions. The handoff sheet lists what to enter in Entra.",
            "In Entra, open Enterprise apps > New application > Create your own application >"
            " Integrate any other application (Non-gallery) > Provisioning > Mode Automatic > Admin"
            " Credentials. Enter:",
            "Authentication Method  OAuth2 client credentials grant\n"
            "Tenant URL             https://iam.twilio.com/scim/v2\n"
            "OAuth token endpoint   https://oauth.twilio.com/v2/token\n"
            "Client identifier      from that app\n"
            "Client Secret          from that app",
            "Turn off group mappings. Twilio documents SCIM only for users.",
            VERIFIED_DOMAIN,
        ),
        "Entra ID uses the client credentials grant: there's nothing to authorize here. The"
        " handoff sheet lists the app to create in Twilio and the values to enter in Entra.",
    ),
    Audience(
        "other",
        "Another identity provider",
        "if it supports authorization code",
        (
            "It must support OAuth 2.0 with the authorization code grant. A provider that takes"
            " only a pasted bearer token stops working when the token expires.",
            "Redirect URL to register in the app: the provider's own callback. If the callback"
            " redeems the code before you can copy it, register a URL of your own for this setup."
            " Replace it with the callback afterward.",
            VERIFIED_DOMAIN,
        ),
    ),
)


def audience(id_: str | None) -> Audience | None:
    """Return the audience with an ID."""
    return next((a for a in AUDIENCES if a.id == id_), None)
