"""The error book: what the SCIM API refuses (RFC 7644 §3.12), and answers that are not SCIM.

{host}, {kind}, {permission} and {wait} are filled with `Problem.about`.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import ExitCode, Problem, Who
from wizard.domain.steps import Step

BAD_TOKEN: Final = Problem(
    id="bad-token",
    title="Twilio does not accept the access token",
    cause="It has expired or was revoked, or the approving user is no longer active.",
    remedy="Try again, which renews it. If it stays, authorize again.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

NEW_TOKEN_REFUSED: Final = Problem(
    id="new-token-refused",
    title="Twilio does not accept the new access token",
    cause="Most likely the approving user is no longer active, or not of this organization.",
    remedy="Authorize again, as an active admin of the right organization.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

OUTLIVED: Final = (
    "Most likely it has expired unnoticed, as this machine's clock is slow. If not, it was "
    "revoked, or the approving user is no longer active."
)
"""Cause of BAD_TOKEN where the clock says that it lives."""

NOT_RENEWABLE: Final = "Authorize again. This token can't be refreshed."
"""Remedy of BAD_TOKEN where there is no refresh token, or it was rejected too."""

MISSING_PERMISSION: Final = Problem(
    id="missing-permission",
    title="The permission {permission} is missing",
    cause="The token is good, but the app may not list users.",
    remedy="Tick all managed-users permissions on the app, then try again. "
    "If it stays so, authorize again.",
    who=Who.OWNER,
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

LIST_REFUSED: Final = Problem(
    id="list-refused",
    title="Twilio refuses the list of users",
    cause="It does not say why. Most likely the app lacks the permission {permission}.",
    remedy="Tick all managed-users permissions on the app, then try again. "
    "If it stays so, authorize again.",
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
    title="Twilio refuses the list of users, and says why",
    cause="Twilio gave a reason of its own.",
    remedy="Do what it says, then try again. If that is of no help, ask Twilio's support.",
    who=Who.OWNER,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

OTHER_ORGANIZATION: Final = Problem(
    id="other-organization",
    title="The token belongs to another organization",
    cause="The app or the approving user is not of the organization asked for.",
    remedy="Use an app of the right organization, and approve as its admin.",
    who=Who.OWNER,
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

ORGANIZATION_CHANGED: Final = Problem(
    id="organization-changed",
    title="The token is for another organization than before",
    cause="It is {organization} now; at the setup it was {before}.",
    remedy="If that is not meant, authorize again as an admin of the right one.",
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
    title="There is no SCIM API at that address",
    cause="{host} answers, but has no /Users there.",
    remedy="Check the SCIM base URL under Credentials, Advanced.",
    step=Step.CREDENTIALS,
)

SCIM_SAYS_NOT_FOUND: Final = Problem(
    id="scim-says-not-found",
    title="The SCIM API does not find what was asked for",
    cause="The organization or the path in the SCIM base URL is probably wrong.",
    remedy="See that the app is of the right organization. If so, check the SCIM base URL under "
    "Credentials, Advanced.",
    step=Step.CREDENTIALS,
)

ODD_LIST: Final = Problem(
    id="odd-list",
    title="Twilio's list of users cannot be used",
    cause="A value in the response is missing or invalid.",
    remedy="Try again. If it stays, show Twilio's support what it said.",
)

NOT_SCIM: Final = Problem(
    id="not-scim",
    title="This is not a SCIM answer",
    cause="{host} answered with {kind}.",
    remedy="See whether this network has a login or a filter, which should let {host} through. "
    "If not, check the SCIM base URL under Credentials, Advanced.",
    other_step=Step.CREDENTIALS,
)

BLOCKED: Final = Problem(
    id="blocked",
    title="Something on the way seems to block the SCIM API",
    cause="{host} answered with {kind}. Most likely that was a filter or proxy of this network. "
    "If not, a SCIM base URL other than Twilio's is wrong.",
    remedy="Have {host} let through. Until then another network may do.",
    who=Who.NETWORK,
    exit_code=ExitCode.UNREACHABLE,
)

SCIM_THROTTLED: Final = Problem(
    id="scim-throttled",
    title="Twilio asks for a pause",
    cause="Too many requests were made for this organization in a short time.",
    remedy="Try again in {wait}.",
    who=Who.NOBODY,
    exit_code=ExitCode.UNREACHABLE,
)

SCIM_FAILING: Final = Problem(
    id="scim-failing",
    title="Twilio's SCIM API is failing",
    cause="It answered with an error of its own; nothing you entered caused it.",
    remedy="Try again in some minutes. status.twilio.com tells of outages.",
    who=Who.NOBODY,
    exit_code=ExitCode.UNREACHABLE,
)

ENTRIES: Final = (
    BAD_TOKEN,
    NEW_TOKEN_REFUSED,
    MISSING_PERMISSION,
    LIST_REFUSED,
    TOKEN_TOO_LONG,
    LIST_REFUSED_WHY,
    OTHER_ORGANIZATION,
    ORGANIZATION_CHANGED,
    APPROVAL_UNCONFIRMED,
    SCIM_NOT_FOUND,
    SCIM_SAYS_NOT_FOUND,
    ODD_LIST,
    NOT_SCIM,
    BLOCKED,
    SCIM_THROTTLED,
    SCIM_FAILING,
)
"""Every entry of this part."""
