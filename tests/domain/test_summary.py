"""The description of what is set up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import NOW
from wizard.domain.models import (
    CheckStatus,
    Endpoints,
    GrantType,
    LastCheck,
    Profile,
    RefreshFailure,
)
from wizard.domain.text import clock_time, day, moment
from wizard.domain.texts import summary
from wizard.domain.value import replace

PROFILE = Profile(
    client_id="OQ0123456789abcdef0123456789abcdef",
    redirect_url="https://a.example.org/callback",
    expires_at=NOW + timedelta(hours=1),
    refreshable=True,
    organization="OR" + "1" * 32,
    last_check=LastCheck(CheckStatus.PASSED, NOW, 25),
)


def test_facts_tell_what_is_set_up_without_a_secret() -> None:
    assert summary.facts(PROFILE, "the system keyring", NOW) == (
        ("Client ID", "OQ0123…cdef"),
        ("Secret", "saved in the system keyring"),
        ("Redirect URL", "https://a.example.org/callback"),
        ("Grant type", "Authorization code"),
        ("Access token", f"valid until {clock_time(NOW + timedelta(hours=1))}"),
        ("Refresh token", "saved"),
        ("Last check", f"{day(NOW)}: passed, 25 users"),
        ("Organization", "OR" + "1" * 32),
    )


def test_each_fact_has_its_turn_when_a_small_window_leaves_some_out() -> None:
    ranked = [name for names in summary.LEAST_NEEDED for name in names]
    shown = [name for name, _ in summary.facts(PROFILE, "the system keyring", NOW)]
    assert sorted(ranked) == sorted(shown)


def test_failed_check_is_told_with_how_long_ago_it_was() -> None:
    failed = LastCheck(CheckStatus.FAILED, NOW - timedelta(hours=2))
    facts = dict(summary.facts(replace(PROFILE, last_check=failed), "the system keyring", NOW))
    assert facts["Last check"] == "failed 2 hours ago"


def test_facts_of_client_credentials_have_neither_refresh_token_nor_redirect_url() -> None:
    of_app = replace(PROFILE, refreshable=False, grant_type=GrantType.CLIENT_CREDENTIALS)
    facts = dict(summary.facts(of_app, "the system keyring", NOW))
    assert facts["Grant type"] == "Client credentials"
    assert not {"Refresh token", "Redirect URL"} & set(facts)
    # Another token is requested when this one expires.
    assert summary.refusal(of_app, NOW) is None
    assert summary.works(of_app, NOW) == "Your SCIM credentials work."


def test_facts_tell_what_is_missing() -> None:
    facts = dict(summary.facts(Profile(), "files", NOW))
    assert facts["Access token"] == "none"
    assert facts["Refresh token"] == "none; the access token can't be refreshed"
    assert facts["Last check"] == "never"
    assert "Organization" not in facts


@pytest.mark.parametrize(
    ("later", "words"),
    [(timedelta(seconds=3599), "valid until"), (timedelta(hours=1), "expired")],
)
def test_access_token_expires_to_the_second(later: timedelta, words: str) -> None:
    assert summary.access_token(PROFILE, NOW + later).startswith(words)


def test_an_access_token_good_until_another_day_is_told_with_it() -> None:
    until = NOW + timedelta(days=3)
    profile = replace(PROFILE, expires_at=until)
    assert summary.access_token(profile, NOW) == f"valid until {moment(until)}"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (LastCheck(CheckStatus.FAILED, NOW, None, "bad-token"), f"{moment(NOW)}: failed"),
        (LastCheck(CheckStatus.PASSED, NOW, 1), f"{day(NOW)}: passed, 1 user"),
        (LastCheck(CheckStatus.PASSED, NOW), f"{day(NOW)}: passed, too many to count"),
    ],
)
def test_last_check_is_told_with_its_time(check: LastCheck, words: str) -> None:
    assert summary.checked(replace(PROFILE, last_check=check)) == words


@pytest.mark.parametrize(
    ("problem", "minutes", "told"),
    [
        ("missing-permission", 5, "missing-permission"),
        ("missing-permission", -5, "refresh-refused"),
        ("refresh-refused", 5, "refresh-refused"),
        # The lost connection resolves by itself; the rejection doesn't.
        ("timed-out", 5, "refresh-refused"),
    ],
)
def test_of_two_failures_the_newer_is_told_unless_only_the_other_lasts(
    problem: str, minutes: float, told: str
) -> None:
    check = LastCheck(CheckStatus.FAILED, NOW + timedelta(minutes=minutes), problem=problem)
    failure = RefreshFailure("refresh-refused", NOW)
    profile = replace(PROFILE, last_check=check, refresh_failure=failure)
    assert [known.id for known in summary.problems(profile, NOW)] == [told]


def test_usage_keeps_the_token_out_of_argv() -> None:
    assert summary.usage(PROFILE, "default") == (
        "(h=$(scim-wizard token --header) &&\n"
        '  printf %s "$h" |\n'
        "  curl -gfsSH @- https://iam.twilio.com/scim/v2/Users)"
    )


def test_usage_names_the_profile_and_its_own_address() -> None:
    endpoints = Endpoints(scim_url="https://a.example/token/{x}")
    assert summary.usage(replace(PROFILE, endpoints=endpoints), "acme") == (
        "(h=$(scim-wizard --profile acme token --header) &&\n"
        '  printf %s "$h" |\n'
        "  curl -gfsSH @- 'https://a.example/token/{x}/Users')"
    )


def test_last_check_is_the_drafts_until_something_is_set_up() -> None:
    failed = LastCheck(CheckStatus.FAILED, NOW)
    profile = replace(PROFILE, draft_check=failed)
    assert summary.last_check(profile) == failed
    assert summary.last_check(replace(profile, active="1")) == PROFILE.last_check


def test_older_record_without_a_refresh_token_has_a_reason() -> None:
    problem = summary.refusal(replace(PROFILE, refreshable=False), NOW)
    assert problem is not None
    assert problem.id == "no-refresh-token"
    assert problem.cause.startswith("The access token is valid until ")


def test_okta_needs_an_authorization_of_its_own() -> None:
    lines = summary.what_next(replace(PROFILE, audience="other"), "acme", NOW)
    assert lines[-1] == "scim-wizard --profile acme handoff"
    lines = summary.what_next(replace(PROFILE, audience="entra"), "default", NOW)
    assert lines[0] == "Enter the values on the handoff sheet in Entra ID."
    lines = summary.what_next(replace(PROFILE, audience="okta"), "default", NOW)
    assert "Okta needs its own authorization" in " ".join(lines)
