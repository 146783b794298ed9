"""Classifies error responses: returns the matching entry of the error catalog.

Twilio doesn't document when it sends which form of a response, nor its texts for a rejected code.
So words decide where status and code don't. Ambiguous words give the general entry, and none give
`unrecognized`.
"""

from __future__ import annotations

import re
from typing import Final

from wizard.domain.errors import exchange, network, scim
from wizard.domain.models import SCOPE
from wizard.domain.oauth.error_response import ErrorResponse
from wizard.domain.problems import Problem, Response
from wizard.domain.texts.wording import after_code, behind_login, without_refresh_token
from wizard.domain.value import replace

CLOCK: Final = "This machine's clock is {clock}: set it first."
"""Added to a rejection that may be caused by the clock."""

_WRONG_CREDENTIALS: Final = 20003
_SCIM_CODES: Final = {
    70051: scim.MISSING_PERMISSION,
    25107: scim.OTHER_ORGANIZATION,
    25018: scim.BAD_TOKEN,
    25105: scim.BAD_TOKEN,
}
"""Twilio's error codes that have one meaning (https://www.twilio.com/docs/api/errors)."""
_PERMISSION: Final = re.compile(r"twilio/[\w/-]+")
_PERMISSION_HINT: Final = re.compile(r"permission|\bscope")
_ORGANIZATION_HINT: Final = re.compile(
    r"(other|another|different|wrong) organization|organization.*(mismatch|does not match)"
)

_ERRORS: Final = {
    "invalid_client": exchange.WRONG_CLIENT,
    "unauthorized_client": exchange.APP_REFUSED,
    "unsupported_grant_type": exchange.APP_REFUSED,
    "access_denied": exchange.APP_REFUSED,
}
"""Error codes of RFC 6749 §5.2 that have one meaning, whatever the description says."""

_APP_HINT: Final = (
    re.compile(r"grant.?type|\bapp(lication)?\b.*(deleted|disabled|inactive|not found)"),
    exchange.APP_REFUSED,
)
_NO_REASON: Final = re.compile(
    r"(?i)\W*(forbidden|access denied|authorization (error|failed)|(un|not )authorized)\W*"
)
"""Words that say no more than the status."""
_HEADER_HINT: Final = re.compile(r"\bheaders?\b.{0,40}\btoo (large|long|big)\b")
"""What servers say, some of them with a 400, about a request whose token is too long."""
_CODE_HINTS: Final = (
    _APP_HINT,
    (re.compile(r"redirect"), exchange.REDIRECT_MISMATCH),
    (re.compile(r"verifier|challenge|pkce"), exchange.PKCE_SUSPECTED),
    (re.compile(r"\b(already|been|was)\b.*\b(used|redeemed|consumed)\b"), exchange.CODE_USED),
    (re.compile(r"\b(code|grant)\b.*\bexpired\b|\bexpired\b.*\bcode\b"), exchange.CODE_EXPIRED),
)
_OR_GRANT: Final = {
    exchange.WRONG_CLIENT.id: exchange.WRONG_CLIENT_OR_GRANT,
    exchange.APP_REFUSED.id: exchange.WRONG_GRANT,
    network.UNRECOGNIZED.id: exchange.UNRECOGNIZED_OR_GRANT,
}
"""The entries that name the wrong grant type as a cause, by those that don't."""
_CODE: Final = re.compile(r"\bcode\b|\bgrant\b")
_REFRESH_TOKEN: Final = re.compile(r"\brefresh|\btoken\b|\bgrant\b")


def exchange_problem(answer: ErrorResponse, *, sent_verifier: bool) -> Problem:
    """Classify an error response to a code exchange.

    The code was sent, so an entry without a step of its own leads to Authorize.

    Args:
        sent_verifier: whether a code verifier was in the request (RFC 7636 §4.5).
    """
    problem = _token_problem(answer) or _code_problem(answer, sent_verifier)
    return _told(after_code(problem), answer)


