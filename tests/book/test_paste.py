"""Pasted texts on Redirect that are not the response: what is shown, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pytest

from tests.book.row import Face, Row
from tests.book.stage import SCREENS, Stage, attempt, now, panel, resumed, until_said
from tests.book.wire import HANGS, METADATA
from tests.driving import paste, text_of, wait_for_screen
from tests.ui.running import press_enter_as_a_reader
from tests.walks import CLIENT_ID, REDIRECT_URL, SECRET, STATE
from wizard.domain.models import CredentialSet
from wizard.domain.oauth.authorization_response import Refused
from wizard.domain.oauth.pasted_response import read
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.ui.screens.redirect import RedirectScreen

OLD, USED, NAMED, PROMISED = "old-state-123", "used-state-123", "named-state-123", "iss-state-123"
"""The states of links that expired, that already had a response, and whose server sends `iss`."""

ORIGIN: Final = "https://oauth.twilio.com"

REDIRECT_QUERY: Final = f"{REDIRECT_URL}?tenant=7"


@dataclass(frozen=True, kw_only=True)
class PasteRow(Row):
    """A pasted text; {base} is the server's origin."""

    pasted: str
    redirect_url: str = REDIRECT_URL
    faces: Face = Face.SCREEN


def error_row(error: str, step: Step, entry: str = "", says: str = "So it is") -> PasteRow:
    """Return the row of an error redirect (RFC 6749 §4.1.2.1)."""
    name = entry or f"paste-{error.replace('_', '-')}"
    pasted = f"{REDIRECT_URL}?error={error}&state={STATE}&error_description={quote(says)}"
    return PasteRow(entry=name, pasted=pasted, step=step)


def landed(query: str) -> str:
    """Return the Redirect URL as a browser shows it after the approval."""
    return f"{REDIRECT_URL}?{query}"


ROWS: Final = (
    PasteRow(entry="paste-empty", pasted=" \n\t ", step=Step.REDIRECT),
    PasteRow(entry="paste-too-long", pasted="x" * 262_145, step=Step.REDIRECT),
    PasteRow(
        entry="paste-authorize-url",
        pasted="{base}/v2/authorize?client_id=OQ1&response_type=code&state=s",
        step=Step.REDIRECT,
    ),
    PasteRow(
        entry="paste-twilio-page",
        pasted="https://console.twilio.com/us1/oauth",
        step=Step.REDIRECT,
    ),
    PasteRow(entry="paste-no-code", pasted=REDIRECT_URL, step=Step.REDIRECT),
    PasteRow(
        entry="paste-forwarded",
        pasted="https://scim.example.edu/login",
        step=Step.AUTHORIZE,
    ),
    PasteRow(entry="paste-no-state", pasted=landed("code=c0de12345"), step=Step.REDIRECT),
    PasteRow(
        entry="paste-foreign-state",
        pasted=landed("code=c0de12345&state=someone-else"),
        step=Step.AUTHORIZE,
    ),
    PasteRow(
        entry="paste-link-expired",
        pasted=landed(f"code=c0de12345&state={OLD}"),
        step=Step.AUTHORIZE,
    ),
    PasteRow(
        entry="paste-link-used",
        pasted=landed(f"code=c0de12345&state={USED}"),
        step=Step.AUTHORIZE,
    ),
    PasteRow(
        entry="paste-other-address",
        pasted="https://scim.example.edu/callbacks?code=c0de12345&state=someone-else",
        step=Step.CREDENTIALS,
    ),
    PasteRow(
        entry="paste-other-query",
        pasted=landed(f"code=c0de12345&state={STATE}"),
        redirect_url=REDIRECT_QUERY,
        step=Step.CREDENTIALS,
    ),
    PasteRow(
        entry="paste-cut-off",
        pasted=landed(f"code=c0de12345&state={STATE[:9]}"),
        step=Step.REDIRECT,
    ),
    PasteRow(
        entry="paste-code-unclear",
        pasted=landed(f"code=c0de1%202345&state={STATE}"),
        step=Step.REDIRECT,
    ),
    PasteRow(
        entry="paste-doubled",
        pasted=landed(f"code=c0de12345&code=c0de54321&state={STATE}"),
        step=Step.REDIRECT,
    ),
    PasteRow(
        entry="paste-issuer-differs",
        pasted=landed(f"code=c0de12345&state={NAMED}&iss={quote('https://evil.example')}"),
        step=Step.AUTHORIZE,
    ),
    PasteRow(
        entry="paste-issuer-missing",
        pasted=landed(f"code=c0de12345&state={PROMISED}"),
        step=Step.AUTHORIZE,
    ),
    PasteRow(
        entry="paste-token",
        pasted='{{"access_token": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "token_type": "Bearer"}}',
        step=Step.REDIRECT,
    ),
    PasteRow(entry="paste-secret", pasted=SECRET, step=Step.REDIRECT),
    PasteRow(entry="paste-nothing-usable", pasted="I pressed Approve access", step=Step.REDIRECT),
    PasteRow(
        entry="paste-unproven-error",
        pasted=landed("error=access_denied"),
        step=Step.AUTHORIZE,
    ),
    error_row("access_denied", Step.AUTHORIZE),
    error_row("invalid_request", Step.CREDENTIALS),
    error_row("invalid_client", Step.CREDENTIALS),
    error_row("unauthorized_client", Step.CREDENTIALS, says=""),
    error_row(
        "invalid_request",
        Step.CREDENTIALS,
        "paste-redirect-refused",
        "redirect_uri is not registered",
    ),
    error_row("login_required", Step.AUTHORIZE, "paste-sign-in-first"),
    error_row("unsupported_response_type", Step.CREDENTIALS),
    error_row("invalid_scope", Step.CREDENTIALS),
    error_row("server_error", Step.AUTHORIZE),
    error_row("temporarily_unavailable", Step.AUTHORIZE),
    error_row("full_moon", Step.AUTHORIZE, "paste-other-error"),
)

