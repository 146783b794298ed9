"""Dialogs name each key once, and what is said twice in a row is shown once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from textual.color import Color

from tests.driving import make_app, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.hosting import showing
from tests.ui.playing import playing
from tests.ui.running import ACTIVE, left, point_at, resumed, running, seed
from tests.ui.scenes import SCENES
from tests.walks import ThePilot
from wizard.domain.models import CredentialSet, Endpoints
from wizard.domain.steps import Step
from wizard.domain.texts.guide import GUIDE, ON_SCREEN
from wizard.domain.texts.overview import question
from wizard.domain.texts.questions import AUTHORIZE_AGAIN, NOTHING_REMOVED, differences
from wizard.domain.texts.summary import LAST_CHECK
from wizard.domain.value import replace
from wizard.ui.app import WizardApp
from wizard.ui.dialog import ConfirmScreen, Dialog, HelpScreen
from wizard.ui.palette import Palette
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import ProfilesScreen, SheetScreen
from wizard.ui.screens.setup_dialogs import ChangesScreen
from wizard.ui.widgets.buttons import ButtonRow, Keys
from wizard.ui.widgets.drawing import KEY_COLOR
from wizard.ui.widgets.links import Told


@pytest.fixture
def active(world: World) -> World:
    seed(world, active=ACTIVE)
    return world


MOVED = replace(ACTIVE, endpoints=Endpoints(scim_url="https://scim.example.org/v2"))


@pytest.mark.parametrize(
    ("dialog", "keys"),
    [
        (HelpScreen("Help", ("Words",)), "esc Close"),
        (ConfirmScreen(question("default")), "y Remove  ⏎ esc Keep"),
        (ConfirmScreen(AUTHORIZE_AGAIN), "⏎ Authorize  esc No"),
        (ChangesScreen(differences(ACTIVE, MOVED)), "⏎ Continue  esc Not yet"),
    ],
    ids=["help", "remove", "authorize", "changes"],
)
async def test_each_key_of_a_dialog_is_named_once_by_the_words_of_its_button(
    dialog: Dialog[object], keys: str
) -> None:
    async with showing(dialog) as stage:
        row = dialog.query_one(Keys)
        await wait_until(stage.pilot, lambda: row.render().plain.rstrip() == keys, keys)


async def test_after_no_to_a_removal_the_step_says_that_nothing_was_removed(active: World) -> None:
    async with running(make_app(active), notifications=True) as (app, pilot):
        await point_at(pilot, "forget")
        await pilot.press("enter")
        await wait_for_dialog(pilot, ConfirmScreen)
        await wait_until(pilot, lambda: "Remove profile default?" in text_of(app), "the question")
        await pilot.press("enter")
        await wait_for_screen(pilot, OverviewScreen)
        await wait_until(pilot, lambda: NOTHING_REMOVED in text_of(app), "what became of it")


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 36), (160, 48), (200, 60)])
async def test_a_long_dialog_leaves_both_bars_in_view_and_a_row_beside_each_where_there_is_room(
    size: tuple[int, int],
) -> None:
    async with showing(HelpScreen("Help", ("Words",) * 80), size) as stage:
        await stage.until_text("Close")
        dialog, is_roomy = stage.screen.query_one("#dialog").region, size[1] >= 24
        assert dialog.y == (8 if size[1] >= 44 else 1 + is_roomy)
        assert dialog.bottom == size[1] - 1 - is_roomy
        # Above the frame, an empty row where there is room.
        assert stage.screen.query_one("#close").region.bottom == dialog.bottom - 1 - is_roomy
        if size[0] >= 120:
            text = stage.screen.query_one("#dialog-body").region.x
            assert stage.screen.query_one(Keys).content_region.x == text


async def test_the_frame_is_gray_and_the_ground_the_same_inside_and_outside_of_it(
    active: World,
) -> None:
    async with running(make_app(active)) as (app, pilot):
        await point_at(pilot, "forget")
        await pilot.press("enter")
        await wait_for_dialog(pilot, ConfirmScreen)
        colors = app.theme_variables
        await assert_framed(app, "#dialog", colors)
        await pilot.press("escape", "ctrl+p")
        await wait_until(pilot, lambda: isinstance(app.screen, Palette), "the palette")
        await assert_framed(app, "#--container", colors)


async def assert_framed(app: WizardApp, window: str, colors: Mapping[str, str]) -> None:
    styles = app.screen.query_one(window).styles
    assert styles.border_top == ("round", Color.parse(colors["line"]))
    assert styles.background == Color.parse(colors["background"])


async def test_a_question_is_read_whole_in_the_smallest_window() -> None:
    async with showing(ConfirmScreen(AUTHORIZE_AGAIN), (60, 18)) as stage:
        await stage.until_text("until the new ones")
        assert "work." in stage.text
        assert "↓ more" not in stage.text


async def test_more_profiles_than_fit_are_said_to_be_more(tmp_path: Path) -> None:
    (scene,) = (scene for scene in SCENES if scene.name == "profiles-many")
    async with playing(scene, tmp_path) as pilot:
        await wait_until(pilot, lambda: "PgDn ↓ more" in text_of(pilot.app), "more")
        words = pilot.app.screen.query_one("#dialog-buttons", ButtonRow).render()
        assert [words.plain[a:b] for a, b, style in words.spans if style == KEY_COLOR] == ["PgDn"]
        assert "New profile…" not in text_of(pilot.app)
        await pilot.press("end")
        await wait_until(pilot, lambda: "› New profile…" in text_of(pilot.app), "the end")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "a-z, 0-9, - and _ ─╯" in text_of(pilot.app), "the field")


async def test_help_has_one_gap_between_parts_and_a_title_over_each() -> None:
    page = GUIDE[Step.CREDENTIALS].naming(ON_SCREEN).help
    async with showing(HelpScreen("Help", page), (120, 48)) as stage:
        await stage.until_text("Twilio's documentation")
        rows = [row.strip(" │") for row in stage.text.splitlines()]
        first = rows.index("What to do here")
        last = rows.index("Twilio's documentation")
        assert ["", ""] not in [rows[n : n + 2] for n in range(first, last)]
        assert not rows[last - 1]
    titled, plain = (Told(["One", "Two? Three"], is_titled=is_one) for is_one in (True, False))
    drawn = [(span.start, span.end, span.style) for span in plain.content(40).spans]
    assert drawn == [(0, 3, "$muted"), (4, 14, "$muted"), (4, 8, "$foreground")]
    assert titled.content(40).spans[0].style == "bold"


async def test_yes_has_a_key() -> None:
    async with showing(ConfirmScreen(question("default"))) as stage:
        await stage.until_text("y Remove")
        await stage.pilot.press("y")
        assert await stage.outcome() is True


async def test_no_has_a_key_too() -> None:
    async with showing(ConfirmScreen(question("default"))) as stage:
        await stage.until_text("y Remove")
        await stage.pilot.press("n")
        assert await stage.outcome() is False


async def test_host_that_is_not_twilios_is_marked_among_the_changes() -> None:
    async with showing(ChangesScreen(differences(ACTIVE, MOVED))) as stage:
        await stage.until_text("https://scim.example.org/v2  ! not Twilio")
    homely = replace(ACTIVE, redirect_url="https://scim.example.org/another")
    async with showing(ChangesScreen(differences(ACTIVE, homely))) as stage:
        await stage.until_text("https://scim.example.org/another")
        assert "not Twilio" not in stage.text


async def open_sheet(pilot: ThePilot) -> None:
    await point_at(pilot, "sheet")
    await pilot.press("enter")
    await wait_for_dialog(pilot, SheetScreen)


async def test_sheet_is_shown_copied_and_saved_for_whom_it_is_chosen(
    active: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(make_app(active)) as (app, pilot):
        await open_sheet(pilot)
        await wait_until(pilot, lambda: "Twilio SCIM in a script" in text_of(app), "its sheet")
        rows = [row.strip(" │╭╮─") for row in text_of(app).splitlines()]
        title = rows.index("Handoff sheet · Twilio SCIM in a script")
        assert rows.index("Notes") > title
        await pilot.press("right")
        await wait_until(pilot, lambda: "Twilio SCIM in Okta" in text_of(app), "Okta's sheet")
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(active.clipboard.copied), "the copy")
        assert active.clipboard.copied[0].startswith("# Twilio SCIM in Okta")
        await pilot.press("s")
        await wait_until(pilot, lambda: "Saved as" in text_of(app), "the file")
        assert app.screen.query_one("#save").disabled
    path = tmp_path / "twilio-scim-default-okta.md"
    assert path.read_text(encoding="utf-8").startswith("# Twilio SCIM in Okta")


async def test_what_is_said_again_takes_the_place_of_what_was_said(active: World) -> None:
    async with running(make_app(active), notifications=True) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("ctrl+c", "f20", "ctrl+c")
        await wait_until(pilot, lambda: "to quit" in text_of(app), "the notice")
        assert text_of(app).count("to quit") == 1


async def test_the_palette_marks_its_line_as_a_menu_does_and_follows_a_resize(
    world: World,
) -> None:
    async with resumed(world, Step.CREDENTIALS, CredentialSet()) as (app, pilot):
        await wait_for_screen(pilot, CredentialsScreen)
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: "› Help" in text_of(app), "the first line")
        for size in ((80, 24), (60, 18), (120, 36)):
            await pilot.resize_terminal(*size)
            end = min(size[0], 76)
            await wait_until(pilot, lambda end=end: ended(app) == end, f"{size}")  # type: ignore[misc]
            assert "╭─ Commands ─" in text_of(app)
        await pilot.press("down")
        await wait_until(pilot, lambda: "› Copy secret" in text_of(app), "the next line")
        assert "› Help" not in text_of(app)


def ended(app: WizardApp) -> int:
    """Return how wide the palette's first line is from frame to frame, if its key ends it."""
    found = re.search(r"│ › Help  +About this step +\^g  │", text_of(app))
    return len(found[0]) if found else 0


