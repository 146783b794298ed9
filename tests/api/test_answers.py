"""Responses with invalid or unexpected fields, dates, and redirects."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.api.conftest import NOW
from wizard.api.answers import decode_answer, visible_text
from wizard.api.http import Reply, http_date, in_words
from wizard.domain.oauth.classify import exchange_problem, refresh_problem, scim_problem
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


@pytest.mark.parametrize("body", [b"", b" " * 100_000, b"[" * 60_000])
def test_nothing_readable_is_no_field(body: bytes) -> None:
    reply = Reply(400, httpx.Headers(), bytearray(body))
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
    ("page", "words"),
    [
        ("<p>a&#" + "9" * 5000 + ";b", "ab"),
        ("<p>a&#x" + "f" * 5000 + ";b", "ab"),
        ("<p>a&#1114112;b&#x110000;c", "a\ufffdb\ufffdc"),
        ("<p>&#" + "0" * 60_000 + "65;b", "b"),
        ("<p>&#65;&#x42;&#55357;&#xd800;", "AB\ufffd\ufffd"),
        ("<title>&#" + "9" * 5000 + ";Sign in</title>", "Sign in"),
    ],
)
def test_references_to_no_character_do_no_harm(page: str, words: str) -> None:
    assert visible_text(page) == words
    reply = Reply(200, httpx.Headers(), bytearray(page.encode()))
    assert decode_answer(reply, URL).is_page


@pytest.mark.parametrize("body", [b'{"message":"%s"}', b"%s", b"<p>%s"])
@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize(
    "word",
    [
        b"was ",
        b"already ",
        b"app ",
        b"organization ",
        b"code ",
        b"header ",
        b"&#9999999",
        b"<a ",
        b"<!--",
    ],
)
def test_long_text_is_read_in_part_and_in_little_time(
    body: bytes, status: int, word: bytes
) -> None:
    raw = bytearray(body % (word * (65_000 // len(word))))
    began = time.process_time()
    answer = decode_answer(Reply(status, httpx.Headers(), raw), URL, (Secret("s" * 5000),))
    exchange_problem(answer, sent_verifier=True)
    refresh_problem(answer)
    scim_problem(answer)
    assert time.process_time() - began < 0.5
    assert max(len(answer.message or ""), len(answer.text or "")) <= 1000


@pytest.mark.parametrize(
    ("body", "status", "content_type"),
    [
        (b'{"detail":"d","status":"403"}', 403, "application/json"),
        (b'{"detail":"d","status":401}', 401, "application/json"),
        (b'{"detail":"d","status":"200"}', 400, "application/json"),
        (b'{"error":"invalid_grant"}', 400, "application/json"),
        (b'{"status":"403"}', 200, "text/html"),
        (b'{"detail":["x"],"error":""}', 200, "text/html"),
    ],
)
def test_error_document_with_200_names_its_own_status(
    body: bytes, status: int, content_type: str
) -> None:
    headers = httpx.Headers({"Content-Type": "text/html"})
    answer = decode_answer(Reply(200, headers, bytearray(body)), URL)
    assert (answer.status, answer.sent_as, answer.content_type) == (status, 200, content_type)


@pytest.mark.parametrize(
    ("label", "head", "is_page"),
    [
        ("text/plain", "<!doctype html><p>", True),
        ("application/json", "\n <HTML>", True),
        ("", "<p>", True),
        ("text/html", "plain words", True),
        ("application/xml", "<?xml version='1.0'?>", False),
        ("text/plain", "plain words", False),
    ],
)
def test_page_is_known_by_its_content(label: str, head: str, *, is_page: bool) -> None:
    headers = httpx.Headers({"Content-Type": label} if label else {})
    assert decode_answer(Reply(400, headers, bytearray(head.encode())), URL).is_page is is_page


@pytest.mark.parametrize(
    ("retry_after", "words"),
    [
        ("0", "a few seconds"),
        ("Mon, 23 Nov 1999 14:00:07 GMT", "a few seconds"),
        ("30", "30 s"),
        ("86400", "24 h"),
        ("86401", "more than a day"),
        ("999999999999", "more than a day"),
        ("9" * 9000, "more than a day"),
        ("Mon, 31 Dec 9999 23:59:59 GMT", "more than a day"),
        ("Mon, 31 Dec 9999 23:59:59" + " " * 60 + "GMT", "a minute"),
        ("soon", "a minute"),
        ("-1", "a minute"),
    ],
)
def test_pause_is_told_within_bounds(retry_after: str, words: str) -> None:
    reply = Reply(429, httpx.Headers({"Retry-After": retry_after}), bytearray())
    assert decode_answer(reply, URL).wait == words


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("/login", "iam.twilio.com"),
        ("//login.test:8443/", "login.test:8443"),
        ("https://user:password@login.test/", "login.test"),
        ("http://[::1", None),
        ("http://", None),
        ("mailto:ann@example.com", None),
        ("http://x:port/", None),
        ("/" * 70_000, None),
        ("https://xn--a/", None),
        ("", None),
    ],
)
def test_a_redirect_names_its_host(location: str, host: str | None) -> None:
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
