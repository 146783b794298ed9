"""The fixture most tests here want."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.world import World, world


@pytest.fixture
def happy() -> Iterator[World]:
    """A world in which everything works."""
    with world() as it:
        yield it
