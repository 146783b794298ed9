"""At every size, the primary button is visible and the focus is right, or an overlay is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Button

from screenshots.render import still
from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.desk import Desk
from tests.ui.hosting import Host, showing
from tests.ui.journeys import done_screen, make_overview
from tests.ui.playing import playing
from tests.ui.running import WHOLE, resumed, running
from tests.ui.scenes import SCENES
from tests.walks import ANSWER, CLIENT_ID, REDIRECT_URL, SECRET, ThePilot
from wizard.domain.steps import Step
from wizard.domain.texts.guide import GUIDE, ON_SCREEN
from wizard.domain.value import replace
from wizard.flow.overview import Unfinished
from wizard.ui.dialog import HelpScreen, TooSmall
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.widgets.buttons import Keys
from wizard.ui.widgets.checklist import Checklist
from wizard.ui.widgets.field import Entry
from wizard.ui.widgets.layout import LEAST_ROWS, Banner, Body, Title
from wizard.ui.widgets.menu import Menu
from wizard.ui.widgets.results import CheckLines


def assert_in_view(pilot: ThePilot) -> None:
    """Assert that the primary button and the keys are fully visible, and nothing covers them."""
    app = pilot.app
    window = Region(0, 0, *app.size)
    primary = app.screen.query_one("#next", Button)
    for widget in (primary, app.screen.query_one(Keys)):
        assert widget.region.area > 0
        assert window.contains_region(widget.region), f"{widget!r} at {widget.region}"
    row = text_of(app).splitlines()[primary.region.y]
    assert str(primary.label) in row
    for corner in (primary.region.offset, primary.region.bottom_right - (1, 1)):
        assert app.get_widget_at(*corner)[0] is primary
    longest = max(len(line) for line in text_of(app).splitlines())
    assert longest <= app.size.width


async def test_the_primary_is_in_view_and_the_focus_where_work_begins(world: World) -> None:
    """In the smallest window; test_scenes tests each screen at three sizes."""
    async with running(make_app(world), (60, 18)) as (app, pilot):
        with walks.known_state():

            async def begins_at(kind: type[Checklist | Entry | Button | Menu]) -> None:
                await wait_until(pilot, lambda: isinstance(app.focused, kind), "the focus")
                assert app.focused is not None
                assert app.focused.id != "back"
                await pilot.pause()
                assert_in_view(pilot)

            await wait_for_screen(pilot, PrerequisitesScreen)
            await begins_at(Checklist)
            await pilot.press("enter")
            await wait_until(pilot, lambda: "aren't selected" in text_of(app), "the warning")
            assert_in_view(pilot)
            await pilot.press("enter")
            credentials = await wait_for_screen(pilot, CredentialsScreen)
            assert isinstance(credentials, CredentialsScreen)
            await begins_at(Entry)
            assert app.focused is credentials.query_one("#client-id")
            await walks.fill_in(pilot, credentials, CLIENT_ID, SECRET, REDIRECT_URL)
            assert_in_view(pilot)
            await pilot.press("enter")
            await walks.linked_authorize(pilot)
            await begins_at(Button)
            await pilot.press("enter")
            await walks.linked_redirect(pilot)
            await begins_at(Entry)
            await paste(pilot, ANSWER.replace("callback", "callbacks").replace("state=", "state=x"))
            await wait_until(pilot, lambda: "match your Redirect URL" in text_of(app), "the answer")
            assert_in_view(pilot)
            await paste(pilot, ANSWER)
            await walks.reported_check(pilot)
            await begins_at(Button)
            await pilot.press("enter")
            await wait_for_screen(pilot, DoneScreen)
            await begins_at(Button)
            await pilot.press("escape")
            await wait_for_screen(pilot, OverviewScreen)
            await begins_at(Menu)


async def test_a_window_too_small_says_so_and_nothing_happens_behind_it(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        await walks.prerequisites(pilot, world)
        await pilot.resize_terminal(52, 14)
        await wait_until(pilot, lambda: "60×18" in text_of(app), "the overlay")
        assert "52×14" in text_of(app)
        assert "Before you start" not in text_of(app)
        # Nothing of the step, or of its keys, is left around the overlay.
        assert " ".join(text_of(app).split()) == (
            "The window is too small The window is 52×14. The wizard needs 60×18."
            " Enlarge the window, or press p for plain mode. ^q Quit"
        )
        for key in ("space", "enter", "enter", "ctrl+n", "escape", "i", "o", "f1"):
            await pilot.press(key)
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda: "60×18" not in text_of(app), "the step again")
        assert isinstance(app.screen, PrerequisitesScreen)
        assert "5 of 7" in text_of(app)
        await wait_until(pilot, lambda: isinstance(app.focused, Checklist), "the focus")
        await pilot.press("space")
        await wait_until(pilot, lambda: "6 of 7" in text_of(app), "the next tick")


async def test_what_was_typed_survives_a_window_too_small(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS) as (app, pilot):
        screen = await wait_for_screen(pilot, CredentialsScreen)
        secret = screen.query_one("#client-secret", Entry)
        await pilot.click(secret)
        await pilot.press(*"half-a-se")
        await pilot.resize_terminal(52, 14)
        await wait_until(pilot, lambda: "52×14" in text_of(app), "the overlay")
        await pilot.press("x", "enter")
        await paste(pilot, "lost")
        await pilot.resize_terminal(60, 18)
        await wait_until(pilot, lambda: "52×14" not in text_of(app), "the step again")
        assert app.screen is screen
        assert secret.value == "half-a-se"
        await wait_until(pilot, lambda: app.focused is secret, "the focus")


async def test_what_the_listener_catches_goes_on_behind_the_overlay(world: World) -> None:
    draft = replace(WHOLE, redirect_url="http://127.0.0.1:8765/callback")
    async with resumed(world, Step.AUTHORIZE, draft) as (app, pilot):
        screen = await walks.linked_authorize(pilot)
        await pilot.resize_terminal(59, 18)
        await wait_until(pilot, lambda: "59×18" in text_of(app), "the overlay")
        await pilot.resize_terminal(60, 17)
        await wait_until(pilot, lambda: "60×17" in text_of(app), "the overlay")
        assert screen.link is not None
        state = screen.link.attempt.state.reveal()
        await world.listener.catch(f"{draft.redirect_url}?code=a-code-4711&state={state}")
        await walks.reported_check(pilot)
        await wait_until(pilot, lambda: "60×17" in text_of(app), "the overlay")
        await pilot.resize_terminal(60, 18)
        await wait_until(pilot, lambda: "Confirm that you" in text_of(app), "the step")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Next ›" in text_of(app), "the end")
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)


async def test_keys_named_in_a_window_too_small_look_like_keys(world: World) -> None:
    async with running(make_app(world), (52, 14)) as (app, pilot):
        await wait_until(pilot, lambda: "52×14" in text_of(app), "the overlay")
        shown = app.screen.query_one(TooSmall).content
        assert isinstance(shown, Content)
        drawn = [span for span in shown.spans if "footer-key" in str(span.style)]
        assert [shown.plain[span.start : span.end] for span in drawn] == ["p", "^q"]


@pytest.mark.parametrize("size", [(120, 36), (160, 48), (200, 60)])
@pytest.mark.parametrize("name", ["prerequisites", "check", "check-failed", "done", "overview"])
async def test_buttons_stand_under_what_they_belong_to_in_a_large_window(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    [scene] = [scene for scene in SCENES if scene.name == name]
    # In a larger window, the help stands between the words that a scene waits for.
    async with playing(scene, tmp_path) as pilot:
        await pilot.resize_terminal(*size)
        screen = pilot.app.screen
        body, buttons = screen.query_one(Body), screen.query_one("#buttons")
        # At 24 rows, the heading stands in row 2.
        await wait_until(
            pilot,
            lambda: body.region.y > 2 and buttons.region.y == body.region.bottom + 1,
            "the buttons",
        )
        await pilot.pause()
        assert body.region.y <= (14 if size[1] == 60 else 8), "the heading stands near the title"
        rows = text_of(pilot.app).splitlines()[body.region.y : body.region.bottom]
        columns = slice(body.region.x, body.region.right)
        used = max(at for at, row in enumerate(rows, 1) if row[columns].strip())
        # The reason of a prerequisite has a row more than most need, so that the buttons stay.
        spare = name == "prerequisites"
        assert max(used, LEAST_ROWS) <= len(rows) <= max(used + spare, LEAST_ROWS)


async def test_the_third_button_begins_where_the_text_does(tmp_path: Path) -> None:
    [scene] = [scene for scene in SCENES if scene.name == "check-failed"]
    async with playing(scene, tmp_path, (60, 18)) as pilot:
        screen = pilot.app.screen
        text, button = screen.query_one(CheckLines), screen.query_one("#elsewhere")
        assert text.region.x == button.region.x


async def nothing() -> None:
    """Discard nothing."""


def keys_of(text: str) -> str:
    """Return the row of keys, the only line that names the palette; "" while there is none."""
    return next((line for line in text.splitlines() if "^p " in line), "")


@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
@pytest.mark.parametrize("why_not", ["", "SSH"])
async def test_keys_that_do_not_fit_are_left_out_whole(size: tuple[int, int], why_not: str) -> None:
    """With a browser and with the demo's key, there are more keys than fit."""
    desk = Desk(why_not=why_not, approve=lambda _url: nothing_read())
    async with showing(desk.authorize(), size) as stage:
        words = "Approve for me" if why_not else "Open browser"
        # Whole where there is room, else the first word of the button.
        word = words if size[0] >= 80 else words.partition(" ")[0]
        await wait_until(stage.pilot, lambda: f"⏎ {word}" in keys_of(stage.text), "the word")
        keys = keys_of(stage.text).split("  ")
        shown = {key.strip() for key in keys if key.strip()}
        # Enter does the same where no browser can be opened.
        f8 = set() if why_not else {"F8 Approve"}
        assert {f"⏎ {word}", "esc Back", "^g Help", "^p palette"} | f8 <= shown
        assert shown <= {
            f"⏎ {word}", "esc Back", "^g Help", "F8 Approve", "^y Copy", "^l Full link",
            "^t New link",
            "^p palette",
        }  # fmt: skip


