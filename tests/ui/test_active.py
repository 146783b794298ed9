"""The actions of Overview for an active set: rotate, hand off, switch profiles, remove."""

from __future__ import annotations

import asyncio
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import FakeTokenEndpoint, World, tokens
from tests.masks import umask
from tests.ui.running import ACTIVE, WHOLE, left, point_at, running, seed, stored
from tests.ui.seeds import other_profiles
from tests.walks import SECRET, ThePilot
from wizard.domain.errors.exchange import REFRESH_REFUSED, WRONG_CLIENT
from wizard.domain.errors.store import FILE_NOT_MADE
from wizard.domain.models import CredentialSet, TokenSet, UserList
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.ui.dialog import ConfirmScreen
from wizard.ui.input_timing import TimedScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import ProfilesScreen, RotateScreen, SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.widgets.field import Entry
from wizard.ui.widgets.rail import Rail

ROTATED = "the-rotated-secret"


async def open_dialog(pilot: ThePilot, id_: str, kind: type[TimedScreen[Any]]) -> None:
    """Select an action of Overview that opens a dialog."""
    await point_at(pilot, id_)
    await pilot.press("enter")
    await wait_for_dialog(pilot, kind)


async def until_text(pilot: ThePilot, *words: str) -> None:
    await wait_until(
        pilot, lambda: all(word in text_of(pilot.app) for word in words), f"{words} on the screen"
    )


async def test_a_check_from_overview_shows_no_steps_of_a_setup(world: World) -> None:
    seed(world, active=ACTIVE)
    world.users.answers = [UserList(3)]
    async with running(make_app(world)) as (app, pilot):
        await point_at(pilot, "check")
        await pilot.press("enter")
        await wait_for_screen(pilot, CheckScreen)
        await until_text(pilot, "Go to Overview ›")
        assert "Done" not in text_of(app)
        assert "Prerequisites" not in text_of(app)
        assert not app.screen.query(Rail)


async def test_a_rotated_secret_that_works_is_kept_and_checked(world: World) -> None:
    seed(world, active=ACTIVE)
    world.tokens.refreshes = [tokens("new", refresh="refresh-new")]
    world.users.answers = [UserList(3)]
    async with running(make_app(world), notifications=True) as (_, pilot):
        await open_dialog(pilot, "rotate", RotateScreen)
        await paste(pilot, f'"{ROTATED}"\n')
        assert ROTATED not in text_of(pilot.app)
        await pilot.press("enter")
        await wait_for_screen(pilot, CheckScreen)
        await until_text(pilot, "The new secret works and is saved.")
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, OverviewScreen)
    new = replace(
        ACTIVE,
        client_secret=Secret(ROTATED),
        tokens=tokens("new", refresh="refresh-new"),
    )
    assert stored(world) == (new, None)
    assert world.users.calls[0][1] == Secret("access-new")


async def test_a_rotated_secret_that_is_refused_changes_nothing(world: World) -> None:
    seed(world, active=ACTIVE)
    world.tokens.refreshes = [SetupError(WRONG_CLIENT)]
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "rotate", RotateScreen)
        await pilot.press("enter")
        await until_text(pilot, "Enter the new Client Secret")
        await paste(pilot, ROTATED)
        await pilot.press("enter")
        await until_text(pilot, WRONG_CLIENT.title, "Copy the entire new Client Secret again")
        assert "both" not in text_of(app)
        # In place of what the dialog is for, and on a ground of its own.
        assert "The wizard tests it" not in text_of(app)
        window, panel = (app.screen.query_one(id_).styles for id_ in ("#dialog", "#problem"))
        assert panel.background != window.background
        assert isinstance(app.screen, RotateScreen)
        assert isinstance(app.focused, Entry)
        await pilot.press("escape")
        await wait_for_screen(pilot, OverviewScreen)
    assert stored(world) == (ACTIVE, None)


async def test_a_rotated_secret_that_needs_a_consent_is_staged_after_a_question(
    world: World,
) -> None:
    seed(world, active=ACTIVE)
    world.tokens.refreshes = [SetupError(REFRESH_REFUSED), SetupError(REFRESH_REFUSED)]
    async with running(make_app(world)) as (_, pilot):
        for is_wanted in (False, True):
            await open_dialog(pilot, "rotate", RotateScreen)
            await paste(pilot, ROTATED)
            await pilot.press("enter")
            await wait_for_dialog(pilot, ConfirmScreen)
            assert stored(world) == (ACTIVE, None)
            if not is_wanted:
                await pilot.press("escape")
                await wait_for_screen(pilot, OverviewScreen)
        await pilot.click("#yes")
        await walks.linked_authorize(pilot)
    active, draft = stored(world)
    assert active == ACTIVE
    assert draft is not None
    assert draft.client_secret == Secret(ROTATED)


