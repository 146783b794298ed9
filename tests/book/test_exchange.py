"""What the token endpoint rejects: the code on Check, and a refresh in the commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from textual.widgets import Button

from tests.book.row import Face, Row
from tests.book.stage import Stage, leads_to, linked, now, panel, resumed, until_said
from tests.book.wire import TOKEN, reply, tokens
from tests.commands.stage import issued
from tests.driving import paste, wait_for_screen
from tests.walks import ANSWER
from wizard.api.token import UNSAID_LIFE
from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.errors.exchange import WRONG_CLIENT_OR_GRANT
from wizard.domain.models import (
    SCOPE,
    CheckStatus,
    CredentialSet,
    GrantType,
    LastCheck,
    Pkce,
    Profile,
)
from wizard.domain.steps import Step
from wizard.domain.texts.wording import after_code
from wizard.domain.value import replace
from wizard.flow.check.report import ELSEWHERE
from wizard.host.process import started
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.redirect import RedirectScreen

BOTH: Final = Face.SCREEN | Face.COMMAND


@dataclass(frozen=True, kw_only=True)
class CodeRow(Row):
    """A response to the code, and to a refresh if a command can meet the same."""

    answer: bytes
    step: Step = Step.AUTHORIZE
    """Never None: the same code is not sent twice."""
    pkce: Pkce = Pkce.AUTO
    scope: str = SCOPE
    gives_refresh: bool = True
    """Whether a command has a refresh token to try."""


def oauth(error: str, description: str = "", status: int = 400) -> bytes:
    """Return an error in the form of RFC 6749 §5.2."""
    return reply(status, {"error": error, "error_description": description})


ROWS: Final = (
    CodeRow(
        entry="wrong-client",
        answer=reply(401, {"code": 20003, "message": "Invalid credentials"}),
        step=Step.CREDENTIALS,
        exit_code=4,
        faces=BOTH,
    ),
    CodeRow(
        entry="code-expired",
        answer=oauth("invalid_grant", "The authorization code has expired"),
        faces=Face.SCREEN,
    ),
    CodeRow(
        entry="code-used",
        answer=oauth("invalid_grant", "The code was already used"),
        faces=Face.SCREEN,
    ),
    CodeRow(entry="code-refused", answer=oauth("invalid_grant"), faces=Face.SCREEN),
    CodeRow(
        entry="redirect-mismatch",
        answer=oauth("invalid_grant", "redirect_uri does not match"),
        step=Step.CREDENTIALS,
        faces=Face.SCREEN,
    ),
    CodeRow(
        entry="pkce-suspected",
        answer=oauth("invalid_request"),
        step=Step.CREDENTIALS,
        pkce=Pkce.ON,
        faces=Face.SCREEN,
    ),
    CodeRow(
        entry="pkce-required",
        answer=oauth("invalid_request", "PKCE is required"),
        step=Step.CREDENTIALS,
        pkce=Pkce.OFF,
        faces=Face.SCREEN,
    ),
    CodeRow(
        entry="app-refused",
        answer=oauth("unauthorized_client"),
        step=Step.CREDENTIALS,
        exit_code=4,
        faces=BOTH,
    ),
    CodeRow(
        entry="token-throttled",
        answer=reply(429, {"code": 20429}, Retry_After="900"),
        exit_code=5,
        faces=BOTH,
    ),
    CodeRow(
        entry="token-server-failing",
        answer=reply(500, "<h1>Down</h1>"),
        exit_code=5,
        faces=BOTH,
    ),
    CodeRow(
        entry="token-url-not-found",
        answer=reply(404, {"code": 20404, "message": "not found"}),
        step=Step.CREDENTIALS,
        exit_code=1,
        faces=BOTH,
    ),
    CodeRow(
        entry="not-oauth",
        answer=reply(200, "<title>Hotel Wi-Fi</title>"),
        exit_code=1,
        faces=BOTH,
    ),
    CodeRow(
        entry="token-blocked",
        answer=reply(403, "<title>Access denied</title>"),
        exit_code=5,
        faces=BOTH,
    ),
    CodeRow(entry="odd-tokens", answer=tokens(token_type="mac"), exit_code=1, faces=BOTH),
    CodeRow(
        entry="answer-lost",
        answer=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        faces=Face.SCREEN,
    ),
    CodeRow(
        entry="no-refresh-token",
        answer=tokens(refresh_token=None),
        exit_code=4,
        gives_refresh=False,
        faces=BOTH,
    ),
    CodeRow(
        entry="refresh-token-not-asked-for",
        answer=tokens(refresh_token=None),
        step=Step.CREDENTIALS,
        exit_code=4,
        scope="",
        gives_refresh=False,
        faces=BOTH,
    ),
)


@dataclass(frozen=True, kw_only=True)
class RenewalRow(Row):
    """A response to a refresh alone."""

    answer: bytes = oauth("invalid_grant")


REFRESH_REFUSED: Final = RenewalRow(
    entry="refresh-refused", step=Step.AUTHORIZE, exit_code=4, faces=BOTH
)
REFUSED_AT_ONCE: Final = RenewalRow(entry="refresh-refused-at-once", faces=Face.SCREEN)
OF_APP: Final = (
    RenewalRow(
        entry="wrong-grant",
        answer=oauth("unauthorized_client"),
        step=Step.PREREQUISITES,
        exit_code=4,
        faces=BOTH,
    ),
    RenewalRow(
        entry="unrecognized-grant",
        answer=reply(400, {"code": 12345, "message": "Something new"}),
        step=Step.CREDENTIALS,
        exit_code=1,
        faces=BOTH,
    ),
    RenewalRow(
        entry="wrong-client",
        answer=reply(401, {"code": 20003, "message": "Invalid credentials"}),
        step=Step.CREDENTIALS,
        exit_code=4,
        faces=BOTH,
    ),
)
"""Responses to a request for client credentials."""
ENTRIES: Final = (*ROWS, REFRESH_REFUSED, REFUSED_AT_ONCE, *OF_APP)


ON_CHECK: Final = ("wrong-client", "token-throttled", "no-refresh-token", *(
    row.entry for row in ROWS if Face.COMMAND not in row.faces
), "refresh-token-not-asked-for")  # fmt: skip
"""The rows that are tested on screen: those that no command meets, and one of each other kind."""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_problem_with_a_code_leads_where_its_row_says(row: CodeRow) -> None:
    problem = after_code(CATALOGUE[row.entry])
    # The code was already used, so nothing is tried again with it.
    assert "Try again" not in problem.remedy
    assert problem.step is not None
    assert ELSEWHERE[problem.step].step == row.step


@pytest.mark.parametrize("row", [row for row in ROWS if row.entry in ON_CHECK], ids=str)
async def test_wizard_exchanges_a_code(row: CodeRow, stage: Stage) -> None:
    stage.wire.answers[TOKEN] = row.answer
    credentials = replace(stage.credentials(), pkce=row.pkce, scope=row.scope)
    stage.put_draft(linked(credentials), Step.REDIRECT)
    async with resumed() as (app, pilot):
        await wait_for_screen(pilot, RedirectScreen)
        await paste(pilot, ANSWER)
        remedy = after_code(CATALOGUE[row.entry]).remedy
        await until_said(app, pilot, row.entry, remedy=remedy)
        await leads_to(pilot, row.step)


@pytest.mark.parametrize(("row", "minutes"), [(REFRESH_REFUSED, 20), (REFUSED_AT_ONCE, 1)], ids=str)
async def test_wizard_rehearses_a_refresh(row: RenewalRow, minutes: int, stage: Stage) -> None:
    stage.wire.answers[TOKEN] = row.answer
    tokens = replace(issued(hours=1), obtained_at=now() - timedelta(minutes=minutes))
    stage.put_draft(replace(stage.credentials(), tokens=tokens), Step.CHECK)
    async with resumed() as (app, pilot):
        await until_said(app, pilot, row.entry)
        assert app.screen.query_one("#accept").display
        await leads_to(pilot, row.step)


def of_app(stage: Stage) -> CredentialSet:
    """Return a set with client credentials, without a token."""
    return replace(stage.credentials(), redirect_url="", grant_type=GrantType.CLIENT_CREDENTIALS)


@pytest.mark.parametrize("row", OF_APP, ids=str)
async def test_wizard_requests_client_credentials(row: RenewalRow, stage: Stage) -> None:
    stage.wire.answers[TOKEN] = row.answer
    stage.put_draft(of_app(stage), Step.CHECK)
    remedy = WRONG_CLIENT_OR_GRANT.remedy if row.entry == WRONG_CLIENT_OR_GRANT.id else ""
    async with resumed() as (app, pilot):
        await until_said(app, pilot, row.entry, remedy=remedy)
        # Whatever it is, the wrong grant type is named as a cause.
        assert "Authorization code grant type" in " ".join(panel(app).split()) or (
            "probably Authorization code" in " ".join(panel(app).split())
        )
        await leads_to(pilot, row.step)


@pytest.mark.parametrize("command", ["check", "token"])
@pytest.mark.parametrize("row", OF_APP, ids=str)
def test_commands_request_client_credentials(
    row: RenewalRow, command: str, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[TOKEN] = row.answer
    stage.put(active=replace(of_app(stage), tokens=issued(hours=-1, refresh=None)))
    ended = stage.meets(capsys, row.entry, row.exit_code, command)
    assert "Authorization code" in ended.words


async def test_secret_that_a_rehearsal_refuses_is_asked_for_and_not_sent_again(
    stage: Stage,
) -> None:
    stage.wire.answers[TOKEN] = oauth("invalid_client", status=401)
    stage.put_draft(replace(stage.credentials(), tokens=issued(hours=1)), Step.CHECK)
    async with resumed() as (app, pilot):
        await until_said(app, pilot, "wrong-client")
        screen = await wait_for_screen(pilot, CheckScreen)
        assert str(screen.query_one("#next", Button).label) == "Go to Credentials"
        assert str(screen.query_one("#elsewhere", Button).label) == "Try again"
        await pilot.press("enter")
        await wait_for_screen(pilot, CredentialsScreen)
        await until_said(app, pilot, "wrong-client")


@pytest.mark.parametrize("command", ["check", "token"])
@pytest.mark.parametrize(
    "row", [row for row in (*ROWS, REFRESH_REFUSED) if Face.COMMAND in row.faces], ids=str
)
def test_commands_refresh(
    row: CodeRow | RenewalRow, command: str, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[TOKEN] = row.answer
    gives_refresh = isinstance(row, RenewalRow) or row.gives_refresh
    scope = SCOPE if isinstance(row, RenewalRow) else row.scope
    expired = issued(hours=-1, refresh="refresh-1" if gives_refresh else None)
    stage.put(active=replace(stage.credentials(), tokens=expired, scope=scope))
    stage.meets(capsys, row.entry, row.exit_code, command)


def test_life_beyond_all_numbers_is_not_believed_and_loses_no_token(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[TOKEN] = tokens(expires_in=36000).replace(b"36000", b"1e400")
    stage.put_active(hours=-1)
    ended = stage.run(capsys, "token", "--json")
    answer = json.loads(ended.out)
    assert (ended.code, answer["access_token"]) == (0, "access-2")
    left = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert left <= UNSAID_LIFE


@pytest.mark.parametrize("args", [("check",), ("check", "--all"), ("token",), ("status",)])
def test_commands_say_where_in_the_wizard_it_is_mended(
    args: tuple[str, ...], stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.wire.answers[TOKEN] = REFRESH_REFUSED.answer
    expired = replace(stage.credentials(), tokens=issued(hours=-1))
    failed = LastCheck(CheckStatus.FAILED, now(), problem=REFRESH_REFUSED.entry)
    stage.put(Profile(last_check=failed), name="acme", active=expired)
    how = 'To do this, open the wizard and choose "Authorize again".'
    command = started().command(profile="acme")
    in_words = stage.run(capsys, *args, "--profile", "acme")
    assert how in in_words.words + in_words.out
    assert command in in_words.words + in_words.out
    if args != ("status",):
        told = json.loads(stage.run(capsys, *args, "--json", "--profile", "acme").out)
        [each] = told.get("profiles", [told])
        assert how in each["problem"]["remedy"]
