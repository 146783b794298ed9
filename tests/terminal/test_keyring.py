"""A wizard on a terminal with its secrets in a real Secret Service that gets locked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.store.desktop import MISSING, Desktop, desktop
from tests.terminal.hands import marked
from tests.terminal.harness import ctrl
from tests.terminal.test_living import REDIRECT_URL
from tests.terminal.walk import endpoints, run, set_up, variables, wizard
from wizard.domain.errors.store import KEYRING_HANGS, KEYRING_LOCKED
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox
from wizard.store.keyring import SERVICE

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (Debian: dbus gnome-keyring)"
)

PASSWORD: Final = "open sesame"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Desktop]:
    (tmp_path / "user").mkdir()
    with desktop(tmp_path / "user") as running:
        yield running


def tells_to_unlock(screen: str) -> bool:
    """Whether Overview says so; its title depends on whether a program could ask."""
    is_titled = KEYRING_LOCKED.title in screen or KEYRING_HANGS.title in screen
    return is_titled and "Unlock it, then press r." in screen and "Overview" in screen


def test_locked_keyring_is_unlocked_and_r_gives_the_whole_overview(
    session: Desktop, tmp_path: Path
) -> None:
    sandbox = Sandbox(redirect_url=REDIRECT_URL)
    with serve.serving(sandbox) as base, session.keyring(PASSWORD):
        env = session.environ | variables(tmp_path / "home", endpoints(base))
        env["HOME"] = session.environ["HOME"]
        with wizard(env) as terminal:
            assert set_up(terminal, sandbox) == 0
        kept = session.entries(SERVICE)
        assert len(kept) == 1, "in the keyring, and nothing is left of the draft"
        session.lock()
        refused = run(env, "token")
        assert (refused.returncode, refused.stdout) == (6, "")
        with wizard(env) as terminal:
            terminal.wait_for(tells_to_unlock)
            terminal.wait_for(lambda screen: marked(screen).startswith("› Try again"))
            session.unlock(PASSWORD)
            terminal.send("r")
            screen = terminal.wait_for(lambda screen: marked(screen).startswith("› Check now"))
            assert "Unlock it" not in screen
            assert "Try again" not in screen
            terminal.send(ctrl("q"))
            assert terminal.wait_exit() == 0
        assert session.entries(SERVICE) == kept
        assert json.loads(run(env, "status", "--json").stdout)["secrets"] == {"store": "keyring"}
        token = run(env, "token")
    assert (token.returncode, token.stderr) == (0, "")
    assert token.stdout.strip()
