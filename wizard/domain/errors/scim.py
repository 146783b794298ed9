"""The error catalog: the SCIM API's errors (RFC 7644 §3.12), and responses that aren't SCIM.

{host}, {kind}, {permission} and {wait} are filled with `Problem.filled`.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.errors import network
from wizard.domain.problems import Who, at_twilio, authorize_again, fix_credentials, in_credentials
from wizard.domain.value import replace

BAD_TOKEN: Final = authorize_again(
    id="bad-token",
    title="Twilio rejected the access token",
    cause="It expired or was revoked, or the user who approved is no longer active.",
    remedy="Try again: the wizard will refresh the token first. If that doesn't help, "
    "authorize again.",
)

NEW_TOKEN_REFUSED: Final = authorize_again(
    id="new-token-refused",
    title="Twilio rejected the new access token",
    cause="The user who approved is probably inactive or belongs to another organization.",
    remedy="Authorize again as an active admin of the right organization.",
)

BAD_TOKEN_CLOCK_SLOW: Final = replace(
    BAD_TOKEN,
    cause="It probably expired unnoticed because this machine's clock is slow. Otherwise, it was "
    "revoked, or the user who approved is no longer active.",
)
"""Used if the token hasn't expired by this machine's clock."""

MISSING_PERMISSION: Final = authorize_again(
    id="missing-permission",
    title="Missing permission: {permission}",
    cause="The token is valid, but the app isn't allowed to list users.",
    remedy="Select all managed-users permissions on the app's Access settings tab. Then try "
    "again. If that fails, authorize again.",
    who=Who.OWNER,
)

LIST_REFUSED: Final = replace(
    MISSING_PERMISSION,
    id="list-refused",
    title="Twilio rejected the request to list users",
    cause="It gave no reason. The app probably lacks the {permission} permission.",
)

LIST_REFUSED_OR_BLOCKED: Final = replace(
    LIST_REFUSED,
    cause="The response (403) gives no reason. The app may lack {permission}, or a filter on this "
    "network may block {host}.",
    remedy="Select all managed-users permissions on the app, then try again. If that doesn't help, "
    "ask your network team to allow {host}.",
)
"""Used if nothing shows who responded."""

TOKEN_TOO_LONG: Final = authorize_again(
    id="token-too-long",
    title="The access token is too long for the SCIM API",
    cause="The token is longer than {host} accepts in a header.",
    remedy="Select only the managed-users permissions on the app, then authorize again. If that "
    "doesn't help, ask your network team whether a proxy limits header length.",
)

LIST_REFUSED_WHY: Final = at_twilio(
    id="list-refused-why",
    title="Twilio rejected the request and gave a reason",
    cause="Twilio's message is in the details.",
    remedy=(
        "Follow the instructions in Twilio's message, then try again. If that doesn't help, contact"
        " Twilio Support."
    ),
    who=Who.OWNER,
)

OTHER_ORGANIZATION: Final = fix_credentials(
    id="other-organization",
    title="The token is for another organization",
    cause="The app or the user who approved belongs to a different organization.",
    remedy="Use an app in the right organization, and approve access as an admin of that "
    "organization.",
    who=Who.OWNER,
)

ORGANIZATION_CHANGED: Final = authorize_again(
    id="organization-changed",
    title="The token's organization has changed",
    cause="The token is for {organization}. At setup, it was {before}.",
    remedy="If you didn't intend this, authorize again as an admin of the right organization.",
)

ORGANIZATION_TO_CHANGE: Final = replace(
    ORGANIZATION_CHANGED,
    remedy="If you didn't intend this, authorize again as an admin of the right organization. "
    "Your current credentials stay in use unless you choose the new ones.",
)
"""Used if the token is new, and the user has to accept the change."""

APPROVAL_UNCONFIRMED: Final = authorize_again(
    id="approval-unconfirmed",
    title="Confirm that you approved access",
    cause="The approval arrived automatically, and any user on this machine could have sent it. "
    "It's for {organization}.",
    remedy="If you just clicked Approve access for that organization, press Enter. If not, "
    "authorize again.",
    is_warning=True,
)

SCIM_NOT_FOUND: Final = in_credentials(
    id="scim-not-found",
    title="No SCIM API at this URL",
    cause="{host} responded, but it has no /Users endpoint at that path.",
    remedy="Check the SCIM base URL under Credentials > Advanced.",
    is_in_advanced=True,
)

SCIM_SAYS_NOT_FOUND: Final = in_credentials(
    id="scim-says-not-found",
    title="The SCIM API returned Not Found",
    cause="The organization or the SCIM base URL is probably wrong.",
    remedy="Check that the app belongs to the right organization. If it does, check the SCIM "
    "base URL under Credentials > Advanced.",
    is_in_advanced=True,
)

ODD_LIST: Final = network.unusable(
    id="odd-list", title="Twilio's list of users is incomplete or invalid"
)

NOT_SCIM: Final = network.not_from("a SCIM API", "not-scim", "SCIM base URL")

BLOCKED: Final = network.blocked("blocked", "SCIM API", "SCIM base URL")

SCIM_THROTTLED: Final = network.throttled(
    id="scim-throttled",
    cause="Too many requests were sent for this organization in a short time.",
)

SCIM_FAILING: Final = network.failing(
    id="scim-failing", title="Twilio's SCIM API returned a server error"
)
