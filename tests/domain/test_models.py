"""The values that all other modules use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.pretty import pretty_repr

from tests.fakes import NOW, tokens
from wizard.domain.models import (
    LINK_LIFE,
    TWILIO,
    CredentialSet,
    Endpoints,
    Pkce,
    Profile,
    TokenSet,
)
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.oauth.pasted_urls import Address
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.host.listener import Request

HOUR = 3600


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize(
    ("life", "left", "needs_refresh"),
    [
        (HOUR, 61, False),
        (HOUR, 60, True),
        (HOUR, 0, True),
        (HOUR, -5, True),
        (24 * HOUR, 61, False),
        (24 * HOUR, 60, True),
        (100, 11, False),
        (100, 10, True),
        # This time is before the tokens were issued: the clock was set back.
        (HOUR, HOUR + 1, True),
        (HOUR, HOUR, False),
        (0, 0, True),
    ],
)
def test_margin_is_a_minute_or_a_tenth_of_a_short_life(
    life: int, left: int, needs_refresh: bool
) -> None:
    given = tokens(seconds=life)
    assert given.needs_refresh(given.expires_at - seconds(left)) is needs_refresh


@pytest.mark.parametrize(
    ("at_least", "left", "needs_refresh"),
    [(600, 601, False), (600, 600, True), (0, 61, False), (0, 60, True), (7200, 3600, True)],
)
def test_more_life_can_be_asked_for_but_never_less_than_the_margin(
    at_least: int, left: int, needs_refresh: bool
) -> None:
    given = tokens(seconds=HOUR)
    now = given.expires_at - seconds(left)
    assert given.needs_refresh(now, seconds(at_least)) is needs_refresh


def test_attempt_lives_half_an_hour_unless_its_code_was_sent() -> None:
    attempt = begin(CredentialSet("OQ", Secret("s"), "https://a.example/"), None, NOW)
    assert LINK_LIFE.total_seconds() == 1800
    assert attempt.is_live(NOW)
    assert attempt.is_live(NOW + LINK_LIFE - seconds(1))
    assert not attempt.is_live(NOW + LINK_LIFE)
    assert not replace(attempt, code_sent_at=NOW).is_live(NOW)


@pytest.mark.parametrize(
    ("endpoints", "hosts"),
    [
        (TWILIO, ()),
        (Endpoints(scim_url="https://iam.eu1.twilio.com:443/scim"), ()),
        (Endpoints(token_url="https://eviltwilio.com/t"), ("eviltwilio.com",)),
        (Endpoints(token_url="https://twilio.com.example/t"), ("twilio.com.example",)),
        (
            Endpoints("http://127.0.0.1:1/a", "http://127.0.0.1:1/t", "https://b.example/s"),
            ("127.0.0.1:1", "b.example"),
        ),
        (Endpoints(token_url="https://[::1/"), ()),
    ],
)
def test_hosts_that_are_not_twilios_are_named_once(
    endpoints: Endpoints, hosts: tuple[str, ...]
) -> None:
    assert endpoints.foreign_hosts == hosts


@pytest.mark.parametrize(
    ("draft", "is_complete"),
    [
        (CredentialSet(), False),
        (CredentialSet("OQ", Secret("s")), False),
        (CredentialSet("OQ", None, "https://a.example/"), False),
        (CredentialSet("OQ", Secret(""), "https://a.example/"), False),
        (CredentialSet("", Secret("s"), "https://a.example/"), False),
        (CredentialSet("OQ", Secret("s"), "https://a.example/"), True),
    ],
)
def test_set_is_complete_when_a_link_can_be_made_of_it(
    draft: CredentialSet, is_complete: bool
) -> None:
    assert draft.is_complete is is_complete


def test_new_values_are_twilios_documented_ones() -> None:
    assert CredentialSet().endpoints == TWILIO
    assert CredentialSet().scope == "offline_access"
    assert CredentialSet().pkce is Pkce.AUTO
    assert TWILIO.token_url == "https://oauth.twilio.com/v2/token"
    assert Profile().ticks == ()


def test_values_cannot_be_changed_and_show_no_secret() -> None:
    draft = CredentialSet("OQ", Secret("hush"), "https://a.example/", tokens=tokens("hush"))
    draft = replace(draft, attempts=(begin(replace(draft, pkce=Pkce.ON), None, NOW),))
    with pytest.raises(AttributeError, match="immutable"):
        draft.client_id = "AC"  # type: ignore[misc]
    (attempt,) = draft.attempts
    assert attempt.verifier is not None
    for secret in ("hush", attempt.state.reveal(), attempt.verifier.reveal()):
        assert secret not in repr(draft)


def test_tokens_are_compared_by_what_they_hold() -> None:
    assert tokens("1") == tokens("1") != tokens("2")
    assert isinstance(tokens(), TokenSet)


def test_guarded_value_shows_its_first_field_alone() -> None:
    address = Address("https://a.example/", (("code", "hush"),), is_cut=False, is_marked=True)
    assert repr(address) == pretty_repr(address) == "Address(base='https://a.example/')"
    request = Request("GET", "/?code=hush", "a.example")
    assert repr(request) == pretty_repr(request) == "Request(method='GET')"


def test_longest_use_leaves_the_margin() -> None:
    assert tokens(seconds=HOUR).longest_use == seconds(HOUR - 60)
    assert tokens(seconds=100).longest_use == seconds(90)
