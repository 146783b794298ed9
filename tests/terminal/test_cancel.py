"""Leaving the wizard while it waits for a response: at once, with the terminal restored.

The server holds its response. If nothing can be lost, the response is never released, because the
wizard doesn't wait for it. If a code or a refresh token was sent, the wizard visibly waits for the
response, and its result is saved. These tests take each way to leave on a terminal, and leave each
wait by closing the window. tests/ui/test_leaving.py has every way × every wait.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests import system
from tests.commands.consents import at_second
from tests.commands.stage import now, put
from tests.holding import HoldingServer
from tests.terminal.harness import DOWN, ENTER, ESC, Terminal, ctrl
from tests.terminal.walk import variables, wizard
from wizard.domain.models import CredentialSet, Endpoints, Profile, TokenSet
from wizard.domain.oauth.authorization_request import authorize_url, begin
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

REDIRECT_URL: Final = "https://scim.example.invalid/landing"
SIGNALS: Final = {
    "SIGINT": signal.SIGINT,
    "SIGTERM": signal.SIGTERM,
    "SIGHUP": system.SIGHUP,
}
LEAVING: Final = "Waiting for a response before quitting"


@pytest.fixture
def server() -> Iterator[HoldingServer]:
    with HoldingServer(REDIRECT_URL) as serving:
        yield serving


def draft_at(server: HoldingServer, home: Path, step: Step) -> str:
    """Store a setup that was left at a step, and return its link."""
    endpoints = Endpoints(server.authorize_url, server.token_url, server.scim_url)
    blank = CredentialSet(server.client_id, Secret(server.client_secret), REDIRECT_URL, endpoints)
    attempt = begin(blank, None, now())
    attempts = (attempt,) if step is Step.REDIRECT else ()
    profile = Profile(draft_step=step, draft_saved_at=now())
    put(home, profile, draft=replace(blank, attempts=attempts))
    return authorize_url(attempt)


def tokens(home: Path) -> TokenSet | None:
    """The stored tokens, of the active set or otherwise of the draft."""
    with LocalProfileStore(home).locked("default") as held:
        found = held.active() or held.draft()
    return found.tokens if found else None


def reach(terminal: Terminal, server: HoldingServer, home: Path, wait: str) -> None:
    """Continue from where the wizard opens until it waits."""
    match wait:
        case "reach":
            terminal.wait_for("0 of 7 selected")
        case "metadata":
            terminal.wait_for("resumes at Authorize")
            terminal.send(ENTER)
        case "refresh at Check now":
            terminal.wait_for("› Check now")
            terminal.send(ENTER)
        case "refresh at rotate":
            terminal.wait_for("› Check now")
            terminal.send(DOWN)
            terminal.wait_for("› Enter a rotated secret")
            terminal.send(ENTER)
            terminal.wait_for("Enter the new Client Secret")
            terminal.paste(server.client_secret)
            terminal.send(ENTER)
        case _:
            terminal.wait_for("resumes at Redirect")
            terminal.send(ENTER)
            terminal.wait_for("Link     created")


def prepare(server: HoldingServer, home: Path, wait: str) -> tuple[str, dict[str, str]]:
    """Store the state in which the wait begins; return the link and the environment."""
    env = variables(home)
    link = ""
    if wait == "reach":
        env = variables(home, server)
    elif wait == "metadata":
        draft_at(server, home, Step.AUTHORIZE)
    elif wait.startswith("refresh at"):
        put(home, active=at_second(server, is_expired=True))
    else:
        link = draft_at(server, home, Step.REDIRECT)
    return link, env


class Waiting:
    """A wizard that waits for a response."""

    def __init__(self, server: HoldingServer, home: Path, wait: str) -> None:
        link, env = prepare(server, home, wait)
        names = {"countdown": "throttled", "rehearsal": "refresh"}
        server.held = names.get(wait, wait.split()[0])  # type: ignore[assignment]
        self._server, self._home, self._wait, self._link = server, home, wait, link
        self.set_up = tokens(home) if wait.startswith("refresh at") else None
        """The previous tokens of the active set."""
        self.terminal = wizard(env)

    def __enter__(self) -> Terminal:
        terminal = self.terminal.__enter__()
        reach(terminal, self._server, self._home, self._wait)
        if self._link:
            terminal.paste(self._server.approve(self._link))
        self._server.wait_for_request()
        if self._wait == "countdown":
            terminal.wait_for("retrying in")
        return terminal

    def __exit__(self, *error: object) -> None:
        self.terminal.__exit__(None, None, None)


def leave(terminal: Terminal, way: str) -> None:
    if way == "ctrl+q":
        terminal.send(ctrl("q"))
    elif way == "closed":
        terminal.hang_up()
    else:
        terminal.kill(SIGNALS[way])


def ended(terminal: Terminal, way: str, quit_code: int) -> None:
    """Assert how the wizard ended."""
    assert terminal.wait_exit() == (quit_code if way == "ctrl+q" else 130)
    if way != "closed":
        assert terminal.leftovers == []
        assert b"Traceback" not in terminal.raw
        assert "fault of its own" not in terminal.screen()


@pytest.mark.parametrize(
    ("wait", "way"),
    [
        *(("reach", "SIGHUP"), ("metadata", "SIGINT"), ("users", "SIGTERM")),
        ("countdown", "ctrl+q"),
        *((wait, "closed") for wait in ("reach", "metadata", "users", "countdown")),
    ],
)
def test_what_can_be_asked_again_is_not_waited_for(
    server: HoldingServer, home: Path, wait: str, way: str
) -> None:
    with Waiting(server, home, wait) as terminal:
        leave(terminal, way)
        ended(terminal, way, 3)
    if wait in ("users", "countdown"):
        assert tokens(home), "the exchange had been done"


@pytest.mark.parametrize(
    ("wait", "way"),
    [
        *(("exchange", "SIGINT"), ("rehearsal", "ctrl+q"), ("refresh at rotate", "SIGHUP")),
        *(("exchange", "closed"), ("rehearsal", "closed")),
        *(("refresh at Check now", "closed"), ("refresh at rotate", "closed")),
    ],
)
def test_what_would_be_lost_is_waited_for_and_kept(
    server: HoldingServer, home: Path, wait: str, way: str
) -> None:
    waiting = Waiting(server, home, wait)
    with waiting as terminal:
        # The active set's lock is held during its refresh, so it was read before.
        before = waiting.set_up or tokens(home)
        leave(terminal, way)
        if way != "closed":
            terminal.wait_for(LEAVING)
        server.release()
        ended(terminal, way, 0 if wait.startswith("refresh at") else 3)
    after = tokens(home)
    assert after
    assert after != before


def test_escape_leads_back_at_once_and_the_answer_is_kept(
    server: HoldingServer, home: Path
) -> None:
    with Waiting(server, home, "rehearsal") as terminal:
        before = tokens(home)
        terminal.send(ESC)
        terminal.wait_for("Approve access")
        terminal.send(ctrl("q"))
        terminal.wait_for(LEAVING)
        server.release()
        ended(terminal, "ctrl+q", 3)
    assert tokens(home) not in (None, before)
