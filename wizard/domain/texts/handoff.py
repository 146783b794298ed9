"""The handoff sheet: what the user of the credential has to enter or run.

Sources: Twilio's pages on Okta, on Microsoft Entra ID and on OAuth for SCIM; Okta's page on
preparing a SCIM API service. Tokens are never on a sheet: a refresh token that is used in two
places may become invalid in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from wizard.domain.models import SCOPE, CredentialSet, Profile
from wizard.domain.secret import MASK, Secret
from wizard.domain.text import Program, find_user, list_users, request_app_token
from wizard.domain.texts.prerequisites import BEARER, VERIFIED_DOMAIN, use
from wizard.domain.texts.questions import GRANT_NAMES, RISK
from wizard.domain.texts.summary import harmless
from wizard.domain.value import Value, replace

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
    steps: tuple[str, ...]
    """What to do with the values, in order."""
    notes: tuple[str, ...]
    """What else to know."""
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
    needed = use(audience, profile.grant_type).grant_type
    other_app = ""
    is_unproven = audience == "entra" and profile.active is None
    if is_unproven or needed is not profile.grant_type:
        # It needs another app, of which no values are known here.
        credentials = None
        other_app = _OTHER_APP if profile.client_id else ""
        profile = replace(profile, grant_type=needed, client_id="", redirect_url="")
    values = _values(profile, credentials)
    commands = _commands(profile, name, program or Program())
    match audience:
        case "entra":
            title, rows, steps, notes = _entra(profile, values, other_app)
            commands = commands if profile.client_id else _entra_commands(profile)
        case "okta":
            title, rows, steps, notes = _okta(profile, values, other_app)
        case "other":
            title, rows, steps, notes = _other(profile, values)
        case _:
            audience = "script"
            title, rows, steps, notes = _script(profile, name, values)
    return Sheet(title, name, audience, rows, steps, notes, values, commands)


Values = dict[str, str | Secret | None]
Content = tuple[str, tuple[Row, ...], tuple[str, ...], tuple[str, ...]]
"""The title, rows, steps, and notes of a sheet."""
_APPROVER: Final = (
    "Don't deactivate the Twilio user who approved access, and don't let SCIM manage that user."
    " Otherwise, the tokens may stop working."
)


_OTHER_APP: Final = "This profile's OAuth app has a different grant type, so it can't be used here."

_FOR_OKTA: Final = "Create another app in Twilio with the Authorization code grant type."
_FOR_ENTRA: Final = (
    "Create an OAuth app in Twilio with the Client credentials grant type, and select every"
    " managed-users permission."
)


def _okta(profile: Profile, values: Values, other_app: str) -> Content:
    query = {"client_id": profile.client_id, "response_type": "code", "scope": values["scope"]}
    url = f"{profile.endpoints.authorize_url}?{urlencode(query)}"
    rows = (
        Row("Redirect URL to register in Twilio", OKTA_CALLBACK),
        Row("General > Provisioning", "SCIM"),
        Row("SCIM connector base URL", profile.endpoints.scim_url),
        Row("Unique identifier field for users", UNIQUE_IDENTIFIER),
        Row(
            "Supported provisioning actions",
            "Import New Users and Profile Updates, Push New Users, Push Profile Updates",
        ),
        Row("Authentication Mode", "OAuth 2"),
        Row("Access token endpoint URI", profile.endpoints.token_url),
        Row("Authorization endpoint URI", url if profile.client_id else "", _OF_APP),
        _id_row("Client ID", profile),
        _secret_row(values, profile),
    )
    steps = (
        *([f"{other_app} {_FOR_OKTA}"] if other_app else []),
        "In Okta, open Applications > Applications > Create App Integration > SWA - Secure Web"
        " Authentication. Enter the login page URL https://www.twilio.com/login and hide the"
        " icon. You can also reuse an existing app for Twilio in Okta.",
        "In the Redirect URL, replace APPNAME with the part between /app/ and /instance/ in your"
        " Okta admin page's URL. Other Okta cells use system-admin.okta-emea.com or"
        " system-admin.oktapreview.com. Then set that URL in the OAuth app in Twilio.",
        "Enter the values above. Then click Authenticate with NAME, where NAME is your app's name"
        " in Okta. Sign in with email and password as an Organization Owner or Admin who doesn't"
        " use SSO, and click Approve access. Have that user's second factor ready. Wait for the"
        " green check mark. If it doesn't appear, reload the page.",
        "Under To App, turn on Create Users, Update User Attributes, and Deactivate Users.",
    )
    other_url = "If the app's page in Twilio shows a different Authorization URL, enter that one."
    return "Twilio SCIM in Okta", rows, steps, (VERIFIED_DOMAIN, other_url, _APPROVER)


def _entra(profile: Profile, values: Values, other_app: str) -> Content:
    rows = (
        Row("Authentication Method", "OAuth2 client credentials grant"),
        Row("Tenant URL", profile.endpoints.scim_url),
        Row("OAuth token endpoint", profile.endpoints.token_url),
        _id_row("Client identifier", profile),
        _secret_row(values, profile),
    )
    steps = (
        *([] if profile.client_id else [f"{other_app} {_FOR_ENTRA}".strip()]),
        "In Entra, open Enterprise apps > New application > Create your own application >"
        " Integrate any other application (Non-gallery). Open Provisioning, select Automatic, and"
        " open Admin Credentials. Enter the values above, then click Test Connection.",
        "Turn off group mappings. Twilio documents SCIM only for users.",
    )
    return "Twilio SCIM in Microsoft Entra ID", rows, steps, (VERIFIED_DOMAIN, " ".join(RISK))


def _entra_commands(profile: Profile) -> tuple[str, ...]:
    """Return the command for an app that is still to be created."""
    request = request_app_token(profile.endpoints.token_url)
    return (f"# Get a token for the app. Fill in its Client ID and Client Secret.\n{request}",)


def _other(profile: Profile, values: Values) -> Content:
    approved = (
        Row("Authorization endpoint", profile.endpoints.authorize_url),
        Row("Scope", values["scope"] or ""),
        Row("Redirect URL", note="the provider's own; register it in the OAuth app in Twilio"),
    )
    authorization = (
        "The provider needs its own authorization. Sign in with email and password as an"
        " Organization Owner or Admin who doesn't use SSO, and click Approve access. Have that"
        " user's second factor ready.",
    )
    is_approved = profile.grant_type.needs_approval
    rows = (
        Row("SCIM base URL", profile.endpoints.scim_url),
        Row("Grant type", f"{GRANT_NAMES[profile.grant_type].lower()} (OAuth 2.0)"),
        *(approved if is_approved else ()),
        Row("Token endpoint", profile.endpoints.token_url),
        Row("Client authentication", "Client ID and Client Secret in the request body"),
        Row("Client ID", profile.client_id),
        _secret_row(values, profile),
        Row("Unique identifier for users", UNIQUE_IDENTIFIER),
        Row("Groups", "none"),
    )
    notes = (
        *(authorization if is_approved else ()),
        BEARER,
        VERIFIED_DOMAIN,
        _warning(profile),
    )
    return "Twilio SCIM in an identity provider", rows, (), notes


def _script(profile: Profile, name: str, values: Values) -> Content:
    approved = (Row("Redirect URL", profile.redirect_url), Row("Scope", values["scope"] or ""))
    rows = (
        Row("SCIM base URL", profile.endpoints.scim_url),
        Row("scim-wizard profile", name),
        Row("Token endpoint", profile.endpoints.token_url),
        Row("Client ID", profile.client_id),
        _secret_row(values, profile),
        *(approved if profile.grant_type.needs_approval else ()),
    )
    notes = (
        "Get a token from scim-wizard each time, with the commands on this sheet. It replaces an"
        " expired token only once, even if several scripts ask at the same time. Your script"
        " doesn't need the Client ID or Client Secret.",
        VERIFIED_DOMAIN,
        _warning(profile),
    )
    return "Twilio SCIM in a script", rows, (), notes


def _warning(profile: Profile) -> str:
    return _APPROVER if profile.grant_type.needs_approval else " ".join(RISK)


def _values(profile: Profile, credentials: CredentialSet | None) -> Values:
    is_approved = profile.grant_type.needs_approval
    scope = credentials.scope if credentials else SCOPE
    return {
        "scim_url": profile.endpoints.scim_url,
        "grant_type": profile.grant_type.value,
        "authorize_url": profile.endpoints.authorize_url if is_approved else None,
        "token_url": profile.endpoints.token_url,
        "client_id": profile.client_id or None,
        "client_secret": credentials.client_secret if credentials else None,
        "redirect_url": (is_approved and profile.redirect_url) or None,
        "scope": scope if is_approved else None,
        "unique_identifier": UNIQUE_IDENTIFIER,
    }


_OF_APP: Final = "from the OAuth app in Twilio"


def _id_row(title: str, profile: Profile) -> Row:
    return Row(title, profile.client_id, _OF_APP)


def _secret_row(values: Mapping[str, str | Secret | None], profile: Profile) -> Row:
    note = f"{MASK} (not shown)" if profile.client_id else _OF_APP
    return Row("Client Secret", values["client_secret"] or "", note)


def _commands(profile: Profile, name: str, program: Program) -> tuple[str, ...]:
    """Return commands that call the API, without the token in any argument."""
    scim_url = profile.endpoints.scim_url
    condition = f'{UNIQUE_IDENTIFIER} eq "jane@example.com"'
    return (
        f"# All users.\n{list_users(program, name, scim_url)}",
        f"# One user, by email address.\n{find_user(program, name, scim_url, condition)}",
    )
