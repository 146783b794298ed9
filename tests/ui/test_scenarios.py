"""The screens support every journey of the scenarios, as plain mode does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plain import test_scenarios as plain
from tests.scenarios import SCENARIOS, scene
from tests.ui.person import Person
from tests.ui.running import left, running
from wizard import services, wiring
from wizard.ui.app import WizardApp
from wizard.wiring import Settings

ROWS = list(SCENARIOS)
ROOMY = (100, 44)
"""Columns and rows with room for a whole page."""


def test_both_faces_make_every_journey() -> None:
    assert len(ROWS) == len(plain.ROWS) == len(SCENARIOS)
    assert set(ROWS) == set(plain.ROWS) == set(SCENARIOS)


@pytest.mark.parametrize("name", ROWS)
async def test_journey_is_made(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCIM_WIZARD_HOME", str(tmp_path / "home"))
    scenario = SCENARIOS[name]
    with scene(scenario, tmp_path / "home") as made:
        endpoints = made.endpoints
        given = {
            "authorize_url": endpoints.authorize_url,
            "token_url": endpoints.token_url,
            "scim_url": endpoints.scim_url,
        }
        with wiring.wizard(Settings(endpoints=given), services.store()) as app:
            assert isinstance(app, WizardApp)
            async with running(app, ROOMY) as (_, pilot):
                await scenario.walk(Person(app, pilot), made)
                assert await left(app) == scenario.code
