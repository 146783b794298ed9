"""What the SCIM API refuses, and what is no SCIM API: as bytes in, as words out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest

from tests.book.row import Face, Row
from tests.book.stage import Stage, leads_to, proven, resumed, until_said
from tests.book.wire import USERS, reply
from wizard.domain.steps import Step


@dataclass(frozen=True, kw_only=True)
class ScimRow(Row):
    """A refusal of `GET /Users`."""

    answer: bytes
    faces: Face = Face.SCREEN | Face.COMMAND


LOGIN: Final = "<!doctype html><title>Sign in</title>"

ENTRIES: Final = (
    ScimRow(
        entry="bad-token",
        answer=reply(401, {"detail": "The access token is expired", "status": "401"}),
        step=Step.AUTHORIZE,
        exit_code=4,
    ),
    ScimRow(
        entry="missing-permission",
        answer=reply(403, {"code": 70051, "message": "Authorization error"}),
        step=Step.AUTHORIZE,
        exit_code=4,
    ),
    ScimRow(
        entry="other-organization",
        answer=reply(403, {"code": 25107, "message": "Organization mismatch"}),
        step=Step.CREDENTIALS,
        exit_code=4,
    ),
    ScimRow(
        entry="scim-not-found",
        answer=reply(404, {"code": 20404, "message": "not found"}),
        step=Step.CREDENTIALS,
        exit_code=1,
    ),
    ScimRow(entry="not-scim", answer=reply(200, LOGIN), exit_code=1),
    ScimRow(entry="scim-throttled", answer=reply(429, {}, Retry_After="120"), exit_code=5),
    ScimRow(entry="scim-failing", answer=reply(500, "<h1>Oops</h1>"), exit_code=5),
)


@pytest.mark.parametrize("row", ENTRIES, ids=str)
async def test_wizard(row: ScimRow, stage: Stage) -> None:
    stage.wire.answers[USERS] = row.answer
    stage.put_draft(proven(stage.credentials()), Step.CHECK)
    async with resumed() as (app, pilot):
        await until_said(app, pilot, row.entry)
        await leads_to(pilot, row.step)


@pytest.mark.parametrize("row", ENTRIES, ids=str)
def test_check(row: ScimRow, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.wire.answers[USERS] = row.answer
    stage.put_active(hours=1)
    stage.meets(capsys, row.entry, row.exit_code, "check")
