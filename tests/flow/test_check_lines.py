"""The lines of a check, as they are reported while they change."""

from __future__ import annotations

import pytest

from tests.flow.stage import PROBLEM, error
from wizard.domain.models import GrantType
from wizard.domain.problems import Check, SetupError, Status
from wizard.flow.check.lines import DRAFT_LINES, UNDONE, LiveList, draft_lines
from wizard.flow.check.runner import ACTIVE_LINES
from wizard.plain.check import results

TITLES = {"one": "The first", "two": "The second"}


@pytest.mark.parametrize("titles", [DRAFT_LINES, ACTIVE_LINES])
def test_what_the_lines_end_with_is_one_column(titles: dict[str, str]) -> None:
    lines = [Check(id_, title, Status.PASSED, "note") for id_, title in titles.items()]
    assert len({line.in_a_line.index("note") for line in lines}) == 1


@pytest.mark.parametrize("titles", [draft_lines(grant, is_demo=True) for grant in GrantType])
def test_lines_that_failed_dont_say_that_it_was_done(titles: dict[str, str]) -> None:
    for title in (*titles.values(), *DRAFT_LINES.values(), *ACTIVE_LINES.values()):
        assert UNDONE[title][0].islower()
    failed = Check("exchange", DRAFT_LINES["exchange"], Status.FAILED)
    assert results([failed]) == ["Failed: exchange the code for tokens."]


class Told:
    """Keeps each report, and moves the clock by one second with each reading."""

    def __init__(self) -> None:
        self.lists: list[tuple[Check, ...]] = []
        self.seconds = 0.0
        self.lines = LiveList(TITLES, self.lists.append, self.timer)

    def timer(self) -> float:
        self.seconds += 1
        return self.seconds

    @property
    def last(self) -> tuple[Check, ...]:
        return self.lists[-1]


def test_all_lines_are_told_at_once_in_order() -> None:
    told = Told()
    assert told.lists == [(Check("one", "The first"), Check("two", "The second"))]


def test_each_change_is_told_with_all_lines() -> None:
    told = Told()
    told.lines.set("two", Status.WARNING, "careful", PROBLEM, 2.5)
    changed = Check("two", "The second", Status.WARNING, "careful", 2.5, PROBLEM)
    assert told.last == (Check("one", "The first"), changed)
    assert told.lines["two"] == changed


def test_time_a_line_has_is_kept_and_the_rest_is_not() -> None:
    told = Told()
    told.lines.set("one", Status.FAILED, "note", PROBLEM, 2.5)
    told.lines.set("one", Status.PASSED)
    assert told.last[0] == Check("one", "The first", Status.PASSED, seconds=2.5)


async def test_work_is_running_then_passed_in_its_time() -> None:
    told = Told()

    async def work() -> int:
        assert told.last[0].status is Status.RUNNING
        return 42

    assert await told.lines.timed("one", work()) == 42
    assert told.last[0] == Check("one", "The first", Status.PASSED, seconds=1.0)
    assert told.last[1].status is Status.WAITING


async def test_work_that_fails_is_told_and_raised() -> None:
    told = Told()

    async def work() -> None:
        raise error()

    with pytest.raises(SetupError, match="made-up"):
        await told.lines.timed("two", work())
    assert told.last[1] == Check("two", "The second", Status.FAILED, "", 1.0, PROBLEM)
