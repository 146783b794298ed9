"""Every change to a URL × every form of a response: the code is exact, or none is sent.

Every interface calls `pasted_response.read`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from typing import Final
from urllib.parse import quote

import pytest

from tests.domain.residues import ESCAPED, NESTING, SINGLE, Wrap, pairs
from tests.domain.test_authorization_response import ATTEMPT, FOREIGN, ISSUER, NOW, OLDER, STATE
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.oauth.authorization_response import BareCode, Reading, Received, mask
from wizard.domain.oauth.pasted_response import read, read_exact
from wizard.domain.secret import Secret
from wizard.domain.value import replace

CODES: Final = {
    "JWT": "eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjE3NjM5MDY1MjB9.c2ln-bmF0_dXJl",
    "URL-safe": "Zk3_q0vT-8sWm1LrXy7uBc2dEa4NfGh5-JpKoQi9_w-",
    "hexadecimal": "0123456789abcdef0123456789abcdef",
    "Base64": "4/0AbC+dEf/gHi12345678901234567890==",
    "short": "c0de12345",
    "ends in 201": "abcdefghijklmnopqrstuvwxyz0123201",
    "dots": "abc...def...1234567890123456789012",
    "long": "aB3-" * 300,
}
FORMS: Final = {
    "code last": "state={state}&code={code}",
    "state last": "code={code}&state={state}",
    "iss first": "iss={iss}&code={code}&state={state}",
    "iss first, code last": "iss={iss}&state={state}&code={code}",
}
REDIRECT_URLS: Final = (
    "https://admin.example.com/cb",
    "https://admin.example.com/cb?tenant=acme",
    "http://localhost:8765/callback",
)

Answer = tuple[str, str, AuthorizationAttempt, str]
"""A form, the URL, its link, and its code."""


def _answer(form: str, redirect_url: str, code: str, state: str = STATE) -> Answer:
    attempt = replace(ATTEMPT, redirect_url=redirect_url, issuer=ISSUER)
    values = {"code": quote(code, safe=""), "state": state, "iss": quote(ISSUER, safe="")}
    mark = "&" if "?" in redirect_url else "?"
    return form, redirect_url + mark + FORMS[form].format(**values), attempt, code


def answers() -> Iterator[Answer]:
    """Yield every form for every Redirect URL, each with another code; then each code last."""
    codes = cycle(CODES.values())
    for redirect_url in REDIRECT_URLS:
        for form in FORMS:
            yield _answer(form, redirect_url, next(codes))
    for code in CODES.values():
        yield _answer("code last", REDIRECT_URLS[0], code)


ANSWERS: Final = tuple(answers())
JWT_ANSWERS: Final = tuple(
    _answer(form, url, CODES["JWT"]) for form in FORMS for url in REDIRECT_URLS
)


def _read(pasted: str, attempt: AuthorizationAttempt) -> Reading:
    return read(pasted, [replace(OLDER, redirect_url=attempt.redirect_url), attempt], NOW)


def _is_exact_or_none(reading: Reading, code: str) -> bool:
    return not isinstance(reading, Received | BareCode) or reading.code == Secret(code)


@pytest.mark.parametrize("name", SINGLE)
def test_code_is_exact_or_none_is_sent(name: str) -> None:
    wrap = SINGLE[name]
    readings = [(_read(wrap(url), attempt), form, code) for form, url, attempt, code in ANSWERS]
    assert [(form, code) for r, form, code in readings if not _is_exact_or_none(r, code)] == []


ENDS: Final = (*map(chr, range(0x20, 0x7F)), "^\\", "^C", "..", "[0m", "[201~", "%41")
"""How a code may end: with every VSCHAR (RFC 6749, appendix A.11), and what terminals keep."""
BROWSERS_QUERY: Final = "!$()*,/:;=?@[\\]^`{|}"
"""What a browser leaves unchanged in a query, besides what every server does (URL Standard)."""


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("form", ["code={code}&state={state}", "state={state}&code={code}"])
def test_code_is_exact_or_none_is_sent_whatever_it_ends_in(form: str, end: str) -> None:
    code = f"abcDEF0123456789xyz{end}"
    query = form.format(code=quote(code, safe=""), state=STATE)
    url = f"{ATTEMPT.redirect_url}?{query}"
    assert _is_exact_or_none(read(url, [ATTEMPT], NOW), code)
    assert _is_exact_or_none(read_exact(url, [ATTEMPT], NOW), code)
    if end.isalnum() or end in ("^C", "..", ".", "-", "~", "!", "^"):
        assert read_exact(url, [ATTEMPT], NOW) == Received(Secret(code), ATTEMPT)


@pytest.mark.parametrize("end", ENDS)
def test_last_code_is_exact_or_none_is_sent_as_a_browser_shows_it(end: str) -> None:
    code = f"abcDEF0123456789xyz{end}"
    shown = quote(code, safe=BROWSERS_QUERY)
    url = f"{ATTEMPT.redirect_url}?state={STATE}&code={shown}"
    assert _is_exact_or_none(read(url, [ATTEMPT], NOW), code)
    assert _is_exact_or_none(read_exact(url, [ATTEMPT], NOW), code)


@pytest.mark.parametrize(
    "part",
    ["^", "\\", "`", "^^", "\\\\", "^.", "^%41", "\\.", "\\-", "\\n", "\\x41", "\\x2d", "\\="],
)
@pytest.mark.parametrize(
    "form",
    [
        "code={code}&state={state}",
        "code={code}&a=1&state={state}",
        "a=1&code={code}&state={state}",
        "iss={iss}&code={code}&state={state}",
        "state={state}&code={code}&iss={iss}",
    ],
)
def test_code_with_what_escapes_is_exact_or_none_is_sent(form: str, part: str) -> None:
    """The browser shows these characters unchanged, and shells escape an & with them."""
    attempt = replace(ATTEMPT, issuer=ISSUER)
    for code in (f"abcDEF0123456789xyz{part}", f"abcDEF012345{part}6789xyz", f"{part}abc0123456"):
        values = {"state": STATE, "iss": quote(ISSUER, safe="")}
        shown = form.format(code=quote(code, safe=BROWSERS_QUERY), **values)
        url = f"{ATTEMPT.redirect_url}?{shown}"
        for wrap in (str, ESCAPED["cmd"], ESCAPED["PowerShell"], ESCAPED["shell"], _as_cmd):
            assert _is_exact_or_none(read(wrap(url), [attempt], NOW), code), wrap(url)
            inside = f"https://gateway.example/?u={quote(wrap(url), safe='')}"
            assert _is_exact_or_none(read(inside, [attempt], NOW), code), inside


def _as_cmd(url: str) -> str:
    """Escape as cmd needs it, including the escape character."""
    return re.sub(r"([&^])", r"^\1", url)


@pytest.mark.parametrize(
    "line", ["Thanks a lot", "Today 10:02", "Request Method: GET", "Congratulations everybody"]
)
def test_answer_before_a_line_of_words_is_received(line: str) -> None:
    for form, url, attempt, code in ANSWERS:
        if "=" not in code:
            pasted = f"Request URL: {url}\n{line}"
            assert _read(pasted, attempt) == Received(Secret(code), attempt), (form, code)


UNCLEAR: Final = frozenset(
    {
        "terminal: marks, the last only",
        "terminal: beside a pane",
        "terminal: wrapped, continued",
        "white space: + at the end",
        "white space: %00 at the end",
        "white space: %22 at the end",
        "white space: %27 at the end",
        "white space: %3E at the end",
        "white space: %29 at the end",
        "white space: %5D at the end",
        "white space: %7D at the end",
        "white space: %2C at the end",
        "white space: %3B at the end",
        "white space: %E2%80%9D at the end",
        "white space: %60 at the end",
        "white space: %5C at the end",
        "white space: JSON's line end inside",
        "white space: shell's line end inside",
        "white space: %20 inside",
        "white space: + inside",
        "around: twice, glued",
        "around: CSV, semicolons",
        "around: CSV, commas",
        "around: numbered lines",
        "around: cut in the end",
        "around: cut to dots",
        "around: cut in the middle",
        "nesting: www",
    }
)
"""Changes that damage a response in either order, so that nothing is sent."""
UNCLEAR_LAST: Final = frozenset(
    {
        "terminal: ASCII box",
        "white space: space inside",
        "white space: tab inside",
        "white space: NBSP inside",
        "white space: frame inside",
        "white space: space close to the end",
        "white space: line close to the end",
        "white space: line and letters at the end",
        "around: a word after",
        "around: a word on the next line",
        "around: an ID after",
        "around: a number after",
        "around: before another",
        "around: label and tab",
        "around: block comment, wrapped",
        "escaped: curl, bare",
        "around:  !",
        "around:  '",
        "around:  )",
        "around:  ,",
        "around:  .",
        "around:  ..",
        "around:  :",
        "around:  ;",
        "around:  ?",
        "around:  ]",
        "around:  `",
        "around:  |",
        "around:  }",
        "around: BBCode, bare",
        "around: sentence",
        "around: | |",
        "white space: %20 at the end",
        "white space: %20%20 at the end",
        "white space: %5B201~ at the end",
        "terminal: interrupted",
        "terminal: carriage return in caret",
        "terminal: marks, the last only, whole",
        "escaped: JSON with a line end",
    }
)
"""Text that may be part of a code in last place, so that nothing is sent."""
UNCLEAR_BEFORE_STATE: Final = frozenset({"escaped: cmd", "escaped: PowerShell"})
"""The only & follows the code, so its escape may be the code's end, and nothing is sent."""


