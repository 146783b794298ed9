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
        "asks this wizard for tokens",
        (
            "The road of this wizard: it keeps the tokens, and scim-wizard token hands out"
            " a fresh one whenever your script asks.",
            "Redirect URL to register on the app: any https address of your own. No page is"
            " needed there; you copy the address you land on.",
        ),
    ),
    Audience(
        "okta",
        "Okta",
        "runs a consent of its own",
        (
            "Okta asks for consent itself, so what the wizard does is a rehearsal: it proves"
            " that app, permissions and admin are right.",
            "Redirect URL to register on the app: https://system-admin.okta.com/admin/app/cpc/"
            "APPNAME/oauth/callback, where APPNAME stands between /app/ and /instance/ in the"
            " address of your Okta admin page.",
            "After Approve access you land on an Okta page that may show an error: copy its"
            " address all the same.",
        ),
    ),
    Audience(
        "entra",
        "Microsoft Entra ID",
        "needs another kind of app",
        (
            "Entra signs in with client credentials: no consent, no redirect, no service"
            " user. Make a second OAuth app at Twilio, grant Client credentials, with all"
            " managed-users permissions. The handoff sheet lists what to enter.",
            "In Entra: Enterprise apps > New application > Create your own application >"
            " Non-gallery > Provisioning > Mode Automatic > Admin Credentials:",
            "Authentication Method  OAuth2 client credentials grant\n"
            "Tenant URL             https://iam.twilio.com/scim/v2\n"
            "OAuth token endpoint   https://oauth.twilio.com/v2/token\n"
            "Client identifier      from the new app\n"
            "Client Secret          from the new app",
            "Turn group mappings off: Twilio's SCIM API knows users only.",
        ),
        "Entra ID uses the client credentials grant: there's nothing to authorize here. The"
        " handoff sheet lists the app to create in Twilio and the values to enter in Entra.",
    ),
    Audience(
        "other",
        "Another identity provider",
        "if it can do authorization code",
        (
            "It needs OAuth 2.0 with the authorization code grant. One that takes only a"
            " pasted bearer token stops after an hour.",
            "Redirect URL to register on the app: the provider's own callback address. If it"
            " uses the code up before you copy it, register an address of yours first.",
        ),
    ),
)


def audience(id_: str | None) -> Audience | None:
    """Return the audience of an id."""
    return next((a for a in AUDIENCES if a.id == id_), None)
