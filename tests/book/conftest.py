"""What the book's tests stand on: a brisk pilot, short waits, and a server to misbehave."""

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
    """Try again at once: how long is waited between two tries is not what is tested here."""
    monkeypatch.setattr("wizard.api.users.PAUSES", (0.0, 0.0))
    monkeypatch.setattr("wizard.api.token.PAUSE_SECONDS", 0.0)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server that answers well until it is told how not to."""
    with Wire() as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wire: Wire) -> Stage:
    """A home with nothing in it yet."""
    return Stage(tmp_path / "home", monkeypatch, wire)
