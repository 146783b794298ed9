"""Renders each step of the real app as SVG, always the same: python -m screenshots.render.

The app runs on the tests' fakes with a clock that stands still, so that a picture changes only
when a screen does.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests import walks
from tests.driving import make_app
from tests.fakes import World
from wizard.domain.problems import ExitCode
from wizard.ui.theme import DARK, LIGHT
from wizard.ui.widgets.field import Entry

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Scene:
    """A picture: its name, and how to get there."""

    name: str
    walk: Callable[[walks.ThePilot, World], Awaitable[object]]


SCENES = [
    Scene("prerequisites", walks.prerequisites),
    Scene("credentials", walks.credentials),
    Scene("authorize", walks.authorize),
    Scene("redirect", walks.redirect),
    Scene("redirect-mismatch", walks.redirect_mismatch),
    Scene("check", walks.check),
    Scene("check-failed", walks.check_failed),
    Scene("done", walks.done),
    Scene("overview", walks.overview),
]
SIZES = ((80, 24), (120, 36))


async def render(scene: Scene, size: tuple[int, int], theme: str, home: Path) -> str:
    """Return the SVG of a scene."""
    world = walks.happy_world(home)
    app = make_app(world, theme=theme)
    with walks.known_state():
        async with app.run_test(size=size) as pilot:
            await scene.walk(pilot, world)
            for entry in app.screen.query(Entry):
                entry.cursor_blink = False
            await pilot.pause()
            svg = app.export_screenshot(title="Twilio SCIM setup", simplify=True)
            app.exit(ExitCode.FINE)
    return svg


def main(folder: Path = HERE) -> None:
    """Render every scene in both sizes and both themes into a folder."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    for scene in SCENES:
        for size in SIZES:
            for theme in (DARK, LIGHT):
                with tempfile.TemporaryDirectory() as home:
                    svg = asyncio.run(render(scene, size, theme.name, Path(home)))
                shade = "dark" if theme.dark else "light"
                path = folder / f"{scene.name}-{size[0]}x{size[1]}-{shade}.svg"
                path.write_text(svg, encoding="utf-8")
                print(path.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
