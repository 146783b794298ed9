"""The speed at which a person types at plain mode's prompts."""

from __future__ import annotations

from typing import Final

import pytest

from wizard.flow.link import PASTE_PAUSE
from wizard.host import line_reader
from wizard.plain import dialogue, link
from wizard.plain.dialogue import QUIET

REAL: Final = line_reader.SILENCE


@pytest.fixture(autouse=True)
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a long line as complete after 20 ms without input, which halves a journey's time.

    Lines arrive in one piece here. `real_silence` is for tests in which a line arrives in several.
    """
    monkeypatch.setattr(line_reader, "SILENCE", 0.02)


@pytest.fixture(autouse=True)
def no_paste_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept every Enter. A test of an Enter that comes with a paste asks for `paste_pause`."""
    monkeypatch.setattr(link, "PASTE_PAUSE", 0.0)


@pytest.fixture(autouse=True)
def no_waiting_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say nothing of a wait, however busy the machine is. `real_quiet` is for tests of that."""
    monkeypatch.setattr(dialogue, "QUIET", 600.0)


@pytest.fixture
def real_quiet(no_waiting_said: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say what plain mode waits for as early as the product does."""
    monkeypatch.setattr(dialogue, "QUIET", QUIET)


@pytest.fixture
def paste_pause(no_paste_pause: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore an Enter after a paste for longer than a test takes, however busy the machine is."""
    monkeypatch.setattr(link, "PASTE_PAUSE", 600.0)


@pytest.fixture
def real_paste_pause(no_paste_pause: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore an Enter after a paste for as long as the product does."""
    monkeypatch.setattr(link, "PASTE_PAUSE", PASTE_PAUSE)


@pytest.fixture
def real_silence(short_silence: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long after a long line as the product does."""
    monkeypatch.setattr(line_reader, "SILENCE", REAL)
