"""The handoff sheet: what the user of the credential has to enter or run.

Sources: Twilio's pages on Okta, on Microsoft Entra ID and on OAuth for SCIM; Okta's page on
preparing a SCIM API service. Tokens are never on a sheet: a refresh token that is used in two
places may become invalid in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from wizard.domain.models import GRANT_TYPE, SCOPE, CredentialSet, Profile
from wizard.domain.secret import MASK, Secret
from wizard.domain.text import Program, find_user, list_users, request_app_token
from wizard.domain.texts.summary import harmless
from wizard.domain.value import Value

UNIQUE_IDENTIFIER: Final = "userName"
"""The attribute by which Twilio identifies users (SCIM API reference)."""

OKTA_CALLBACK: Final = "https://system-admin.okta.com/admin/app/cpc/APPNAME/oauth/callback"


class Row(Value):
    """One thing to enter."""

    title: str
    """The name of the field where the value is entered."""
    value: str | Secret = ""
    """The value; empty if there is none."""
    note: str = ""
    """The note to show without a value."""


class Sheet(Value):
    """The content of a handoff sheet. Secrets on it are of type `Secret`, or left out."""

    title: str
    profile: str
    audience: str
    """The id of one of `wizard.domain.texts.prerequisites`."""
    rows: tuple[Row, ...]
    paragraphs: tuple[str, ...]
    values: Mapping[str, str | Secret | None]
    """The values for programs, by name; None for what is left out or doesn't exist."""
    commands: tuple[str, ...]
    """Shell commands of several lines, the first of which is a comment."""

    @property
    def has_secrets(self) -> bool:
        """Whether the sheet has a secret on it."""
        return any(isinstance(value, Secret) for value in self.values.values())


def sheet(
    profile: Profile,
    name: str,
    credentials: CredentialSet | None,
    audience: str | None,
    program: Program | None = None,
) -> Sheet:
    """Return the sheet of a profile.

    Args:
        name: the name of the profile.
        credentials: its active set; without it, or its Client Secret, the secret is left out.
        audience: the ID of the audience; a script if None.
        program: the one that was started.
    """
    profile = harmless(profile)
    values = _values(profile, credentials)
    match audience:
        case "entra":
            return _entra(profile, name, values)
        case "okta":
            title, rows, paragraphs = _okta(profile, values)
        case "other":
            title, rows, paragraphs = _other(profile, values)
        case _:
            audience = "script"
            title, rows, paragraphs = _script(profile, name, values)
    commands = _commands(profile, name, program or Program())
    return Sheet(title, name, audience, rows, paragraphs, values, commands)


Values = dict[str, str | Secret | None]
Content = tuple[str, tuple[Row, ...], tuple[str, ...]]
"""The title, rows, and paragraphs of a sheet."""
_APPROVER: Final = (
    "Keep the Twilio user who approved active, and don't let SCIM manage that user: the tokens"
    " depend on it."
)


def _okta(profile: Profile, values: Values) -> Content:
    query = {"client_id": profile.client_id, "response_type": "code", "scope": values["scope"]}
    rows = (
        Row("General > Provisioning", "SCIM"),
        Row("SCIM connector base URL", profile.endpoints.scim_url),
        Row("Unique identifier field for users", UNIQUE_IDENTIFIER),
        Row(
            "Supported provisioning actions",
            "Import New Users and Profile Updates, Push New Users, Push Profile Updates",
        ),
        Row("Authentication Mode", "OAuth 2"),
        Row("Access token endpoint URI", profile.endpoints.token_url),
        Row(
            "Authorization endpoint URI",
            f"{profile.endpoints.authorize_url}?{urlencode(query)}",
        ),
        Row("Client ID", profile.client_id),
        _secret_row(values),
    )
    paragraphs = (
        "In Okta: Applications > Applications > Create App Integration > SWA - Secure Web"
        " Authentication, login page URL https://www.twilio.com/login, icon hidden. An existing"
        " Twilio app may be used as well.",
        f"Before that, the OAuth app in Twilio needs the Redirect URL {OKTA_CALLBACK}, where"
        " APPNAME stands between /app/ and /instance/ in the address of the Okta admin page."
        " Other Okta cells: system-admin.okta-emea.com, system-admin.oktapreview.com.",
        "If the app's page in Twilio shows another Authorization URL, enter that one.",
        "Last: Authenticate with …, sign in with email and password as an organization"
        " admin without SSO, click Approve access, and wait for the green check. Then under To"
        " App: Create Users, Update User Attributes, Deactivate Users.",
        _APPROVER,
    )
    return "Twilio SCIM in Okta", rows, paragraphs