def refresh_problem(answer: ErrorResponse) -> Problem:
    """Classify an error response to a refresh (RFC 6749 §6)."""
    problem = _token_problem(answer)
    if problem is None and answer.error == "invalid_grant":
        problem = exchange.REFRESH_REFUSED
    if problem is None:
        is_app = _APP_HINT[0].search(answer.words)
        is_token = _REFRESH_TOKEN.search(answer.words)
        problem = _by_status(
            answer,
            exchange.APP_REFUSED if is_app else exchange.REFRESH_REFUSED if is_token else None,
        )
    return _told(problem, answer)


def client_credentials_problem(answer: ErrorResponse) -> Problem:
    """Classify an error response to a request for client credentials (RFC 6749 §4.4).

    Twilio doesn't document what it returns for an app of another grant type, so every entry that
    doesn't know the cause names that one.
    """
    problem = _token_problem(answer)
    if problem is exchange.APP_REFUSED or answer.error == "invalid_grant":
        problem = exchange.WRONG_GRANT
    if problem is None and _APP_HINT[0].search(answer.words):
        problem = exchange.WRONG_GRANT
    problem = problem or _by_status(answer, None)
    return _told(_OR_GRANT.get(problem.id, problem), answer)


def no_refresh_token(scope: str) -> Problem:
    """Return the likely reason for a missing refresh token, by the requested scope."""
    is_asked = SCOPE in scope.split()
    return exchange.NO_REFRESH_TOKEN if is_asked else exchange.NOT_ASKED_FOR


def scim_problem(answer: ErrorResponse) -> Problem:
    """Classify an error response of the SCIM API.

    Twilio returns 401 both for an invalid token and for a missing permission, and sometimes 403 for
    the latter: the message decides (https://www.twilio.com/docs/api/errors/70051).
    """
    return _told(_scim_problem(answer), answer)


def refused_token(problem: Problem, *, is_new: bool, is_renewable: bool) -> Problem:
    """Return the problem of a rejected access token with the remedy that fits its state.

    Args:
        problem: any problem; one of another kind is returned unchanged.
        is_new: the token was issued for this check.
    """
    if problem.id != scim.BAD_TOKEN.id:
        return problem
    if is_new:
        return scim.NEW_TOKEN_REFUSED.with_response_of(problem)
    return problem if is_renewable else without_refresh_token(problem)


def _of_any_server(
    answer: ErrorResponse, *, throttled: Problem, failing: Problem
) -> Problem | None:
    """Return what a status says of any request: a server that can't respond now, or a proxy."""
    if answer.is_throttled:
        return throttled
    if answer.status == 408:
        return network.SERVER_TIMED_OUT
    if answer.is_failing:
        return network.GATEWAY_FAILING if answer.is_gateways else failing
    return network.PROXY_UNNAMED if answer.status == 407 else None


def _scim_problem(answer: ErrorResponse) -> Problem:
    problem = _of_any_server(answer, throttled=scim.SCIM_THROTTLED, failing=scim.SCIM_FAILING)
    if problem is not None:
        return problem
    if answer.status == 404 and (answer.detail or "organization" in answer.words):
        return scim.SCIM_SAYS_NOT_FOUND
    if answer.status in (404, 405):
        return scim.SCIM_NOT_FOUND
    if answer.status < 300:
        return scim.NOT_SCIM
    if answer.status == 431 or _HEADER_HINT.search(f"{answer.words} {answer.text or ''}".lower()):
        return scim.TOKEN_TOO_LONG
    if answer.status == 403 and answer.is_bare and not answer.is_page:
        return scim.LIST_REFUSED_OR_BLOCKED
    if answer.is_from_the_way:
        return scim.BLOCKED
    if answer.code in _SCIM_CODES:
        return _SCIM_CODES[answer.code]
    if answer.status not in (401, 403):
        return network.UNRECOGNIZED
    if _PERMISSION_HINT.search(answer.words):
        return scim.MISSING_PERMISSION
    if _ORGANIZATION_HINT.search(answer.words):
        return scim.OTHER_ORGANIZATION
    if answer.status == 401:
        return scim.BAD_TOKEN
    has_reason = not _NO_REASON.fullmatch(
        answer.detail or answer.message or answer.description or "Forbidden"
    )
    return scim.LIST_REFUSED_WHY if has_reason else scim.LIST_REFUSED


