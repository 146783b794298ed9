"""The authorization endpoint: its approval page, its redirects, and what it never redirects."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.sandbox.world import STATE, VERIFIER, World, answer_of, challenge_of, world
from wizard.sandbox.oauth import BadClient
from wizard.sandbox.twilio import PERMISSIONS

NASTY = "<script>alert(1)</script>\"'&amp;<b onclick=x>"


class Page(HTMLParser):
    """A page as a browser parses it: tags, attributes, and hidden fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += values
        if values.get("type") == "hidden":
            self.fields[values["name"]] = values["value"]


def test_consent_page_says_who_gives_what_to_whom(happy: World) -> None:
    response = happy.client.get(happy.link())
    assert response.status_code == 200
    text = unescape(response.text)
    assert happy.sandbox.app_name in text
    assert happy.sandbox.approver in text
    assert happy.sandbox.organization in text
    assert happy.sandbox.redirect_url in text
    assert "simulates Twilio" in text
    assert "Approve access" in text
    for permission in (*PERMISSIONS, "offline_access"):
        assert permission in text


def test_consent_page_lists_only_what_is_granted(happy: World) -> None:
    happy.sandbox.permissions = {"managed-users/read"}
    text = happy.client.get(happy.link(scope=None)).text
    assert "managed-users/read" in text
    assert "managed-users/list" not in text
    assert "offline_access" not in text


def test_consent_page_has_no_script_and_is_not_kept(happy: World) -> None:
    response = happy.client.get(happy.link())
    page = Page(response.text)
    assert "script" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on")]
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"style-src 'sha256-[^']+'", policy)


def test_consent_page_escapes_what_comes_from_outside() -> None:
    with world() as it:
        it.sandbox.app_name = it.sandbox.approver = NASTY
        response = it.client.get(it.link(state=NASTY))
        page = Page(response.text)
        assert "script" not in page.tags
        assert "onclick" not in page.attributes
        assert NASTY not in response.text
        assert page.fields["state"] == NASTY


def test_form_sends_the_request_again_and_nothing_else(happy: World) -> None:
    extra = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    page = Page(happy.client.get(happy.link(**extra, decision="approve", other="x")).text)
    assert page.fields == happy.query(**extra)


def test_approve_lands_on_the_redirect_url_with_code_and_state(happy: World) -> None:
    response = happy.press()
    assert response.status_code == 303
    assert response.headers["cache-control"] == "no-store"
    location = response.headers["location"]
    assert location.startswith(happy.sandbox.redirect_url + "?")
    answer = answer_of(location)
    assert answer.keys() == {"code", "state"}
    assert answer["state"] == STATE
    assert 1100 < len(answer["code"]) < 1400
    assert answer["code"].count(".") == 2


def test_approve_method_does_what_the_form_does(happy: World) -> None:
    pressed, called = happy.press().headers["location"], happy.sandbox.approve(happy.link())
    assert urlsplit(pressed)._replace(query="") == urlsplit(called)._replace(query="")
    for location in (pressed, called):
        answer = answer_of(location)
        assert answer["state"] == STATE
        assert happy.exchange(answer["code"]).status_code == 200


@pytest.mark.parametrize("decision", ["deny", "", "Approve"])
def test_anything_but_approve_is_a_denial(happy: World, decision: str) -> None:
    response = happy.press(decision)
    assert response.status_code == 303
    answer = answer_of(response.headers["location"])
    assert (answer["error"], answer["state"]) == ("access_denied", STATE)
    assert "code" not in answer
    assert response.headers["location"] == happy.sandbox.deny(happy.link())


def test_no_state_is_sent_back_when_none_came(happy: World) -> None:
    location = happy.press(state=None).headers["location"]
    assert answer_of(location).keys() == {"code"}


def test_query_of_the_redirect_url_is_kept() -> None:
    with world(redirect_url="https://idp.example.invalid/cb?tenant=7") as it:
        answer = answer_of(it.press().headers["location"])
        assert answer.keys() == {"tenant", "code", "state"}
        assert it.exchange(answer["code"]).status_code == 200


def test_redirect_url_outside_ascii_is_encoded_in_the_location() -> None:
    with world(redirect_url="https://idp.example.invalid/rückkehr/%41?x=a+b") as it:
        location = it.press().headers["location"]
        assert location.startswith("https://idp.example.invalid/r%C3%BCckkehr/%41?x=a+b&code=")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "OQ" + "0" * 32},
        {"client_id": None},
        {"redirect_uri": "https://evil.example.invalid/callback"},
        {"redirect_uri": "https://idp.example.invalid/callback/"},
        {"redirect_uri": "https://IDP.example.invalid/callback"},
        {"redirect_uri": None},
    ],
)
def test_wrong_app_or_redirect_url_never_redirects(
    happy: World, method: str, change: dict[str, str | None]
) -> None:
    get = method == "GET"
    response = happy.client.get(happy.link(**change)) if get else happy.press(**change)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "This link can" in response.text
    with pytest.raises(BadClient):
        happy.sandbox.approve(happy.link(**change))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_doubled_app_or_redirect_url_never_redirects(happy: World, name: str) -> None:
    response = happy.client.get(f"{happy.link()}&{name}=x")
    assert response.status_code == 400
    assert "location" not in response.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"code_challenge": challenge_of(VERIFIER)}, "invalid_request"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_other_faults_redirect_with_error_and_state(
    happy: World, change: dict[str, str | None], error: str
) -> None:
    response = happy.client.get(happy.link(**change))
    assert response.status_code == 302
    location = response.headers["location"]
    assert location.startswith(happy.sandbox.redirect_url + "?")
    answer = answer_of(location)
    assert (answer["error"], answer["state"]) == (error, STATE)
    assert happy.sandbox.approve(happy.link(**change)) == location


def test_redirect_url_added_later_counts(happy: World) -> None:
    happy.sandbox.redirect_urls.append("http://127.0.0.1:8085/callback")
    answer = happy.press(redirect_uri="http://127.0.0.1:8085/callback")
    assert answer.headers["location"].startswith("http://127.0.0.1:8085/callback?code=")
