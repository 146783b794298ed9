"""The audiences (who will use the credential), the grant types, and the prerequisites of each.

Sources: Twilio's pages on OAuth for SCIM, organization OAuth apps, Okta, and Entra.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from wizard.domain.models import GrantType
from wizard.domain.texts.questions import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, RISK
from wizard.domain.value import Value, replace

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


_ACCOUNT_ROLES: Final = "Apps created with account-level roles don't support SCIM."
_WHERE: Final = (
    "Create it in the organization's settings, not in an account's. You select the grant type when"
    " you create the app and can't change it later."
)
_LOST: Final = (
    "Twilio shows the Client Secret only once, when you create the app. If you lost it, rotate it"
    " on the app's Credentials tab."
)

PREREQUISITES: Final = (
    Prerequisite(
        "admin",
        "I'm an Organization Owner or Admin",
        f"Only these roles can create organization OAuth apps and approve access. {_ACCOUNT_ROLES}",
    ),
    Prerequisite(
        "service-account",
        "I have a shared service account",
        "Tokens may stop working if the user who approves is deactivated. Use a shared"
        " account. Decide who holds its second factor. Exclude it from SCIM.",
        aside="recommended",
        is_required=False,
    ),
    Prerequisite(
        "no-sso",
        "The approver signs in with email, not SSO",
        "Twilio's approval page doesn't support SSO. Sign in as an admin who has a"
        " password and whose email domain doesn't enforce SSO.",
    ),
    Prerequisite("app", "OAuth app created (Authorization code grant)", _WHERE),
    Prerequisite(
        "permissions",
        "All managed-users permissions selected",
        "Under Scopes & permissions (in an existing app: Access settings): list, read, create,"
        " update, delete. Without the list permission, the check fails.",
    ),
    Prerequisite(
        "redirect-url",
        "I have the Redirect URL that's set in the app",
        "Any https URL you control. The page doesn't have to load. Don't use example.com: it's"
        " only a placeholder.",
    ),
    Prerequisite("secret", "I have the Client ID and Client Secret", _LOST, aside="shown once"),
)
"""What the authorization code grant needs. The Redirect URL's reason is a script's."""

FOR_CLIENT_CREDENTIALS: Final = (
    replace(
        PREREQUISITES[0],
        why=f"Only these roles can create organization OAuth apps. {_ACCOUNT_ROLES}",
    ),
    Prerequisite("client-credentials-app", "OAuth app created (Client credentials grant)", _WHERE),
    Prerequisite(
        "client-credentials-permissions",
        "The managed-users permissions are selected",
        "Under Scopes & permissions, list and read are enough to read users. Add create, update,"
        " and delete to edit them. The check needs the list permission.",
    ),
    replace(PREREQUISITES[-1], id="client-credentials-secret"),
)
"""What the client credentials grant needs: another app, so most items are other ones."""

_REASONS: Final = {
    ("okta", "redirect-url"): (
        "In the app, register Okta's callback as the Redirect URL. The help shows that URL."
    ),
    ("other", "redirect-url"): (
        "In the app, register the provider's own callback as the Redirect URL. If it redeems"
        " the code right away, use a URL of your own for this setup."
    ),
    ("entra", "client-credentials-permissions"): (
        "Under Scopes & permissions, select list, read, create, update, and delete. Entra ID"
        " needs all five."
    ),
}
"""Reasons that differ, by audience and item."""


def prerequisites(audience: str, grant_type: GrantType) -> tuple[Prerequisite, ...]:
    """Return what has to be true for an audience (its ID) and a grant type."""
    items = PREREQUISITES if grant_type.needs_approval else FOR_CLIENT_CREDENTIALS
    return tuple(replace(item, why=_REASONS.get((audience, item.id), item.why)) for item in items)


def missing(items: Collection[Prerequisite], ticks: Collection[str]) -> tuple[Prerequisite, ...]:
    """Return the required items that aren't selected."""
    return tuple(p for p in items if p.is_required and p.id not in ticks)


def selected(items: Collection[Prerequisite], ticks: Collection[str], how: str = "selected") -> str:
    """Say how many items are selected, or confirmed where nothing can be selected."""
    return f"{sum(item.id in ticks for item in items)} of {len(items)} {how}"


def unselected(open_items: Collection[Prerequisite], how: str = "selected") -> str:
    """Say how many required items aren't selected, or confirmed."""
    if len(open_items) == 1:
        return f"1 required item isn't {how}."
    return f"{len(open_items)} required items aren't {how}."


VERIFIED_DOMAIN: Final = "Before users can be created, verify their email domain in Twilio."
BEARER: Final = (
    "A provider that takes only a pasted bearer token stops working when the token expires."
)


class Audience(Value):
    """A possible user of the credential."""

    id: str
    title: str
    brief: str
    """What the setup is for this audience, in up to three lines."""
    grant_types: tuple[GrantType, ...]
    """The ones it can use, the usual one first."""
    text: dict[GrantType, tuple[str, ...]]
    """Paragraphs for the help, by grant type."""
    requires: str = ""
    """Who requires its only grant type, in a note; "" where there is a choice."""
    ends_with_sheet: bool = False
    """Whether the last step shows the handoff sheet."""


