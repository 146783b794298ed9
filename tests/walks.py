"""Walk through a setup with real keys, from the first screen to the last: for tests and pictures.

Each walk begins where the app begins, ends on a screen in a particular state, and returns that
screen. The values are fixed, so that two walks show the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from textual.pilot import Pilot

from tests.driving import paste, text_of, wait_for_screen, wait_until
from tests.fakes import World, tokens
from wizard.domain.models import UserList
from wizard.domain.problems import ExitCode
from wizard.domain.secret import Secret
from wizard.store.profiles import LocalProfileStore
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen

CLIENT_ID: Final = "OQ0123456789abcdef0123456789abcdef"
SECRET: Final = "k3Yq-0mB2vXw9TzR4uLs7NpD1eHf6JaC8gQi5oKx_WbVtMyZnUcErSdAlGhPjFqI"
REDIRECT_URL: Final = "https://scim.example.edu/callback"
STATE: Final = "7Q2m-JxT0bVhZr9sLkYwEoNpUaDcGf3H"
CODE: Final = "c" * 1100
ANSWER: Final = f"{REDIRECT_URL}?code={CODE}&state={STATE}"
"""The URL that the browser lands on after Approve access."""

ThePilot = Pilot[ExitCode]


def happy_world(home: Path) -> World:
    """Return a world whose responses lead to Done once."""
    world = World(LocalProfileStore(home))
    world.tokens.exchanges = [tokens("1")]
    world.tokens.refreshes = [tokens("2", refresh="refresh-2")]
    world.users.answers = [UserList(25)]
    return world


@contextmanager
def known_state() -> Iterator[None]:
    """Create every link with the same state, so that ANSWER matches it."""
    with patch("wizard.domain.oauth.authorization_request._random", lambda: Secret(STATE)):
        yield


async def prerequisites(pilot: ThePilot, world: World) -> PrerequisitesScreen:
    """Walk to the first step, with five of seven items selected and the machine checked."""
    screen = await wait_for_screen(pilot, PrerequisitesScreen)
    assert isinstance(screen, PrerequisitesScreen)
    await wait_until(pilot, lambda: bool(screen.checks), "the machine's checks")
    await pilot.press(*["space"] * 5)
    return screen


async def continue_anyway(pilot: ThePilot, key: str = "enter") -> None:
    """Leave the first step with items unselected: wait for the question between the two keys."""
    await pilot.press(key)
    await wait_until(pilot, lambda: "Enter again" in text_of(pilot.app), "the question")
    await pilot.press(key)


async def empty_credentials(pilot: ThePilot, world: World) -> CredentialsScreen:
    """Walk to the second step, with nothing entered yet."""
    await prerequisites(pilot, world)
    await pilot.press("space", "space", "enter")
    screen = await wait_for_screen(pilot, CredentialsScreen)
    assert isinstance(screen, CredentialsScreen)
    return screen


async def credentials(pilot: ThePilot, world: World) -> CredentialsScreen:
    """Walk to the second step, with all three values saved and the focus in the last field."""
    screen = await empty_credentials(pilot, world)
    await fill_in(pilot, screen, CLIENT_ID, SECRET, REDIRECT_URL)
    return screen


async def fill_in(pilot: ThePilot, screen: CredentialsScreen, *texts: str) -> None:
    """Paste the three fields with Enter between them, and wait until each says it is saved."""
    names = ("client-id", "client-secret", "redirect-url")
    for count, (name, text) in enumerate(zip(names, texts, strict=True)):
        if count:
            await pilot.press("enter")
        entry = screen.query_one(f"#{name}")
        await wait_until(pilot, lambda entry=entry: entry.has_focus, f"the focus in {name}")  # type: ignore[misc]
        await paste(pilot, text)
    await wait_until(pilot, lambda: text_of(pilot.app).count("✓ saved") == 3, "all three saved")


async def authorize(pilot: ThePilot, world: World) -> AuthorizeScreen:
    """Walk to the third step, with the link visible."""
    await credentials(pilot, world)
    await pilot.press("enter")
    return await linked_authorize(pilot)


async def linked_authorize(pilot: ThePilot) -> AuthorizeScreen:
    """Wait for Authorize with its link."""
    screen = await wait_for_screen(pilot, AuthorizeScreen)
    assert isinstance(screen, AuthorizeScreen)
    await wait_until(pilot, lambda: screen.link is not None, "the link")
    return screen


async def redirect(pilot: ThePilot, world: World) -> RedirectScreen:
    """Walk to the fourth step: the browser was opened, and nothing is pasted yet."""
    await authorize(pilot, world)
    await pilot.press("enter")
    return await linked_redirect(pilot)


async def linked_redirect(pilot: ThePilot) -> RedirectScreen:
    """Wait for Redirect with its link."""
    screen = await wait_for_screen(pilot, RedirectScreen)
    assert isinstance(screen, RedirectScreen)
    await wait_until(pilot, lambda: screen.link is not None, "the link")
    return screen


async def check(pilot: ThePilot, world: World) -> CheckScreen:
    """Walk to the fifth step, with the check completed."""
    await redirect(pilot, world)
    await paste(pilot, ANSWER)
    return await reported_check(pilot)


async def reported_check(pilot: ThePilot) -> CheckScreen:
    """Wait for Check with its report, and until it accepts Enter."""
    screen = await wait_for_screen(pilot, CheckScreen)
    assert isinstance(screen, CheckScreen)
    await wait_until(pilot, lambda: screen.report is not None, "the report")
    await wait_for_screen(pilot, CheckScreen)
    return screen


async def done(pilot: ThePilot, world: World) -> DoneScreen:
    """Walk to the last step."""
    await check(pilot, world)
    await wait_until(pilot, lambda: pilot.app.focused is not None, "a focus")
    await pilot.press("enter")
    screen = await wait_for_screen(pilot, DoneScreen)
    assert isinstance(screen, DoneScreen)
    return screen
