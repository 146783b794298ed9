"""Describe what a change of settings would do, without showing a secret."""

from __future__ import annotations

import pytest

from tests.fakes import NOW, tokens
from wizard.domain.models import TWILIO, CredentialSet, Pkce
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.secret import Secret
from wizard.domain.texts.questions import Difference, differences
from wizard.domain.value import replace

ACTIVE = CredentialSet("OQ-old", Secret("hush-old"), "https://a.example/", tokens=tokens())
ELSEWHERE = "https://b.example/"


@pytest.mark.parametrize(
    ("draft", "difference"),
    [
        (replace(ACTIVE, client_id="OQ-new"), Difference("Client ID", "OQ-old", "OQ-new")),
        (
            replace(ACTIVE, client_secret=Secret("hush-new")),
            Difference("Client Secret", "the saved one", "a new one"),
        ),
        (
            replace(ACTIVE, redirect_url=ELSEWHERE),
            Difference("Redirect URL", "https://a.example/", ELSEWHERE),
        ),
        (
            replace(ACTIVE, endpoints=replace(TWILIO, authorize_url=ELSEWHERE)),
            Difference("Authorization endpoint", TWILIO.authorize_url, ELSEWHERE),
        ),
        (
            replace(ACTIVE, endpoints=replace(TWILIO, token_url=ELSEWHERE)),
            Difference("Token endpoint", TWILIO.token_url, ELSEWHERE),
        ),
        (
            replace(ACTIVE, endpoints=replace(TWILIO, scim_url=ELSEWHERE)),
            Difference("SCIM base URL", TWILIO.scim_url, ELSEWHERE),
        ),
        (replace(ACTIVE, scope=""), Difference("Scope", "offline_access", "")),
        (replace(ACTIVE, pkce=Pkce.OFF), Difference("PKCE", "auto", "off")),
    ],
)
def test_each_changed_value_is_told(draft: CredentialSet, difference: Difference) -> None:
    assert differences(ACTIVE, draft) == (difference,)
    assert "hush" not in repr(difference)


def test_tokens_and_links_are_no_change() -> None:
    draft = replace(ACTIVE, tokens=None, attempts=(begin(ACTIVE, None, NOW),))
    assert differences(ACTIVE, draft) == ()


def test_all_that_changed_is_told_in_order() -> None:
    names = [d.name for d in differences(CredentialSet(), ACTIVE)]
    assert names == ["Client ID", "Client Secret", "Redirect URL"]


@pytest.mark.parametrize(
    ("name", "url", "is_foreign"),
    [
        ("SCIM base URL", "https://scim.example.org/v2", True),
        ("SCIM base URL", TWILIO.scim_url, False),
        ("Redirect URL", ELSEWHERE, False),
    ],
)
def test_only_an_endpoint_can_lead_away_from_twilio(name: str, url: str, is_foreign: bool) -> None:
    assert Difference(name, "https://before.example/", url).is_foreign is is_foreign