AUDIENCES: Final = (
    Audience(
        "script",
        "Your own script or app",
        "When your script needs a token, it runs: scim-wizard token",
        (AUTHORIZATION_CODE, CLIENT_CREDENTIALS),
        {
            AUTHORIZATION_CODE: (
                "The wizard saves the tokens. When your script needs one, it runs:"
                " scim-wizard token",
                "Redirect URL to register in the app: any https URL you control. The page doesn't"
                " have to load. You copy the URL you land on.",
                VERIFIED_DOMAIN,
            ),
            CLIENT_CREDENTIALS: (
                "The wizard saves the Client ID, the Client Secret, and the token. When your"
                " script needs a token, it runs: scim-wizard token",
                "The app needs no Redirect URL and doesn't depend on a user staying active.",
                VERIFIED_DOMAIN,
            ),
        },
    ),
    Audience(
        "okta",
        "Okta",
        "Okta runs its own authorization. This setup tests your OAuth app, permissions, and admin"
        " account. It doesn't test Okta's settings.",
        (AUTHORIZATION_CODE,),
        {
            AUTHORIZATION_CODE: (
                "Okta runs its own authorization, so this setup is only a test. It confirms that"
                " your OAuth app, permissions, and admin account work. It doesn't test Okta's"
                " settings, and Okta can't use its tokens.",
                "Then the handoff sheet lists the values to enter in Okta.",
                "Redirect URL to register in the app: https://system-admin.okta.com/admin/app/cpc/"
                "APPNAME/oauth/callback",
                "Replace APPNAME with the part between /app/ and /instance/ in the URL of your"
                " Okta admin page.",
                "After you click Approve access, you land on an Okta page that may show an error."
                " Copy its URL anyway.",
                VERIFIED_DOMAIN,
            ),
        },
        "required by Okta",
        ends_with_sheet=True,
    ),
    Audience(
        "entra",
        "Microsoft Entra ID",
        "The wizard checks your app. Then it shows the handoff sheet with the values to enter in"
        " Entra ID.",
        (CLIENT_CREDENTIALS,),
        {
            CLIENT_CREDENTIALS: (
                "Entra ID uses the client credentials grant: no approval, no Redirect URL, no"
                " service account. The wizard gets a token for your app and reads the list of"
                " users with it. That confirms the app and its list permission.",
                "Then the handoff sheet lists the values to enter in Entra ID. To test the"
                " settings there, click Test Connection in Entra ID.",
                "Turn off group mappings. Twilio documents SCIM only for users.",
                VERIFIED_DOMAIN,
            ),
        },
        "required by Entra ID",
        ends_with_sheet=True,
    ),
    Audience(
        "other",
        "Another identity provider",
        "The provider's documentation says which grant type it supports.",
        (AUTHORIZATION_CODE, CLIENT_CREDENTIALS),
        {
            AUTHORIZATION_CODE: (
                "The provider must support OAuth 2.0 with the authorization code grant. It runs"
                f" its own authorization, so this setup is only a test. {BEARER}",
                "Redirect URL to register in the app: the provider's own callback. If the callback"
                " redeems the code before you can copy it, register a URL of your own for this"
                " setup. Replace it with the callback afterward.",
                VERIFIED_DOMAIN,
            ),
            CLIENT_CREDENTIALS: (
                "The provider must support OAuth 2.0 with the client credentials grant. The wizard"
                f" checks your app. After this setup, the provider requests its own tokens."
                f" {BEARER}",
                VERIFIED_DOMAIN,
            ),
        },
    ),
)


def audience(id_: str | None) -> Audience | None:
    """Return the audience with an ID."""
    return next((a for a in AUDIENCES if a.id == id_), None)


class Use(Value):
    """Who will use the credential, and with which grant type."""

    audience: Audience
    grant_type: GrantType

    @property
    def items(self) -> tuple[Prerequisite, ...]:
        """What has to be true."""
        return prerequisites(self.audience.id, self.grant_type)

    @property
    def risk(self) -> tuple[str, ...]:
        """What to be careful about, in two lines; none if someone has to approve access."""
        return () if self.grant_type.needs_approval else RISK

    @property
    def help(self) -> str:
        """What differs for this audience, as a paragraph of the help."""
        lines = "\n".join(self.audience.text[self.grant_type])
        return f"Used by: {self.audience.title}\n{lines}"


def use(id_: str | None, grant_type: GrantType) -> Use:
    """Return the use by an audience; a script's if nobody was chosen.

    Args:
        id_: the ID of the audience.
        grant_type: the one to use if the audience can.
    """
    chosen = audience(id_) or AUDIENCES[0]
    is_possible = grant_type in chosen.grant_types
    return Use(chosen, grant_type if is_possible else chosen.grant_types[0])


USES: Final = tuple(use(each.id, grant) for each in AUDIENCES for grant in each.grant_types)
"""Every use that is possible, the usual one first."""
