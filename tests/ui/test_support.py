"""Copy for support, by its key and from the palette: the whole problem, and no secret."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.command import CommandList, CommandPalette

from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.fakes import NOW, World
from tests.ui.running import ACTIVE, TICKED, resumed, running
from tests.walks import ANSWER, CODE, REDIRECT_URL, SECRET, STATE, ThePilot
from wizard.domain.errors.consent import OTHER_ERROR
from wizard.domain.errors.exchange import WRONG_CLIENT
from wizard.domain.models import CheckStatus, LastCheck, Profile
from wizard.domain.problems import SetupError
from wizard.domain.steps import Step
from wizard.ui.screens.overview import OverviewScreen

Ask = Callable[[ThePilot], Awaitable[None]]


async def by_key(pilot: ThePilot) -> None:
    await pilot.press("f9")


async def by_palette(pilot: ThePilot) -> None:
    def is_found() -> bool:
        lists = pilot.app.screen.query(CommandList)
        return bool(lists) and lists.first().option_count == 1

    await pilot.press("ctrl+p")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette), "the palette")
    await pilot.press(*"copy for support")
    await wait_until(pilot, is_found, "the one command")
    await pilot.press("down", "enter")


WAYS = pytest.mark.parametrize("ask", [by_key, by_palette])


async def copied(world: World, pilot: ThePilot, ask: Ask) -> str:
    """Make the copy, and return it after checking that it has no secret."""
    await ask(pilot)
    await wait_until(pilot, lambda: bool(world.clipboard.copied), "the copy")
    (text,) = world.clipboard.copied
    for secret in (CODE[:8], STATE, SECRET, "access-active", "refresh-active"):
        assert secret not in text
    assert "scim-wizard" in text
    return text


@WAYS
async def test_where_a_check_failed(world: World, ask: Ask) -> None:
    echo = f"401: {SECRET} for {STATE} with {CODE}"
    world.tokens.exchanges = [SetupError(WRONG_CLIENT.with_detail(echo, "Request ID: RQ1"))]
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)
        text = await copied(world, pilot, ask)
    assert text.startswith(f"{WRONG_CLIENT.title} ({WRONG_CLIENT.id})\n")
    assert "401: ••• for ••• with •••…\nRequest ID: RQ1" in text


@WAYS
async def test_at_overview_whose_last_check_failed(world: World, ask: Ask) -> None:
    failed = LastCheck(CheckStatus.FAILED, NOW, problem=WRONG_CLIENT.id)
    with world.store.locked("default") as held:
        held.save(Profile(ticks=TICKED, set_up_at=NOW, last_check=failed), active=ACTIVE)
    async with running(make_app(world)) as (_, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        text = await copied(world, pilot, ask)
    assert WRONG_CLIENT.id in text


async def test_where_an_address_was_pasted_that_is_stored_nowhere(world: World) -> None:
    pasted = f"{REDIRECT_URL}?code={CODE}&error=odd&error_description={CODE}+is+odd&state={STATE}"
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, pasted)
        await wait_until(pilot, lambda: OTHER_ERROR.remedy[:20] in text_of(app), "the problem")
        text = await copied(world, pilot, by_key)
    assert OTHER_ERROR.id in text
