"""A stage for each test of the flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.stage import Stage


@pytest.fixture
def stage(home: Path) -> Stage:
    return Stage(home)
