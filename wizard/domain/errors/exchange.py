"""The error catalog: the token endpoint's rejections (RFC 6749 §5.2) and invalid responses.

Twilio publishes no texts for an expired or used code. The entries name the likely cause and carry
the server's own words as detail. `Problem.filled` fills in {host}, {kind}, {wait}, and {offset}.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.errors import network
from wizard.domain.problems import (
    Who,
    at_twilio,
    authorize_again,
    fix_credentials,
    ids,
    in_credentials,
    on_this_machine,
    unreachable,
)
from wizard.domain.steps import Step
from wizard.domain.texts.questions import ROTATE_TITLE
from wizard.domain.value import replace

WRONG_CLIENT: Final = fix_credentials(
    id="wrong-client",
    title="Twilio rejected the Client ID or Client Secret",
    cause="The secret was probably rotated or copied incompletely.",
    remedy="Compare the Client ID with the app's, and enter the Client Secret again. If you lost "
    "the secret, rotate it on the app's Credentials tab.",
)

NEW_SECRET_REJECTED: Final = replace(
    WRONG_CLIENT,
    cause="A character is missing, or the secret was rotated again. Nothing was changed.",
    remedy="Copy the entire new Client Secret again. If you lost it, rotate it on the app's "
    "Credentials tab.",
)
"""Used if only a new secret was entered."""

SECRET_REJECTED_LATER: Final = replace(
    WRONG_CLIENT,
    remedy=f'If you rotated it, choose "{ROTATE_TITLE}". Otherwise, choose "Change credentials" '
    "and compare the Client ID.",
)
"""Used for credentials that worked before; Overview offers both remedies."""

CODE_EXPIRED: Final = authorize_again(
    id="code-expired",
    title="The code has expired",
    cause="Codes expire 5 minutes after you click Approve access.",
    remedy="Create a new link, approve access, and paste the URL right away.",
)

CODE_USED: Final = authorize_again(
    id="code-used",
    title="The code was already used",
    cause="Each code works once. The page at your Redirect URL may have redeemed it.",
    remedy="Create a new link. If it happens again, use a Redirect URL whose page "
    "doesn't redeem codes, both in Credentials and in the app.",
)

CODE_REFUSED: Final = authorize_again(
    id="code-refused",
    title="Twilio rejected the code",
    cause="It's more than 5 minutes old, was already used, was cut off, or belongs to "
    "another app or Redirect URL.",
    remedy="Create a new link, approve access, and paste the URL right away.",
)

REDIRECT_MISMATCH: Final = fix_credentials(
    id="redirect-mismatch",
    title="The Redirect URL doesn't match the app's",
    cause="Every character counts: https, host, port, letter case, and the slash at the end.",
    remedy="Fix it in Credentials or in the app. Then create a new link.",
)

PKCE_SUSPECTED: Final = in_credentials(
    id="pkce-suspected",
    title="Twilio may have rejected PKCE",
    cause="The request included a code verifier, which this app might not support.",
    remedy="Set PKCE to off under Credentials > Advanced. Then create a new link.",
    is_in_advanced=True,
)

PKCE_REQUIRED: Final = in_credentials(
    id="pkce-required",
    title="The server requires PKCE",
    cause="It rejects a code that was requested without a code challenge.",
    remedy="Set PKCE to on under Credentials > Advanced. Then create a new link.",
    is_in_advanced=True,
)

APP_REFUSED: Final = fix_credentials(
    id="app-refused",
    title="Twilio doesn't allow this OAuth app to get tokens",
    cause="The app was deleted or disabled, or its grant type isn't Authorization code.",
    remedy=(
        "Look up the app under Organization API access (Legacy Console: OAuth apps). If it's gone"
        " or has a different grant type, enter the values of a different app."
    ),
    who=Who.OWNER,
)

WRONG_GRANT: Final = at_twilio(
    id="wrong-grant",
    title="This app can't use client credentials",
    cause="Its grant type is probably Authorization code, or the app was deleted or disabled.",
    remedy="Change the grant type to Authorization code on Prerequisites. Or, in Credentials, "
    "enter the values of another app.",
    step=Step.PREREQUISITES,
    other_step=Step.CREDENTIALS,
)

WRONG_GRANT_LATER: Final = replace(
    WRONG_GRANT,
    remedy="Look up the app in Twilio. If it's gone or has a different grant type, choose \"Change "
    'credentials". There, change the grant type, or enter the values of another app.',
)
"""Used for credentials that worked before; Overview offers the remedy."""

WRONG_CLIENT_OR_GRANT: Final = replace(
    WRONG_CLIENT,
    cause="The secret was rotated or copied incompletely, or the app has the Authorization code "
    "grant type.",
    remedy="Compare the Client ID with the app's, and enter the Client Secret again. If the app's "
    "grant type is Authorization code, change the grant type on Prerequisites.",
)
"""Used with client credentials, where the response doesn't tell these causes apart."""

