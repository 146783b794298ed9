"""If a keyring can't save, a key unlocks it or switches to files, and never silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App

from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.fakes import World
from tests.store.keyrings import LockedKeyring
from tests.ui.running import ACTIVE, LINKED, WHOLE, point_at, resumed, running, seed, stored
from tests.ui.test_out_of_reach import ready
from tests.walks import ANSWER, REDIRECT_URL, happy_world, reported_check
from wizard.domain.errors.store import KEYRING_LOCKED
from wizard.domain.models import StoreKind
from wizard.domain.problems import ExitCode
from wizard.domain.steps import Step
from wizard.domain.texts.wording import IN_FILES
from wizard.domain.value import replace
from wizard.store.keyring import SystemKeyring
from wizard.store.profiles import LocalProfileStore
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.redirect import RedirectScreen

UNFINISHED = replace(WHOLE, redirect_url="")


@pytest.fixture
def backend() -> LockedKeyring:
    backend = LockedKeyring()
    backend.is_locked = False
    return backend


@pytest.fixture
def world(tmp_path: Path, backend: LockedKeyring) -> World:
    world = happy_world(tmp_path / "home")
    keyring = SystemKeyring(find=lambda: backend)
    world.store = LocalProfileStore(tmp_path / "home", StoreKind.KEYRING, keyring)
    return world


def place(world: World) -> StoreKind:
    profile = world.store.load("default")
    assert profile is not None
    return profile.store


def told(app: App[ExitCode]) -> list[str]:
    return [notice.message for notice in app._notifications]


def words(app: App[ExitCode]) -> str:
    """Return the text on the screen, however it is wrapped."""
    return " ".join(text_of(app).replace("▌", " ").split())


async def test_a_field_the_keyring_does_not_take_goes_into_a_file_by_f7(
    world: World, backend: LockedKeyring
) -> None:
    async with resumed(world, Step.CREDENTIALS, UNFINISHED) as (app, pilot):
        await wait_for_screen(pilot, CredentialsScreen)
        await wait_until(pilot, lambda: "Help" in text_of(app), "the footer")
        assert "F7" not in text_of(app)
        backend.is_locked = True
        await paste(pilot, REDIRECT_URL)
        offer = "Unlock it, then press Enter. Or press F7 to use a file instead."
        await wait_until(pilot, lambda: offer in words(app), "the words")
        await wait_until(pilot, lambda: "F7 Use a file" in words(app), "the key, to be clicked")
        assert place(world) is StoreKind.KEYRING
        assert told(app) == []
        await pilot.press("f7")
        await wait_until(pilot, lambda: KEYRING_LOCKED.title not in text_of(app), "it saved")
        assert place(world) is StoreKind.FILE
        assert told(app) == [IN_FILES]
        assert stored(world) == (None, WHOLE)
        await wait_until(pilot, lambda: "F7" not in text_of(app), "that it is offered no longer")


async def test_an_active_set_in_a_locked_keyring_moves_once_it_can_be_read(
    world: World, backend: LockedKeyring
) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world)) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await wait_until(pilot, lambda: ready(app), "the menu")
        await point_at(pilot, "change")
        await pilot.press("enter")
        await wait_for_screen(pilot, CredentialsScreen)
        backend.is_locked = True
        await pilot.click("#redirect-url")
        await paste(pilot, f"{REDIRECT_URL}/2")
        await wait_until(pilot, lambda: KEYRING_LOCKED.title in text_of(app), "the words")
        await pilot.press("f7")
        await wait_until(
            pilot, lambda: "Unlock it, then press F7 again." in words(app), "why not yet"
        )
        assert place(world) is StoreKind.KEYRING
        assert told(app) == []
        backend.is_locked = False
        await pilot.press("f7")
        await wait_until(pilot, lambda: KEYRING_LOCKED.title not in text_of(app), "it saved")
        assert place(world) is StoreKind.FILE
        assert told(app) == [IN_FILES]
        draft = replace(WHOLE, redirect_url=f"{REDIRECT_URL}/2")
        assert stored(world) == (ACTIVE, draft)
        assert backend.entries == {}


async def test_a_check_the_keyring_is_in_the_way_of_goes_on_with_a_file_by_f(
    world: World, backend: LockedKeyring
) -> None:
    async with resumed(world, Step.REDIRECT, LINKED) as (app, pilot):
        await wait_for_screen(pilot, RedirectScreen)
        backend.is_locked = True
        await paste(pilot, ANSWER)
        screen = await reported_check(pilot)
        offer = "Unlock it, then press Enter. Or press f to use a file instead."
        await wait_until(pilot, lambda: offer in words(app), "the words")
        assert world.tokens.sent == [], "the code is not spent on what cannot be kept"
        await pilot.press("f")
        await wait_until(pilot, lambda: told(app) == [IN_FILES], "it is said")
        await wait_until(pilot, lambda: place(world) is StoreKind.FILE, "the file")
        await wait_until(
            pilot,
            lambda: screen.report is not None and screen.report.problem is None,
            "the check passed",
        )
        assert world.tokens.sent == ["exchange", "refresh"]
        active, draft = stored(world)
        assert active is not None
        assert active.tokens is not None
        assert draft is None