async def test_profiles_are_opened_from_the_palette_of_any_step(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS, CredentialSet()) as (app, pilot):
        await wait_for_screen(pilot, CredentialsScreen)
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: isinstance(app.screen, Palette), "the palette")
        await pilot.press(*"profiles")
        await wait_until(pilot, lambda: "Change theme" not in text_of(app), "the one command")
        await pilot.press("enter")
        await wait_for_dialog(pilot, ProfilesScreen)
        await pilot.press(*"acme", "enter")
        await left(app)
        assert app.wizard_context.next_profile == "acme"


@pytest.mark.parametrize(
    ("name", "verdict", "facts"),
    [
        ("overview", "✓ SCIM works. Last check passed just now, 25 users.", 5),
        ("overview-failed", "✗ Last check failed just now.", 0),
        ("overview-change", "✓ SCIM works. Last check passed just now, 25 users.", 0),
    ],
)
async def test_verdict_leads_overview_and_its_blocks_stand_apart(
    name: str, verdict: str, facts: int, tmp_path: Path
) -> None:
    (scene,) = (scene for scene in SCENES if scene.name == name)
    async with playing(scene, tmp_path) as pilot:
        keys = text_of(pilot.app).splitlines()[-1]
        rows = [row.strip(" ▌▏") for row in text_of(pilot.app).splitlines()]
    first = next(n for n, row in enumerate(rows) if row.startswith("›"))
    above = [row for row in rows[:first] if row]
    assert above[2] == verdict
    assert sum(row.startswith(FACTS) for row in above) == facts
    assert sum(LAST_CHECK in row for row in rows) == 1, "the last check is told twice"
    last = next(n for n, row in enumerate(rows) if row.startswith("Remove profile"))
    assert not rows[last - 1], "the line that removes the profile touches the others"
    assert not rows[first - 1], "the actions touch what is above them"
    if facts:
        shown = rows[first - facts - 1 : first - 1]
        assert all(map(str.startswith, shown, FACTS)), "the facts changed their order"
        assert not rows[first - facts - 2], "the facts touch what is above them"
    assert "Resume" not in keys, "the key of a line in the menu is named twice"


FACTS = ("Client ID", "Secret", "Redirect URL", "Access token", "Refresh token")
