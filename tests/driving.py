"""Drive the real app without a terminal: build it on fakes, and wait for conditions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.pilot import Pilot

from tests.fakes import World
from wizard.domain.models import CredentialSet
from wizard.domain.problems import ExitCode
from wizard.flow.context import Demo, WizardContext
from wizard.flow.session import Session
from wizard.flow.state import WizardState, start
from wizard.ui.app import WizardApp
from wizard.ui.input_timing import TimedScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.theme import DARK, Look

PATIENCE = 10.0
"""Seconds after which waiting for a condition fails; no test measures it."""


def make_app(
    world: World,
    *,
    blank: CredentialSet | None = None,
    demo: Demo | None = None,
    theme: str = DARK.name,
    look: Look | None = None,
    state: WizardState | None = None,
) -> WizardApp:
    """Return the wizard on fakes, as the wiring would build it.

    Args:
        state: the state to open in; otherwise the state that a person would find.
    """
    session = Session("default", world.store, world.clock, blank)
    session.open()
    wizard_context = WizardContext(session, world.services, demo)
    begin = state or start(session.profile, session.draft, world.clock())
    return WizardApp(wizard_context, begin, look or Look(theme))


async def wait_until(pilot: Pilot[ExitCode], condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; on failure, name the condition."""
    give_up = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < give_up, f"waited in vain for {what}; on:\n{text_of(pilot.app)}"
        await pilot.pause()
        await asyncio.sleep(0)


async def wait_for_screen(pilot: Pilot[ExitCode], kind: type[StepScreen]) -> StepScreen:
    """Wait until a step is shown and accepts Enter, and return it."""

    def is_shown() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, kind) and screen.is_painted

    await wait_until(pilot, is_shown, f"a {kind.__name__}")
    screen = pilot.app.screen
    assert isinstance(screen, StepScreen)
    return screen


async def wait_for_dialog(pilot: Pilot[ExitCode], kind: type[TimedScreen[Any]]) -> None:
    """Wait until a dialog is visible and therefore accepts Enter."""

    def is_shown() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, kind) and screen.is_painted

    await wait_until(pilot, is_shown, f"a {kind.__name__}")


async def paste(pilot: Pilot[ExitCode], text: str) -> None:
    """Paste as a terminal does: one event to the app."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


def text_of(app: App[ExitCode]) -> str:
    """Return the text on the screen, in lines, in the layout that was made last.

    After a resize, that is the layout for the old size until the screen has been told.
    """
    strips = app.screen._compositor.render_strips()
    lines = ("".join(segment.text for segment in strip) for strip in strips)
    return "\n".join(line.rstrip() for line in lines)
