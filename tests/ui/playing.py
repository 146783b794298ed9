"""Play a scene: run the wizard on fakes, opened in the state that the scene describes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Input

from tests import walks
from tests.driving import make_app, text_of, wait_until
from tests.fakes import World
from tests.walks import ThePilot
from wizard.flow.context import Demo
from wizard.flow.state import WizardState
from wizard.ui.app import WizardApp
from wizard.ui.step_screen import StepScreen
from wizard.ui.theme import DARK

Seed = Callable[[World], None]
Act = Callable[[ThePilot, World], Awaitable[None]]


def nothing(world: World) -> None:
    """Store nothing, as before the first start."""


async def rest(pilot: ThePilot, world: World) -> None:
    """Do nothing on the opened screen."""


@dataclass(frozen=True)
class Scene:
    """A screen in a state."""

    name: str
    screen: type[Screen[Any]]
    words: str
    """Text that shows that the scene is ready; bars separate its parts."""
    state: WizardState
    """The state in which the wizard opens."""
    seed: Seed = nothing
    act: Act = rest
    """The action that follows."""
    demo: Demo | None = None
    theme: str = DARK.name

    def __str__(self) -> str:
        return self.name


@asynccontextmanager
async def playing(
    scene: Scene, home: Path, size: tuple[int, int] = (80, 24), theme: str = ""
) -> AsyncIterator[ThePilot]:
    """Show a scene until the end of the block; it looks the same each time."""
    world = walks.happy_world(home)
    scene.seed(world)
    app = make_app(world, demo=scene.demo, theme=theme or scene.theme, state=scene.state)
    # The spinner has one character, so that the time of a picture doesn't show.
    with walks.known_state(), patch("wizard.ui.widgets.results.SPINNER", "⠹"):
        async with app.run_test(size=size, notifications=True) as pilot:
            await wait_until(pilot, lambda: is_open(app), f"{scene} to open")
            await scene.act(pilot, world)
            await wait_until(pilot, lambda: is_there(app, scene), f"{scene}: {scene.words}")
            for entry in app.screen.query(Input):
                entry.cursor_blink = False
            await pilot.pause()
            yield pilot
            app.exit()


def is_open(app: WizardApp) -> bool:
    """Whether a step is shown that accepts Enter."""
    return isinstance(app.screen, StepScreen) and app.screen.is_painted


def is_there(app: WizardApp, scene: Scene) -> bool:
    """Whether a scene is visible."""
    text = unframed(text_of(app))
    is_shown = isinstance(app.screen, scene.screen) and all(
        words in text for words in scene.words.split("|")
    )
    return is_shown and not is_searching(app)


def is_searching(app: WizardApp) -> bool:
    """Whether the palette is still searching; it shows the first commands before the last."""
    group = CommandPalette._GATHER_COMMANDS_GROUP
    return any(each.group == group and not each.is_finished for each in app.workers)


def unframed(text: str) -> str:
    """Return a text on one line, without the frames around it."""
    return " ".join(word for word in text.split() if not set(word) <= set("▌▏│┃─╭╮╰╯"))
