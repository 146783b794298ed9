"""The fixture that most tests here need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.world import World, world


@pytest.fixture
def happy() -> Iterator[World]:
    """A simulated Twilio in which everything works."""
    with world() as it:
        yield it
