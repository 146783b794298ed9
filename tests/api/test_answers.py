"""Answers that are odd in themselves: their fields, dates and redirects."""

from __future__ import annotations

import httpx
import pytest

from tests.api.conftest import NOW
from wizard.api.answers import decode_answer
from wizard.api.dates import http_date, in_words
from wizard.api.http import Reply
from wizard.api.pages import visible_text
from wizard.domain.secret import MASK, Secret

URL = "https://iam.twilio.com/scim/v2/Users"


def test_one_odd_field_does_not_spoil_the_others() -> None:
    answer = decode_answer(
        Reply(400, httpx.Headers(), bytearray(b'{"code":true,"message":["x"],"detail":"d"}')), URL
    )
    assert (answer.code, answer.message, answer.detail) == (None, None, "d")


@pytest.mark.parametrize("number", [b"70051", b'"70051"'])
def test_code_is_read_as_number_or_text(number: bytes) -> None:
    answer = decode_answer(Reply(400, httpx.Headers(), bytearray(b'{"code":%b}' % number)), URL)
    assert answer.code == 70051


@pytest.mark.parametrize("body", [None, b"", b" " * 100_000, b"[" * 60_000])
def test_nothing_readable_is_no_field(body: bytes | None) -> None:
    reply = Reply(400, httpx.Headers(), None if body is None else bytearray(body))
    assert decode_answer(reply, URL).message is None


def test_a_secret_in_raw_text_and_title_is_hidden() -> None:
    secrets = (Secret("hunter22"), None, Secret("abc"))
    raw = decode_answer(Reply(400, httpx.Headers(), bytearray(b"no hunter22 abc")), URL, secrets)
    assert raw.text == f"no {MASK} abc"
    page = bytearray(b"<TITLE lang='en'>no\nhunter22</TITLE>")
    assert decode_answer(Reply(400, httpx.Headers(), page), URL, secrets).text == f"no {MASK}"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            "<title>No</title><style>p{}</style><h1>No</h1><P>Ask <b>IT</b>&nbsp;now",
            "No Ask IT now",
        ),
        ("<SCRIPT>if (a<b && c>d) e('</p>')</SCRIPT><p>Blocked", "Blocked"),
        ("<!-- <p>not --> this<svg/> but<svg><text>x</svg> that<!-- <p>cut", "this but that"),
        ("<template><p>x</template>&lt;script>y&lt;/script>", "<script>y</script>"),
        ("<style>never closed <p>x", ""),
        ("< <p a='>'>y<", "< '>y<"),
    ],
)
def test_page_is_told_by_what_can_be_seen_of_it(page: str, words: str) -> None:
    assert visible_text(page) == words


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("/login", "iam.twilio.com"),
        ("//login.test:8443/", "login.test:8443"),
        ("https://user:password@login.test/", "login.test"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_a_redirect_names_its_host(location: str, host: str) -> None:
    reply = Reply(300, httpx.Headers({"Location": location}), bytearray())
    assert decode_answer(reply, URL).location == host


def test_dates() -> None:
    assert http_date("Mon, 23 Nov 2026 14:02:00 GMT") == NOW
    assert http_date("Mon, 23 Nov 2026 14:02:00 -0000") == NOW
    assert http_date("") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (4e5, "5 days")],
)
def test_spans(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
