"""The error book: what Twilio answers in the place of a code, RFC 6749 §4.1.2.1.

{error} is filled with `Problem.about`.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import ExitCode, Problem, Who
from wizard.domain.steps import Step

ACCESS_DENIED: Final = Problem(
    id="paste-access-denied",
    title="Access was not approved",
    cause="Somebody chose to deny, or that user may not approve it.",
    remedy="Make a fresh link. Sign in as an Organization Owner or Admin and choose "
    "Approve access.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
INVALID_REQUEST: Final = Problem(
    id="paste-invalid-request",
    title="Twilio did not understand the link",
    cause="A part of it is missing or unwelcome (invalid_request).",
    remedy="Compare Client ID and Redirect URL with the app, and correct them. Then make a fresh "
    "link.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
OR_PKCE: Final = (
    "Compare Client ID and Redirect URL with the app. If they are right, turn PKCE off under "
    "Advanced. Then make a fresh link."
)
"""Remedy of INVALID_REQUEST where the link carried a code challenge."""
NEEDS_PKCE: Final = (
    "The server requires PKCE, and the link was created without it.",
    "Set PKCE to on under Credentials > Advanced. Then create a new link.",
)
"""Cause and remedy of INVALID_REQUEST where the server asks for a code challenge."""
REDIRECT_REFUSED: Final = Problem(
    id="paste-redirect-refused",
    title="Twilio refuses the Redirect URL in the link",
    cause="It is not the one set on the app: every character counts.",
    remedy="Correct it in Credentials or on the app. Then make a fresh link.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
INVALID_CLIENT: Final = Problem(
    id="paste-invalid-client",
    title="Twilio does not know the Client ID in the link",
    cause="It is mistyped, or its app was deleted (invalid_client). A fresh link with the same "
    "one brings the same.",
    remedy="Compare the Client ID with the app's page and correct it. Then make a fresh link.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
UNAUTHORIZED_CLIENT: Final = Problem(
    id="paste-unauthorized-client",
    title="The app may not ask for a code",
    cause="Most likely its grant type is Client credentials (unauthorized_client).",
    remedy="Make an app with grant type Authorization code, and enter its Client ID, Secret "
    "and Redirect URL. A fresh link with this one brings the same.",
    who=Who.OWNER,
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
APP_SAYS: Final = (
    "Twilio gave a reason of its own (unauthorized_client).",
    "Look the app up under OAuth apps. If it is gone or disabled, make one with grant type "
    "Authorization code, and enter its Client ID, Secret and Redirect URL. If not, ask Twilio's "
    "support.",
)
"""Cause and remedy of UNAUTHORIZED_CLIENT where the answer has words of its own."""
UNSUPPORTED_RESPONSE_TYPE: Final = Problem(
    id="paste-unsupported-response-type",
    title="The server gives no codes at that address",
    cause="It refuses response_type=code: the authorize endpoint is likely a wrong one.",
    remedy="Check the endpoints under Advanced in Credentials.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
INVALID_SCOPE: Final = Problem(
    id="paste-invalid-scope",
    title="Twilio refuses the scope",
    cause="The scope in the link is unknown or not allowed (invalid_scope).",
    remedy="Set it to offline_access under Advanced in Credentials.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
SERVER_ERROR: Final = Problem(
    id="paste-server-error",
    title="Twilio failed while approving",
    cause="Something broke on its side (server_error).",
    remedy="Wait a little, then make a fresh link. status.twilio.com tells of outages.",
    who=Who.NOBODY,
    step=Step.AUTHORIZE,
    exit_code=ExitCode.UNREACHABLE,
)
TEMPORARILY_UNAVAILABLE: Final = Problem(
    id="paste-temporarily-unavailable",
    title="Twilio is too busy to approve",
    cause="It is overloaded or in maintenance (temporarily_unavailable).",
    remedy="Wait a few minutes, then make a fresh link.",
    who=Who.NOBODY,
    step=Step.AUTHORIZE,
    exit_code=ExitCode.UNREACHABLE,
)
SIGN_IN_FIRST: Final = Problem(
    id="paste-sign-in-first",
    title="Nobody signed in and approved",
    cause="Twilio sent the browser back without showing its pages ({error}).",
    remedy="Make a fresh link and open it in a private window. Sign in there, and choose "
    "Approve access.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)
OTHER_ERROR: Final = Problem(
    id="paste-other-error",
    title="Twilio answered with an error",
    cause="It says “{error}”, which this wizard does not know.",
    remedy="Make a fresh link. If it comes again, show Twilio's support what it said.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

ERRORS: Final = {
    "access_denied": ACCESS_DENIED,
    "invalid_request": INVALID_REQUEST,
    "invalid_client": INVALID_CLIENT,
    "unauthorized_client": UNAUTHORIZED_CLIENT,
    "unsupported_response_type": UNSUPPORTED_RESPONSE_TYPE,
    "invalid_scope": INVALID_SCOPE,
    "server_error": SERVER_ERROR,
    "temporarily_unavailable": TEMPORARILY_UNAVAILABLE,
}
"""The error codes of RFC 6749 §4.1.2.1, and one of §5.2 that servers send here too."""

SIGN_IN_CODES: Final = frozenset(
    {
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "login_required",
    }
)
"""OpenID Connect Core §3.1.2.6: a page would have had to be shown."""

ENTRIES: Final = (*ERRORS.values(), REDIRECT_REFUSED, SIGN_IN_FIRST, OTHER_ERROR)
"""Every entry of this page of the book."""
