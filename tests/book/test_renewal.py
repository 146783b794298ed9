"""A rejected refresh while the access token is still valid: it is reported before it matters."""

from __future__ import annotations

import asyncio
import json
from typing import Final

import pytest

from tests.book.row import BY_COMMAND, Face, Row, says
from tests.book.stage import Stage, leads_to, proven, resumed, until_said
from tests.book.test_exchange import oauth
from tests.book.wire import TOKEN, USERS, reply
from tests.commands.consents import at_sandbox
from tests.commands.stage import issued, stored
from tests.driving import text_of, wait_for_screen, wait_until
from wizard.domain.errors.exchange import REFRESH_NEVER_WORKED
from wizard.domain.models import Profile
from wizard.domain.steps import Step
from wizard.domain.text import clock_time
from wizard.domain.value import replace
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox
from wizard.store.profiles import LocalProfileStore
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.done import DoneScreen

REFUSED: Final = {
    "wrong-client": reply(401, {"code": 20003, "message": "Invalid credentials"}),
    "refresh-refused": oauth("invalid_grant", "the consent was withdrawn"),
}
"""Maps an entry to the rejection that the token endpoint sends."""

LATER: Final = {"refresh-refused-at-once": REFRESH_NEVER_WORKED.remedy}
"""Maps an entry met at Check to the text that replaces its remedy later."""
BOTH: Final = Face.SCREEN | Face.COMMAND
OTHER: Final = "OR" + "0" * 32
ORGANIZATION_CHANGED: Final = Row(
    entry="organization-changed", step=Step.AUTHORIZE, exit_code=0, faces=BOTH
)
LOST: Final = Row(
    entry="refresh-response-lost", step=Step.AUTHORIZE, exit_code=4, faces=Face.COMMAND
)
UNCONFIRMED: Final = Row(entry="approval-unconfirmed", step=Step.AUTHORIZE, faces=Face.SCREEN)
ENTRIES: Final = (ORGANIZATION_CHANGED, UNCONFIRMED, LOST)


