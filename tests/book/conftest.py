"""Fixtures for the catalog's tests: a fast pilot, short waits, and a server that can misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.book.stage import Stage
from tests.book.wire import Wire
from tests.ui.conftest import brisk_pilot, seldom_collected, utc

__all__ = ["brisk_pilot", "seldom_collected", "utc"]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without a pause: these tests don't cover the time between two tries."""
    monkeypatch.setattr("wizard.api.users.PAUSES", (0.0, 0.0))
    monkeypatch.setattr("wizard.api.token.PAUSE_SECONDS", 0.0)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Serve valid responses until a test sets others."""
    with Wire() as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wire: Wire) -> Stage:
    """A home folder that is still empty."""
    return Stage(tmp_path / "home", monkeypatch, wire)
