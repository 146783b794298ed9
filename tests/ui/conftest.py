"""Fixtures for the tests of the screens."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import system, walks
from tests.fakes import World


@pytest.fixture(autouse=True)
def brisk_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pilot check every 4 ms, not 20, whether the app is idle: most of a test's time.

    The pilot still waits until the app is idle; a test waits for anything else itself. Its keys
    come faster than a person's, so no key counts as held down except the second one of a read. For
    tests with the real times, see test_held_key.py and terminal/test_held_key.py.

    On Windows, whose clock advances every 16 ms, such keys would pass for one read. There the
    pilot is slower than `BURST` and one advance.
    """
    pause = 0.05 if sys.platform == "win32" else 0.004
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", pause)
    monkeypatch.setattr("wizard.ui.input_timing.BOUNCE", 0.001)
    monkeypatch.setattr("wizard.ui.input_timing.FIRST_REPEAT", 0.0)


@pytest.fixture(autouse=True, scope="package")
def seldom_collected() -> Iterator[None]:
    """Collect garbage rarely: an app has many reference cycles, whose search takes a third."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 50)
    yield
    gc.set_threshold(*before)


@pytest.fixture(autouse=True)
def utc(environment: None) -> Iterator[None]:
    """Use the time zone of the environment, because the screens show local times."""
    system.read_time_zone()
    yield
    system.read_time_zone()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose responses lead to Done once, with an empty store."""
    return walks.happy_world(tmp_path / "home")
