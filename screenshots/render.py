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
from functools import partial
from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot

from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.fakes import FakeBrowser, World, tokens
from wizard.domain.book.scim import MISSING_PERMISSION
from wizard.domain.models import UserList
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.secret import Secret
from wizard.store.profiles import FileProfileStore
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.theme import DARK, LIGHT
from wizard.ui.widgets.field import Entry

HERE = Path(__file__).parent
CLIENT_ID = "OQ0123456789abcdef0123456789abcdef"
SECRET = "k3Yq-0mB2vXw9TzR4uLs7NpD1eHf6JaC8gQi5oKx_WbVtMyZnUcErSdAlGhPjFqI"
REDIRECT_URL = "https://scim.example.edu/callback"
STATE = "7Q2m-JxT0bVhZr9sLkYwEoNpUaDcGf3H"
ANSWER = f"{REDIRECT_URL}?code={'c' * 1100}&state={STATE}"

ThePilot = Pilot[ExitCode]


@dataclass(frozen=True)
class Scene:
    """A picture: how to get there, and what has to be true when it is taken."""

    name: str
    walk: Callable[[ThePilot, World], Awaitable[None]]


async def prerequisites(pilot: ThePilot, world: World) -> None:
    screen = await wait_for_screen(pilot, PrerequisitesScreen)
    await wait_until(pilot, lambda: bool(getattr(screen, "checks", ())), "the machine's checks")
    await pilot.press(*["space"] * 5)


async def credentials(pilot: ThePilot, world: World) -> None:
    await prerequisites(pilot, world)
    await pilot.press("space", "space", "enter")
    screen = await wait_for_screen(pilot, CredentialsScreen)
    for id_, text in (("client-id", CLIENT_ID), ("client-secret", SECRET)):
        entry = screen.query_one(f"#{id_}")
        await wait_until(pilot, partial(getattr, entry, "has_focus"), id_)
        await paste(pilot, text)
        await pilot.press("enter")
    await wait_until(pilot, lambda: screen.query_one("#redirect-url").has_focus, "redirect")
    await paste(pilot, REDIRECT_URL)
    await wait_until(pilot, lambda: text_of(pilot.app).count("saved") == 3, "all three saved")


async def authorize(pilot: ThePilot, world: World) -> None:
    await credentials(pilot, world)
    await pilot.press("enter")
    screen = await wait_for_screen(pilot, AuthorizeScreen)
    await wait_until(pilot, lambda: getattr(screen, "link", None) is not None, "the link")


async def redirect(pilot: ThePilot, world: World) -> None:
    await authorize(pilot, world)
    await pilot.press("enter")
    screen = await wait_for_screen(pilot, RedirectScreen)
    await wait_until(pilot, lambda: getattr(screen, "link", None) is not None, "the link")


async def redirect_mismatch(pilot: ThePilot, world: World) -> None:
    await redirect(pilot, world)
    await paste(pilot, ANSWER.replace("callback", "callbacks"))


async def check(pilot: ThePilot, world: World) -> None:
    await redirect(pilot, world)
    await paste(pilot, ANSWER)
    screen = await wait_for_screen(pilot, CheckScreen)
    await wait_until(pilot, lambda: getattr(screen, "report", None) is not None, "the report")


async def check_failed(pilot: ThePilot, world: World) -> None:
    world.users.answers.insert(
        0, SetupError(MISSING_PERMISSION.about(permission="managed-users/list"))
    )
    await check(pilot, world)


async def done(pilot: ThePilot, world: World) -> None:
    await check(pilot, world)
    await wait_until(pilot, lambda: pilot.app.focused is not None, "a focus")
    await pilot.press("enter")
    await wait_for_screen(pilot, DoneScreen)


async def overview(pilot: ThePilot, world: World) -> None:
    await done(pilot, world)
    await pilot.press("escape")
    await wait_for_screen(pilot, OverviewScreen)


SCENES = [
    Scene("prerequisites", prerequisites),
    Scene("credentials", credentials),
    Scene("authorize", authorize),
    Scene("redirect", redirect),
    Scene("redirect-mismatch", redirect_mismatch),
    Scene("check", check),
    Scene("check-failed", check_failed),
    Scene("done", done),
    Scene("overview", overview),
]
SIZES = ((80, 24), (120, 36))


async def render(scene: Scene, size: tuple[int, int], theme: str, home: Path) -> str:
    """Return the SVG of a scene."""
    world = World(FileProfileStore(home), browser=FakeBrowser())
    world.tokens.exchanges = [tokens("1")]
    world.tokens.refreshes = [tokens("2", refresh="refresh-2")]
    world.users.answers = [UserList(25)]
    app = make_app(world, theme=theme)
    with patch("wizard.domain.authorize._random", lambda: Secret(STATE)):
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