class SlowRefresh(FakeTokenEndpoint):
    """Responds to a refresh only when it is released."""

    gate: asyncio.Event

    async def refresh(self, credentials: CredentialSet) -> TokenSet:
        found = await super().refresh(credentials)
        await self.gate.wait()
        return found


async def test_a_trial_under_way_is_waited_for(world: World) -> None:
    seed(world, active=ACTIVE)
    world.tokens = SlowRefresh(refreshes=[tokens("new", refresh="refresh-new")])
    world.tokens.gate = asyncio.Event()
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "rotate", RotateScreen)
        await paste(pilot, ROTATED)
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(world.tokens.calls), "the trial")
        await pilot.press("escape", "enter")
        assert isinstance(app.screen, RotateScreen)
        world.tokens.gate.set()
        await wait_for_screen(pilot, CheckScreen)
    active, _ = stored(world)
    assert active is not None
    assert active.client_secret == Secret(ROTATED)


async def test_the_sheet_holds_no_secret_and_can_be_copied(world: World) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world), (100, 40)) as (app, pilot):
        await open_dialog(pilot, "sheet", SheetScreen)
        await until_text(pilot, "iam.twilio.com")
        await pilot.click("#primary")
        await wait_until(pilot, lambda: bool(world.clipboard.copied), "the copy")
        sheet = world.clipboard.copied[0]
        assert "- **Client ID:** `" in sheet
        assert re.search(r"Client ID +OQ", text_of(app))
        assert not [signs for signs in ("**", "`", "# ") if signs in text_of(app)]
        for secret in (SECRET, "access-active", "refresh-active"):
            assert secret not in sheet
            assert secret not in text_of(app)
        await pilot.press("escape")
        await wait_for_screen(pilot, OverviewScreen)


@pytest.mark.parametrize("mask", [0, 0o777])
async def test_the_sheet_is_saved_for_its_owner_alone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mask: int
) -> None:
    seed(world, active=ACTIVE)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with running(make_app(world), (100, 40)) as (_, pilot):
        await open_dialog(pilot, "sheet", SheetScreen)
        with umask(mask):
            await pilot.click("#save")
            await until_text(pilot, "Saved as")
        shown = str(pilot.app.screen.query_one("#saved", Static).content)
        assert str(folder / "twilio-scim-default.md") in shown
        await pilot.press("enter")
        await wait_for_screen(pilot, OverviewScreen)
    path = folder / "twilio-scim-default.md"
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert "iam.twilio.com" in text
    for secret in (SECRET, "access-active", "refresh-active"):
        assert secret not in text


@pytest.mark.parametrize("is_link", [True, False])
async def test_the_sheet_takes_the_place_of_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_link: bool
) -> None:
    seed(world, active=ACTIVE)
    monkeypatch.chdir(tmp_path)
    path, target = tmp_path / "twilio-scim-default.md", tmp_path / "elsewhere"
    if is_link:
        path.symlink_to(target)
    else:
        path.write_text("mine", encoding="utf-8")
    async with running(make_app(world), (100, 40)) as (app, pilot):
        await open_dialog(pilot, "sheet", SheetScreen)
        await pilot.click("#save")
        await until_text(pilot, FILE_NOT_MADE.title, "File exists")
        assert not target.exists()
        assert path.is_symlink() or path.read_text(encoding="utf-8") == "mine"
        path.unlink()
        # A button that looks pressed accepts no Enter.
        button = app.screen.query_one("#save")
        await wait_until(pilot, lambda: not button.has_class("-active"), "the button's rest")
        await pilot.press("enter")
        await until_text(pilot, "Saved as")
    assert path.read_text(encoding="utf-8").startswith("# ")
    assert not target.exists()


async def test_a_problem_is_copied_for_support_without_a_secret(world: World) -> None:
    seed(world, active=ACTIVE)
    refused = WRONG_CLIENT.with_detail(f"401: {SECRET} or {ROTATED} is wrong", "Request ID: RQ1")
    world.tokens.refreshes = [SetupError(refused)]
    async with running(make_app(world)) as (app, pilot):
        await pilot.press("f9")
        assert "F9" not in text_of(app)
        await open_dialog(pilot, "rotate", RotateScreen)
        await paste(pilot, ROTATED)
        await pilot.press("enter")
        await until_text(pilot, WRONG_CLIENT.title)
        await pilot.press("f9")
        await wait_until(pilot, lambda: bool(world.clipboard.copied), "the copy")
    (text,) = world.clipboard.copied
    for words in (WRONG_CLIENT.id, "Request ID: RQ1", "scim-wizard", "Python", "textual"):
        assert words in text
    for secret in (SECRET, ROTATED, "access-active", "refresh-active"):
        assert secret not in text


