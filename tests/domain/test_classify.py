"""The classifier of the three response formats, and the rules of the error catalog."""

from __future__ import annotations

import string
import textwrap

import pytest

from wizard.domain.errors import exchange, network, scim
from wizard.domain.oauth.classify import (
    client_credentials_problem,
    exchange_problem,
    refresh_problem,
    scim_problem,
)
from wizard.domain.oauth.error_response import ErrorResponse
from wizard.domain.problems import ExitCode, Problem, entries
from wizard.domain.steps import Step
from wizard.domain.value import replace

RFC_SENTENCE = (
    "The provided authorization grant is invalid, expired, revoked, does not match the "
    "redirection URI used in the authorization request, or was issued to another client."
)
"""RFC 6749 §5.2 on invalid_grant; many servers send this text unchanged."""


def twilio(status: int, message: str = "", code: int | None = None) -> ErrorResponse:
    return ErrorResponse("oauth.twilio.com", status, "application/json", code=code, message=message)


def oauth(error: str, description: str | None = None, status: int = 400) -> ErrorResponse:
    return ErrorResponse(
        "oauth.twilio.com", status, "application/json", error=error, description=description
    )


def scim_error(status: int, detail: str = "", code: int | None = None) -> ErrorResponse:
    return ErrorResponse(
        "iam.twilio.com", status, "application/scim+json", detail=detail, code=code
    )


def page(status: int) -> ErrorResponse:
    return ErrorResponse("x.test", status, "text/html; charset=utf-8", text="Sign in")


BOTH_GRANTS = [
    (twilio(401, "Invalid credentials"), "wrong-client"),
    (twilio(400, "Invalid credentials"), "wrong-client"),
    (twilio(400, "Authenticate", 20003), "wrong-client"),
    (oauth("invalid_client"), "wrong-client"),
    (oauth("invalid_client", "The client secret has expired", 401), "wrong-client"),
    (oauth("unauthorized_client"), "app-refused"),
    (oauth("unsupported_grant_type"), "app-refused"),
    (twilio(400, "grant_type is not allowed for this app"), "app-refused"),
    (twilio(400, "The application was deleted"), "app-refused"),
    (oauth("invalid_client", "The application was deleted", 401), "app-refused"),
    (twilio(403), "app-refused"),
    (twilio(429, "Too Many Requests"), "token-throttled"),
    (twilio(400, "Too Many Requests", 20429), "token-throttled"),
    (page(429), "token-throttled"),
    (twilio(500, "Internal error"), "token-server-failing"),
    (page(503), "gateway-failing"),
    (page(500), "token-server-failing"),
    (twilio(404), "token-url-not-found"),
    (page(404), "token-url-not-found"),
    (twilio(405), "token-url-not-found"),
    (page(200), "not-oauth"),
    (page(401), "token-blocked"),
    (page(511), "token-blocked"),
    (ErrorResponse("x.test", 403, text="Blocked by policy"), "token-blocked"),
    (ErrorResponse("x.test", 407), "proxy-unnamed"),
    (ErrorResponse("x.test", 408), "timed-out"),
    (ErrorResponse("x.test", 302, location="login.test"), "token-blocked"),
    (twilio(400, "Something new", 12345), "unrecognized"),
    (twilio(418), "unrecognized"),
]


@pytest.mark.parametrize(("answer", "expected"), BOTH_GRANTS)
def test_client_credentials_name_the_grant_type_where_the_cause_is_not_known(
    answer: ErrorResponse, expected: str
) -> None:
    problem = client_credentials_problem(answer)
    ids = {"app-refused": "wrong-grant", "unrecognized": "unrecognized-grant"}
    assert problem.id == ids.get(expected, expected)
    if problem.id in ("wrong-grant", "unrecognized-grant", "wrong-client"):
        assert "Authorization code" in problem.cause
        is_certain = problem.id == "wrong-grant"
        assert problem.step is (Step.PREREQUISITES if is_certain else Step.CREDENTIALS)


@pytest.mark.parametrize("error", ["unauthorized_client", "unsupported_grant_type"])
@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_grant_type_is_known_by_its_error(error: str, status: int) -> None:
    assert client_credentials_problem(oauth(error, status=status)).id == "wrong-grant"
    assert client_credentials_problem(oauth("invalid_grant", status=status)).id == "wrong-grant"


