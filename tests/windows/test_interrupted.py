"""Ctrl+C, Ctrl+Break, and a closing window during a refresh lose no token.

Other systems send signals instead. On Windows these are events of a console, and each starts a
thread in the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.commands.consents import at_second
from tests.commands.stage import environment, put, stored
from tests.holding import HoldingServer
from tests.windows.console import WIZARD, Console
from tests.windows.hand import CLOSE, CTRL_BREAK, CTRL_C
from wizard.commands.network import STILL_WAITING, WAITING
from wizard.domain.text import LEAVING

KEYS = pytest.mark.parametrize("event", [CTRL_C, CTRL_BREAK], ids=["Ctrl+C", "Ctrl+Break"])


@pytest.fixture
def server() -> Iterator[HoldingServer]:
    with HoldingServer("https://idp.example.invalid/callback") as serving:
        yield serving


@pytest.fixture
def home(server: HoldingServer, home: Path) -> Path:
    """Store a set whose access token has expired, and have the response of its refresh held."""
    put(home, active=at_second(server, is_expired=True))
    server.held = "refresh"
    return home


def has_saved_answer(server: HoldingServer, home: Path) -> bool:
    """Return whether the saved refresh token is the newest: the use of an old one is theft."""
    credentials = stored(home)
    assert credentials.tokens
    assert credentials.client_secret
    assert credentials.tokens.refresh_token
    form = {
        "grant_type": "refresh_token",
        "refresh_token": credentials.tokens.refresh_token.reveal(),
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret.reveal(),
    }
    return httpx.post(server.token_url, data=form, trust_env=False).status_code == 201


@KEYS
@pytest.mark.parametrize("command", ["check", "check --all", "token"])
def test_command_waits_for_the_answer_of_a_refresh_and_saves_it(
    server: HoldingServer, home: Path, command: str, event: int
) -> None:
    arguments = [*WIZARD, *command.split()]
    with Console(arguments, environment(home), is_piped=True) as console:
        server.wait_for_request()
        console.send(event)
        assert console.next_line() == WAITING
        console.send(event)
        assert console.next_line() == STILL_WAITING
        server.release()
        code, out, words = console.ended()
    assert (code, out, words.strip()) == (130, "", "")
    assert has_saved_answer(server, home)


@KEYS
@pytest.mark.parametrize("command", ["check", "check --all"])
def test_what_can_be_asked_again_is_not_waited_for(
    server: HoldingServer, home: Path, command: str, event: int
) -> None:
    put(home, active=at_second(server))
    server.held = "users"
    arguments = [*WIZARD, *command.split()]
    with Console(arguments, environment(home), is_piped=True) as console:
        server.wait_for_request()
        console.send(event)
        code, out, words = console.ended()
    assert (code, out, words.strip()) == (130, "", "")


@KEYS
@pytest.mark.parametrize(
    ("mode", "asked"),
    [(["--plain"], "or press Enter for Check now:"), ([], "Check now")],
    ids=["plain", "screens"],
)
def test_wizard_waits_for_the_answer_of_a_refresh_and_saves_it(
    server: HoldingServer, home: Path, mode: list[str], asked: str, event: int
) -> None:
    with Console([*WIZARD, *mode], environment(home)) as console:
        console.wait_for(asked)
        console.type("\r")
        server.wait_for_request()
        console.send(event)
        console.wait_for(LEAVING)
        console.send(event)
        server.release()
        assert console.wait_exit() == 130
    assert has_saved_answer(server, home)


@pytest.mark.parametrize("mode", [["token"], ["--plain"], []], ids=["token", "plain", "screens"])
def test_closing_window_waits_for_the_answer_of_a_refresh(
    server: HoldingServer, home: Path, mode: list[str]
) -> None:
    with Console([*WIZARD, *mode], environment(home)) as console:
        if mode != ["token"]:
            console.wait_for("Check now")
            console.type("\r")
        server.wait_for_request()
        console.send(CLOSE)
        console.wait_for(WAITING if mode == ["token"] else LEAVING)
        server.release()
        console.wait_exit()
    assert has_saved_answer(server, home)
