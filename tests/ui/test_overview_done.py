"""Done by itself, and Overview with its offers in each state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import pytest

from tests.driving import text_of, wait_until
from tests.fakes import FakeClipboard
from tests.ui.hosting import BANNER, Stage, showing
from tests.ui.journeys import done_screen, make_overview, nothing
from tests.ui.playing import playing
from tests.ui.scenes import SCENES
from wizard.domain.errors.exchange import WRONG_CLIENT
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.problems import SetupError
from wizard.domain.steps import Step
from wizard.domain.text import Program, list_users
from wizard.flow.overview import Unfinished
from wizard.flow.state import (
    Back,
    Change,
    CheckNow,
    Discarded,
    Next,
    Outcome,
    Resume,
    StartOver,
)
from wizard.ui.dialog import ConfirmScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.widgets.menu import Menu
from wizard.ui.widgets.problem_panel import ProblemPanel

FACTS = (("Client ID", "OQ0123…cdef"), ("Checked", "[b]never[/b]"))
UNFINISHED = Unfinished("Mar 12, 2026, 14:02", Step.REDIRECT)


def at_overview(
    *,
    has_active: bool = True,
    has_draft: bool = False,
    discard: Callable[[], Awaitable[None]] = nothing,
) -> AbstractAsyncContextManager[Stage[OverviewScreen]]:
    overview = make_overview(
        facts=FACTS if has_active else (),
        since="Nov 20, 2025" if has_active else "",
        unfinished=UNFINISHED if has_draft else None,
        discard=discard,
    )
    return showing(OverviewScreen(BANNER, overview))


async def choose(stage: Stage[OverviewScreen], id_: str) -> None:
    """Go down to a line, and press Enter."""
    menu = stage.screen.query_one(Menu)
    await wait_until(stage.pilot, lambda: menu.highlighted is not None, "a highlighted line")
    for _ in range(menu.option_count):
        if menu.chosen == id_:
            break
        await stage.pilot.press("down")
    assert menu.chosen == id_
    await stage.pilot.press("enter")


@pytest.mark.parametrize(
    ("id_", "outcome"),
    [
        ("check", CheckNow()),
        ("change", Change(Step.CREDENTIALS)),
    ],
)
async def test_each_line_of_a_finished_setup_leads_somewhere(id_: str, outcome: Outcome) -> None:
    async with at_overview() as stage:
        await choose(stage, id_)
        assert await stage.outcome() == outcome


async def until_primary(stage: Stage[OverviewScreen], id_: str) -> None:
    """Wait until a button has the focus; it must have the style of the Enter action."""

    def is_there() -> bool:
        focused = stage.app.screen.focused
        return focused is not None and focused.id == id_

    await wait_until(stage.pilot, is_there, "the focus")
    assert [button.id for button in stage.app.screen.query("Button.-primary")] == [id_]


async def test_a_new_consent_is_warned_of_first() -> None:
    async with at_overview() as stage:
        await choose(stage, "authorize")
        await stage.until_shown(ConfirmScreen)
        await stage.pilot.press("escape")
        await stage.until_shown(OverviewScreen)
        assert stage.outcomes == []
        await stage.pilot.press("enter")
        await stage.until_shown(ConfirmScreen)
        await until_primary(stage, "yes")
        await stage.pilot.press("enter")
        assert await stage.outcome() == Change(Step.AUTHORIZE)


@pytest.mark.parametrize(("id_", "outcome"), [("resume", Resume()), ("start-over", StartOver())])
async def test_each_line_of_an_unfinished_setup_leads_somewhere(id_: str, outcome: Outcome) -> None:
    async with at_overview(has_active=False, has_draft=True) as stage:
        await choose(stage, id_)
        assert await stage.outcome() == outcome


async def test_a_click_chooses_too() -> None:
    async with at_overview() as stage:
        await wait_until(stage.pilot, lambda: bool(stage.screen.query_one(Menu).option_count), "it")
        await stage.pilot.click(Menu, offset=(4, 3))
        assert await stage.outcome() == Change(Step.CREDENTIALS)


async def test_what_is_set_up_is_told_as_it_is_written() -> None:
    async with at_overview() as stage:
        await stage.until_text("OQ0123…cdef", "[b]never[/b]", "Nov 20, 2025")
        await stage.pilot.press("u", "d", "escape")
        assert stage.outcomes == []
        assert stage.app.screen is stage.screen


async def test_an_unfinished_change_can_be_resumed_with_a_key() -> None:
    async with at_overview(has_draft=True) as stage:
        await stage.until_text("Mar 12, 2026, 14:02", "Redirect", "OQ0123…cdef")
        await stage.pilot.press("u")
        assert await stage.outcome() == Resume()


async def test_discarding_asks_first_and_no_is_the_answer_of_enter() -> None:
    discarded = []

    async def discard() -> None:
        discarded.append(True)

    async with at_overview(has_active=False, has_draft=True, discard=discard) as stage:
        for key in ("enter", "escape"):
            await stage.pilot.press("d")
            await stage.until_shown(ConfirmScreen)
            await stage.until_text("rotate")
            await until_primary(stage, "close")
            await stage.pilot.press(key)
            await stage.until_shown(OverviewScreen)
        assert (discarded, stage.outcomes) == ([], [])
        await stage.pilot.press("d")
        await stage.until_shown(ConfirmScreen)
        await stage.pilot.press("tab", "enter")
        assert await stage.outcome() == Discarded()
    assert discarded == [True]


async def test_a_draft_that_cannot_be_discarded_stays() -> None:
    async def discard() -> None:
        raise SetupError(DISK_FULL.filled(path="/somewhere"))

    async with at_overview(has_draft=True, discard=discard) as stage:
        await stage.pilot.press("d")
        await stage.until_shown(ConfirmScreen)
        await stage.pilot.click("#yes")
        await stage.until_text(DISK_FULL.title)
        assert stage.outcomes == []


def at_done() -> AbstractAsyncContextManager[Stage[DoneScreen]]:
    usage = ("Use it with", "scim-wizard token [x]")
    return showing(done_screen(FACTS, usage))


async def test_done_tells_what_was_set_up_and_how_to_use_it() -> None:
    async with at_done() as stage:
        await stage.until_text("OQ0123…cdef", "[b]never[/b]", "scim-wizard token [x]", "deactivate")
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()


async def test_escape_on_done_leads_to_overview() -> None:
    async with at_done() as stage:
        await stage.pilot.press("escape")
        assert await stage.outcome() == Back()


LONG: Final = list_users(
    Program(("/opt/our tools/bin/scim-wizard",)), "acme-production", "https://iam.twilio.com/v1"
)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 36)])
async def test_command_on_done_is_broken_only_between_its_options(size: tuple[int, int]) -> None:
    screen = done_screen(FACTS, ("Run:", LONG))
    async with showing(screen, size) as stage:
        await stage.until_text("--profile acme-production", "'/opt/our tools/bin/scim-wizard'")
        await stage.until_words("#usage", " ".join(LONG.split()))


async def test_command_on_done_is_copied_whole() -> None:
    clipboard = FakeClipboard()
    screen = done_screen(FACTS, ("Run:", LONG), clipboard)
    async with showing(screen, notifications=True) as stage:
        await stage.until_text("^y Copy")
        await stage.pilot.press("ctrl+y")
        await stage.until_text("The command sent to the clipboard.")
    assert clipboard.copied == [LONG]


async def test_nothing_is_copied_on_done_without_a_command() -> None:
    async with at_done() as stage:
        assert "^y" not in stage.text


async def test_problem_leads_overview_in_the_smallest_window(tmp_path: Path) -> None:
    (scene,) = (scene for scene in SCENES if scene.name == "overview-failed")
    async with playing(scene, tmp_path, (60, 18)) as pilot:
        rows = [row.strip(" ▌▏") for row in text_of(pilot.app).splitlines()]
        title = pilot.app.screen.query_one(ProblemPanel).render_line(0)
    assert rows[2] == f"✗ {WRONG_CLIENT.title}"
    styles = {part.style.color for part in title if part.text.strip() and part.style}
    assert len(styles) == 1, "the title is not in the color of its sign"