TOO_EARLY: Final = PasteRow(
    entry="paste-no-link", pasted=landed("code=c0de12345&state=any"), step=Step.AUTHORIZE
)
"""A link is still being created, because the server is slow to send its metadata."""

ENTRIES: Final = (*ROWS, TOO_EARLY)


def with_links(credentials: CredentialSet) -> CredentialSet:
    """Return the set with a link of every kind, the newest still waiting for its response."""
    issuer = "https://oauth.example.edu"
    return replace(
        credentials,
        attempts=(
            attempt(credentials, state=OLD, minutes=31),
            attempt(credentials, state=USED, minutes=4, code_sent_at=now()),
            attempt(credentials, state=NAMED, minutes=3, issuer=issuer),
            attempt(credentials, state=PROMISED, minutes=2, issuer=issuer, iss_required=True),
            attempt(credentials, minutes=1),
        ),
    )


ON_THE_SCREEN: Final = frozenset({
    "paste-empty", "paste-too-long", "paste-no-state", "paste-foreign-state", "paste-link-used",
    "paste-other-address", "paste-other-query", "paste-issuer-missing", "paste-secret",
    "paste-unproven-error", "paste-access-denied", "paste-invalid-client", "paste-other-error",
})  # fmt: skip
"""The rows that are pasted into the wizard itself: at least one for each next step and each kind of
text. The other rows are read from the same texts without a screen."""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_paste_is_read_as_its_row_says(row: PasteRow) -> None:
    credentials = CredentialSet(CLIENT_ID, Secret(SECRET), row.redirect_url)
    attempts = with_links(credentials).attempts
    reading = read(row.pasted.format(base=ORIGIN), attempts, now(), [Secret(SECRET)])
    assert isinstance(reading, Refused)
    assert (reading.problem.id, reading.problem.step) == (row.entry, row.step)


def test_each_way_on_is_taken_on_the_screen() -> None:
    shown = [row for row in ROWS if row.entry in ON_THE_SCREEN]
    assert len(shown) == len(ON_THE_SCREEN)
    assert {row.step for row in shown} == {row.step for row in ROWS}


@pytest.mark.parametrize("row", [row for row in ROWS if row.entry in ON_THE_SCREEN], ids=str)
async def test_refusal_is_told_and_leads_on(row: PasteRow, stage: Stage) -> None:
    credentials = replace(stage.credentials(), redirect_url=row.redirect_url)
    stage.put_draft(with_links(credentials), Step.REDIRECT)
    await tell_and_lead_on(row, stage)


async def test_paste_before_there_is_a_link(stage: Stage) -> None:
    """The draft's link belongs to another Client ID, and the new link is slow to create."""
    stage.wire.answers[METADATA] = HANGS
    credentials = stage.credentials()
    other = attempt(replace(credentials, client_id="OQ" + "9" * 32))
    stage.put_draft(replace(credentials, attempts=(other,)), Step.REDIRECT)
    await tell_and_lead_on(TOO_EARLY, stage)


async def tell_and_lead_on(row: PasteRow, stage: Stage) -> None:
    """Paste, read the message, and press the keys that it names."""
    async with resumed() as (app, pilot):
        screen = await wait_for_screen(pilot, RedirectScreen)
        await paste(pilot, row.pasted.format(base=stage.wire.base))
        await until_said(app, pilot, row.entry)
        assert app.screen is screen
        is_fresh = row.step is Step.AUTHORIZE
        assert ("(^t)" in panel(app)) is is_fresh
        match row.step:
            case Step.AUTHORIZE:
                await pilot.press("ctrl+t")
            case Step.CREDENTIALS:
                assert "Go to Credentials" in text_of(app)
                mismatch = "differs from here" in panel(app)
                await press_enter_as_a_reader(pilot, screen)
        assert row.step is not None
        await wait_for_screen(pilot, SCREENS[row.step])
        if row.step is Step.CREDENTIALS:
            await until_said(app, pilot, row.entry)
            assert ("differs from here" in panel(app)) is mismatch
