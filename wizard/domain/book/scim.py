"""The error book: what the SCIM API refuses (RFC 7644 §3.12), and answers that are not SCIM.

{host}, {kind}, {permission} and {wait} are filled with `Problem.filled`.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import ExitCode, Problem, Who
from wizard.domain.steps import Step

BAD_TOKEN: Final = Problem(
    id="bad-token",
    title="Twilio rejected the access token",
    cause="It expired or was revoked, or the user who approved is no longer active.",
    remedy="Try again, which refreshes the token. If that doesn't help, authorize again.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

NEW_TOKEN_REFUSED: Final = Problem(
    id="new-token-refused",
    title="Twilio rejected the new access token",
    cause="The user who approved is probably inactive or belongs to another organization.",
    remedy="Authorize again as an active admin of the right organization.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

OUTLIVED: Final = (
    "It probably expired unnoticed because this machine's clock is slow. Otherwise, it was "
    "revoked, or the user who approved is no longer active."
)
"""Cause of BAD_TOKEN where the token hasn't expired by this machine's clock."""

NOT_RENEWABLE: Final = "Authorize again. This token can't be refreshed."
"""Remedy of BAD_TOKEN where there is no refresh token, or it was rejected too."""

MISSING_PERMISSION: Final = Problem(
    id="missing-permission",
    title="Missing permission: {permission}",
    cause="The token is valid, but the app isn't allowed to list users.",
    remedy="Select all managed-users permissions in the app's Access settings. Then try "
    "again. If that fails, authorize again.",
    who=Who.OWNER,
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

LIST_REFUSED: Final = Problem(
    id="list-refused",
    title="Twilio refused to list users",
    cause="It gave no reason. The app probably lacks the permission {permission}.",
    remedy="Select all managed-users permissions in the app's Access settings. Then try "
    "again. If that fails, authorize again.",
    who=Who.OWNER,
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

OR_BLOCKED: Final = (
    "The response (403) gives no reason. The app may lack {permission}, or a filter on this "
    "network may block {host}.",
    "Select all managed-users permissions on the app, then try again. If that doesn't help, have "
    "{host} allowed on this network.",
)
"""Cause and remedy of LIST_REFUSED where nothing tells who answered."""

TOKEN_TOO_LONG: Final = Problem(
    id="token-too-long",
    title="The access token is too long for the SCIM API",
    cause="{host} doesn't take header fields as long as this token.",
    remedy="Select fewer permissions on the app, then authorize again. If that doesn't help, ask "
    "the network team whether a proxy limits the length of headers.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

LIST_REFUSED_WHY: Final = Problem(
    id="list-refused-why",
    title="Twilio refused to list users and said why",
    cause="Twilio's own words are in the details.",
    remedy="Follow Twilio's message, then try again. If that doesn't help, ask Twilio support.",
    who=Who.OWNER,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

OTHER_ORGANIZATION: Final = Problem(
    id="other-organization",
    title="The token is for another organization",
    cause="The app or the user who approved belongs to a different organization.",
    remedy="Use an app of the right organization, and approve as its admin.",
    who=Who.OWNER,
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

ORGANIZATION_CHANGED: Final = Problem(
    id="organization-changed",
    title="The token's organization has changed",
    cause="The token is for {organization}. At setup, it was {before}.",
    remedy="If you didn't intend this, authorize again as an admin of the right organization.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

APPROVAL_UNCONFIRMED: Final = Problem(
    id="approval-unconfirmed",
    title="Confirm that you approved access",
    cause="The approval came by itself, and any user of this machine could have sent one. "
    "It's for {organization}.",
    remedy="If you just clicked Approve access there, press Enter. If not, authorize again.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
    is_warning=True,
)

SCIM_NOT_FOUND: Final = Problem(
    id="scim-not-found",
    title="No SCIM API at this URL",
    cause="{host} responded, but it has no /Users there.",
    remedy="Check the SCIM base URL under Credentials > Advanced.",
    step=Step.CREDENTIALS,
)

SCIM_SAYS_NOT_FOUND: Final = Problem(
    id="scim-says-not-found",
    title="The SCIM API returned Not Found",
    cause="The organization or the SCIM base URL is probably wrong.",
    remedy="Check that the app belongs to the right organization. If it does, check the SCIM "
    "base URL under Credentials > Advanced.",
    step=Step.CREDENTIALS,
)

ODD_LIST: Final = Problem(
    id="odd-list",
    title="Twilio's list of users can't be used",
    cause="A value is missing or invalid; the details name it.",
    remedy="Try again. If that doesn't help, show Twilio support the response.",
)

NOT_SCIM: Final = Problem(
    id="not-scim",
    title="The response isn't from a SCIM API",
    cause="{host} returned {kind}.",
    remedy="If your network requires a login, sign in. If it has a web filter, have {host} "
    "allowed. Otherwise, check the SCIM base URL under Credentials > Advanced.",
    other_step=Step.CREDENTIALS,
)

BLOCKED: Final = Problem(
    id="blocked",
    title="The SCIM API seems to be blocked",
    cause="{host} returned {kind}. A filter or proxy on your network probably did. A SCIM "
    "base URL that isn't Twilio's may also be wrong.",
    remedy="Have {host} allowed, or try another network.",
    who=Who.NETWORK,
    exit_code=ExitCode.UNREACHABLE,
)

SCIM_THROTTLED: Final = Problem(
    id="scim-throttled",
    title="Twilio's rate limit was reached",
    cause="Too many requests were sent for this organization in a short time.",
    remedy="Try again in {wait}.",
    who=Who.NOBODY,
    exit_code=ExitCode.UNREACHABLE,
)

SCIM_FAILING: Final = Problem(
    id="scim-failing",
    title="Twilio's SCIM API returned a server error",
    cause="Nothing you entered caused this.",
    remedy="Try again in a few minutes. Check status.twilio.com for outages.",
    who=Who.NOBODY,
    exit_code=ExitCode.UNREACHABLE,
)
