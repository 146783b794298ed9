"""Who will use the credential, and what differs for them (Twilio's Okta and Entra pages)."""

from __future__ import annotations

from typing import Final

from wizard.domain.value import Value


class Audience(Value):
    """One who may use the credential."""

    id: str
    title: str
    brief: str
    text: tuple[str, ...]
    """Paragraphs."""
    ends_here: str = ""
    """Why there is nothing to set up here, only a sheet to hand off; "" where there is."""


AUDIENCES: Final = (
    Audience(
        "script",
        "A script or HR system",
        "runs scim-wizard token",
        (
            "The wizard saves the tokens. When your script needs one, it runs: scim-wizard token",
            "Redirect URL to register in the app: any https URL you control. The page doesn't"
            " have to load; you copy the URL you land on.",
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
            "APPNAME/oauth/callback, where APPNAME stands between /app/ and /instance/ in the"
            " URL of your Okta admin page.",
            "After you click Approve access, you land on an Okta page that may show an error."
            " Copy its URL anyway.",
            "Okta requires a verified email domain in Twilio.",
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
            "In Entra: Enterprise apps > New application > Create your own application >"
            " Non-gallery > Provisioning > Mode Automatic > Admin Credentials:",
            "Authentication Method  OAuth2 client credentials grant\n"
            "Tenant URL             https://iam.twilio.com/scim/v2\n"
            "OAuth token endpoint   https://oauth.twilio.com/v2/token\n"
            "Client identifier      from that app\n"
            "Client Secret          from that app",
            "Turn group mappings off: Twilio's SCIM API knows users only.",
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
            "Redirect URL to register in the app: the provider's own callback. If it redeems the"
            " code before you can copy it, register a URL of your own first.",
        ),
    ),
)


def audience(id_: str | None) -> Audience | None:
    """Return the audience of an id."""
    return next((a for a in AUDIENCES if a.id == id_), None)
