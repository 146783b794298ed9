"""Reuse the fixtures of the screens."""

from __future__ import annotations

from tests.ui.conftest import brisk_pilot, utc, world

__all__ = ["brisk_pilot", "utc", "world"]
