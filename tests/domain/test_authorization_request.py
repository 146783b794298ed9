"""An authorization attempt and its link: what is sent, in which order, and what ends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from wizard.domain.models import CredentialSet, Endpoints, Pkce, ServerMetadata
from wizard.domain.oauth.authorization_request import authorize_url, begin, challenge, matches
from wizard.domain.secret import Secret
from wizard.domain.value import replace

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
CREDENTIALS = CredentialSet(
    client_id="OQ0123456789abcdef0123456789abcdef",
    client_secret=Secret("the-client-secret"),
    redirect_url="https://example.com/token?tenant=a b&x=1",
)
METADATA = ServerMetadata(issuer="https://oauth.twilio.com", has_s256=True, sends_iss=True)


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)


def test_link_has_documented_query_in_order() -> None:
    attempt = begin(CREDENTIALS, None, NOW)
    url = authorize_url(attempt)
    assert url.startswith("https://oauth.twilio.com/v2/authorize?")
    assert _query(url) == [
        ("client_id", CREDENTIALS.client_id),
        ("response_type", "code"),
        ("scope", "offline_access"),
        ("redirect_uri", CREDENTIALS.redirect_url),
        ("state", attempt.state.reveal()),
    ]
    # Everything is percent-encoded: the query has no "+" for a space and no plain "/" or ":".
    assert re.fullmatch(r"[A-Za-z0-9._~%&=-]+", urlsplit(url).query)
    assert "tenant%3Da%20b%26x%3D1" in url


def test_link_has_challenge_after_state_when_verifier() -> None:
    attempt = begin(CREDENTIALS, METADATA, NOW)
    assert attempt.verifier is not None
    assert _query(authorize_url(attempt))[4:] == [
        ("state", attempt.state.reveal()),
        ("code_challenge", challenge(attempt.verifier)),
        ("code_challenge_method", "S256"),
    ]
    assert attempt.verifier.reveal() not in authorize_url(attempt)


def test_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("pkce", "metadata", "has_verifier"),
    [
        (Pkce.AUTO, None, False),
        (Pkce.AUTO, replace(METADATA, has_s256=False), False),
        (Pkce.AUTO, METADATA, True),
        (Pkce.ON, None, True),
        (Pkce.ON, replace(METADATA, has_s256=False), True),
        (Pkce.OFF, METADATA, False),
    ],
)
def test_verifier_follows_choice_and_metadata(
    pkce: Pkce, metadata: ServerMetadata | None, has_verifier: bool
) -> None:
    attempt = begin(replace(CREDENTIALS, pkce=pkce), metadata, NOW)
    assert (attempt.verifier is not None) is has_verifier
    if attempt.verifier:
        assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", attempt.verifier.reveal())


def test_issuer_comes_from_metadata_only() -> None:
    without = begin(CREDENTIALS, None, NOW)
    assert (without.issuer, without.iss_required) == (None, False)
    with_it = begin(CREDENTIALS, METADATA, NOW)
    assert (with_it.issuer, with_it.iss_required) == ("https://oauth.twilio.com", True)


def test_states_and_verifiers_are_new_each_time() -> None:
    attempts = [begin(CREDENTIALS, METADATA, NOW) for _ in range(50)]
    values = [a.state for a in attempts] + [a.verifier for a in attempts if a.verifier]
    assert len(set(values)) == 100
    assert all(len(value.reveal()) >= 43 for value in values)


@pytest.mark.parametrize(
    ("endpoint", "start"),
    [
        ("https://a.test/authorize?tenant=x%20y", "https://a.test/authorize?tenant=x%20y&client_"),
        ("https://a.test/authorize?", "https://a.test/authorize?client_id="),
        ("https://a.test/authorize#top", "https://a.test/authorize?client_id="),
        ("https://a.test/authorize?state=s&a=1&client%5Fid=2", "https://a.test/authorize?a=1&cl"),
    ],
)
def test_query_of_endpoint_is_kept_and_nothing_stands_twice(endpoint: str, start: str) -> None:
    endpoints = replace(CREDENTIALS.endpoints, authorize_url=endpoint)
    url = authorize_url(begin(replace(CREDENTIALS, endpoints=endpoints), None, NOW))
    assert url.startswith(start)
    names = [name for name, _ in _query(url)]
    assert len(names) == len(set(names))
    assert "#" not in url


def test_empty_scope_is_left_out() -> None:
    url = authorize_url(begin(replace(CREDENTIALS, scope=""), None, NOW))
    assert "scope" not in dict(_query(url))


def test_attempt_matches_its_own_settings() -> None:
    assert matches(begin(CREDENTIALS, METADATA, NOW), CREDENTIALS)
    assert matches(begin(CREDENTIALS, None, NOW), CREDENTIALS)
    # A link doesn't include the secret, so a rotation leaves it unchanged.
    rotated = replace(CREDENTIALS, client_secret=Secret("another"))
    assert matches(begin(CREDENTIALS, None, NOW), rotated)


@pytest.mark.parametrize(
    "changed",
    [
        replace(CREDENTIALS, client_id="OQ" + "f" * 32),
        replace(CREDENTIALS, redirect_url="https://example.com/token/"),
        replace(CREDENTIALS, endpoints=Endpoints(token_url="https://a.test/token")),
        replace(CREDENTIALS, scope="offline_access openid"),
        replace(CREDENTIALS, pkce=Pkce.ON),
    ],
)
def test_attempt_ends_when_a_setting_changes(changed: CredentialSet) -> None:
    assert not matches(begin(CREDENTIALS, None, NOW), changed)


def test_attempt_with_challenge_ends_when_pkce_is_turned_off() -> None:
    attempt = begin(CREDENTIALS, METADATA, NOW)
    assert not matches(attempt, replace(CREDENTIALS, pkce=Pkce.OFF))
    assert matches(attempt, replace(CREDENTIALS, pkce=Pkce.ON))


def test_repr_of_attempt_shows_neither_state_nor_verifier() -> None:
    attempt = begin(CREDENTIALS, METADATA, NOW)
    assert attempt.verifier is not None
    assert attempt.state.reveal() not in repr(attempt)
    assert attempt.verifier.reveal() not in repr(attempt)