async def nothing_read() -> str:
    """Approve nothing."""
    return ""


@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
async def test_a_foreign_host_is_cut_before_it_touches_the_profile(size: tuple[int, int]) -> None:
    host = f"{'very-' * 12}long.example.org"
    banner = Banner("acme-production-of-the-north", foreign_hosts=(host,))
    async with showing(Desk().authorize(banner), size) as stage:
        await stage.until_text("! not Twilio: v", "…")
        title = next(line for line in stage.text.splitlines() if "not Twilio" in line)
        assert re.search(r"setup  ! not Twilio: \S+…  profile acme", title), title


async def test_more_than_fits_is_said_until_the_end_is_reached() -> None:
    note = " ".join(f"word-{number}" for number in range(200))
    unfinished = Unfinished("Mar 12, 2026, 14:02", Step.REDIRECT, note)
    screen = OverviewScreen(Banner("default"), make_overview(unfinished=unfinished))
    async with showing(screen, (80, 24)) as stage:
        await stage.until_text("↓ more")
        await stage.pilot.press("end")
        await wait_until(stage.pilot, lambda: "Start over" in stage.text, "the end")
        await wait_until(stage.pilot, lambda: "↓ more" not in stage.text, "no more")
        await stage.pilot.resize_terminal(80, 40)
        await wait_until(stage.pilot, lambda: "word-0 " in stage.text, "all of it")
        assert "↓ more" not in stage.text


