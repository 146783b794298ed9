"""Makes the journey that a screen is given, on fakes and with nothing stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fakes import World
from wizard.flow.demo import Demo
from wizard.flow.journey import Journey
from wizard.flow.session import Session
from wizard.store.profiles import LocalProfileStore


def unread_world() -> World:
    """Return a world whose store no test reads."""
    return World(LocalProfileStore(Path("/nowhere")))


def make_journey(world: World | None = None, demo: Demo | None = None) -> Journey:
    """Return a journey; its session has read nothing."""
    world = world or unread_world()
    return Journey(Session("default", world.store, world.clock), world.services, demo)


def let(what: object, **methods: Any) -> None:
    """Have fakes instead of some methods."""
    for name, method in methods.items():
        setattr(what, name, method)