async def test_another_profile_is_opened_by_leaving_this_one(world: World) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "profiles", ProfilesScreen)
        await paste(pilot, "Not A Name")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "✗" in text_of(app), "what is wrong with it")
        assert isinstance(app.screen, ProfilesScreen)
        await paste(pilot, "acme-prod")
        await pilot.press("enter")
        assert await left(app) is ExitCode.FINE
        assert app.wizard_context.next_profile == "acme-prod"


NEW_PROFILE = ["New", "profile…", "starts", "a", "new", "setup"]


async def test_profiles_begin_at_the_open_one_which_is_marked_and_enter_goes_back_to_it(
    world: World,
) -> None:
    seed(world, active=ACTIVE)
    other_profiles("acme", "test")(world)
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "profiles", ProfilesScreen)
        lines = [line.strip(" │").split() for line in text_of(app).splitlines()]
        for line in (["acme"], ["›", "default", "current"], ["test"], NEW_PROFILE):
            assert line in lines
        await pilot.press("enter")
        await wait_for_screen(pilot, OverviewScreen)
        await open_dialog(pilot, "profiles", ProfilesScreen)
        await pilot.press("up", "enter")
        assert await left(app) is ExitCode.FINE
        assert app.wizard_context.next_profile == "acme"


async def test_the_line_of_a_new_profile_asks_for_its_name_until_another_is_chosen(
    world: World,
) -> None:
    seed(world, active=ACTIVE)
    other_profiles("acme")(world)
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "profiles", ProfilesScreen)
        entry = app.screen.query_one("#new-profile", Entry)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: entry.has_focus, "the field")
        await until_text(pilot, "─ Name ─")
        await pilot.press("enter")
        await until_text(pilot, "Use 1 to 64 characters")
        await pilot.press(*"default", "enter")
        await until_text(pilot, "Profile default is already open.")
        await pilot.press("shift+tab", "up")
        await wait_until(pilot, lambda: "─ Name ─" not in text_of(app), "no field")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: entry.has_focus, "the field again")
        await paste(pilot, "acme-prod")
        await pilot.press("enter")
        assert await left(app) is ExitCode.FINE
        assert app.wizard_context.next_profile == "acme-prod"


async def test_beside_the_only_profile_the_name_of_a_new_one_is_asked_for_at_once(
    world: World,
) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "profiles", ProfilesScreen)
        assert re.search("default +current", text_of(app))
        assert "› New profile…" in text_of(app)
        await paste(pilot, "default")
        await pilot.press("enter")
        await until_text(pilot, "Profile default is already open.")


async def test_escape_on_a_new_profile_leads_back_and_leaves_nothing_behind(
    world: World,
) -> None:
    app = make_app(world)
    app.wizard_context.came_from = "acme"
    async with running(app) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        # A checked box creates a record.
        await pilot.press("space")
        await wait_until(pilot, lambda: bool(world.store.names()), "a record")
        await pilot.press("escape")
        await left(app)
        assert app.wizard_context.next_profile == "acme"
        assert app.wizard_context.farewell() == ()
    assert world.store.names() == []


async def test_the_palette_leads_back_and_keeps_what_was_entered(world: World) -> None:
    seed(world, draft=WHOLE)
    app = make_app(world)
    app.wizard_context.came_from = "acme"
    async with running(app) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        commands = {c.title: c.callback for c in app.get_system_commands(app.screen)}
        commands["Back to acme"]()
        await left(app)
        assert app.wizard_context.next_profile == "acme"
    assert stored(world)[1] == WHOLE


async def test_profiles_are_offered_beside_an_unfinished_setup(world: World) -> None:
    seed(world, draft=WHOLE)
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "profiles", ProfilesScreen)
        await paste(pilot, "acme")
        await pilot.press("enter")
        await left(app)
        assert app.wizard_context.next_profile == "acme"


async def test_forgetting_asks_first_and_says_what_is_left_to_do(world: World) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world)) as (app, pilot):
        await open_dialog(pilot, "forget", ConfirmScreen)
        await pilot.press("enter")
        await wait_for_screen(pilot, OverviewScreen)
        assert stored(world)[0] == ACTIVE
        await open_dialog(pilot, "forget", ConfirmScreen)
        await pilot.click("#yes")
        assert await left(app) is ExitCode.FINE
        assert "Twilio" in " ".join(app.wizard_context.farewell())
    assert world.store.load("default") is None
