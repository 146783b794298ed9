"""Overview when the saved secrets can't be read: it shows the record, and is no dead end."""

from __future__ import annotations

from pathlib import Path

from textual.app import App

from tests.driving import make_app, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import World
from tests.store.keyrings import LockedKeyring
from tests.ui.running import ACTIVE, WHOLE, left, point_at, running, seed, stored
from wizard.domain.errors.store import FILE_NOT_PLAIN, KEYRING_LOCKED
from wizard.domain.models import StoreKind
from wizard.domain.problems import ExitCode
from wizard.store.keyring import SystemKeyring
from wizard.store.profiles import LocalProfileStore
from wizard.ui.dialog import ConfirmScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.menu import Menu


def ready(app: App[ExitCode]) -> bool:
    """Whether Overview is on top with its menu filled."""
    screen = app.screen
    if not isinstance(screen, OverviewScreen):
        return False
    return any(menu.highlighted is not None for menu in screen.query(Menu))


def ids(screen: StepScreen) -> list[str | None]:
    menu = screen.query_one(Menu)
    lines = [menu.get_option_at_index(at) for at in range(menu.option_count)]
    return [line.id for line in lines if not line.disabled]


def blob(world: World, home: Path, *, of_draft: bool = False) -> Path:
    """Return the file of an active set or a draft."""
    with world.store.locked("default") as held:
        assert held.profile is not None
        generation = held.profile.draft if of_draft else held.profile.active
    return home / "secrets" / f"default.{generation}.json"


async def test_a_folder_that_goes_while_overview_is_built_is_told_and_r_tries_again(
    world: World, tmp_path: Path
) -> None:
    """As with a network home folder; for root, only a file in its place has this effect."""
    seed(world, active=ACTIVE)
    app = make_app(world)
    profiles, away = tmp_path / "home" / "profiles", tmp_path / "away"
    profiles.rename(away)
    profiles.write_text("", encoding="utf-8")
    async with running(app) as (_, pilot):
        screen = await wait_for_screen(pilot, OverviewScreen)
        assert ids(screen) == ["retry", "sheet", "profiles", "forget"]
        assert FILE_NOT_PLAIN.title in text_of(app)
        profiles.unlink()
        away.rename(profiles)
        await pilot.press("r")
        await wait_until(pilot, lambda: "Check now" in text_of(app), "all of it")
        assert FILE_NOT_PLAIN.title not in text_of(app)


async def test_a_locked_keyring_opens_overview_and_r_makes_it_whole(
    world: World, tmp_path: Path
) -> None:
    backend = LockedKeyring()
    backend.is_locked = False
    keyring = SystemKeyring(find=lambda: backend)
    world.store = LocalProfileStore(tmp_path / "home", StoreKind.KEYRING, keyring)
    seed(world, active=ACTIVE)
    backend.is_locked = True
    app = make_app(world)
    async with running(app) as (_, pilot):
        screen = await wait_for_screen(pilot, OverviewScreen)
        assert ids(screen) == ["retry", "sheet", "profiles", "forget"]
        assert isinstance(screen, OverviewScreen)
        assert KEYRING_LOCKED.title in text_of(pilot.app)
        assert "Unlock it, then press r." in text_of(pilot.app)
        await pilot.press("r")
        await wait_until(
            pilot, lambda: pilot.app.screen is not screen and ready(pilot.app), "a second look"
        )
        locked = await wait_for_screen(pilot, OverviewScreen)
        assert "check" not in ids(locked)
        backend.is_locked = False
        await pilot.press("r")
        await wait_until(
            pilot, lambda: pilot.app.screen is not locked and ready(pilot.app), "the whole"
        )
        whole = await wait_for_screen(pilot, OverviewScreen)
        assert "check" in ids(whole)
        assert "retry" not in ids(whole)
        assert stored(world) == (ACTIVE, None)


async def test_a_draft_that_cannot_be_read_leaves_the_active_set_usable(
    world: World, tmp_path: Path
) -> None:
    seed(world, active=ACTIVE, draft=WHOLE)
    draft = blob(world, tmp_path / "home", of_draft=True)
    draft.write_text("{", encoding="utf-8")
    async with running(make_app(world)) as (_, pilot):
        screen = await wait_for_screen(pilot, OverviewScreen)
        assert "check" in ids(screen)
        assert "change" not in ids(screen)
        assert draft.read_text(encoding="utf-8") == "{"
        await point_at(pilot, "discard")
        await pilot.press("enter")
        await wait_for_dialog(pilot, ConfirmScreen)
        await pilot.click("#yes")
        await wait_until(
            pilot,
            lambda: ready(pilot.app) and pilot.app.screen is not screen,
            "Overview without the draft",
        )
        assert "change" in ids(await wait_for_screen(pilot, OverviewScreen))
        assert stored(world) == (ACTIVE, None)


async def test_an_active_set_that_is_damaged_can_be_set_up_again(
    world: World, tmp_path: Path
) -> None:
    seed(world, active=ACTIVE)
    active = blob(world, tmp_path / "home")
    active.write_text("{", encoding="utf-8")
    async with running(make_app(world)) as (_, pilot):
        screen = await wait_for_screen(pilot, OverviewScreen)
        assert ids(screen)[:2] == ["retry", "start-over"]
        await point_at(pilot, "start-over")
        await pilot.press("enter")
        await wait_for_screen(pilot, PrerequisitesScreen)
        assert active.read_text(encoding="utf-8") == "{"


async def test_a_first_draft_that_cannot_be_read_is_no_dead_end(
    world: World, tmp_path: Path
) -> None:
    seed(world, draft=WHOLE)
    draft = blob(world, tmp_path / "home", of_draft=True)
    whole = draft.read_text(encoding="utf-8")
    draft.write_text("{", encoding="utf-8")
    async with running(make_app(world)) as (app, pilot):
        screen = await wait_for_screen(pilot, OverviewScreen)
        assert ids(screen) == ["retry", "discard", "profiles"]
        assert "An unfinished setup can't be read" in text_of(app)
        draft.write_text(whole, encoding="utf-8")
        await pilot.press("r")
        await wait_until(pilot, lambda: app.screen is not screen and ready(app), "a second look")
        assert "resume" in ids(await wait_for_screen(pilot, OverviewScreen))
        assert stored(world) == (None, WHOLE)


async def test_a_first_draft_that_cannot_be_read_is_discarded_only_when_asked(
    world: World, tmp_path: Path
) -> None:
    seed(world, draft=WHOLE)
    draft = blob(world, tmp_path / "home", of_draft=True)
    draft.write_text("{", encoding="utf-8")
    async with running(make_app(world)) as (_, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("d")
        await wait_for_dialog(pilot, ConfirmScreen)
        assert draft.exists()
        await pilot.click("#yes")
        await wait_for_screen(pilot, PrerequisitesScreen)
        assert not draft.exists()
        assert stored(world) == (None, None)


async def test_quitting_before_a_draft_that_cannot_be_read_leaves_it_and_says_6(
    world: World, tmp_path: Path
) -> None:
    seed(world, draft=WHOLE)
    draft = blob(world, tmp_path / "home", of_draft=True)
    draft.write_text("{", encoding="utf-8")
    app = make_app(world)
    async with running(app) as (_, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("ctrl+q")
        assert await left(app) == ExitCode.MACHINE
    assert draft.read_text(encoding="utf-8") == "{"
