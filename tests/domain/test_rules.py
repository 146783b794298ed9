"""Rules and advice for fields: one row per case, with the message that it leads to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.residues import SINGLE, Wrap
from wizard.domain import rules

CLIENT_ID = "OQ0123456789abcdef0123456789ABCDEF"
HEX = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CLIENT_ID, None),
        (f' "{CLIENT_ID}"\n', None),
        ("OQ" + "zZ9" * 10 + "ab", None),
        ("", "Enter the Client ID"),
        (" \u200b ", "Enter the Client ID"),
        (f"AC{HEX}", "Account SID (AC…)"),
        (f"SK{HEX}", "API key SID (SK…)"),
        (f"OR{HEX}", "organization SID (OR…)"),
        (f"US{HEX}", "user SID (US…)"),
        ("oq" + HEX, "starts with OQ"),
        ("https://oauth.twilio.com/", "starts with OQ"),
        (CLIENT_ID[:12], "34 characters; this one has 12"),
        (CLIENT_ID + "0", "this one has 35"),
        (CLIENT_ID[:-1] + "-", "only letters and digits"),
        (CLIENT_ID[:-1] + "é", "only letters and digits"),
        (CLIENT_ID[:9] + " " + CLIENT_ID[9:], "only letters and digits"),
    ],
)
def test_client_id(text: str, words: str | None) -> None:
    _assert_says(rules.client_id(text), words)


def test_client_id_shape_counts_what_is_left_after_cleaning() -> None:
    assert rules.client_id_shape("") == "0 of 34"
    assert rules.client_id_shape(" OQ0123456789\n") == "12 of 34"
    assert rules.client_id_shape(CLIENT_ID) == "34 of 34"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3kYxv0Wq-_" * 6, None),
        ("FK" + HEX, None),
        ("AC/not=a+SID", None),
        ("", "Enter the Client Secret"),
        ("two words", "no spaces"),
        (f"{CLIENT_ID}\nsecret", "no spaces"),
        (CLIENT_ID, "This is the Client ID"),
        (f"AC{HEX}", "Account SID (AC…), not"),
        (f"SK{HEX}", "API key SID (SK…), not"),
        ("https://example.com/token", "a URL"),
        ("••••••••", "dots that mask"),
    ],
)
def test_client_secret(text: str, words: str | None) -> None:
    _assert_says(rules.client_secret(text), words)
    assert not text or text not in (rules.client_secret(text) or "")


ADDRESSES: list[tuple[str, str | None]] = [
    ("https://example.com/token", None),
    (" <https://example.com:8443/a/b?tenant=7&x=%20> ", None),
    ("HTTPS://Example.COM", None),
    ("http://127.0.0.1:8765/callback", None),
    ("http://[::1]:8765/callback", None),
    ("http://localhost/cb", None),
    ("https://localhost:1/cb", None),
    ("https://xn--bcher-kva.example/cb", None),
    ("http://example.com/token", "Use https"),
    ("http://127.0.0.1.example.com/", "Use https"),
    ("http://127.0.0.2/", "Use https"),
    ("http://localhost.example.com/", "Use https"),
    ("javascript://example.com/%0aalert(1)", "with https:// (http:// only for this machine)"),
    ("ftp://example.com/", "with https:// (http:// only for this machine)"),
    ("example.com/token", "with https:// (http:// only for this machine)"),
    ("//example.com/token", "with https:// (http:// only for this machine)"),
    ("https:///token", "no host"),
    ("https:token", "no host"),
    ("https://:443/token", "no host"),
    ("https://me@example.com/", "can't contain a username"),
    ("https://me:pw@example.com/", "can't contain a username"),
    ("https://@example.com/", "can't contain a username"),
    ("https://example.com:0/", "1 to 65535"),
    ("https://example.com:/", "1 to 65535"),
    ("https://example.com:65536/", "is invalid"),
    ("https://example.com:http/", "is invalid"),
    ("https://[::1/", "is invalid"),
    ("https://example.com/#top", "can't have a fragment"),
    ("https://example.com/token#", "can't have a fragment"),
    ("https://example.com/a b", "can't contain spaces"),
    ("https://exam\nple.com/", "can't contain spaces"),
    ("https://bücher.example/", "xn--"),
    ("https://example.com\\@evil.test/", "ASCII characters only"),
]


@pytest.mark.parametrize(("text", "words"), [*ADDRESSES, ("", "exactly as in the app")])
def test_redirect_url(text: str, words: str | None) -> None:
    _assert_says(rules.redirect_url(text), words)


@pytest.mark.parametrize(("text", "words"), [*ADDRESSES, ("", "Enter the endpoint")])
def test_endpoint(text: str, words: str | None) -> None:
    _assert_says(rules.endpoint(text), words)


@pytest.mark.parametrize("text", ["https://*.example.com/cb", "https://example.com/*"])
def test_wildcard_is_refused_in_a_redirect_url(text: str) -> None:
    _assert_says(rules.redirect_url(text), "wildcard")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://login.acme.test/token", ()),
        ("https://login.acme.test/token/", ("slash",)),
        ("https://example.com/token", ("example.com isn't your domain",)),
        ("https://www.example.org/token", ("www.example.org isn't your domain",)),
        ("https://example.net/", ("slash", "your domain")),
        ("https://notexample.com/token", ()),
        ("https://idp.example.invalid/callback", ()),
        ("https://system-admin.okta.com/admin/app/cpc/x/oauth/callback", ("redeem the code",)),
        ("https://system-admin.okta-emea.com/x", ("redeem the code",)),
        ("https://system-admin.oktapreview.com/x", ("redeem the code",)),
        ("https://okta.com.acme.test/x", ()),
        ("https://oauth.twilio.com/v2/authorize", ("a Twilio URL",)),
        ("http://127.0.0.1:8765/callback", ("to this machine",)),
        ("http://localhost:8765/callback", ("Use 127.0.0.1", "to this machine")),
        ("https://[bad", ()),
        ("", ()),
    ],
)
def test_redirect_warnings(text: str, words: tuple[str, ...]) -> None:
    warnings = rules.redirect_warnings(text)
    assert len(warnings) == len(words)
    for warning, word in zip(warnings, words, strict=True):
        _assert_says(warning, word)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  abc\r\n", "abc"),
        ("\u00a0abc\u2003", "abc"),
        ('"abc"', "abc"),
        ("' “abc” '", "abc"),
        ("<https://a.test>", "https://a.test"),
        ("a\u200bb\ufeffc\u202e\x00\x1b", "abc"),
        ("\ud800abc", "abc"),
        ("a b\tc", "a b\tc"),
        ("\"abc'", "\"abc'"),
        ('"', '"'),
        ('""', ""),
        ("", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert rules.clean(text) == cleaned


def test_clean_takes_megabytes() -> None:
    assert rules.clean('"' * 2_000_000 + "\u200b") == ""
    assert rules.clean(" " * 2_000_000 + "a") == "a"


@given(st.text(st.characters()))
def test_clean_leaves_nothing_to_clean(text: str) -> None:
    cleaned = rules.clean(text)
    assert rules.clean(cleaned) == cleaned


@given(st.text(st.characters()) | st.text("htps:/?#[]@.*%1a ").map("https://".__add__))
def test_no_rule_crashes(text: str) -> None:
    for rule in (rules.client_id, rules.client_secret, rules.redirect_url, rules.endpoint):
        _assert_says(rule(text), rule(text))
    rules.redirect_warnings(text)
    rules.from_authorization_url(text)
    rules.is_loopback(text)
    rules.port_of(text)


@pytest.mark.parametrize(
    ("url", "port", "is_loopback"),
    [
        ("https://example.com/", 443, False),
        ("http://localhost/cb", 80, True),
        ("http://127.0.0.1:8765/cb", 8765, True),
        (" http://[::1]:9/ ", 9, True),
        ("https://127.0.0.1:8765/cb", 8765, False),
        ("http://127.0.0.1.test/", 80, False),
        ("myapp://callback", None, False),
        ("https://a.test:x/", None, False),
        ("", None, False),
    ],
)
def test_port_and_loopback(url: str, port: int | None, is_loopback: bool) -> None:
    assert rules.port_of(url) == port
    assert rules.is_loopback(url) is is_loopback


def test_authorization_url_of_the_console_fills_the_client_id() -> None:
    text = (
        f"https://oauth.twilio.com/v2/authorize?client_id={CLIENT_ID}"
        "&response_type=code&scope=offline_access"
    )
    assert rules.from_authorization_url(f'"{text[:60]}\n{text[60:]}" ') == (
        rules.AuthorizationUrlParts(
            client_id=CLIENT_ID,
            redirect_url=None,
            scope="offline_access",
            host="oauth.twilio.com",
        )
    )


def test_authorization_url_tells_redirect_url_and_host() -> None:
    parts = rules.from_authorization_url(
        "http://127.0.0.1:9/o/authorize?client_id=%20OQ1&redirect_uri=https%3A%2F%2Fa.test%2Fcb%3Fx%3D1"
    )
    assert parts == rules.AuthorizationUrlParts(
        client_id="OQ1",
        redirect_url="https://a.test/cb?x=1",
        scope=None,
        host="127.0.0.1",
    )


@pytest.mark.parametrize("host", ["twilio.com.evil.test", "eviltwilio.com", "oauth.twilio.com."])
def test_host_of_a_lookalike_is_not_twilios(host: str) -> None:
    assert not rules.is_twilio_host(host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        CLIENT_ID,
        "https://example.com/token",
        "https://example.com/token?code=a&state=b",
        "https://oauth.twilio.com/v2/authorize",
        "https://example.com/token?client_id=OQ1",
        f"ftp://a.test/authorize?client_id={CLIENT_ID}",
        "https://[bad/authorize?client_id=OQ1",
        "https://a.test/authorize?client_id=" + "O" * 100_000,
    ],
)
def test_other_texts_are_no_authorization_url(text: str) -> None:
    assert rules.from_authorization_url(text) is None


def _assert_says(sentence: str | None, words: str | None) -> None:
    if words is None:
        assert sentence is None
        return
    assert sentence is not None
    assert words in sentence
    assert len(sentence) <= 76


@pytest.mark.parametrize("wrap", SINGLE.values(), ids=SINGLE.keys())
def test_authorization_url_is_unwrapped_like_any_other_or_not_read(wrap: Wrap) -> None:
    url = (
        "https://oauth.twilio.com/v2/authorize?response_type=code&scope=offline_access"
        "&client_id=OQ0123456789abcdef0123456789abcdef&redirect_uri=https%3A%2F%2Fa.test%2Fcb"
    )
    parts = rules.from_authorization_url(wrap(url))
    assert parts is None or parts.client_id.startswith("OQ0123456789")


@pytest.mark.parametrize(
    "name",
    [
        "escaped: HTML",
        "nesting: Safe Links",
        "around: URL:  ",
        "terminal: rounded box",
        "terminal: marks, all but the last",
        "nesting: Google",
        "nesting: URL Defense 2",
    ],
)
def test_wrapped_authorization_url_is_read_whole(name: str) -> None:
    url = (
        "https://oauth.twilio.com/v2/authorize?client_id=OQ0123456789abcdef0123456789abcdef"
        "&response_type=code&redirect_uri=https%3A%2F%2Fa.test%2Fcb&scope=offline_access"
    )
    assert rules.from_authorization_url(SINGLE[name](url)) == rules.from_authorization_url(url)


@pytest.mark.parametrize(
    "query", ["?code=abc&state=1", "?state=1", "?a=b&error=denied", "#code=abc"]
)
def test_url_with_a_response_is_no_redirect_url(query: str) -> None:
    assert "URL you land on" in (rules.redirect_url(f"https://a.test/cb{query}") or "")


def test_query_of_a_response_is_no_client_secret() -> None:
    assert "URL you land on" in (rules.client_secret("code=abc&state=1234567890123456789") or "")