def _entra(profile: Profile, name: str, values: Values) -> Sheet:
    new = "from the new app"
    rows = (
        Row("Authentication Method", "OAuth2 client credentials grant"),
        Row("Tenant URL", profile.endpoints.scim_url),
        Row("OAuth token endpoint", profile.endpoints.token_url),
        Row("Client identifier", note=new),
        Row("Client Secret", note=new),
    )
    paragraphs = (
        "Entra ID signs in with client credentials: no approval, no redirect, no service user. It"
        " needs a second OAuth app in Twilio: grant type Client credentials, with every"
        " managed-users permission selected. The app of this profile has another grant type and"
        " can't be used.",
        "In Entra: Enterprise apps > New application > Create your own application > Integrate"
        " any other application (Non-gallery) > Provisioning > Mode Automatic > Admin"
        " Credentials. There enter the above, then Test Connection.",
        "Turn group mappings off: Twilio's SCIM API knows users only.",
    )
    # Of the new app, no other values are known here.
    known = {key: values[key] for key in ("scim_url", "token_url", "unique_identifier")}
    values = dict.fromkeys(values) | known | {"grant_type": "client_credentials"}
    request = (
        "# A token for the new app: fill in its Client ID and Client Secret.\n"
        f"{request_app_token(profile.endpoints.token_url)}"
    )
    title = "Twilio SCIM in Microsoft Entra ID"
    return Sheet(title, name, "entra", rows, paragraphs, values, (request,))


def _other(profile: Profile, values: Values) -> Content:
    rows = (
        Row("SCIM base URL", profile.endpoints.scim_url),
        Row("Grant", "authorization code (OAuth 2.0)"),
        Row("Authorization endpoint", profile.endpoints.authorize_url),
        Row("Token endpoint", profile.endpoints.token_url),
        Row("Client authentication", "ID and secret in the body of the request"),
        Row("Client ID", profile.client_id),
        _secret_row(values),
        Row("Scope", values["scope"] or ""),
        Row("Redirect URL", note="the provider's own; register it on the app in Twilio"),
        Row("Unique identifier of users", UNIQUE_IDENTIFIER),
        Row("Groups", "none"),
    )
    paragraphs = (
        "The provider needs its own authorization: sign in with email and password as an"
        " organization admin without SSO, and click Approve access.",
        "A provider that only takes a pasted bearer token stops after an hour.",
        _APPROVER,
    )
    return "Twilio SCIM in an identity provider", rows, paragraphs


def _script(profile: Profile, name: str, values: Values) -> Content:
    rows = (
        Row("SCIM base URL", profile.endpoints.scim_url),
        Row("Profile of scim-wizard", name),
        Row("Token endpoint", profile.endpoints.token_url),
        Row("Client ID", profile.client_id),
        _secret_row(values),
        Row("Redirect URL", profile.redirect_url),
        Row("Scope", values["scope"] or ""),
    )
    paragraphs = (
        "Ask scim-wizard for a token each time, as below: it renews what has expired, once,"
        " however many scripts ask at the same time. Then neither ID nor secret is needed.",
        _APPROVER,
    )
    return "Twilio SCIM in a script", rows, paragraphs


def _values(profile: Profile, credentials: CredentialSet | None) -> Values:
    return {
        "scim_url": profile.endpoints.scim_url,
        "grant_type": GRANT_TYPE,
        "authorize_url": profile.endpoints.authorize_url,
        "token_url": profile.endpoints.token_url,
        "client_id": profile.client_id,
        "client_secret": credentials.client_secret if credentials else None,
        "redirect_url": profile.redirect_url,
        "scope": credentials.scope if credentials else SCOPE,
        "unique_identifier": UNIQUE_IDENTIFIER,
    }


def _secret_row(values: Mapping[str, str | Secret | None]) -> Row:
    return Row("Client Secret", values["client_secret"] or "", f"{MASK} (not shown)")


def _commands(profile: Profile, name: str, program: Program) -> tuple[str, ...]:
    """Return commands that call the API, without the token in any argument."""
    scim_url = profile.endpoints.scim_url
    condition = f'{UNIQUE_IDENTIFIER} eq "jane@example.com"'
    return (
        f"# All users.\n{list_users(program, name, scim_url)}",
        f"# One user, by email address.\n{find_user(program, name, scim_url, condition)}",
    )