def _token_problem(answer: ErrorResponse) -> Problem | None:
    """Return a problem that any grant can cause; None if the words have to decide."""
    problem = _of_any_server(
        answer, throttled=exchange.TOKEN_THROTTLED, failing=exchange.TOKEN_SERVER_FAILING
    )
    if problem is not None:
        return problem
    if answer.status in (404, 405):
        return exchange.TOKEN_URL_NOT_FOUND
    if answer.status < 300:
        return exchange.NOT_OAUTH
    if answer.status == 403 and answer.is_bare and not answer.is_page:
        return exchange.TOKEN_BLOCKED_OR_APP_DISABLED
    if answer.is_from_the_way:
        return exchange.TOKEN_BLOCKED
    problem = _ERRORS.get(answer.error or "")
    # The code alone would blame the secret of an app that was deleted.
    return exchange.APP_REFUSED if problem and _APP_HINT[0].search(answer.words) else problem


def _code_problem(answer: ErrorResponse, sent_verifier: bool) -> Problem:
    hinted = {problem.id: problem for hint, problem in _CODE_HINTS if hint.search(answer.words)}
    if exchange.PKCE_SUSPECTED.id in hinted and not sent_verifier:
        return exchange.PKCE_REQUIRED
    if len(hinted) == 1:
        return hinted.popitem()[1]
    if hinted or answer.error == "invalid_grant":
        # RFC 6749's own sentence for invalid_grant names all reasons at once.
        return exchange.CODE_REFUSED
    if answer.error == "invalid_request" and sent_verifier:
        return exchange.PKCE_SUSPECTED
    return _by_status(answer, exchange.CODE_REFUSED if _CODE.search(answer.words) else None)


def _by_status(answer: ErrorResponse, from_words: Problem | None) -> Problem:
    if from_words is not None:
        return from_words
    if answer.status == 401 or answer.code == _WRONG_CREDENTIALS or "credential" in answer.words:
        return exchange.WRONG_CLIENT
    return exchange.APP_REFUSED if answer.status == 403 else network.UNRECOGNIZED


def _told(problem: Problem, answer: ErrorResponse) -> Problem:
    """Return the entry with a response's particulars: status, the server's words, request ID."""
    sentence = answer.description or answer.message or answer.detail or answer.error or answer.text
    if problem is scim.BAD_TOKEN and answer.is_clock_slow:
        problem = scim.BAD_TOKEN_CLOCK_SLOW
    number = f" ({answer.code})" if answer.code is not None else ""
    named = _PERMISSION.search(answer.words)
    if answer.is_login and problem.id in (exchange.TOKEN_BLOCKED.id, scim.BLOCKED.id):
        problem = behind_login(problem)
    status = answer.sent_as or answer.status
    response = Response(status, answer.request_id, answer.retry_after).harmless
    filled = replace(problem, response=response).filled(
        host=answer.host,
        kind=answer.kind,
        permission=named.group() if named else "managed-users/list",
        wait=answer.wait,
    )
    return filled.with_detail(
        f"{status}{number}" + (f": {sentence}" if sentence else ""),
        f"OAuth error: {answer.error}" if answer.error and answer.error != sentence else "",
        f"Request ID: {answer.request_id}" if answer.request_id else "",
        # What is in between, such as a portal or a router, may itself have a wrong clock.
        "" if answer.is_foreign or not answer.clock else CLOCK.format(clock=answer.clock),
    )
