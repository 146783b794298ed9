"""The help of a step: instructions, problems, places in the Console, and URLs."""

from __future__ import annotations

from typing import Final

import pytest
from textual.containers import Vertical

from tests.driving import make_app, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.hosting import Host
from tests.ui.running import ACTIVE, point_at, resumed, running, seed
from tests.walks import ThePilot, continue_anyway
from wizard.domain.steps import Step
from wizard.domain.texts.guide import GUIDE, ON_SCREEN
from wizard.domain.texts.prerequisites import CONSOLE, LEGACY_CONSOLE
from wizard.ui.dialog import HelpScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import RotateScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.widgets.field import SecretEntry
from wizard.ui.widgets.links import HelpPane, PageLink

HINT: Final = "Press Ctrl+Q to quit. Saved values are kept."


@pytest.mark.parametrize("step", GUIDE)
def test_each_step_says_what_to_do_what_goes_wrong_and_where_it_is(step: Step) -> None:
    text = "\n\n".join(GUIDE[step].naming(ON_SCREEN).help)
    for part in ("What to do here\n1. ", "goes wrong\n", "Twilio Console\n", "Legacy Console"):
        assert part in text
    lines = text.splitlines()
    assert CONSOLE in lines
    assert LEGACY_CONSOLE in lines


async def in_help(pilot: ThePilot) -> list[PageLink]:
    """Open the help of the first step, and return its URLs."""
    await wait_for_screen(pilot, PrerequisitesScreen)
    await pilot.press("f1")
    await wait_until(pilot, lambda: bool(pilot.app.screen.query(PageLink)), "the help")
    await wait_until(pilot, lambda: pilot.app.focused is not None, "the focus")
    return list(pilot.app.screen.query(PageLink))


async def test_ctrl_c_is_told_how_to_leave_also_in_a_dialog_and_in_a_secret(world: World) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world)) as (app, pilot):

        async def is_told() -> None:
            before = list(app._notifications)
            await pilot.press("ctrl+c")
            await wait_until(pilot, lambda: list(app._notifications) not in (before, []), "it")
            # The new hint took the place of the one before.
            assert [note.message for note in app._notifications] == [HINT]

        await point_at(pilot, "rotate")
        await is_told()
        await pilot.press("f1")
        await wait_for_dialog(pilot, HelpScreen)
        await is_told()
        await pilot.press("escape")
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("enter")
        await wait_for_dialog(pilot, RotateScreen)
        await wait_until(pilot, lambda: isinstance(app.focused, SecretEntry), "the field")
        await is_told()


async def test_a_question_mark_opens_the_help_unless_it_is_typed(world: World) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world)) as (app, pilot):
        await point_at(pilot, "rotate")
        await pilot.press("question_mark")
        await wait_for_dialog(pilot, HelpScreen)
        await pilot.press("escape")
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("enter")
        await wait_for_dialog(pilot, RotateScreen)
        await wait_until(pilot, lambda: isinstance(app.focused, SecretEntry), "the field")
        await pilot.press("question_mark")
        field = app.screen.query_one(SecretEntry)
        await wait_until(pilot, lambda: field.value == "?", "the sign")


async def toggle_help(pilot: ThePilot) -> None:
    """Hide the help beside the form, or show it, by the palette."""
    step = pilot.app.screen
    await pilot.press("ctrl+p")
    await wait_until(pilot, lambda: "the help beside the form" in text_of(pilot.app), "the palette")
    await pilot.press(*"beside the form")
    await wait_until(pilot, lambda: "Change theme" not in text_of(pilot.app), "the command")
    await pilot.press("enter")
    await wait_until(pilot, lambda: pilot.app.screen is step, "the step")


async def test_help_beside_the_form_is_hidden_and_stays_so(world: World) -> None:
    async with running(make_app(world), (120, 36)) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await wait_until(pilot, lambda: "What to do here" in text_of(app), "the help")
        await toggle_help(pilot)
        await wait_until(pilot, lambda: "What to do here" not in text_of(app), "its end")
        await continue_anyway(pilot)
        await wait_for_screen(pilot, CredentialsScreen)
        await wait_until(pilot, lambda: "^g Help" in text_of(app), "the keys")
        assert "Legacy Console" not in text_of(app)
        # Of the step before, not all was done, and the rail says so.
        assert "– Prerequisites" in text_of(app)
        assert "│ skipped" in text_of(app)
        await toggle_help(pilot)
        await wait_until(pilot, lambda: "Legacy Console" in text_of(app), "the help")
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda: "Legacy Console" not in text_of(app), "the narrow form")