UNRECOGNIZED_OR_GRANT: Final = replace(
    network.UNRECOGNIZED,
    id="unrecognized-grant",
    step=Step.CREDENTIALS,
    cause="The app may have the Authorization code grant type.",
    remedy="Check the app's grant type: it must be Client credentials. If it isn't, change the "
    "grant type on Prerequisites. If it is, check the server's message, then try again.",
)
"""The same where the server's words say nothing."""

REFRESH_REFUSED: Final = authorize_again(
    id="refresh-refused",
    title="Twilio rejected the refresh token",
    cause="The authorization expired or was revoked, or the user who approved is no longer active.",
    remedy="Authorize again. Your current credentials stay in use until the new ones work.",
)

REFRESH_REFUSED_AT_ONCE: Final = at_twilio(
    id="refresh-refused-at-once",
    title="Twilio rejected the new refresh token",
    cause=(
        "The access token works, but it can't be refreshed. Twilio may have replaced it in a"
        " response that was lost."
    ),
    remedy="Try again. If that doesn't help, authorize again, or use the token until it expires.",
)

REFRESH_LOST: Final = authorize_again(
    id="refresh-response-lost",
    title="The response to an earlier refresh was lost",
    cause="It probably had a new refresh token. Twilio now rejects the saved one.",
    remedy="Authorize again. Your current credentials stay in use until the new ones work.",
)

REFRESH_NEVER_WORKED: Final = replace(
    REFRESH_REFUSED,
    cause=REFRESH_REFUSED_AT_ONCE.cause,
    remedy="Authorize again. If that doesn't help, contact Twilio Support.",
)
"""Used if the check's refresh was rejected and the access token is used without it."""

NO_REFRESH_TOKEN: Final = authorize_again(
    id="no-refresh-token",
    title="Twilio returned no refresh token",
    cause="The wizard asked for one (offline_access), but the app might not allow it. The "
    "access token can't be refreshed.",
    remedy="Authorize again. If that doesn't help, contact Twilio Support. You can use the "
    "access token until it expires.",
)

NO_REFRESH_TOKEN_SAVED: Final = replace(NO_REFRESH_TOKEN, cause="It can't be refreshed.")
"""Used if the profile has only an access token, and its record doesn't say why."""

NOT_ASKED_FOR: Final = fix_credentials(
    id="refresh-token-not-asked-for",
    title="No refresh token was requested",
    cause="The scope offline_access is missing, so the access token can't be refreshed.",
    remedy="Set the scope to offline_access under Credentials > Advanced. Then authorize again.",
    is_in_advanced=True,
)

TOKEN_THROTTLED: Final = network.throttled(
    id="token-throttled", cause="Too many token requests were sent in a short time."
)

TOKEN_SERVER_FAILING: Final = network.failing(
    id="token-server-failing", title="Twilio's token server returned an error"
)

TOKEN_URL_NOT_FOUND: Final = in_credentials(
    id="token-url-not-found",
    title="No token endpoint at this URL",
    cause="{host} responded, but it has no token endpoint at that path.",
    remedy="Check the token endpoint under Credentials > Advanced.",
    is_in_advanced=True,
)

NOT_OAUTH: Final = network.not_from("an OAuth server", "not-oauth", "token endpoint")

TOKEN_BLOCKED: Final = network.blocked("token-blocked", "token server", "token endpoint")

TOKEN_BLOCKED_OR_APP_DISABLED: Final = replace(
    TOKEN_BLOCKED,
    cause="{host} returned 403 without a reason. A filter on your network may have blocked the "
    "request, or the OAuth app may be disabled.",
)
"""Used if nothing shows who responded."""

ODD_TOKENS: Final = network.unusable(
    id="odd-tokens", title="Twilio's token response is incomplete or invalid"
)

ANSWER_LOST: Final = unreachable(
    id="answer-lost",
    title="Twilio's token response was lost",
    cause="The code was sent, so it may have been redeemed already. No tokens were received.",
    remedy="Check your connection. Then create a new link.",
    step=Step.AUTHORIZE,
)

CLOCK_OFF: Final = on_this_machine(
    id="clock-off",
    title="This machine's clock is wrong",
    cause="It is {offset}. The wizard would misjudge when tokens expire.",
    remedy="Set the correct date and time, or turn on automatic time.",
)

NOTHING_ISSUED: Final = ids(
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
"""IDs of the results of a refresh after which no new refresh token can have been issued."""
