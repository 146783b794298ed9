"""Reading a pasted response: one row per kind, and what no wrapper or mutation may cause."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.domain.errors import consent
from wizard.domain.errors import paste as book
from wizard.domain.models import LINK_LIFE, TWILIO, AuthorizationAttempt
from wizard.domain.oauth.authorization_request import authorize_url
from wizard.domain.oauth.authorization_response import BareCode, Received, Refused, mask
from wizard.domain.oauth.pasted_response import PASTE_LIMIT, read
from wizard.domain.oauth.redirect_uri import Comparison
from wizard.domain.problems import entries
from wizard.domain.secret import Secret
from wizard.domain.value import replace

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
STATE = "RhKafW5L4cpBw9NQpa5BT2Cd0l04Fp0zk2AyMPUwGZA"
OLD_STATE = "aXv0Tq7sO2mJp3LkY9cRw1dFh6gBn8eUzQ5iKtM4x-_"
FOREIGN = "stHbwJq0wR3l9XlMvYtRA2kVdP8nC6eGf1oZiSuNy7E"
CODE = "eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjE3NjM5MDY1MjB9.c2ln-bmF0_dXJl"
SECRET = "3kYxv0Wq-the-client-secret"
ISSUER = "https://oauth.twilio.com"

ATTEMPT = AuthorizationAttempt(
    state=Secret(STATE),
    client_id="OQ0123456789abcdef0123456789abcdef",
    redirect_url="https://example.com/token",
    endpoints=TWILIO,
    scope="offline_access",
    created_at=NOW - timedelta(minutes=3),
    verifier=Secret("v" * 43),
)
OLDER = replace(
    ATTEMPT,
    state=Secret(OLD_STATE),
    created_at=NOW - timedelta(minutes=20),
    verifier=Secret("w" * 43),
)
EXPIRED = replace(OLDER, created_at=NOW - LINK_LIFE)
USED = replace(OLDER, code_sent_at=NOW)
PROMISED = replace(ATTEMPT, issuer=ISSUER, iss_required=True)
TENANT = replace(ATTEMPT, redirect_url="https://example.com/token?tenant=7")
PORT = replace(ATTEMPT, redirect_url="http://127.0.0.1:8765/callback")

GOOD = f"https://example.com/token?code={CODE}&state={STATE}"
FORGED = GOOD.replace(STATE, FOREIGN)
AT_JWT = urlsafe_b64encode(b'{"alg":"ES256","typ":"at+jwt"}').decode().rstrip("=") + ".e30.c2ln"


def _error(code: str, state: str = STATE) -> str:
    return f"https://example.com/token?error={code}&error_description=Why+not&state={state}"


Row = tuple[str, str, AuthorizationAttempt | None]
REFUSALS: list[Row] = [
    ("paste-empty", "", ATTEMPT),
    ("paste-empty", " \u200b\r\n\x1b[200~\x1b[201~", ATTEMPT),
    ("paste-too-long", GOOD + "&x=" + "x" * PASTE_LIMIT, ATTEMPT),
    ("paste-no-link", GOOD, None),
    ("paste-authorize-url", authorize_url(ATTEMPT), ATTEMPT),
    ("paste-authorize-url", "https://oauth.twilio.com/v2/authorize", ATTEMPT),
    ("paste-authorize-url", "https://a.test/o?client_id=OQ1&response_type=code", ATTEMPT),
    ("paste-twilio-page", "https://admin.twilio.com/applications/oauth", ATTEMPT),
    ("paste-twilio-page", f"https://login.twilio.com/u/login?state={FOREIGN}", ATTEMPT),
    ("paste-twilio-page", "https://oauth.twilio.com/error?code=1&state=2", ATTEMPT),
    ("paste-no-code", "https://example.com/token", ATTEMPT),
    ("paste-no-code", f"https://example.com/token?state={STATE}", ATTEMPT),
    ("paste-no-code", "example.com/token", ATTEMPT),
    ("paste-no-code", "http://[::1]", replace(ATTEMPT, redirect_url="http://[::1]/")),
    ("paste-forwarded", "https://example.com/", ATTEMPT),
    ("paste-forwarded", "https://example.com/login?next=/home", ATTEMPT),
    (
        "paste-forwarded",
        "https://example.com/a",
        replace(ATTEMPT, redirect_url="https://example.com/a/b"),
    ),
    ("paste-cut-off", "https://example.com/tok", ATTEMPT),
    ("paste-no-state", f"https://example.com/token?code={CODE}", ATTEMPT),
    ("paste-foreign-state", FORGED, ATTEMPT),
    ("paste-foreign-state", f"code={CODE}&state={FOREIGN}", ATTEMPT),
    ("paste-foreign-state", _error("access_denied", FOREIGN), ATTEMPT),
    ("paste-foreign-state", f"https://example.com/token?code={CODE}&state=%C3%A9%FF", ATTEMPT),
    ("paste-link-expired", GOOD.replace(STATE, OLD_STATE), EXPIRED),
    ("paste-link-expired", CODE, EXPIRED),
    ("paste-link-used", GOOD.replace(STATE, OLD_STATE), USED),
    ("paste-other-address", GOOD.replace("example.com", "example.org"), ATTEMPT),
    ("paste-other-address", FORGED.replace("/token", "/tokens"), ATTEMPT),
    ("paste-other-address", f"/tokens?code={CODE}&state={FOREIGN}", ATTEMPT),
    (
        "paste-other-address",
        f"https://abc-9999.app.github.dev/callback?code={CODE}&state={STATE}",
        PORT,
    ),
    ("paste-other-address", GOOD.replace(".com/", ".com:8443/"), ATTEMPT),
    ("paste-other-address", GOOD.replace("https://", "https://me:pw@"), ATTEMPT),
    ("paste-other-address", GOOD.replace("example.com", "[bad"), ATTEMPT),
    ("paste-other-address", f"example.org/token?code={CODE}&state={STATE}", ATTEMPT),
    ("paste-other-address", "https://unrelated.test/welcome", ATTEMPT),
    ("paste-other-query", GOOD, TENANT),
    ("paste-other-query", GOOD + "&tenant=8", TENANT),
    ("paste-cut-off", GOOD[:-5], ATTEMPT),
    ("paste-cut-off", GOOD.replace(STATE, ""), ATTEMPT),
    ("paste-cut-off", GOOD.replace(f"state={STATE}", "sta"), ATTEMPT),
    ("paste-cut-off", GOOD.replace(f"state={STATE}", ""), ATTEMPT),
    ("paste-cut-off", GOOD.replace(CODE, ""), ATTEMPT),
    ("paste-cut-off", GOOD + "&x=%", ATTEMPT),
    ("paste-cut-off", GOOD + "&x=%2", ATTEMPT),
    ("paste-cut-off", "https://example.com/token?code=eyJhbGci…", ATTEMPT),
    ("paste-cut-off", "https://example.com/token?code=eyJhbGci...", ATTEMPT),
    ("paste-cut-off", "https://example.com/tok…", ATTEMPT),
    ("paste-cut-off", "https://example.com/token?code=•••&state=•••", ATTEMPT),
    ("paste-cut-off", CODE + "…", ATTEMPT),
    ("paste-cut-off", GOOD.replace(CODE[10:20], "…"), ATTEMPT),
    ("paste-code-unclear", GOOD.replace(CODE, f"{CODE}%20x"), ATTEMPT),
    ("paste-code-unclear", GOOD.replace(CODE, f"{CODE}+"), ATTEMPT),
    ("paste-code-unclear", GOOD.replace(CODE, f"{CODE}%C3%A9"), ATTEMPT),
    ("paste-code-unclear", GOOD.replace(CODE, f"{CODE}%"), ATTEMPT),
    ("paste-code-unclear", GOOD.replace(CODE, "a%252Fb1234567"), ATTEMPT),
    ("paste-code-unclear", f"https://example.com/token?state={STATE}&code={CODE} x9", ATTEMPT),
    ("paste-code-unclear", f"{CODE}\nthanks", ATTEMPT),
    (
        "paste-cut-off",
        f"https://example.com/token?state={STATE}\n&code={CODE[:9]}\n{CODE[9:20]}…",
        ATTEMPT,
    ),
    ("paste-cut-off", GOOD.replace(STATE[10:20], "..."), ATTEMPT),
    ("paste-doubled", GOOD + f"&code={CODE}", ATTEMPT),
    ("paste-doubled", GOOD + f"&state={FOREIGN}", ATTEMPT),
    ("paste-doubled", f"{GOOD}\n&state={FOREIGN}", ATTEMPT),
    ("paste-doubled", FORGED + f" &state={STATE}", ATTEMPT),
    ("paste-doubled", f"{GOOD}#code={CODE}", ATTEMPT),
    ("paste-doubled", f"{GOOD}\n{FORGED}", ATTEMPT),
    ("paste-doubled", f"{FORGED} {GOOD}", ATTEMPT),
    ("paste-doubled", f"{GOOD} {quote(FORGED, safe='')}", ATTEMPT),
    ("paste-doubled", f"{GOOD} code=another-code-123", ATTEMPT),
    ("paste-doubled", f"{GOOD}\n{GOOD.replace(CODE, CODE[:40] + 'x1')}", ATTEMPT),
    ("paste-foreign-state", f"{FORGED} state={STATE}", ATTEMPT),
    ("paste-foreign-state", f"code={CODE}\n\nstate={FOREIGN}", ATTEMPT),
    ("paste-issuer-differs", GOOD + "&iss=https%3A%2F%2Fevil.test", PROMISED),
    ("paste-issuer-differs", GOOD + "&iss=https://oauth.twilio.com/", PROMISED),
    ("paste-issuer-differs", _error("access_denied") + "&iss=https://evil.test", PROMISED),
    ("paste-issuer-missing", GOOD, PROMISED),
    ("paste-token", '{"access_token": "eyJ…", "token_type": "Bearer"}', ATTEMPT),
    ("paste-token", f"Bearer {CODE}", ATTEMPT),
    ("paste-token", AT_JWT, ATTEMPT),
    ("paste-token", f"token={AT_JWT}", ATTEMPT),
    ("paste-token", f"{AT_JWT[:9]}\n{AT_JWT[9:]}", ATTEMPT),
    ("paste-token", GOOD.replace(CODE, AT_JWT), ATTEMPT),
    ("paste-token", "access_token=abc&token_type=bearer", ATTEMPT),
    ("paste-token", "https://example.com/token#access_token=abc&token_type=bearer", ATTEMPT),
    ("paste-token", "https://example.com/other#access_token=abc", ATTEMPT),
    ("paste-secret", SECRET, ATTEMPT),
    ("paste-secret", f'  "{SECRET}"\n', ATTEMPT),
    ("paste-secret", f"client secret: {SECRET}", ATTEMPT),
    ("paste-secret", f"Redirect https://example.com/token Secret {SECRET}", ATTEMPT),
    ("paste-secret", f"{SECRET[:9]}\n{SECRET[9:]}", ATTEMPT),
    ("paste-secret", GOOD.replace(CODE, SECRET), ATTEMPT),
    ("paste-secret", "0123456789abcdef0123456789abcdef", ATTEMPT),
    ("paste-secret", "code=0123456789abcdef0123456789abcdef", ATTEMPT),
    ("paste-secret", "FK" + "a1_-" * 15, ATTEMPT),
    ("paste-nothing-usable", f"location:{CODE}", ATTEMPT),
    ("paste-nothing-usable", f"url={CODE}", ATTEMPT),
    ("paste-nothing-usable", "what am I to paste here?", ATTEMPT),
    ("paste-nothing-usable", "password", ATTEMPT),
    ("paste-nothing-usable", ATTEMPT.client_id, ATTEMPT),
    ("paste-nothing-usable", STATE, ATTEMPT),
    ("paste-nothing-usable", "javascript:alert(1)", ATTEMPT),
    ("paste-nothing-usable", "\ud800\udfff" * 9 + "é", ATTEMPT),
    ("paste-unproven-error", "https://example.com/token?error=access_denied", ATTEMPT),
    ("paste-access-denied", _error("access_denied"), ATTEMPT),
    ("paste-access-denied", _error("access_denied") + "&code=abc", ATTEMPT),
    ("paste-invalid-request", _error("invalid_request"), ATTEMPT),
    ("paste-invalid-client", _error("invalid_client"), ATTEMPT),
    ("paste-unauthorized-client", _error("unauthorized_client"), ATTEMPT),
    ("paste-unsupported-response-type", _error("unsupported_response_type"), ATTEMPT),
    ("paste-invalid-scope", _error("invalid_scope"), ATTEMPT),
    ("paste-server-error", _error("server_error"), ATTEMPT),
    ("paste-temporarily-unavailable", _error("temporarily_unavailable"), ATTEMPT),
    ("paste-sign-in-first", _error("interaction_required"), ATTEMPT),
    (
        "paste-redirect-refused",
        _error("invalid_request").replace("Why+not", "redirect_uri+is+not+registered"),
        ATTEMPT,
    ),
    ("paste-other-error", _error("full_moon"), ATTEMPT),
]

SAFE_WRAPPERS: dict[str, Callable[[str], str]] = {
    "as it is": lambda url: url,
    "blanks around": lambda url: f" \t{url}\r\n",
    "double quotes": lambda url: f'"{url}"',
    "single quotes": lambda url: f"'{url}'",
    "typographic quotes": lambda url: f"„{url}“",
    "backticks": lambda url: f"`{url}`",
    "angle brackets": lambda url: f"<{url}>",
    "square brackets": lambda url: f"[{url}]",
    "parentheses": lambda url: f"({url})",
    "sentence": lambda url: f"Here is it: {url}. Is that right?",
    "words after": lambda url: f"{url} thanks a lot",
    "word on the next line": lambda url: f"{url}\nthanks",
    "markdown": lambda url: f"[the page]({url})",
    "markdown, twice": lambda url: f"[{url}]({url})",
    "bold": lambda url: f"**{url}**",
    "header": lambda url: f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n",
    "header, tight": lambda url: f"location:{url}",
    "variable": lambda url: f"url={url}",
    "bracketed paste": lambda url: f"\x1b[200~{url}\x1b[201~",
    "colors": lambda url: f"\x1b[4;34m{url}\x1b[0m",
    "link in a terminal": lambda url: f"\x1b]8;;{url}\x1b\\{url}\x1b]8;;\x1b\\",
    "zero width": lambda url: "\ufeff" + "\u200b".join(url) + "\u202e",
    "HTML": lambda url: url.replace("&", "&amp;"),
    "HTML, twice": lambda url: url.replace("&", "&amp;amp;"),
    "JSON": lambda url: '{"url": "' + url.replace("/", "\\/").replace("&", "\\u0026") + '"}',
    "shell": lambda url: re.sub(r"([?&=])", r"\\\1", url),
    "encoded": lambda url: quote(url, safe=""),
    "query encoded": lambda url: "?".join((url.split("?")[0], quote(url.split("?")[1]))),
    "behind a link checker": lambda url: f"https://safe.test/?{urlencode({'url': url})}&d=1",
    "wrapped": lambda url: "\n".join(url[i : i + 20] for i in range(0, len(url), 20)),
    "wrapped, indented": lambda url: "\r\n    ".join((url[:30], url[30:60], url[60:])),
    "wrapped in a mail": lambda url: f"> {url[:40]}\n> {url[40:]}\n>\n> Yours",
    "wrapped in a frame": lambda url: f"│ {url[:40]} │\n│ {url[40:]} │",
    "wrapped in brackets": lambda url: f"<{url[:40]}\n{url[40:]}>",
    "wrapped, words after": lambda url: f"{url[:40]}\n{url[40:]}\nthanks\na lot",
    "wrapped, words in line": lambda url: f"{url[:40]}\n{url[40:]} is it",
    "blanks inside": lambda url: f"{url[:90]} {url[90:]}",
    "after another address": lambda url: f"From https://console.twilio.com/x to {url}",
    "scheme in capitals": lambda url: url.replace("https", "HTTPS").replace("example", "EXAMPLE"),
    "default port": lambda url: url.replace(".com/", ".com:443/"),
    "scheme hidden": lambda url: url.removeprefix("https://"),
    "in a server's log": lambda url: (
        f'- "GET {url.removeprefix("https://example.com")} HTTP/1.1" 4'
    ),
    "query only": lambda url: url.partition("?")[2],
    "query with its mark": lambda url: "?" + url.partition("?")[2],
    "in the fragment": lambda url: url.replace("?", "#"),
    "question mark lost": lambda url: url.replace("?", "&"),
    "more parameters": lambda url: url.replace("?", "?a=1&") + "&session_state=9#_=_",
    "ampersand at the end": lambda url: url + "&",
}

QUERY_ALONE = (SAFE_WRAPPERS["query only"], SAFE_WRAPPERS["query with its mark"])


def _read(pasted: str, *attempts: AuthorizationAttempt) -> Received | BareCode | Refused:
    return read(pasted, attempts, NOW, [Secret(""), Secret(SECRET)])


@pytest.mark.parametrize(("problem", "pasted", "attempt"), REFUSALS, ids=lambda v: str(v)[:60])
def test_refusal_has_its_name(
    problem: str, pasted: str, attempt: AuthorizationAttempt | None
) -> None:
    attempts = [] if attempt is None else [attempt]
    refused = _read(pasted, *attempts)
    assert isinstance(refused, Refused)
    assert refused.problem.id == problem
    told = (refused.problem.title, refused.problem.cause, refused.problem.remedy)
    assert not any(secret in text for text in told for secret in (CODE, STATE, SECRET))
    assert CODE not in repr(refused)


ENTRIES = (*entries(book), *entries(consent))
"""The results that reading a pasted text can have."""


def test_every_entry_is_reached_and_no_other() -> None:
    ids = [entry.id for entry in ENTRIES]
    assert set(ids) == {problem for problem, _, _ in REFUSALS}
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", id_) for id_ in ids)


def test_every_entry_has_words_of_its_own_that_fit() -> None:
    assert len({entry.title for entry in ENTRIES}) == len(ENTRIES)
    for entry in ENTRIES:
        assert entry.step is not None
        assert len(entry.title) <= 50, entry.id
        assert not entry.title.endswith(".")
        assert len(entry.cause) + len(entry.remedy) <= 4 * 56, entry.id
        assert entry.cause.endswith(".")
        assert entry.remedy.endswith(".")


@pytest.mark.parametrize("wrap", SAFE_WRAPPERS.values(), ids=SAFE_WRAPPERS.keys())
def test_wrapper_around_a_good_one_is_undone(wrap: Callable[[str], str]) -> None:
    assert _read(wrap(GOOD), OLDER, ATTEMPT) == Received(Secret(CODE), ATTEMPT)


@pytest.mark.parametrize("wrap", SAFE_WRAPPERS.values(), ids=SAFE_WRAPPERS.keys())
def test_wrapper_around_a_foreign_state_stays_refused(wrap: Callable[[str], str]) -> None:
    refused = _read(wrap(FORGED), OLDER, ATTEMPT)
    assert isinstance(refused, Refused)
    assert refused.problem.id == "paste-foreign-state"


@pytest.mark.parametrize("wrap", SAFE_WRAPPERS.values(), ids=SAFE_WRAPPERS.keys())
@pytest.mark.parametrize(
    "pasted",
    [
        f"{FORGED} &state={STATE}",
        f"{FORGED} state={STATE}",
        f"{GOOD} {FORGED}",
        f"{FORGED} {GOOD}",
        f"{GOOD}\n{GOOD.replace(CODE, 'another-code-123')}",
    ],
)
def test_two_states_or_codes_are_never_received(pasted: str, wrap: Callable[[str], str]) -> None:
    if wrap is not SAFE_WRAPPERS["query encoded"]:  # which leaves out the second URL
        assert isinstance(_read(wrap(pasted), OLDER, ATTEMPT), Refused)


@pytest.mark.parametrize("wrap", SAFE_WRAPPERS.values(), ids=SAFE_WRAPPERS.keys())
@pytest.mark.parametrize(
    ("part", "other"),
    [(".com/", ".com:8443/"), ("example.com", "example.org")],
)
def test_another_address_is_named_however_wrapped(
    part: str, other: str, wrap: Callable[[str], str]
) -> None:
    if wrap not in QUERY_ALONE:
        refused = _read(wrap(GOOD.replace(part, other)), OLDER, ATTEMPT)
        assert isinstance(refused, Refused)
        assert refused.problem.id == "paste-other-address"


@pytest.mark.parametrize("wrap", SAFE_WRAPPERS.values(), ids=SAFE_WRAPPERS.keys())
@pytest.mark.parametrize(("held", "problem"), [(SECRET, "secret"), (AT_JWT, "token")])
def test_a_secret_or_token_is_never_taken_for_a_code(
    held: str, problem: str, wrap: Callable[[str], str]
) -> None:
    if wrap is not SAFE_WRAPPERS["query encoded"]:
        assert isinstance(_read(wrap(held), ATTEMPT), Refused)
    refused = _read(wrap(GOOD.replace(CODE, held)), ATTEMPT)
    assert isinstance(refused, Refused)
    assert refused.problem.id == f"paste-{problem}"


def test_older_link_is_answered_with_its_own_verifier() -> None:
    received = _read(GOOD.replace(STATE, OLD_STATE), OLDER, ATTEMPT)
    assert isinstance(received, Received)
    assert received.attempt is OLDER


def test_current_link_is_answered_beside_an_expired_and_a_used_one() -> None:
    assert _read(GOOD, EXPIRED, USED, ATTEMPT) == Received(Secret(CODE), ATTEMPT)


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        (CODE, CODE),
        (f' "{CODE}"\n', CODE),
        (f"{CODE[:20]}\n{CODE[20:]}", CODE),
        (f"[the code]({CODE})", CODE),
        (f'{{"code": "{CODE}"}}', CODE),
        (f'{{\n  "code": "{CODE}"\n}}', CODE),
        ("4/0AbCdEf-12", "4/0AbCdEf-12"),
        ("c29tZSBvcGFxdWUgY29kZQ==", "c29tZSBvcGFxdWUgY29kZQ=="),
        ("eyJab12345678", "eyJab12345678"),
        (f"code={CODE}", CODE),
        (f"?code={CODE}", CODE),
    ],
)
def test_bare_code_is_asked_about(pasted: str, code: str) -> None:
    assert _read(pasted, OLDER, ATTEMPT) == BareCode(Secret(code), ATTEMPT)


def test_bare_code_does_not_get_around_a_refused_address() -> None:
    refused = _read(f"{FORGED} (code={CODE}", ATTEMPT)
    assert isinstance(refused, Refused)


@pytest.mark.parametrize(
    ("pasted", "attempt"),
    [
        (GOOD + "&tenant=7", TENANT),
        (GOOD + f"&iss={quote(ISSUER, safe='')}", PROMISED),
        (GOOD + f"&iss={ISSUER}", PROMISED),
        (GOOD + "&iss=https://evil.test", ATTEMPT),
        (GOOD, replace(PROMISED, iss_required=False)),
        (f"http://127.0.0.1:8765/callback?state={STATE}&code={CODE}", PORT),
        (
            f"https://example.com/?code={CODE}&state={STATE}",
            replace(ATTEMPT, redirect_url="https://example.com"),
        ),
        (
            f"http://[::1]:9/cb?code={CODE}&state={STATE}",
            replace(ATTEMPT, redirect_url="http://[::1]:9/cb"),
        ),
        (GOOD, replace(ATTEMPT, redirect_url="https://EXAMPLE.com:443/token")),
    ],
)
def test_answer_is_received(pasted: str, attempt: AuthorizationAttempt) -> None:
    assert _read(pasted, attempt) == Received(Secret(CODE), attempt)


@pytest.mark.parametrize(
    ("landed", "redirect_url"),
    [
        ("https://example.com/cb/", "https://example.com/cb"),
        ("https://example.com/en/cb", "https://example.com/cb"),
        ("https://www.example.com/cb", "https://example.com/cb"),
        ("https://example.com/CB", "http://example.com/cb"),
        ("https://localhost:8765/cb", "http://localhost:8765/cb"),
        ("http://127.0.0.1:8765/cb", "http://localhost:8765/cb"),
        ("https://octo-cat-x5rg-8765.app.github.dev/cb", "http://localhost:8765/cb"),
        ("https://8765-octo-cat-x5rg.ws-eu.gitpod.io/cb", "http://127.0.0.1:8765/cb"),
        ("https://hub.test/user/jo/proxy/8765/cb", "http://localhost:8765/cb"),
    ],
)
def test_place_that_a_redirect_url_forwards_to_is_taken_if_the_state_is_right(
    landed: str, redirect_url: str
) -> None:
    attempt = replace(ATTEMPT, redirect_url=redirect_url)
    assert _read(f"{landed}?code={CODE}&state={STATE}", attempt) == Received(Secret(CODE), attempt)
    refused = _read(f"{landed}?code={CODE}&state={FOREIGN}", attempt)
    assert isinstance(refused, Refused)


@pytest.mark.parametrize(
    ("landed", "attempt", "words"),
    [
        ("https://example.org/token", ATTEMPT, "probably redirected you"),
        ("https://tunnel.test/callback", PORT, "tunnel.test probably redirects to your localhost"),
    ],
)
def test_forwarding_is_named_as_a_cause(
    landed: str, attempt: AuthorizationAttempt, words: str
) -> None:
    refused = _read(f"{landed}?code={CODE}&state={STATE}", attempt)
    assert isinstance(refused, Refused)
    assert words in refused.problem.cause


@pytest.mark.parametrize(
    "code", ["0123456789abcdef0123456789abcdef", "FK" + "a1_-" * 15, "AC" + "0" * 32]
)
def test_look_of_a_code_says_nothing_where_the_state_is_right(code: str) -> None:
    assert _read(GOOD.replace(CODE, code), ATTEMPT) == Received(Secret(code), ATTEMPT)


def test_code_with_three_dots_in_it_is_not_cut_off() -> None:
    assert _read(GOOD.replace(CODE, "abc...def"), ATTEMPT) == Received(Secret("abc...def"), ATTEMPT)


def test_bare_code_is_decoded_once_as_an_address_bar_shows_it() -> None:
    assert _read("4%2F0AbC-d1e2%3D%3D", ATTEMPT) == BareCode(Secret("4/0AbC-d1e2=="), ATTEMPT)


def test_encoded_values_are_decoded_once() -> None:
    pasted = f"https://example.com/token?code=a%2Fb%252Fc%3D%3D&state={STATE}"
    assert _read(pasted, ATTEMPT) == Received(Secret("a/b%2Fc=="), ATTEMPT)


@pytest.mark.parametrize("extra", ["%00", "%26x%3D1", "%22", "+", "%2E"])
def test_encoded_additions_make_a_state_foreign(extra: str) -> None:
    for pasted in (GOOD + extra, GOOD.replace(STATE, extra + STATE)):
        refused = _read(pasted + "&x=%3D", ATTEMPT)
        assert isinstance(refused, Refused)
        assert refused.problem.id == "paste-foreign-state"


@pytest.mark.parametrize(
    ("pasted", "comparison"),
    [
        (
            FORGED.replace("/token", "/tokens"),
            Comparison("https://example.com/tokens", "https://example.com/token", 25),
        ),
        (
            FORGED.replace("https://example.com", "HTTP://Example.com:80"),
            Comparison("http://example.com/token", "https://example.com/token", 4),
        ),
        (
            GOOD.replace("https://", "https://me:pw@"),
            Comparison("https://•••@example.com/token", "https://example.com/token", 8),
        ),
    ],
)
def test_other_address_shows_both_and_where_they_part(pasted: str, comparison: Comparison) -> None:
    refused = _read(pasted, ATTEMPT)
    assert isinstance(refused, Refused)
    assert refused.comparison == comparison


@pytest.mark.parametrize("wrap", [str, lambda url: quote(url, safe="", errors="surrogatepass")])
@pytest.mark.parametrize("place", ["example.com", "/token"])
@pytest.mark.parametrize("odd", ["\x1b[31m", "\x00", "\x9b2J", "\u202e", "\u2066", "\ud800", "%1b"])
def test_mismatch_is_shown_without_what_acts_on_a_terminal(
    odd: str, place: str, wrap: Callable[[str], str]
) -> None:
    pasted = wrap(FORGED.replace(place, f"{place}{odd}s"))
    refused = _read(pasted, ATTEMPT)
    assert isinstance(refused, Refused)
    problem, comparison = refused.problem, refused.comparison
    assert problem.id == "paste-other-address"
    shown = comparison.pasted if comparison else ""
    told = (shown, mask(pasted), problem.title, problem.cause, problem.remedy, *problem.detail)
    assert all(text.isprintable() for text in told)


@pytest.mark.parametrize("lost", ["?", "?c", "?code", "?code="])
def test_comparison_and_mask_show_nothing_of_a_code_that_ran_into_the_path(lost: str) -> None:
    pasted = GOOD.replace("example", "other").replace("?code="[: len(lost)], "", 1)
    refused = _read(pasted, ATTEMPT)
    assert isinstance(refused, Refused)
    assert refused.problem.id == "paste-other-address"
    assert refused.comparison is None
    assert mask(pasted) == "•••"


def test_error_tells_the_servers_words_sanitised() -> None:
    pasted = GOOD.replace(
        f"code={CODE}", "error=x%1b%5B2J%7By%7D&error_description=No%0Asuch%E2%80%AE"
    )
    refused = _read(pasted, ATTEMPT)
    assert isinstance(refused, Refused)
    assert '"x [2J{y}"' in refused.problem.cause
    assert refused.problem.detail == ("Twilio's message: No such",)


@pytest.mark.parametrize(
    ("query", "attempt", "told"),
    [
        ("error=unauthorized_client", ATTEMPT, consent.UNAUTHORIZED_CLIENT.cause),
        (
            "error=unauthorized_client&error_description=No+such+grant_type",
            ATTEMPT,
            consent.UNAUTHORIZED_CLIENT.cause,
        ),
        *(
            ("error=unauthorized_client&error_description=App+deleted", ATTEMPT, words)
            for words in (
                consent.UNAUTHORIZED_CLIENT_EXPLAINED.cause,
                consent.UNAUTHORIZED_CLIENT_EXPLAINED.remedy,
            )
        ),
        ("error=invalid_request", replace(ATTEMPT, verifier=None), consent.INVALID_REQUEST.remedy),
        ("error=invalid_request", ATTEMPT, consent.INVALID_REQUEST_WITH_PKCE.remedy),
        (
            "error=invalid_request&error_description=This+client+requires+PKCE",
            replace(ATTEMPT, verifier=None),
            consent.INVALID_REQUEST_WITHOUT_PKCE.remedy,
        ),
        (
            "error=access_denied&error_description=code_challenge+is+missing",
            replace(ATTEMPT, verifier=None),
            consent.INVALID_REQUEST_WITHOUT_PKCE.remedy,
        ),
        (
            "error=invalid_request&error_description=PKCE+is+not+supported",
            ATTEMPT,
            consent.INVALID_REQUEST_WITH_PKCE.remedy,
        ),
        ("error=consent_required", ATTEMPT, consent.SIGN_IN_FIRST.remedy),
        ("", ATTEMPT, book.STATE_WITHOUT_CODE.cause),
    ],
)
def test_cause_is_not_guessed_against_what_came(
    query: str, attempt: AuthorizationAttempt, told: str
) -> None:
    refused = _read(GOOD.replace(f"code={CODE}", query), attempt)
    assert isinstance(refused, Refused)
    assert told in (refused.problem.cause, refused.problem.remedy)


@pytest.mark.parametrize(
    "iss",
    [
        CODE,
        f"https://{CODE[:14].lower()}.evil.test/",
        f"https://{'a' * 40}.test/{CODE}",
        STATE[3:20],
    ],
)
def test_server_that_names_itself_does_not_repeat_the_code_or_the_state(iss: str) -> None:
    reading = _read(f"{GOOD}&iss={quote(iss, safe='')}", PROMISED)
    assert isinstance(reading, Refused)
    assert reading.problem.id == "paste-issuer-differs"
    told = "".join(reading.problem.in_a_line.split()).casefold()
    for value in (CODE.casefold(), STATE.casefold()):
        assert not any(value[at : at + 12] in told for at in range(len(value) - 11))


@pytest.mark.parametrize("spell", [str, lambda text: quote(text, safe="")])
@pytest.mark.parametrize("error", ["access_denied", "error-{}"])
@pytest.mark.parametrize("state", [STATE, ""])
@pytest.mark.parametrize("code", ["c0de/with+signs==", CODE])
def test_error_does_not_repeat_the_code_or_the_state(
    code: str, state: str, error: str, spell: Callable[[str], str]
) -> None:
    said = f"{spell(code)} {spell(state)}"
    fields = {"error": error.format(said), "error_description": f"No {said} here", "code": code}
    query = urlencode(fields | ({"state": state} if state else {}))
    refused = _read(f"https://example.com/token?{query}", ATTEMPT)
    assert isinstance(refused, Refused)
    assert (refused.problem.id == "paste-unproven-error") == (not state)
    shown = " ".join((refused.problem.cause, *refused.problem.detail))
    assert not any(part in shown for part in (code[:8], quote(code[:8], safe=""), STATE[:8]))
    assert bool(state) == ("No ••• ••• here" in shown)


@pytest.mark.parametrize(
    "junk",
    [
        "x" * 5_000_000,
        "https://" * 600_000,
        "\x1b[" * 130_000,
        "\x1b]" * 130_000,
        "https://example.com/token?code=a\n" + "b\n" * 130_000,
        "https://example.com/token?" + "a&" * 130_000,
        "https://example.com/token?code=" + "%" * 260_000,
        '"' * 262_144,
        "a." * 131_000,
        "%3d&" * 65_000,
        "(code=[" * 37_000,
    ],
    ids=lambda junk: str(junk)[:12],
)
def test_junk_is_refused_in_bounded_work(junk: str) -> None:
    assert not isinstance(_read(junk, *[ATTEMPT] * 5), Received)
    assert CODE not in mask(junk)


@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        (GOOD, "https://example.com/token?code=•••&state=•••"),
        (f"Here: <{GOOD}>", "https://example.com/token?code=•••&state=•••"),
        (_error("access_denied"), "https://example.com/token?error=•••&state=•••"),
        (
            GOOD.replace("https://", "https://me:pw@"),
            "https://•••@example.com/token?code=•••&state=•••",
        ),
        (GOOD.replace("token", CODE), "•••"),
        (CODE, "•••"),
        (SECRET, "•••"),
        (f"code={CODE}&state={STATE}", "•••"),
        ("https://example.com/token", "https://example.com/token"),
        ("https://example.com/token?a=b", "https://example.com/token?•••"),
        (f"https://example.com/{CODE}", "•••"),
        ("hello", "hello"),
        ("I pressed Approve access.", "I pressed Approve access."),
        ("correct horse Battery9", "•••"),
        ("", ""),
    ],
)
def test_mask_shows_host_and_path_only(pasted: str, shown: str) -> None:
    assert mask(pasted) == shown


@pytest.mark.parametrize("wrap", SAFE_WRAPPERS.values(), ids=SAFE_WRAPPERS.keys())
def test_mask_never_shows_code_or_state(wrap: Callable[[str], str]) -> None:
    shown = mask(wrap(GOOD))
    assert not any(part in shown for part in (CODE[:12], CODE[-12:], STATE[:12], STATE[-12:]))


_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@st.composite
def _changed_state(draw: st.DrawFn) -> str:
    """Return a state that differs from ours by one edit."""
    at = draw(st.integers(0, len(STATE) - 1))
    letter = draw(st.sampled_from(_BASE64URL))
    return draw(
        st.sampled_from(
            [
                STATE[:at] + letter + STATE[at + 1 :],
                STATE[:at] + letter + STATE[at:],
                STATE[:at] + STATE[at + 1 :],
                STATE + letter,
                STATE[:at] + STATE[at].swapcase() + STATE[at + 1 :],
                STATE[::-1],
                STATE[:at],
            ]
        ).filter(lambda state: state != STATE)
    )


@given(state=_changed_state(), wrap=st.sampled_from(list(SAFE_WRAPPERS.values())))
def test_every_changed_state_is_refused_however_wrapped(
    state: str, wrap: Callable[[str], str]
) -> None:
    assert not isinstance(_read(wrap(GOOD.replace(STATE, state)), OLDER, ATTEMPT), Received)


@given(code=st.text(_BASE64URL + ".", min_size=1, max_size=2000), state_first=st.booleans())
def test_unchanged_state_with_any_code_is_received(code: str, state_first: bool) -> None:
    fields = [("code", f"a{code}z"), ("state", STATE)]
    url = f"https://example.com/token?{urlencode(fields[::-1] if state_first else fields)}"
    assert _read(url, ATTEMPT) == Received(Secret(f"a{code}z"), ATTEMPT)


@given(
    at=st.integers(0, len(GOOD)),
    length=st.integers(0, 4),
    noise=st.text(max_size=6) | st.text("%&=?#/:<>\"'\\ \n…\x1b", max_size=6),
)
def test_edits_anywhere_never_crash_nor_bring_another_state(
    at: int, length: int, noise: str
) -> None:
    edited = GOOD[:at] + noise + GOOD[at + length :]
    reading = _read(edited, ATTEMPT)
    assert not any(part in mask(edited) for part in (CODE[10:30], CODE[-12:], STATE[-12:]))
    if isinstance(reading, Received):
        rest = iter(edited)
        assert all(letter in rest for letter in STATE)  # complete and in order


@given(
    st.text(st.characters(), max_size=300) | st.text("htps:/?&=#%code…state\n \x1b[]", max_size=200)
)
def test_any_text_is_read_without_a_crash(text: str) -> None:
    assert not isinstance(_read(text, OLDER, ATTEMPT), Received)
    mask(text)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("a%252Fb1234567", book.STILL_ENCODED.cause),
        (f"{CODE}%", book.ENCODING_BROKEN.cause),
        (f"{CODE}%G1", book.ENCODING_BROKEN.cause),
        (f"{CODE}%20x", book.CODE_UNCLEAR.cause),
    ],
)
@pytest.mark.parametrize("start", ["https://example.com/token?", ""])
def test_cause_says_what_is_wrong_with_the_code(start: str, code: str, cause: str) -> None:
    reading = read(f"{start}code={code}&state={STATE}", [ATTEMPT], NOW)
    assert isinstance(reading, Refused)
    assert reading.problem.cause == cause


def test_issuer_beside_a_code_alone_is_checked_too() -> None:
    """Without a state, RFC 9207's `iss` is all that can reveal a mix-up of servers."""
    promised = replace(ATTEMPT, issuer=ISSUER)
    for query, problem in (
        (f"code={CODE}&iss={quote('https://evil.example', safe='')}", book.ISSUER_DIFFERS),
        (f"code={CODE}&iss={quote(ISSUER, safe='')}", None),
    ):
        reading = read(query, [promised], NOW)
        assert (reading.problem.id if isinstance(reading, Refused) else None) == (
            problem and problem.id
        )


