"""`status` and Overview later show a failed check as fully as on the day it failed."""

from __future__ import annotations

import asyncio
import json
from typing import Final

import httpx
import pytest

from tests.book.row import says
from tests.book.stage import Ended, Stage, linked, now, opened, panel, proven, resumed, until_said
from tests.book.wire import HANGS, TOKEN, USERS, Script, reply
from tests.driving import paste, text_of, wait_for_screen, wait_until
from tests.walks import ANSWER
from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.errors.local import LEFT_UNFINISHED
from wizard.domain.models import Profile
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.redirect import RedirectScreen

NAMED: Final = "twilio/iam/managed-users/read"
ANSWERS: Final = {
    "missing-permission": (reply(403, {"code": 70051, "message": f"No {NAMED}"}), NAMED),
    "timed-out": (HANGS, "The request timed out: still waiting for the response."),
    "unrecognized": (reply(418, {"code": 41800, "message": "I am\x1b[2J a teapot"}), "a teapot"),
}
"""Maps an entry to the SCIM API's behavior and the details that must be remembered."""

EVERY = pytest.mark.parametrize(
    ("entry", "answer", "told"), [(e, *a) for e, a in ANSWERS.items()], ids=ANSWERS
)


@pytest.fixture
def failed(
    request: pytest.FixtureRequest,
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Ended:
    """Let `check` fail, and return its message."""
    answer: Script = request.getfixturevalue("answer")
    if answer is HANGS:
        monkeypatch.setattr("wizard.api.http.TIMEOUT", httpx.Timeout(10, read=0.3))
    stage.wire.answers[USERS] = answer
    stage.put_active(hours=1)
    return stage.run(capsys, "check")


@EVERY
def test_status_says_what_check_said(
    entry: str,
    answer: Script,
    told: str,
    failed: Ended,
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recalled = stage.run(capsys, "status").out
    assert told in recalled
    said = {line.strip().removeprefix("✗ ").rstrip(".") for line in recalled.splitlines()}
    words = failed.words.removeprefix("Profile default: ")
    assert {line.strip().rstrip(".") for line in words.splitlines()} <= said
    problem = json.loads(stage.run(capsys, "status", "--json").out)["problem"]
    assert problem["id"] == entry
    assert says(f"{problem['title']} {problem['remedy']}", entry)


@EVERY
async def test_overview_says_it_too(
    entry: str, answer: Script, told: str, failed: Ended, stage: Stage
) -> None:
    async with opened() as (app, pilot):
        await until_said(app, pilot, entry)
        assert "".join(told.split()) in "".join(panel(app).split())


def test_record_of_before_words_were_kept_and_one_that_was_tampered_with(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[USERS] = ANSWERS["missing-permission"][0]
    stage.put_active(hours=1)
    stage.run(capsys, "check")
    path = stage.home / "profiles" / "default.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    words = record["last_check"].pop("words")
    path.write_text(json.dumps(record), encoding="utf-8")
    assert "Missing permission: …" in stage.run(capsys, "status").out
    evil = {"title": "\x1b]0;x\x07{host}" + "t" * 9999, "cause": "", "detail": ["\u202e"] * 9999}
    record["last_check"]["words"] = words | evil
    path.write_text(json.dumps(record), encoding="utf-8")
    shown = stage.run(capsys, "status")
    assert (shown.code, len(shown.out) < 9999) == (0, True)
    assert "{host}ttt" in shown.out
    assert not {"\x1b", "\x07", "\u202e"} & set(shown.out)


async def refused(entry: str) -> None:
    """Let the check of the stored draft fail, and leave the wizard there."""
    async with resumed() as (app, pilot):
        await wait_for_screen(pilot, RedirectScreen)
        await paste(pilot, ANSWER)
        await until_said(app, pilot, entry)


async def recalled(entry: str, selector: str) -> None:
    """Read on Overview why the setup stopped, and again where Resume leads."""
    async with opened() as (app, pilot):
        title = "".join(CATALOGUE[entry].title.split())
        await wait_until(pilot, lambda: title in "".join(panel(app, selector).split()), title)
        assert "resumes at Credentials" in text_of(app)
        await pilot.press("u")
        await wait_for_screen(pilot, CredentialsScreen)
        await until_said(app, pilot, entry)


@pytest.mark.parametrize("is_change", [False, True], ids=["setup", "change"])
def test_what_is_unfinished_says_why_it_stopped(
    is_change: bool, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, stage.wire.answers[TOKEN] = "wrong-client", reply(401, {"message": "Invalid, I say"})
    active = replace(proven(stage.credentials()), client_secret=Secret("the-one-before"))
    on_the_way = Profile(draft_step=Step.REDIRECT, draft_saved_at=now())
    draft = linked(stage.credentials())
    stage.put(on_the_way, draft=draft, active=active if is_change else None)
    asyncio.run(refused(entry))
    if is_change:
        assert stage.run(capsys, "status").out.count("never") == 1
        assert stage.run(capsys, "token").code == 0
    else:
        tells(entry, stage, capsys)
    asyncio.run(recalled(entry, "#unfinished" if is_change else "#problem"))


def tells(entry: str, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Fail unless each command says why a setup stopped."""
    for args in (("status",), ("check",), ("token",)):
        ended = stage.run(capsys, *args)
        assert (ended.code, ended.out, says(ended.words, entry)) == (3, "", True), ended
        assert "Its check failed on " in ended.words
        assert "401: Invalid, I say" in ended.words
    assert "; its check failed on " in stage.run(capsys, "status", "--all").out
    told = json.loads(stage.run(capsys, "status", "--json").out)
    assert (told["last_check"]["status"], told["problem"]["id"]) == ("failed", LEFT_UNFINISHED.id)
    assert told["problem"]["http_status"] == 401
    assert says(" ".join(told["problem"]["detail"]), entry)
    assert told["problem"]["remedy"].startswith(LEFT_UNFINISHED.remedy)
