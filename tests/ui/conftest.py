"""What the screens' tests stand on."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import walks
from tests.fakes import World


@pytest.fixture(autouse=True)
def brisk_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pilot look every 4 ms whether the app is idle, not every 20: most of a test's time.

    It still waits until the app is idle; what a test needs beyond that it waits for itself. As its
    keys come faster than a hand's, no key counts as held down but the second one of a read; with
    the real times see test_held_key.py and terminal/test_held_key.py.
    """
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr("wizard.ui.input_timing.BOUNCE", 0.002)
    monkeypatch.setattr("wizard.ui.input_timing.FIRST_REPEAT", 0.0)


@pytest.fixture(autouse=True, scope="package")
def seldom_collected() -> Iterator[None]:
    """Collect garbage seldom: an app is made of rings, and looking for them costs a third."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 50)
    yield
    gc.set_threshold(*before)


@pytest.fixture(autouse=True)
def utc(environment: None) -> Iterator[None]:
    """Take the time zone the environment was given; local times are on the screens."""
    time.tzset()
    yield
    time.tzset()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose answers lead to Done once, with nothing stored yet."""
    return walks.happy_world(tmp_path / "home")
