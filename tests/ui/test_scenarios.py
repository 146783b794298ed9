"""The screens support every journey of the scenarios, as plain mode does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plain import test_scenarios as plain
from tests.scenarios import AT_SECOND, SCENARIOS, Scene, Walk, scene, second_scene
from tests.ui.person import Person
from tests.ui.running import left, running
from wizard import wiring
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
        assert await walked(scenario.walk, made) == scenario.code


@pytest.mark.parametrize("name", AT_SECOND)
async def test_journey_is_made_at_the_second_server(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCIM_WIZARD_HOME", str(tmp_path / "home"))
    walk, grant_type, code = AT_SECOND[name]
    with second_scene(tmp_path / "home", grant_type) as made:
        assert await walked(walk, made) == code


async def walked(walk: Walk, made: Scene) -> int:
    """Make a journey, and return its exit code."""
    given = made.endpoints.named
    with wiring.wizard(Settings(endpoints=given), wiring.store()) as app:
        assert isinstance(app, WizardApp)
        async with running(app, ROOMY) as (_, pilot):
            await walk(Person(app, pilot), made)
            return await left(app)