@pytest.mark.parametrize("status", [*range(200, 209), *range(400, 600)])
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
def test_code_that_was_sent_is_never_to_be_tried_again(status: int, content_type: str) -> None:
    """It needs a new link, and the server's own words are shown unchanged."""
    text = "Try again, press release 42"
    answer = ErrorResponse("try again.test", status, content_type, text=text, wait="try again")
    problem = exchange_problem(answer, sent_verifier=False)
    assert problem.step is not None
    own = problem.remedy.replace("try again.test", "").replace("in try again", "")
    assert "try again" not in own.lower()
    assert text in " ".join(problem.detail)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        *BOTH_GRANTS,
        (oauth("invalid_grant"), "code-refused"),
        (oauth("invalid_grant", RFC_SENTENCE), "code-refused"),
        (oauth("invalid_grant", "The authorization code has expired"), "code-expired"),
        (twilio(400, "Authorization code expired"), "code-expired"),
        (twilio(401, "Expired authorization code"), "code-expired"),
        (oauth("invalid_grant", "The code has already been used"), "code-used"),
        (twilio(400, "Code was redeemed"), "code-used"),
        (oauth("invalid_grant", "The code has expired or was used"), "code-refused"),
        (twilio(400, "Invalid authorization code"), "code-refused"),
        (oauth("invalid_grant", "redirect_uri does not match"), "redirect-mismatch"),
        (twilio(400, "Redirect URI mismatch"), "redirect-mismatch"),
        (oauth("invalid_request"), "unrecognized"),
    ],
)
def test_exchange(answer: ErrorResponse, expected: str) -> None:
    assert exchange_problem(answer, sent_verifier=False).id == expected


@pytest.mark.parametrize(
    ("answer", "is_sent", "expected"),
    [
        (oauth("invalid_grant", "PKCE verification failed"), True, "pkce-suspected"),
        (twilio(400, "code_verifier is not allowed"), True, "pkce-suspected"),
        (oauth("invalid_request", "This client requires PKCE"), False, "pkce-required"),
        (oauth("invalid_grant", "code_verifier was not sent"), False, "pkce-required"),
        (oauth("invalid_request", "The code challenge is missing"), False, "pkce-required"),
    ],
)
def test_pkce_is_turned_on_or_off_by_whether_it_was_used(
    answer: ErrorResponse, expected: str, *, is_sent: bool
) -> None:
    problem = exchange_problem(answer, sent_verifier=is_sent)
    assert (problem.id, problem.step) == (expected, Step.CREDENTIALS)
    assert ("to on" in problem.remedy) is not is_sent


def test_invalid_request_with_a_verifier_suspects_pkce() -> None:
    assert exchange_problem(oauth("invalid_request"), sent_verifier=True).id == "pkce-suspected"


@pytest.mark.parametrize("answer", [answer for answer, _ in BOTH_GRANTS])
def test_exchange_never_goes_back_to_a_sent_code(answer: ErrorResponse) -> None:
    problem = exchange_problem(answer, sent_verifier=True)
    assert problem.step in (Step.AUTHORIZE, Step.CREDENTIALS)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        *BOTH_GRANTS,
        (oauth("invalid_grant"), "refresh-refused"),
        (oauth("invalid_grant", RFC_SENTENCE), "refresh-refused"),
        (twilio(400, "Refresh token expired"), "refresh-refused"),
        (twilio(401, "Invalid token"), "refresh-refused"),
    ],
)
def test_refresh(answer: ErrorResponse, expected: str) -> None:
    assert refresh_problem(answer).id == expected


@pytest.mark.parametrize("answer", [twilio(429), twilio(500), twilio(418)])
def test_refresh_that_may_pass_stays(answer: ErrorResponse) -> None:
    problem = refresh_problem(answer)
    assert problem.step is None
    assert problem.exit_code is not ExitCode.ACT_AT_TWILIO


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (scim_error(401, "Unauthorized"), "bad-token"),
        (scim_error(401), "bad-token"),
        (scim_error(400, "", 25018), "bad-token"),
        (twilio(401, "Access token expired", 20003), "bad-token"),
        (twilio(401, "Authorization Error: no requested permission"), "missing-permission"),
        (twilio(401, "Authorization failed", 70051), "missing-permission"),
        (scim_error(403, "Insufficient scope"), "missing-permission"),
        (scim_error(403), "list-refused"),
        (twilio(403, "Forbidden", 20003), "list-refused"),
        (scim_error(401, "The user is of another organization"), "other-organization"),
        (scim_error(403, "", 25107), "other-organization"),
        (scim_error(429, "Rate limit"), "scim-throttled"),
        (scim_error(400, "", 25021), "scim-throttled"),
        (scim_error(400, "", 25109), "scim-throttled"),
        (scim_error(500), "scim-failing"),
        (page(502), "gateway-failing"),
        (page(500), "scim-failing"),
        (twilio(403, "SCIM requires a Twilio Enterprise Edition", 25019), "list-refused-why"),
        (scim_error(403, "Access denied."), "list-refused"),
        (scim_error(404), "scim-not-found"),
        (scim_error(404, "Resource not found"), "scim-says-not-found"),
        (twilio(404, "Organization OR0 was not found", 20404), "scim-says-not-found"),
        (page(404), "scim-not-found"),
        (page(200), "not-scim"),
        (page(401), "blocked"),
        (page(403), "blocked"),
        (page(407), "proxy-unnamed"),
        (page(511), "blocked"),
        (twilio(407, "Proxy Authentication Required"), "proxy-unnamed"),
        (ErrorResponse("x.test", 403), "list-refused"),
        (ErrorResponse("x.test", 403, "text/plain", text="Blocked by policy"), "list-refused"),
        (ErrorResponse("x.test", 408), "timed-out"),
        (page(408), "timed-out"),
        (ErrorResponse("x.test", 431), "token-too-long"),
        (
            ErrorResponse("x.test", 400, "text/html", text="Request Header Or Cookie Too Large"),
            "token-too-long",
        ),
        (twilio(400, "Header field is too long"), "token-too-long"),
        (ErrorResponse("x.test", 302, location="login.test"), "blocked"),
        (ErrorResponse("x.test", 204), "not-scim"),
        (scim_error(400, "Filter unsupported", 25001), "unrecognized"),
        (scim_error(409), "unrecognized"),
    ],
)
def test_scim(answer: ErrorResponse, expected: str) -> None:
    assert scim_problem(answer).id == expected