@pytest.mark.parametrize("step", [Step.PREREQUISITES, Step.CREDENTIALS, Step.REDIRECT, Step.DONE])
@pytest.mark.parametrize("size", [(120, 24), (120, 36), (160, 48), (200, 60)])
async def test_help_beside_a_form_is_whole_and_names_the_key_for_the_rest(
    step: Step, size: tuple[int, int]
) -> None:
    """Whatever there is room for, no sentence is cut, and the pane is no longer than it."""
    page = GUIDE[step].naming(ON_SCREEN)
    needed = page.help[:1] if step is Step.PREREQUISITES else ()
    pane = HelpPane((*needed, *page.where), page.troubles)
    async with Host().run_test(size=size) as pilot:
        await pilot.app.mount(Vertical(pane, id="columns"))
        pane.display, pane.styles.width, pane.styles.height = True, 36, "auto"
        await pilot.pause()
        lines = [line.strip() for line in pane.render().plain.split("\n")]
        assert pane.size.height == len(lines) + 1 <= size[1]
    told = " ".join(filter(None, lines))
    assert ("For more: ^g Help" in told) is ("If something goes wrong" not in told)
    sentence = told.removesuffix("For more: ^g Help").strip()
    assert sentence.endswith((".", "Open this page", "OAuth apps")), sentence


async def test_help_key_opens_all_of_it_beside_a_form_too(world: World) -> None:
    async with running(make_app(world), (120, 36)) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await wait_until(pilot, lambda: "For more: ^g Help" in text_of(app), "the help")
        await pilot.press("ctrl+g")
        await wait_for_dialog(pilot, HelpScreen)
        await wait_until(pilot, lambda: "If something goes wrong" in text_of(app), "all of it")


async def test_addresses_in_the_help_are_opened_and_copied_by_key(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        await in_help(pilot)
        await pilot.press("tab", "enter")
        await wait_until(pilot, lambda: world.browser.opened == [CONSOLE], "the page")
        await pilot.press("ctrl+y")
        await wait_until(pilot, lambda: world.clipboard.copied == [CONSOLE], "the copy")
        assert isinstance(app.screen, HelpScreen)


async def test_addresses_in_the_help_are_opened_and_copied_by_mouse(world: World) -> None:
    # The URLs come last; this window shows them without scrolling.
    async with running(make_app(world), (80, 74)) as (_, pilot):
        _, legacy, *_ = await in_help(pilot)
        await pilot.click(legacy.query_one("_Address"))
        await wait_until(pilot, lambda: world.browser.opened == [LEGACY_CONSOLE], "the page")
        await pilot.click(legacy.query_one("Button"))
        await wait_until(pilot, lambda: world.clipboard.copied == [LEGACY_CONSOLE], "the copy")


async def test_where_no_browser_opens_the_address_is_copied_to_the_terminal(world: World) -> None:
    world.browser.takes = False
    world.clipboard.is_here = False
    async with running(make_app(world)) as (app, pilot):
        await in_help(pilot)
        await pilot.press("tab", "enter")
        await wait_until(pilot, lambda: bool(app._notifications), "the reason")
        assert [note.message for note in app._notifications] == [
            "No browser on this machine. Press Ctrl+Y to copy the URL."
        ]
        await pilot.press("ctrl+y")
        await wait_until(pilot, lambda: app.clipboard == CONSOLE, "the copy")


async def test_an_enter_too_many_in_the_palette_opens_the_help_and_copies_no_secret(
    world: World,
) -> None:
    async with resumed(world, Step.CREDENTIALS) as (app, pilot):
        await wait_for_screen(pilot, CredentialsScreen)
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: "Copy secret" in text_of(app), "the palette")
        await pilot.press("enter")
        await wait_for_dialog(pilot, HelpScreen)
    assert (world.clipboard.copied, app.clipboard) == ([], "")
