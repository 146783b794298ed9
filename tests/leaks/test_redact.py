"""A line of the log has no secret, in whatever form it comes, and no active characters."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.store.log import LINE_LIMIT, SHORTEST, Redactor

SECRET = 'pl/nted+s%cret=&"quoted"\\ü'


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"before {SECRET} after",
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        urlencode({"x": SECRET}),
        json.dumps({"x": SECRET}),
        repr({"x": SECRET}),
        repr(SECRET.encode()),
        repr([(b"x-thing", SECRET.encode())]),
        SECRET * 3,
        "x" * (LINE_LIMIT - 5) + SECRET,
    ],
)
def test_known_value_is_taken_out_of_any_form(text: str) -> None:
    redactor = Redactor()
    redactor.conceal(SECRET)
    line = redactor.line(text)
    for part in ("pl/nted", "nted", "cret", "quoted"):
        assert part not in line


NAMES = ("client_secret", "code", "code_verifier", "refresh_token", "access_token", "state")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "https://idp.example.org/cb?{name}=unheard-of",
        "https://idp.example.org/cb?a=b&{name}=unheard-of&c=d",
        "grant_type=x&{name}=unheard-of",
        "next=https%3A%2F%2Fidp%3Fa%3Db%26{name}%3Dunheard-of%26c",
        '{{"{name}": "unheard-of"}}',
        '{{"{name}":"unheard\\"-of unheard-of"}}',
        "{{'{name}': 'unheard-of'}}",
        '"{{\\"{name}\\": \\"unheard-of\\"}}"',
        "GET /cb?{name}=unheard-of HTTP/1.1",
        "(b'{name}', b'unheard-of')",
    ],
)
def test_value_nobody_knew_is_taken_out_by_its_name(name: str, form: str) -> None:
    assert "unheard" not in Redactor().line(form.format(name=name))
    assert "unheard" not in Redactor().line(form.format(name=name.upper()))


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer unheard-of",
        "authorization: unheard-of unheard-of",
        "(b'Authorization', b'Bearer unheard-of')",
        "{'proxy-authorization': 'Basic unheard-of'}",
        "Set-Cookie: sid=unheard-of; Path=/",
        "sent Bearer unheard-of",
        "proxy http://unheard:unheard-of@proxy.example:8080",
        "got eyJ1bmhlYXJk.eyJ1bmhlYXJkIn0.unheard-of here",
    ],
)
def test_headers_proxies_and_jwts_are_taken_out(text: str) -> None:
    line = Redactor().line(text)
    assert "unheard" not in line
    assert "eyJ" not in line


def test_what_is_no_secret_stays() -> None:
    line = 'POST https://iam.twilio.com/v2/token 401 in 12 ms {"code": 20003, "status": 401}'
    assert Redactor().line(line) == line


def test_beginning_of_a_secret_takes_no_letters_out_of_other_lines() -> None:
    redactor = Redactor()
    redactor.conceal("a" * (SHORTEST - 1))
    assert redactor.line("aaaaaaaaaaaa") == "aaaaaaaaaaaa"


def test_longer_secret_goes_before_its_beginning() -> None:
    redactor = Redactor()
    for value in ("planted-", "planted-s", "planted-secret", "planted-sec"):
        redactor.conceal(value)
        redactor.line("")
    assert redactor.line("<planted-secret>") == "<•••>"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[31m\x07\x9b2J", r"\x1b[31m\x07\x9b2J"),
        ("\u202egnp\u2066\u200b\ufeff", r"\u202egnp\u2066\u200b\ufeff"),
        ("\ud800", r"\ud800"),
        ("two words, Zürich", "two words, Zürich"),
    ],
)
def test_characters_that_act_are_written_out(text: str, line: str) -> None:
    assert Redactor().line(text) == line


@given(st.text(st.characters(), max_size=300))
def test_any_text_is_one_printable_line(text: str) -> None:
    line = Redactor().line(text)
    assert line.isprintable()
    line.encode()


def test_megabytes_are_cut() -> None:
    line = Redactor().line("x" * 5_000_000)
    assert len(line) == LINE_LIMIT + 1
