"""What the SCIM API rejects, and what isn't a SCIM API: from bytes to words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import pytest

from tests.book.row import Face, Row
from tests.book.stage import Stage, leads, leads_to, resumed, until_said
from tests.book.wire import USERS, reply
from tests.commands.stage import issued
from wizard.api.users import LIST_RESPONSE
from wizard.domain.steps import Step
from wizard.domain.value import replace


@dataclass(frozen=True, kw_only=True)
class ScimRow(Row):
    """A rejection of `GET /Users`."""

    answer: bytes
    faces: Face = Face.SCREEN | Face.COMMAND
    is_renewed: bool = False
    """The wizard meets it with a token that it has just refreshed."""


REFUSED: Final = reply(401, {"detail": "The access token is expired", "status": "401"})
LOGIN: Final = "<!doctype html><title>Sign in</title>"
BLOCK_PAGE: Final = f"""<!doctype html><html><head><style>{"p {{ color: red }}" * 500}</style>
<title>Access denied</title><script>var why = "<b>[bold]\x1b]0;x\x07";</script></head><body>
<h1>Access denied</h1><p>Policy&nbsp;7 [red]blocks\x1b[31m iam.twilio.com. Ask access-1.</p>"""
"""A filter's page: it begins with styles, and it has text that a terminal must not get."""
SAID: Final = "403: Access denied Policy 7 [red]blocks [31m iam.twilio.com. Ask •••."

ENTRIES: Final = (
    ScimRow(
        entry="bad-token",
        answer=REFUSED,
        step=Step.AUTHORIZE,
        # A command refreshes first, so it meets this only if a refresh isn't possible.
        exit_code=4,
        faces=Face.SCREEN,
    ),
    ScimRow(
        entry="new-token-refused",
        answer=REFUSED,
        step=Step.AUTHORIZE,
        exit_code=4,
        is_renewed=True,
    ),
    ScimRow(
        entry="missing-permission",
        answer=reply(403, {"code": 70051, "message": "Authorization error"}),
        step=Step.AUTHORIZE,
        exit_code=4,
    ),
    ScimRow(
        entry="list-refused",
        answer=reply(403, {"code": 20403, "message": "Forbidden"}),
        step=Step.AUTHORIZE,
        exit_code=4,
    ),
    ScimRow(entry="token-too-long", answer=reply(431), step=Step.AUTHORIZE, exit_code=4),
    ScimRow(
        entry="list-refused-why",
        answer=reply(403, {"code": 25019, "message": "SCIM requires an Enterprise Edition"}),
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
    ScimRow(
        entry="scim-says-not-found",
        answer=reply(404, {"detail": "Organization OR0 was not found", "status": "404"}),
        step=Step.CREDENTIALS,
        exit_code=1,
    ),
    ScimRow(
        entry="odd-list",
        answer=reply(200, {"schemas": [LIST_RESPONSE], "totalResults": "-5"}),
        exit_code=1,
    ),
    ScimRow(entry="not-scim", answer=reply(200, LOGIN), exit_code=1),
    ScimRow(entry="blocked", answer=reply(403, BLOCK_PAGE), exit_code=5),
    ScimRow(entry="scim-throttled", answer=reply(429, {}, Retry_After="120"), exit_code=5),
    ScimRow(entry="scim-failing", answer=reply(500, "<h1>Oops</h1>"), exit_code=5),
)


ON_CHECK: Final = frozenset({
    "bad-token", "new-token-refused", "missing-permission", "other-organization", "not-scim",
    "scim-throttled",
})  # fmt: skip
"""The rows that are tested on screen: those that only it meets, and one for each next step.

`check` meets all others, which lead where their entry says.
"""


@pytest.mark.parametrize("row", ENTRIES, ids=str)
def test_entry_leads_where_its_row_says(row: ScimRow) -> None:
    assert leads(row.entry) is row.step


@pytest.mark.parametrize("row", [row for row in ENTRIES if row.entry in ON_CHECK], ids=str)
async def test_wizard(row: ScimRow, stage: Stage) -> None:
    stage.wire.answers[USERS] = row.answer
    hours = -1 if row.is_renewed else 1
    stage.put_draft(replace(stage.credentials(), tokens=issued(hours=hours)), Step.CHECK)
    async with resumed() as (app, pilot):
        await until_said(app, pilot, row.entry)
        await leads_to(pilot, row.step)


@pytest.mark.parametrize("row", [r for r in ENTRIES if Face.COMMAND in r.faces], ids=str)
def test_check(row: ScimRow, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.wire.answers[USERS] = row.answer
    stage.put_active(hours=1)
    stage.meets(capsys, row.entry, row.exit_code, "check")


def test_token_that_cannot_be_renewed_is_not_tried_again(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[USERS] = REFUSED
    tokens = issued(hours=1, refresh=None)
    stage.put(active=replace(stage.credentials(), tokens=tokens))
    ended = stage.run(capsys, "check", "--json")
    error = json.loads(ended.out)["problem"]
    assert (ended.code, error["id"]) == (4, "bad-token")
    assert error["remedy"].startswith("Authorize again. This token can't be refreshed.")


@pytest.mark.parametrize(
    "answer",
    [
        reply(403, BLOCK_PAGE),
        reply(302, Location="https://login.example.com/?to=x"),
        reply(511, "<title>Hotel</title>"),
    ],
    ids=["403", "302", "511"],
)
def test_line_that_was_stopped_on_its_way_is_the_failed_one(
    answer: bytes, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[USERS] = answer
    stage.put_active(hours=1)
    ended = stage.run(capsys, "check")
    signs = [line.split()[1] for line in ended.out.splitlines()]
    assert signs == ["passed", "failed", "not"], ended.out
    assert "A filter or proxy on your network probably blocked the request." in ended.words
    is_login = b" 403 " not in answer
    assert ("sign in to this network if prompted" in ended.words) is is_login


def test_block_page_is_quoted_harmless(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.wire.answers[USERS] = reply(403, BLOCK_PAGE)
    stage.put_active(hours=1)
    assert SAID in stage.run(capsys, "check").words.splitlines()
