"""The words that are shown when a profile is removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.samples import NOW
from wizard.domain.models import Profile
from wizard.domain.texts.overview import question, remains

APP = "OQ" + "0123456789abcdef" * 2


def test_question_names_the_profile_and_what_goes() -> None:
    assert "profile acme" in question("acme").text
    assert "Client Secret" in question("acme").text


@pytest.mark.parametrize(
    ("profile", "said", "unsaid"),
    [
        (Profile(), ["Your OAuth app still", "rotate"], ["token"]),
        (Profile(client_id=APP), [APP], ["token"]),
        (
            Profile(client_id=APP, expires_at=NOW + timedelta(hours=1), refreshable=True),
            ["access token works until", "refresh token"],
            [],
        ),
        (
            Profile(client_id=APP, expires_at=NOW + timedelta(hours=1)),
            ["access token works until"],
            ["refresh token"],
        ),
        (Profile(client_id=APP, expires_at=NOW, refreshable=True), ["refresh token"], ["access"]),
    ],
)
def test_what_remains_is_what_there_was(
    profile: Profile, said: list[str], unsaid: list[str]
) -> None:
    lines = remains(profile, NOW)
    assert max(map(len, lines)) <= 76
    words = " ".join(lines)
    assert all(part in words for part in said)
    assert not any(part in words for part in unsaid)