@pytest.mark.parametrize("text", [None, "Forbidden", "Blocked by policy"])
def test_403_without_a_reason_names_the_permission_and_a_filter(text: str | None) -> None:
    problem = scim_problem(ErrorResponse("iam.test", 403, text=text))
    assert "managed-users/list" in problem.cause
    assert "filter" in problem.cause
    assert "iam.test" in problem.remedy
    assert problem.exit_code is ExitCode.ACT_AT_TWILIO
    token = refresh_problem(ErrorResponse("oauth.test", 403, text=text))
    assert "filter" in token.cause
    assert "app may be disabled" in token.cause


def test_permission_is_named_as_the_server_names_it() -> None:
    said = "Authorization Error: required permission twilio/iam/managed-users/list is missing"
    problem = scim_problem(twilio(401, said, 70051))
    assert problem.title == "Missing permission: twilio/iam/managed-users/list"
    title = scim_problem(scim_error(403, "permission")).title
    assert title == "Missing permission: managed-users/list"


def test_permission_nobody_named_is_only_likely() -> None:
    cause = scim_problem(twilio(403, "Forbidden")).cause
    assert "The app probably lacks the managed-users/list permission" in cause


@pytest.mark.parametrize(
    ("is_slow", "entry"), [(True, scim.BAD_TOKEN_CLOCK_SLOW), (False, scim.BAD_TOKEN)]
)
def test_slow_clock_is_named_first_where_a_token_was_rejected(
    is_slow: bool, entry: Problem
) -> None:
    answer = replace(scim_error(401, "Not valid"), is_clock_slow=is_slow)
    assert scim_problem(answer).cause == entry.cause


def test_detail_tells_status_number_words_and_request() -> None:
    answer = ErrorResponse(
        "h", 400, error="odd_code", description="Odd \x1b[31m words", request_id="RQ1", code=7
    )
    assert refresh_problem(answer).detail == (
        "400 (7): Odd [31m words",
        "OAuth error: odd_code",
        "Request ID: RQ1",
    )
    assert scim_problem(ErrorResponse("h", 409)).detail == ("409",)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ErrorResponse("h", 400, error="e", description="d", message="m"), "400: d"),
        (ErrorResponse("h", 400, error="e", message="m"), "400: m"),
        (ErrorResponse("h", 400, error="e", detail="s"), "400: s"),
        (ErrorResponse("h", 400, error="e", text="t"), "400: e"),
        (ErrorResponse("h", 400, text="t"), "400: t"),
    ],
)
def test_first_of_description_message_detail_error_text_is_told(
    answer: ErrorResponse, said: str
) -> None:
    assert refresh_problem(answer).detail[0] == said


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (page(200), "a web page"),
        (ErrorResponse("h", 302, location="login.test"), "a redirect to login.test"),
        (ErrorResponse("h", 204), "status 204"),
        (ErrorResponse("h", 302), "a redirect without a usable URL"),
    ],
)
def test_what_came_instead_is_told(answer: ErrorResponse, kind: str) -> None:
    assert kind in scim_problem(answer).cause


ENTRIES = (*entries(exchange), *entries(scim), *entries(network))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_entry_is_short_and_plain(entry: Problem) -> None:
    texts = (entry.title, entry.cause, entry.remedy)
    names = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
    assert names <= {
        "host", "kind", "permission", "wait", "offset", "phase", "reason", "variable", "proxy",
        "path", "organization", "before", "scheme",
    }  # fmt: skip
    filled = entry.filled(**dict.fromkeys(names, "oauth.twilio.com"))
    assert len(filled.title) <= 56
    assert len(textwrap.wrap(filled.cause, 56) + textwrap.wrap(filled.remedy, 56)) <= 5
    assert not entry.title.endswith(".")
    assert entry.cause.endswith(".")
    assert entry.remedy.endswith(".")