@pytest.mark.parametrize(("entry", "answer"), REFUSED.items(), ids=REFUSED)
def test_check_passes_with_a_warning_and_status_tells_of_it(
    entry: str, answer: bytes, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[TOKEN] = answer
    stage.put_active(hours=1)
    assert stage.run(capsys, "token", "--force").code == 4
    for args in (("check",), ("check", "--all"), ("status",)):
        ended = stage.run(capsys, *args)
        told = ended.words + ended.out
        assert (ended.code, says(told, entry, BY_COMMAND.get(entry, ""))) == (0, True), ended
        assert "The access token is valid until " in told
        assert "; refreshing it failed on " in told
        assert "Run:\n" in told
    checked = json.loads(stage.run(capsys, "check", "--json").out)
    assert checked["status"] == "passed"
    assert [warning["id"] for warning in checked["warnings"]] == [entry]
    status = json.loads(stage.run(capsys, "status", "--json").out)
    common = ("profile", "status", "checked_at", "warnings", "problem")
    assert [status[key] for key in common] == [checked[key] for key in common]
    assert ", refresh rejected; " in stage.run(capsys, "status", "--all").out


def test_rejection_after_a_server_error_names_the_lost_response(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.put_active(hours=1)
    stage.wire.answers[TOKEN] = reply(503)
    assert stage.run(capsys, "token", "--force").code == 5
    stage.wire.answers[TOKEN] = REFUSED["refresh-refused"]
    ended = stage.meets(capsys, LOST.entry, LOST.exit_code, "token", "--force")
    assert "the consent was withdrawn" in ended.words
    assert says(stage.run(capsys, "status").out, LOST.entry)


async def taken(met: str, entry: str) -> str:
    """Meet an entry at Check, use the token until it expires, and return the text of Done.

    Args:
        entry: the entry that Overview shows from then on.
    """
    async with resumed() as (app, pilot):
        await until_said(app, pilot, met)
        await pilot.click("#accept")
        await wait_until(pilot, lambda: "Next ›" in text_of(app), "it is taken")
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
        done = text_of(app)
        await pilot.press("escape")
        await until_said(app, pilot, entry, remedy=LATER.get(met, ""))
        return done


@pytest.mark.parametrize(
    ("met", "entry", "refresh", "token", "cause"),
    [
        (
            "refresh-refused-at-once",
            "refresh-refused",
            "refresh-1",
            "saved, but rejected",
            ". The access token works, but it can't be refreshed",
        ),
        (
            "no-refresh-token",
            "no-refresh-token",
            None,
            "none; the access token can't be refreshed",
            # The problem is shown in full; the text about the access token comes before it.
            ". The wizard asked for one",
        ),
    ],
)
def test_what_was_taken_for_its_hour_is_never_told_as_lasting(
    met: str,
    entry: str,
    refresh: str | None,
    token: str,
    cause: str,
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage.wire.answers[TOKEN] = REFUSED["refresh-refused"]
    tokens = issued(hours=1, refresh=refresh)
    stage.put_draft(replace(stage.credentials(), tokens=tokens), Step.CHECK)
    done = asyncio.run(taken(met, entry))
    until = clock_time(tokens.expires_at).split()[0]
    assert "at any time" not in done
    # Within an hour of midnight, a date comes before the time, and the lines end elsewhere.
    assert "can't be refreshed. It's valid until " in done
    assert until in done
    assert token in done
    remedy = LATER.get(met, "")
    ended = stage.run(capsys, "status")
    assert (token in ended.out, cause in ended.out) == (True, True), ended
    assert says(ended.out, entry, remedy)
    status = json.loads(stage.run(capsys, "status", "--json").out)
    assert status["token"]["refreshable"] is (refresh is not None)
    assert [warning["id"] for warning in status["warnings"]] == [entry]
    ended = stage.run(capsys, "check")
    assert (ended.code, says(ended.words, entry, remedy)) == (0, True), ended
    assert until in ended.words


def test_set_of_before_it_was_noted_why_is_warned_of_too(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.put(active=replace(stage.credentials(), tokens=issued(hours=1, refresh=None)))
    checked = json.loads(stage.run(capsys, "check", "--json").out)
    assert [warning["id"] for warning in checked["warnings"]] == ["no-refresh-token"]
    assert ", can't be refreshed; " in stage.run(capsys, "status", "--all").out


def test_it_is_over_once_a_renewal_succeeds(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    good, stage.wire.answers[TOKEN] = stage.wire.answers[TOKEN], REFUSED["refresh-refused"]
    stage.put_active(hours=1)
    assert stage.run(capsys, "token", "--force").code == 4
    stage.wire.answers[TOKEN] = good
    assert stage.run(capsys, "token", "--force").code == 0
    assert stage.run(capsys, "check").words == ""
    assert "refused" not in stage.run(capsys, "status").out


def test_check_that_fails_with_the_same_says_it_once(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[TOKEN] = REFUSED["wrong-client"]
    stage.wire.answers[USERS] = reply(401, {"detail": "expired", "status": "401"})
    stage.put(active=proven(stage.credentials()))
    for args in (("check",), ("status",)):
        ended = stage.run(capsys, *args)
        told = ended.words + ended.out
        assert told.count("Twilio rejected the Client ID or Client Secret") == 1, ended
        assert "401 (20003): Invalid credentials" in told
    # The access token would have been valid for 1 hour.
    assert "Access token   rejected by Twilio" in ended.out
    assert "Refresh token  saved; Client Secret rejected" in ended.out


def test_renewal_that_brings_another_organization_is_told_until_it_is_accepted(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    row, sandbox = ORGANIZATION_CHANGED, Sandbox()
    with serve.serving(sandbox) as base:
        expired = at_sandbox(sandbox, base, is_expired=True)
        stage.put(Profile(organization=OTHER), active=expired)
        assert stage.run(capsys, "token").code == 0
        ended = [stage.run(capsys, command) for command in ("status", "check", "check", "status")]
        told = json.loads(stage.run(capsys, "status", "--json").out)
    for each in ended:
        assert (each.code, says(each.out + each.words, row.entry)) == (row.exit_code, True), each
    for each in (ended[0], ended[-1]):
        assert f"Organization   {sandbox.organization}\n" in each.out
        assert "! The token's organization has changed" in each.out
    assert [warning["id"] for warning in told["warnings"]] == [row.entry]


@pytest.mark.parametrize("is_taken", [False, True], ids=["kept", "taken"])
def test_consent_of_another_organization_takes_the_place_only_when_told_to(
    is_taken: bool, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    row, sandbox = ORGANIZATION_CHANGED, Sandbox()
    with serve.serving(sandbox) as base:
        stage.put(Profile(organization=OTHER), active=proven(stage.credentials()))
        before = stored(stage.home)
        profile = LocalProfileStore(stage.home).load("default")
        assert profile is not None
        on_the_way = replace(profile, draft_step=Step.CHECK, draft_saved_at=profile.expires_at)
        stage.put(on_the_way, draft=at_sandbox(sandbox, base))

        async def decide() -> None:
            async with resumed() as (app, pilot):
                await until_said(app, pilot, row.entry)
                assert stored(stage.home) == before
                if is_taken:
                    await pilot.click("#accept")
                    await wait_until(pilot, lambda: "Next ›" in text_of(app), "it is taken")
                else:
                    await leads_to(pilot, row.step)

        asyncio.run(decide())
        assert (stored(stage.home) == before) is not is_taken
        told = stage.run(capsys, "status").out
        warnings = json.loads(stage.run(capsys, "status", "--json").out)["warnings"]
    organization = sandbox.organization if is_taken else OTHER
    assert (f"Organization   {organization}\n" in told, warnings) == (True, [])


def test_approval_that_the_listener_caught_is_asked_about(stage: Stage) -> None:
    row, sandbox = UNCONFIRMED, Sandbox()
    with serve.serving(sandbox) as base:
        stage.put_draft(replace(at_sandbox(sandbox, base), is_unconfirmed=True), Step.CHECK)

        async def reject() -> None:
            async with resumed() as (app, pilot):
                await until_said(app, pilot, row.entry)
                await pilot.click("#elsewhere")
                await wait_for_screen(pilot, AuthorizeScreen)

        asyncio.run(reject())
    profile = LocalProfileStore(stage.home).load("default")
    assert profile is not None
    assert profile.active is None
