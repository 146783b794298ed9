"""Commands that are interrupted while a refresh is under way: its answer is kept, nothing said."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.commands.consents import at_second
from tests.commands.stage import PATIENCE, put, start, stored, wizard
from tests.holding import HoldingServer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["check", "token"])
def test_answer_of_a_refresh_is_kept_and_the_command_ends_with_130(
    home: Path, command: str, number: signal.Signals
) -> None:
    with HoldingServer("https://idp.example.invalid/callback") as server:
        before = at_second(server, is_expired=True)
        put(home, active=before)
        server.held = "refresh"
        with start(home, command) as process:
            server.wait_for_request()
            process.send_signal(number)
            server.release()
            out, words = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, words.strip()) == (130, "", "")
        assert before.tokens
        after = stored(home).tokens
        assert after
        assert after.access_token != before.tokens.access_token
        assert after.refresh_token != before.tokens.refresh_token
        # Using the old refresh token would have ended the grant.
        assert wizard(home, "token", "--force").returncode == 0
