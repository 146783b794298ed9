"""Leaving while a resolver hangs: the call can't be interrupted, and the wizard doesn't wait."""

from __future__ import annotations

import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest

from tests import system
from tests.commands.stage import ACTIVE, PATIENCE, issued, put, start
from tests.terminal.harness import ctrl
from tests.terminal.walk import variables, wizard
from wizard.domain.models import Endpoints
from wizard.domain.value import replace

SILENT: Final = Endpoints(
    "https://twilio.invalid/authorize", "https://twilio.invalid/token", "https://scim.invalid"
)


@pytest.fixture
def silence(tmp_path: Path) -> dict[str, str]:
    """The variables of a machine without DNS; ASKED can be read once a name was looked up."""
    system.mkfifo(tmp_path / "asked")
    modules = str(Path(__file__).with_name("silent_dns"))
    return {"PYTHONPATH": modules, "ASKED": str(tmp_path / "asked")}


def wait_for_question(silence: dict[str, str]) -> None:
    assert Path(silence["ASKED"]).read_text(encoding="utf-8").startswith("asked")


def test_wizard_ends_at_once(tmp_path: Path, silence: dict[str, str]) -> None:
    endpoints = SimpleNamespace(
        authorize_url=SILENT.authorize_url, token_url=SILENT.token_url, scim_url=SILENT.scim_url
    )
    with wizard(variables(tmp_path / "home", endpoints) | silence) as terminal:
        terminal.wait_for("0 of 7 selected")
        wait_for_question(silence)
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        assert terminal.leftovers == []
        terminal.wait_for("stopped at Prerequisites")


@pytest.mark.parametrize(("command", "hours"), [("check", 1), ("token", -1)])
def test_command_ends_at_once(
    tmp_path: Path, silence: dict[str, str], command: str, hours: float
) -> None:
    put(tmp_path / "home", active=replace(ACTIVE, endpoints=SILENT, tokens=issued(hours=hours)))
    with start(tmp_path / "home", command, env=silence) as process:
        wait_for_question(silence)
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 130
