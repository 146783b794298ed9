"""Each scenario does what its description says."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sandbox.test_token import claims
from tests.sandbox.world import START, answer_of, world
from wizard.sandbox import SCENARIOS
from wizard.sandbox.twilio import DEFAULT_REDIRECT_URL, Sandbox

README = Path(__file__).parents[2] / "README.md"


def test_scenarios_are_those_promised() -> None:
    promised = (
        "denied, expired-code, wrong-secret, missing-permission, throttled, slow, down, "
        "not-scim, many-users, rotating, loopback, client-credentials, wrong-grant"
    )
    assert list(SCENARIOS) == ["happy", *promised.split(", ")]
    assert all(SCENARIOS.values())


def test_made_up_app_has_the_documented_shapes() -> None:
    sandbox, other = Sandbox(), Sandbox()
    assert sandbox.client_id.startswith("OQ")
    assert len(sandbox.client_id) == 34
    assert len(sandbox.client_secret) == 64
    assert sandbox.organization.startswith("OR")
    assert sandbox.redirect_url == DEFAULT_REDIRECT_URL == "https://idp.example.invalid/callback"
    assert sandbox.client_id != other.client_id
    assert sandbox.client_secret != other.client_secret


def test_readme_says_what_each_scenario_shows() -> None:
    rows = [f"| `{name}` | {does} |" for name, does in SCENARIOS.items() if name != "happy"]
    assert "\n".join(rows) in README.read_text(encoding="utf-8")


def test_approval_page_says_what_the_scenario_shows() -> None:
    with world(scenario="denied") as it:
        assert f"This demo: {SCENARIOS['denied']}." in it.client.get(it.link()).text
    with world() as it:
        assert "This demo:" not in it.client.get(it.link()).text


def test_first_approval_is_denied_and_then_what_is_pressed_counts() -> None:
    with world(scenario="denied") as it:
        assert answer_of(it.press().headers["location"])["error"] == "access_denied"
        assert answer_of(it.press("deny").headers["location"])["error"] == "access_denied"
        assert it.exchange(it.code()).status_code == 200


def test_first_code_has_expired() -> None:
    with world(scenario="expired-code") as it:
        code = it.code()
        assert claims(code)["exp"] == START
        response = it.exchange(code)
        assert response.status_code == 400
        assert "expired" in response.json()["message"]
        assert it.exchange(it.code()).status_code == 200


def test_wrong_secret_until_the_new_one_is_entered() -> None:
    with world(scenario="wrong-secret", client_secret="what the admin has") as it:
        assert it.sandbox.client_secret == "what the admin has"
        response = it.exchange(it.code())
        assert response.status_code == 401
        assert response.json()["message"] == "Invalid credentials"
        assert it.exchange(it.code(), client_secret="any other").status_code == 200
        it.sandbox.rotate_secret()
        assert it.exchange(it.code()).status_code == 200


def test_permission_is_missing_at_the_first_request() -> None:
    with world(scenario="missing-permission") as it:
        assert "List users" not in it.client.get(it.link()).text
        token = it.tokens()["access_token"]
        response = it.users(token)
        assert response.status_code == 401
        assert "managed-users/list" in response.json()["message"]
        assert it.users(token).status_code == 200
        assert "List users" in it.client.get(it.link()).text


def test_throttled_once() -> None:
    with world(scenario="throttled") as it:
        token = it.tokens()["access_token"]
        response = it.users(token)
        assert (response.status_code, response.json()["code"]) == (429, 25109)
        assert response.headers["retry-after"] == "2"
        assert it.users(token).status_code == 200


def test_slow_waits_three_seconds_before_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def remember(seconds: float) -> None:
        waits.append(seconds)

    with world(scenario="slow") as it:
        # Only the endpoint's own name is replaced, because the server's loop sleeps too.
        monkeypatch.setattr("wizard.sandbox.serve.sleep", remember)
        it.client.get(it.base)
        it.exchange(it.code())
    assert waits == [3.0, 3.0]


def test_down() -> None:
    with world(scenario="down") as it:
        token = it.tokens()["access_token"]
        assert it.users(token).status_code == 503
        it.sandbox.scenario = "happy"
        assert it.users(token).status_code == 200


def test_not_scim() -> None:
    with world(scenario="not-scim") as it:
        response = it.users(it.tokens()["access_token"])
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")
        assert "Sign in" in response.text


def test_many_users() -> None:
    with world(scenario="many-users") as it:
        # Validating 20,000 users against a schema is slow.
        it.client.event_hooks = {}
        response = it.users(it.tokens()["access_token"])
        assert 8_000_000 < len(response.content) < 14_000_000
        assert response.json()["totalResults"] == 20_000


def test_rotating() -> None:
    with world(scenario="rotating") as it:
        tokens = it.tokens()
        assert it.refresh(tokens["refresh_token"]).json()["refresh_token"]


def test_loopback() -> None:
    with world(scenario="loopback") as it:
        parts = urlsplit(it.sandbox.redirect_url)
        assert (parts.scheme, parts.hostname, parts.path) == ("http", "127.0.0.1", "/callback")
        assert parts.port
        location = it.press().headers["location"]
        assert location.startswith(it.sandbox.redirect_url + "?code=")
    chosen = Sandbox(scenario="loopback", redirect_url="http://127.0.0.1:9/cb")
    assert chosen.redirect_url == "http://127.0.0.1:9/cb"
