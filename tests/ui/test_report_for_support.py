"""The text copied for support has all that helps, and nothing that must stay private."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.driving import text_of
from tests.ui.journeys import make_journey
from tests.ui.playing import playing
from tests.ui.running import ACTIVE
from tests.ui.scenes import SCENES
from wizard.domain.errors.exchange import WRONG_CLIENT
from wizard.domain.models import TWILIO, AuthorizationAttempt
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.ui.support import report, secrets_in, secrets_of

STATE = Secret("planted-state")
VERIFIER = Secret("planted-verifier")
ATTEMPT = AuthorizationAttempt(
    state=STATE,
    verifier=VERIFIER,
    client_id=ACTIVE.client_id,
    redirect_url=ACTIVE.redirect_url,
    endpoints=TWILIO,
    scope=ACTIVE.scope,
    created_at=ACTIVE.tokens.obtained_at,  # type: ignore[union-attr]
)


def test_problem_status_request_id_and_versions_are_told() -> None:
    problem = WRONG_CLIENT.with_detail("401", "Request ID: RQ1")
    lines = report(problem, {"scim-wizard": "1.2", "Python": "3.x"}, ()).splitlines()
    assert lines[0] == f"{WRONG_CLIENT.title} ({WRONG_CLIENT.id})"
    assert lines[-4:] == ["401", "Request ID: RQ1", "scim-wizard 1.2", "Python 3.x"]


def test_secrets_that_a_server_echoes_are_masked() -> None:
    session = make_journey().session
    session.active = replace(ACTIVE, attempts=(ATTEMPT,))
    planted = secrets_of(session)
    assert len(planted) == 5
    problem = WRONG_CLIENT.with_detail(*(f"you sent {s.reveal()}!" for s in planted))
    text = report(problem, {}, planted)
    assert not [s for s in planted if s.reveal() in text]
    assert text.count("you sent") == 5


def test_the_start_of_a_secret_that_a_long_line_cut_off_is_masked_too() -> None:
    long = Secret("planted-" + "x" * 2000)
    text = report(WRONG_CLIENT.with_detail(f"you sent {long.reveal()}", "whole"), {}, [long])
    assert "you sent •••…\nwhole" in text


def test_nothing_is_kept_where_nothing_is_set_up() -> None:
    assert secrets_of(make_journey().session) == []


def test_a_pasted_address_keeps_its_place_and_loses_its_code() -> None:
    pasted = "https://idp.example.org/callback?code=planted%2Bcode&state=planted-state&iss=x"
    assert {s.reveal() for s in secrets_in(pasted)} == {"planted+code", "planted-state"}
    assert {s.reveal() for s in secrets_in(" planted-code\n")} == {"planted-code"}


@pytest.mark.parametrize(
    ("name", "is_offered"),
    [
        ("check-failed", True),
        ("overview-failed", True),
        ("check", False),
        ("overview", False),
    ],
)
async def test_row_of_keys_offers_it_where_a_problem_is_shown(
    name: str, is_offered: bool, tmp_path: Path
) -> None:
    (scene,) = (scene for scene in SCENES if scene.name == name)
    async with playing(scene, tmp_path) as pilot:
        assert ("F9 Copy for support" in text_of(pilot.app)) is is_offered
