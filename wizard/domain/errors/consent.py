"""The error catalog: error responses of the authorization endpoint (RFC 6749 §4.1.2.1).

{error} is filled with `Problem.filled`.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from wizard.domain.problems import Who, authorize_again, fix_credentials, unreachable
from wizard.domain.steps import Step
from wizard.domain.value import replace

_outage = partial(unreachable, who=Who.NOBODY, step=Step.AUTHORIZE)

ACCESS_DENIED: Final = authorize_again(
    id="paste-access-denied",
    title="Access wasn't approved",
    cause="The user clicked Deny, or isn't allowed to approve access (access_denied).",
    remedy="Create a new link, sign in as an Organization Owner or Admin, and click Approve "
    "access.",
)
INVALID_REQUEST: Final = fix_credentials(
    id="paste-invalid-request",
    title="Twilio rejected the authorization link",
    cause="A parameter is missing or not allowed (invalid_request).",
    remedy="Check that the Client ID and Redirect URL match the app's, and fix any difference. "
    "Then create a new link.",
)
INVALID_REQUEST_WITH_PKCE: Final = replace(
    INVALID_REQUEST,
    remedy="Check that the Client ID and Redirect URL match the app's. If they do, set PKCE to "
    "off under Credentials > Advanced. Then create a new link.",
    is_in_advanced=True,
)
"""Used if the link had a code challenge."""
INVALID_REQUEST_WITHOUT_PKCE: Final = replace(
    INVALID_REQUEST,
    cause="The server requires PKCE, and the link was created without it.",
    remedy="Set PKCE to on under Credentials > Advanced. Then create a new link.",
    is_in_advanced=True,
)
"""Used if the server requires a code challenge and the link had none."""
INVALID_CLIENT: Final = fix_credentials(
    id="paste-invalid-client",
    title="Twilio doesn't recognize the Client ID",
    cause="It's mistyped, or its app was deleted (invalid_client). A new link with the same "
    "Client ID will fail the same way.",
    remedy="Compare it with the Client ID in the app and fix it. Then create a new link.",
)
UNAUTHORIZED_CLIENT: Final = fix_credentials(
    id="paste-unauthorized-client",
    title="This app can't use authorization codes",
    cause="Its grant type is probably Client credentials (unauthorized_client). A new link "
    "will fail the same way.",
    remedy=(
        "Create an app with the Authorization code grant type. Or, for a script, select Client"
        " credentials on Prerequisites."
    ),
    who=Who.OWNER,
)
UNAUTHORIZED_CLIENT_EXPLAINED: Final = replace(
    UNAUTHORIZED_CLIENT,
    cause="Twilio's reason is in the details (unauthorized_client).",
    remedy="Look up the app under Organization API access (Legacy Console: OAuth apps). If it's "
    "gone, create a new one and enter its values in Credentials. Otherwise, contact Twilio "
    "Support.",
)
"""Used if the response has a description that isn't about the grant type."""
UNSUPPORTED_RESPONSE_TYPE: Final = fix_credentials(
    id="paste-unsupported-response-type",
    title="The server doesn't issue codes at this URL",
    cause="It rejected response_type=code. The authorization endpoint is probably wrong.",
    remedy="Check the endpoints under Credentials > Advanced.",
    is_in_advanced=True,
)
INVALID_SCOPE: Final = fix_credentials(
    id="paste-invalid-scope",
    title="Twilio rejected the scope",
    cause="The scope in the link is unknown or not allowed (invalid_scope).",
    remedy="Set the scope to offline_access under Credentials > Advanced.",
    is_in_advanced=True,
)
SERVER_ERROR: Final = _outage(
    id="paste-server-error",
    title="Twilio returned a server error",
    cause="Something went wrong on Twilio's side during approval (server_error).",
    remedy="Wait a minute, then create a new link. Check status.twilio.com for outages.",
)
TEMPORARILY_UNAVAILABLE: Final = _outage(
    id="paste-temporarily-unavailable",
    title="Twilio's approval page is unavailable",
    cause="It's overloaded or down for maintenance (temporarily_unavailable).",
    remedy="Wait a few minutes, then create a new link.",
)
REDIRECT_REFUSED: Final = fix_credentials(
    id="paste-redirect-refused",
    title="Twilio rejected the link's Redirect URL",
    cause="It doesn't match the Redirect URL in the app. Every character counts.",
    remedy="Fix it in Credentials or in the app. Then create a new link.",
)
SIGN_IN_FIRST: Final = authorize_again(
    id="paste-sign-in-first",
    title="No one signed in to approve access",
    cause="Twilio redirected the browser right away, without showing its sign-in page ({error}).",
    remedy="Create a new link and open it in a private window. Sign in there and click "
    "Approve access.",
)
OTHER_ERROR: Final = authorize_again(
    id="paste-other-error",
    title="Twilio returned an error",
    cause='The error is "{error}", which the wizard doesn\'t recognize.',
    remedy="Create a new link. If that fails too, send the details to Twilio Support.",
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
"""The error codes of OpenID Connect Core §3.1.2.6: a page would have to be shown."""
