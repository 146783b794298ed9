"""A renewal that was refused while the token still lives: said before it is too late."""

from __future__ import annotations

import json
from typing import Final

import pytest

from tests.book.row import Face, Row, says
from tests.book.stage import Stage, proven
from tests.book.test_exchange import oauth
from tests.book.wire import TOKEN, USERS, reply
from tests.commands.consents import at_sandbox
from wizard.domain.models import Profile
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox

REFUSED: Final = {
    "wrong-client": reply(401, {"code": 20003, "message": "Invalid credentials"}),
    "refresh-refused": oauth("invalid_grant", "the consent was withdrawn"),
}
"""By entry: how the token endpoint refuses."""

ORGANIZATION_CHANGED: Final = Row(entry="organization-changed", exit_code=0, faces=Face.COMMAND)
ENTRIES: Final = (ORGANIZATION_CHANGED,)


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
        assert (ended.code, says(told, entry)) == (0, True), ended
        assert "The access token is valid until " in told
        assert "; renewing it was refused on " in told
        assert "run scim-wizard" in told
    checked = json.loads(stage.run(capsys, "check", "--json").out)
    assert checked["status"] == "passed"
    assert [warning["id"] for warning in checked["warnings"]] == [entry]
    status = json.loads(stage.run(capsys, "status", "--json").out)
    assert status["token"]["refresh_failure"] == checked["warnings"][0]
    assert ", renewing refused; " in stage.run(capsys, "status", "--all").out


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
        assert told.count("Twilio refuses the Client ID or Secret") == 1, ended
        assert "401 (20003): Invalid credentials" in told


def test_token_of_another_organization(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    row, sandbox = ORGANIZATION_CHANGED, Sandbox()
    with serve.serving(sandbox) as base:
        stage.put(Profile(organization="OR" + "0" * 32), active=at_sandbox(sandbox, base))
        ended = stage.run(capsys, "check")
    assert (ended.code, says(ended.words, row.entry)) == (row.exit_code, True), ended
