"""The error book: what the token endpoint refuses (RFC 6749 §5.2), and answers that are odd.

Twilio publishes no texts for an expired or used code; the entries name the likely cause and
carry the server's own words as detail. {host}, {kind}, {wait} and {offset} are filled with
`Problem.about`.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.book import network
from wizard.domain.problems import ExitCode, Problem, Who
from wizard.domain.questions import ROTATE_TITLE
from wizard.domain.steps import Step

WRONG_CLIENT: Final = Problem(
    id="wrong-client",
    title="Twilio refuses the Client ID or Secret",
    cause="Most likely the secret was rotated, or a character is missing.",
    remedy="Enter both again from the app's page. A lost secret: Rotate secret there.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

ONE_FIELD: Final = (
    "A character is missing, or the secret was rotated again. Nothing was changed.",
    "Copy the new secret again, whole. If it is lost: Rotate secret on the app's page.",
)
"""Cause and remedy of WRONG_CLIENT where only a new secret was asked for."""

BY_ROTATING: Final = (
    f'If you rotated it, choose "{ROTATE_TITLE}". Otherwise, choose "Change credentials" '
    "and compare the Client ID."
)
"""Remedy of WRONG_CLIENT where both are on offer."""

CODE_EXPIRED: Final = Problem(
    id="code-expired",
    title="The code has expired",
    cause="A code lives five minutes, counted from Approve access.",
    remedy="Make a fresh link, approve, and paste the address at once.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

CODE_USED: Final = Problem(
    id="code-used",
    title="The code was used before",
    cause="A code works once. The page it landed on may have used it up.",
    remedy="Make a fresh link. If it happens again, set a Redirect URL that no page uses, here "
    "and on the app.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

CODE_REFUSED: Final = Problem(
    id="code-refused",
    title="Twilio refuses the code",
    cause="It is older than 5 minutes, was already used, was cut off in the paste, or belongs to "
    "another app or Redirect URL.",
    remedy="Create a new link, approve access, and paste the full URL right away.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

REDIRECT_MISMATCH: Final = Problem(
    id="redirect-mismatch",
    title="The Redirect URL is not the one set on the app",
    cause="Every character counts: https, host, port, case, the slash at the end.",
    remedy="Correct it here or on the app, then make a fresh link.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

PKCE_SUSPECTED: Final = Problem(
    id="pkce-suspected",
    title="Twilio seems to object to PKCE",
    cause="The request carried a code verifier, which this app may not take.",
    remedy="Set PKCE to off under Credentials, Advanced; then make a fresh link.",
    step=Step.CREDENTIALS,
)

PKCE_REQUIRED: Final = Problem(
    id="pkce-required",
    title="The server requires PKCE",
    cause="It rejects a code that was requested without a code challenge.",
    remedy="Set PKCE to on under Credentials > Advanced. Then create a new link.",
    step=Step.CREDENTIALS,
)

APP_REFUSED: Final = Problem(
    id="app-refused",
    title="Twilio does not let this OAuth app do this",
    cause="It was deleted or disabled, or its grant type is not Authorization code.",
    remedy="Look it up under OAuth apps. If it is gone or of another grant type, which is fixed, "
    "make a new app and enter its Client ID, Secret and Redirect URL.",
    who=Who.OWNER,
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

REFRESH_REFUSED: Final = Problem(
    id="refresh-refused",
    title="Twilio refuses the refresh token",
    cause="The consent has ended, or the user who approved is no longer active.",
    remedy="Authorize again. What is stored stays until that has worked.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

REFRESH_REFUSED_AT_ONCE: Final = Problem(
    id="refresh-refused-at-once",
    title="Twilio rejected the new refresh token",
    cause="The access token works, but it can't be refreshed. An earlier response with a newer "
    "refresh token may have been lost.",
    remedy="Try again. If that doesn't help, authorize again, or use the token until it expires.",
    exit_code=ExitCode.ACT_AT_TWILIO,
)

REFRESH_LOST: Final = Problem(
    id="refresh-response-lost",
    title="The response to an earlier refresh was lost",
    cause="It probably had a new refresh token. Twilio now rejects the one that is saved.",
    remedy="Authorize again. Your current credentials stay in use until the new ones work.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

NEVER_RENEWED: Final = "Authorize again. If it stays so, ask Twilio's support."
"""Remedy of REFRESH_REFUSED where it has been so from the beginning."""

NO_REFRESH_TOKEN: Final = Problem(
    id="no-refresh-token",
    title="Twilio gave no refresh token",
    cause="A refresh token was asked for (offline_access); the app's settings may not allow one. "
    "The access token cannot be renewed.",
    remedy="Authorize again. If it stays so, ask Twilio's support; "
    "each access token works until it expires.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

NOT_ASKED_FOR: Final = Problem(
    id="refresh-token-not-asked-for",
    title="There is no refresh token, as none was asked for",
    cause="The scope offline_access is missing, so the access token cannot be renewed.",
    remedy="Set the scope to offline_access under Credentials, Advanced; authorize again.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.ACT_AT_TWILIO,
)

TOKEN_THROTTLED: Final = Problem(
    id="token-throttled",
    title="Twilio asks for a pause",
    cause="Too many token requests were made in a short time.",
    remedy="Try again in {wait}.",
    who=Who.NOBODY,
    exit_code=ExitCode.UNREACHABLE,
)

TOKEN_SERVER_FAILING: Final = Problem(
    id="token-server-failing",
    title="Twilio's token server is failing",
    cause="It answered with an error of its own; nothing you entered caused it.",
    remedy="Try again in some minutes. status.twilio.com tells of outages.",
    who=Who.NOBODY,
    exit_code=ExitCode.UNREACHABLE,
)

TOKEN_URL_NOT_FOUND: Final = Problem(
    id="token-url-not-found",
    title="There is no token endpoint at that address",
    cause="{host} answers, but not at that path.",
    remedy="Check the token URL under Credentials, Advanced.",
    step=Step.CREDENTIALS,
)

NOT_OAUTH: Final = Problem(
    id="not-oauth",
    title="This is not an OAuth server's answer",
    cause="{host} answered with {kind}.",
    remedy="See whether this network has a login or a filter, which should let {host} through. "
    "If not, check the token URL under Credentials, Advanced.",
    other_step=Step.CREDENTIALS,
)

TOKEN_BLOCKED: Final = Problem(
    id="token-blocked",
    title="Something on the way seems to block the token server",
    cause="{host} answered with {kind}. Most likely that was a filter or proxy of this network. "
    "If not, a token URL other than Twilio's is wrong.",
    remedy="Have {host} let through. Until then another network may do.",
    who=Who.NETWORK,
    exit_code=ExitCode.UNREACHABLE,
)

BLOCKED_WITHOUT_A_REASON: Final = (
    "{host} answered 403 without a reason. A filter on this network may have done that, or the "
    "OAuth app was disabled."
)
"""Cause of TOKEN_BLOCKED where nothing tells who answered."""

ODD_TOKENS: Final = Problem(
    id="odd-tokens",
    title="Twilio's token answer cannot be used",
    cause="The response, or a value in it, is missing or invalid.",
    remedy="Try again. If it stays, show Twilio's support what it said.",
)

ANSWER_LOST: Final = Problem(
    id="answer-lost",
    title="The answer to the code was lost",
    cause="The code was sent, so it may be used up; no tokens came.",
    remedy="Check the connection, then make a fresh link.",
    step=Step.AUTHORIZE,
    exit_code=ExitCode.UNREACHABLE,
)

CLOCK_OFF: Final = Problem(
    id="clock-off",
    title="This machine's clock is wrong",
    cause="It is {offset}. Tokens would be taken for expired, or for valid too long.",
    remedy="Set the date and time, best by the network.",
    exit_code=ExitCode.MACHINE,
)

NOTHING_ISSUED: Final = frozenset(
    problem.id
    for problem in (
        WRONG_CLIENT,
        APP_REFUSED,
        REFRESH_REFUSED,
        NO_REFRESH_TOKEN,
        NOT_ASKED_FOR,
        TOKEN_THROTTLED,
        TOKEN_URL_NOT_FOUND,
        NOT_OAUTH,
        TOKEN_BLOCKED,
    )
)
"""Ids of what a refresh ends with after which no new refresh token can be on its way."""

_NEW_LINK: Final = "Create a new link. If that fails too, show Twilio support the response."

AFTER_THE_CODE: Final = {
    TOKEN_THROTTLED.id: "Create a new link in {wait}.",
    TOKEN_SERVER_FAILING.id: "Create a new link in a few minutes. Check status.twilio.com for "
    "outages.",
    network.GATEWAY_FAILING.id: "Create a new link in a few minutes. If that fails too, show the "
    "network team the response. Check status.twilio.com for outages.",
    network.TIMED_OUT.id: "Create a new link. If that fails too, ask your network team whether a "
    "firewall drops the traffic.",
    network.UNRECOGNIZED.id: _NEW_LINK,
    ODD_TOKENS.id: _NEW_LINK,
}
"""Remedies, by id, where a code was sent: it can't be sent again, so trying again needs a link."""

ENTRIES: Final = (
    WRONG_CLIENT,
    CODE_EXPIRED,
    CODE_USED,
    CODE_REFUSED,
    REDIRECT_MISMATCH,
    PKCE_SUSPECTED,
    PKCE_REQUIRED,
    APP_REFUSED,
    REFRESH_REFUSED,
    REFRESH_REFUSED_AT_ONCE,
    REFRESH_LOST,
    NO_REFRESH_TOKEN,
    NOT_ASKED_FOR,
    TOKEN_THROTTLED,
    TOKEN_SERVER_FAILING,
    TOKEN_URL_NOT_FOUND,
    NOT_OAUTH,
    TOKEN_BLOCKED,
    ODD_TOKENS,
    ANSWER_LOST,
    CLOCK_OFF,
)
"""Every entry of this part."""
