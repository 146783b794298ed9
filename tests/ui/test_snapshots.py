"""How each step looks, as a whole. Look at the report before taking a change over:

pytest tests/ui/test_snapshots.py --snapshot-update
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import pytest
from textual.app import App

from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.running import ACTIVE, LINKED, seed
from tests.walks import ANSWER, SECRET, ThePilot
from wizard.domain.book.scim import MISSING_PERMISSION
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.steps import Step
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.widgets.field import Entry

Walk = Callable[[ThePilot], Awaitable[None]]


class Compare(Protocol):
    """Takes a picture of an app after a walk, and compares it with the one that is kept."""

    def __call__(
        self, app: App[ExitCode], *, terminal_size: tuple[int, int], run_before: Walk
    ) -> bool: ...


@pytest.fixture(autouse=True)
def bare_footer() -> None:
    """Keep the row of keys."""


@pytest.fixture(params=[(80, 24), (120, 36)], ids=["80x24", "120x36"])
def looks_as_kept(
    request: pytest.FixtureRequest, snap_compare: Compare, world: World
) -> Callable[[Walk], bool]:
    """Compare the wizard, after a walk, with the picture of the test and size."""

    def compare(walk: Walk) -> bool:
        async def walk_and_rest(pilot: ThePilot) -> None:
            await walk(pilot)
            for entry in pilot.app.screen.query(Entry):
                entry.cursor_blink = False
            await pilot.pause()

        with walks.known_state():
            return snap_compare(
                make_app(world), terminal_size=request.param, run_before=walk_and_rest
            )

    return compare


Looks = Callable[[Walk], bool]


async def resume(pilot: ThePilot) -> None:
    """Go on with the draft."""
    await wait_for_screen(pilot, OverviewScreen)
    await pilot.press("u")


def test_prerequisites(looks_as_kept: Looks, world: World) -> None:
    """Ticked and open lines, the why of the one under the cursor, and the machine's findings."""

    async def walk(pilot: ThePilot) -> None:
        await walks.prerequisites(pilot, world)

    assert looks_as_kept(walk)


def test_credentials(looks_as_kept: Looks, world: World) -> None:
    """Each field with its note and its sign of being saved; the secret is masked."""
    seed(world, draft=replace(LINKED, client_secret=None))

    async def walk(pilot: ThePilot) -> None:
        await resume(pilot)
        screen = await wait_for_screen(pilot, CredentialsScreen)
        secret = screen.query_one("#client-secret", Entry)
        await wait_until(pilot, lambda: secret.has_focus, "the focus")
        await paste(pilot, SECRET)
        await wait_until(pilot, lambda: text_of(pilot.app).count("✓ saved") == 3, "all saved")

    assert looks_as_kept(walk)


def test_authorize(looks_as_kept: Looks, world: World) -> None:
    """The link whole, what happens behind it, and the primary that opens it."""
    seed(world, draft=LINKED, step=Step.AUTHORIZE)

    async def walk(pilot: ThePilot) -> None:
        await resume(pilot)
        await walks.linked_authorize(pilot)

    assert looks_as_kept(walk)


def test_redirect(looks_as_kept: Looks, world: World) -> None:
    """Both addresses of a mismatch, the place where they differ, no code, and what to do."""
    seed(world, draft=LINKED, step=Step.REDIRECT)

    async def walk(pilot: ThePilot) -> None:
        await resume(pilot)
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER.replace("callback", "callbacks"))

    assert looks_as_kept(walk)


def test_check(looks_as_kept: Looks, world: World) -> None:
    """Six lines passed, each with its time, and the way on."""
    seed(world, draft=LINKED, step=Step.REDIRECT)

    async def walk(pilot: ThePilot) -> None:
        await resume(pilot)
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)

    assert looks_as_kept(walk)


def test_check_failed(looks_as_kept: Looks, world: World) -> None:
    """The line that failed, its problem under the list, and both ways on."""
    seed(world, draft=LINKED, step=Step.REDIRECT)
    problem = MISSING_PERMISSION.about(permission="managed-users/list")
    world.users.answers = [SetupError(problem)]

    async def walk(pilot: ThePilot) -> None:
        await resume(pilot)
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)

    assert looks_as_kept(walk)


def test_done(looks_as_kept: Looks, world: World) -> None:
    """What was set up, how to use it, what to keep in mind; no secret."""
    seed(world, draft=LINKED, step=Step.REDIRECT)

    async def walk(pilot: ThePilot) -> None:
        await resume(pilot)
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)

    assert looks_as_kept(walk)


def test_overview(looks_as_kept: Looks, world: World) -> None:
    """Facts, an unfinished change as a line and not a gate, and the actions."""
    changed = replace(LINKED, redirect_url="https://new.example.edu/cb")
    seed(world, active=ACTIVE, draft=changed)

    async def walk(pilot: ThePilot) -> None:
        await wait_for_screen(pilot, OverviewScreen)

    assert looks_as_kept(walk)