def test_response_in_a_url_without_a_valid_host_is_still_found() -> None:
    """Its path can't be resolved against such a URL, so it stays a path."""
    inner = quote(f"/token?code={CODE}&state={STATE}", safe="")
    reading = read(f"https://[/?next={inner}", [ATTEMPT], NOW)
    assert isinstance(reading, Received)


def test_url_defense_with_too_little_base64_is_left_as_it_is() -> None:
    reading = read(f"https://urldefense.com/v3/__{GOOD}__;A!!x$", [ATTEMPT], NOW)
    assert isinstance(reading, Received | Refused)


def test_query_behind_a_brace_is_no_url() -> None:
    reading = read(f"{{?code={CODE}", [ATTEMPT], NOW)
    assert isinstance(reading, Refused)
    assert reading.problem.id == book.NOTHING_USABLE.id


@pytest.mark.parametrize(
    "pasted", ["hello garbage https://", "https:///callback", "https://:443/callback", "http://#"]
)
def test_url_without_a_host_is_none(pasted: str) -> None:
    assert read(pasted, [ATTEMPT], NOW) == Refused(book.NOTHING_USABLE)


def test_code_in_a_url_without_a_host_is_of_another_url() -> None:
    reading = read(f"https:///callback?code={CODE}&state={ATTEMPT.state.reveal()}", [ATTEMPT], NOW)
    assert isinstance(reading, Refused)
    assert reading.problem.id == book.OTHER_ADDRESS.id