@pytest.mark.parametrize("name", sorted({*SINGLE} - UNCLEAR))
def test_answer_is_received(name: str) -> None:
    for form, url, attempt, code in JWT_ANSWERS:
        unclear = UNCLEAR_LAST if "code last" in form else frozenset()
        unclear |= UNCLEAR_BEFORE_STATE if form == "state last" else frozenset()
        if name not in unclear:
            assert _read(SINGLE[name](url), attempt) == Received(Secret(code), attempt), form


@pytest.mark.parametrize("gateway", NESTING)
def test_code_is_exact_or_none_is_sent_where_what_nests_is_copied(gateway: str) -> None:
    wraps = [wrap for name, wrap in pairs() if name.startswith(f"{gateway} in ")]
    for wrap, (form, url, attempt, code) in zip(wraps, cycle(ANSWERS), strict=False):
        assert _is_exact_or_none(_read(wrap(url), attempt), code), (form, wrap(url))


@pytest.mark.parametrize("name", SINGLE)
def test_foreign_state_is_never_received_and_no_code_is_shown(name: str) -> None:
    for form in FORMS:
        _, url, attempt, code = _answer(form, REDIRECT_URLS[0], CODES["JWT"], FOREIGN)
        pasted = SINGLE[name](url)
        assert not isinstance(_read(pasted, attempt), Received)
        shown = mask(pasted)
        assert not any(part in shown for part in (code[:12], code[-12:], FOREIGN[:12]))


def _wrapped_anywhere(wrap: Wrap) -> Iterator[tuple[str, Answer]]:
    for answer in JWT_ANSWERS:
        for at in range(1, len(answer[1]), 3):
            yield wrap(answer[1][:at]) + answer[1][at:], answer


@pytest.mark.parametrize("gap", [" ", "\n", "\r\n    ", "\n> ", "\u200b", "│\n│", "\x1b[K", "…"])
def test_code_is_exact_or_none_is_sent_wherever_a_gap_is(gap: str) -> None:
    for pasted, (form, _, attempt, code) in _wrapped_anywhere(lambda part: part + gap):
        assert _is_exact_or_none(_read(pasted, attempt), code), (form, pasted)
