"""A wrong clock is reported whenever a server sends the time: at startup, and in a failure."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

import pytest

from tests.book.row import Face, Row, says
from tests.book.stage import Stage, linked, panel, proven, resumed, until_said
from tests.book.wire import LIST, TOKEN, USERS, Script, reply
from tests.driving import paste, wait_for_screen, wait_until
from tests.walks import ANSWER
from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.steps import Step
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen

CLOCK_OFF: Final = Row(entry="clock-off", exit_code=0, faces=Face.SCREEN | Face.COMMAND)
ENTRIES: Final = (CLOCK_OFF,)

SAID: Final = "This machine's clock is 3 h fast: set it first."
REFUSED: Final = reply(401, {"detail": "The access token is expired", "status": "401"})
DEAD: Final = reply(400, {"error": "invalid_grant"})


def dated(answer: bytes, hours: float = -3.0) -> bytes:
    """Return a response of a server whose clock is this many hours ahead."""
    date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    first, _, rest = answer.partition(b"\r\n")
    return first + f"\r\nDate: {date}\r\n".encode() + rest


async def test_prerequisites_say_it_once(stage: Stage) -> None:
    wrong: Script = dated(reply(404))
    stage.wire.answers, stage.wire.otherwise = {}, wrong
    stage.put_draft(stage.credentials(), Step.PREREQUISITES)
    async with resumed() as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        title = CATALOGUE[CLOCK_OFF.entry].title
        await wait_until(pilot, lambda: title in panel(app, "#machine"), "the finding")
        await pilot.press("d")
        await until_said(app, pilot, CLOCK_OFF.entry, "#dialog-body")
        assert panel(app, "#dialog-body").count("3 h fast") == 1


def test_check_that_passes_warns(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.wire.answers[USERS] = dated(LIST, hours=2)
    stage.put_active(hours=1)
    ended = stage.run(capsys, "check", "--json")
    assert (ended.code, says(ended.words, CLOCK_OFF.entry)) == (CLOCK_OFF.exit_code, True), ended
    assert "2 h slow" in ended.words or "120 min slow" in ended.words
    assert [warning["id"] for warning in json.loads(ended.out)["warnings"]] == [CLOCK_OFF.entry]
    status = json.loads(stage.run(capsys, "status", "--json").out)
    assert [warning["id"] for warning in status["warnings"]] == [CLOCK_OFF.entry]
    assert (status["status"], status["problem"]) == ("passed", None)
    recalled = stage.run(capsys, "status").out
    assert (f"! {CATALOGUE[CLOCK_OFF.entry].title}" in recalled, "✗" in recalled) == (True, False)


async def test_screen_that_passes_warns(stage: Stage) -> None:
    stage.wire.answers[USERS] = dated(LIST)
    stage.put_draft(proven(stage.credentials()), Step.CHECK)
    async with resumed() as (app, pilot):
        await until_said(app, pilot, CLOCK_OFF.entry)
        screen = await wait_for_screen(pilot, CheckScreen)
        assert str(screen.query_one("#next").render()).strip() == "Next ›"
        assert panel(app).lstrip().startswith(f"! {CATALOGUE[CLOCK_OFF.entry].title}")
        assert screen.query_one("#problem").has_class("-warning")


@pytest.mark.parametrize(
    ("command", "hours", "answers", "is_said"),
    [
        ("token", -1, {TOKEN: dated(DEAD)}, True),
        ("check", -1, {TOKEN: dated(DEAD)}, True),
        ("check", 1, {USERS: dated(REFUSED)}, True),
        ("check", 1, {USERS: REFUSED}, False),
        ("check", 1, {USERS: dated(REFUSED, hours=0.01)}, False),
        # A router that wants a login doesn't provide a reliable time.
        ("check", 1, {USERS: dated(reply(403, "<h1>Log in</h1>"))}, False),
    ],
)
def test_failure_that_may_come_of_it_says_so(
    command: str,
    hours: float,
    answers: dict[str, Script],
    is_said: bool,
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage.wire.answers |= answers
    stage.put_active(hours=hours)
    ended = stage.run(capsys, command)
    assert ended.code in (4, 5)
    assert (SAID in ended.words.splitlines()) is is_said, ended


async def test_refused_code_says_so_on_the_screen(stage: Stage) -> None:
    stage.wire.answers[TOKEN] = dated(DEAD)
    stage.put_draft(linked(stage.credentials()), Step.REDIRECT)
    async with resumed() as (app, pilot):
        await wait_for_screen(pilot, RedirectScreen)
        await paste(pilot, ANSWER)
        words = "".join(SAID.split())
        await wait_until(pilot, lambda: words in "".join(panel(app).split()), "the clock")
