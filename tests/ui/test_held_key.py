"""A key held down counts once, and a repeated press counts again, judged by times alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

import pytest
from textual import events

from tests import walks
from tests.driving import make_app, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.running import resumed, running, stored, top
from tests.walks import ThePilot
from wizard.domain.steps import Step
from wizard.ui.app import WizardApp
from wizard.ui.input_timing import HeldKey, Press, now
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen


@pytest.fixture(autouse=True)
def brisk_pilot() -> None:
    """Keep the real times, which other tests shorten."""


def pressed(times: Iterable[float], key: str = "enter") -> list[float]:
    """Return the times of the presses that count, in order."""
    held, counted, maybe = HeldKey(), list[float](), 0.0
    for time in times:
        press = held.judge(key, time)
        if press in (Press.NEW, Press.MAYBE):
            counted.append(time)
            maybe = time if press is Press.MAYBE else 0.0
        elif press is Press.REPEAT and maybe:
            counted.remove(maybe)
            maybe = 0.0
    return counted


def holding(delay: float, rate: float, seconds: float = 3.0) -> Iterator[float]:
    """Yield the times at which a held key arrives."""
    yield 10.0
    yield from (10.0 + delay + n / rate for n in range(int((seconds - delay) * rate)))


@pytest.mark.parametrize("rate", [10.9, 11.1, 20, 25, 30, 33.3, 60])
@pytest.mark.parametrize("delay", [0.225, 0.25, 0.4, 0.5, 0.66, 1.02])
def test_a_key_held_down_counts_once(rate: float, delay: float) -> None:
    assert pressed(holding(delay, rate)) == [10.0]


@pytest.mark.parametrize("rate", [25, 30])
def test_a_key_held_down_counts_once_though_reads_bundle_what_came(rate: float) -> None:
    """On a busy machine, a read comes late and has several keys."""
    times = [-(-time // 0.1) * 0.1 for time in holding(0.5, rate)]
    assert pressed(times) == [times[0]]


def test_a_key_held_since_before_the_first_one_seen_never_counts_again() -> None:
    times = [10.0 + n / 25 for n in range(50)]
    assert pressed(times) == [10.0]


@pytest.mark.parametrize("interval", [0.15, 0.2, 0.5, 1.0, 2.0])
def test_each_separate_press_counts(interval: float) -> None:
    times = list(accumulate([10.0, *[interval] * 5]))
    assert pressed(times) == times


@pytest.mark.parametrize("interval", [0.03, 0.04, 0.06, 0.1])
def test_a_second_press_of_a_script_counts_however_soon(interval: float) -> None:
    assert pressed([10.0, 10.0 + interval]) == [10.0, 10.0 + interval]


def test_two_in_one_read_are_one() -> None:
    assert pressed([10.0, 10.0, 10.3, 10.3, 10.6, 10.61]) == [10.0, 10.3, 10.6]


def test_after_a_held_key_the_next_press_counts() -> None:
    times = list(holding(0.5, 30))
    later = times[-1] + 0.15
    assert pressed([*times, later]) == [10.0, later]


def test_what_comes_between_makes_two() -> None:
    held = HeldKey()
    assert held.judge("enter", 10.0) is Press.NEW
    held.forget()
    assert held.judge("enter", 10.0) is Press.NEW
    assert held.judge("escape", 10.0) is Press.NEW
    assert held.judge("enter", 10.01) is Press.NEW


async def hold(
    app: WizardApp, pilot: ThePilot, key: events.Key, is_done: Callable[[], bool]
) -> None:
    """Hold a key down for 1.5 seconds; wait for its first effect, and then for all effects.

    The keys carry these times themselves, so the test doesn't wait between two keys.
    """
    start = now()
    for number, time in enumerate(holding(0.5, 25, 1.5)):
        event = events.Key(key.key, key.character)
        event.time = start + time - 10.0
        app.post_message(event)
        if number == 0:
            await wait_until(pilot, is_done, "what the key does")
    gate = app._gate
    await wait_until(pilot, lambda: not (gate._waiting or gate._hold or gate._is_busy), "the keys")
    for _ in range(4):
        await pilot.pause()


async def test_escape_held_down_goes_one_step_back(world: World) -> None:
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        await walks.linked_redirect(pilot)
        escape = events.Key("escape", "\x1b")
        await hold(app, pilot, escape, lambda: isinstance(top(app), AuthorizeScreen))
        assert isinstance(top(app), AuthorizeScreen)


async def test_key_with_ctrl_held_down_creates_one_link(world: World) -> None:
    async with resumed(world, Step.AUTHORIZE) as (app, pilot):
        authorize = await walks.linked_authorize(pilot)
        before = authorize.link
        new_link = events.Key("ctrl+t", None)
        await hold(app, pilot, new_link, lambda: authorize.link not in (None, before))
        draft = stored(world)[1]
    assert draft is not None
    assert len(draft.attempts) == 2


async def test_letter_held_down_opens_one_page(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        screen = await wait_for_screen(pilot, PrerequisitesScreen)
        assert isinstance(screen, PrerequisitesScreen)
        await wait_until(pilot, lambda: bool(screen.checks), "the machine's checks")
        await hold(app, pilot, events.Key("o", "o"), lambda: bool(world.browser.opened))
    assert len(world.browser.opened) == 1