@pytest.mark.parametrize("name", ["redirect", "check"])
async def test_introduction_stays_in_a_small_window_that_has_room_for_it(
    name: str, tmp_path: Path
) -> None:
    [scene] = [scene for scene in SCENES if scene.name == name]
    async with playing(scene, tmp_path, (60, 18)) as pilot:
        shown = " ".join(text_of(pilot.app).split())
    assert GUIDE[scene.state.step].naming(ON_SCREEN).intro in shown


@pytest.mark.parametrize(
    ("size", "classes"),
    [((60, 18), {"-narrow", "-short"}), ((80, 24), {"-normal", "-tall"})],
)
@pytest.mark.parametrize(
    "make",
    [
        done_screen,
        lambda: HelpScreen("", ()),
    ],
)
async def test_a_screen_is_laid_out_for_its_size_from_the_first_frame_on(
    make: Callable[[], Screen[Any]], size: tuple[int, int], classes: set[str]
) -> None:
    screen = make()
    laid_out: list[set[str]] = []
    async with Host().run_test(size=size) as pilot:
        screen.screen_layout_refresh_signal.subscribe(
            pilot.app, lambda _: laid_out.append(set(screen.classes))
        )
        pilot.app.push_screen(screen)
        await wait_until(pilot, lambda: bool(laid_out), "the first layout")
    assert classes <= laid_out[0]


@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
async def test_what_led_back_to_the_link_leaves_room_for_all_of_it(
    size: tuple[int, int], tmp_path: Path
) -> None:
    (scene,) = (scene for scene in SCENES if scene.name == "authorize-denied")
    async with playing(scene, tmp_path, size) as pilot:
        body = pilot.app.screen.query_one(Body)
        await wait_until(pilot, lambda: body.virtual_size.height > 0, "its layout")
        await pilot.pause()
        assert (body.scroll_y, body.max_scroll_y) == (0, 0)


async def test_overview_is_as_wide_as_a_step_in_each_window(tmp_path: Path) -> None:
    edges: dict[str, list[int]] = {}
    for name in ("overview", "check"):
        (scene,) = (scene for scene in SCENES if scene.name == name)
        async with playing(scene, tmp_path / name) as pilot:
            for size in ((60, 18), (80, 24), (120, 36), (160, 48), (200, 60)):
                await pilot.resize_terminal(*size)
                await still(pilot)
                title = pilot.app.screen.query_one(Title).region
                button = pilot.app.screen.query_one("#next").region
                edges.setdefault(name, []).extend((title.x, title.right, button.right))
    assert edges["overview"] == edges["check"]
