"""Options before and after a command, and the help of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.consents import told
from tests.commands.stage import ACTIVE, BY_NAME, issued, put, wizard
from tests.schemas import ACCESS_TOKEN, CHECK, printed
from wizard.domain.value import replace

COMMANDS = ("status", "check", "token", "handoff", "forget")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.parametrize("command", COMMANDS)
def test_profile_stands_before_or_after_the_command(home: Path, command: str) -> None:
    args = (command, "--yes") if command == "forget" else (command,)
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    before = wizard(home, "--profile", "none", *args)
    after = wizard(home, "--profile", "default", *args, "--profile", "none")
    assert (before.returncode, before.stdout) == (3, "")
    assert (after.returncode, after.stdout, after.stderr) == (3, "", before.stderr)


@pytest.mark.parametrize("command", ["check", "token"])
def test_ca_file_stands_before_or_after_the_command(home: Path, command: str) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=-1)))
    option = ("--ca-file", str(home / "none.pem"))
    for args in ((*option, command, "--json"), (command, "--json", *option)):
        run = wizard(home, *args)
        assert run.returncode == 6
        schema = printed(CHECK if command == "check" else ACCESS_TOKEN)
        assert told(run.stdout, schema)["problem"]["id"] == "ca-file-unusable"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_has_examples_within_80_columns(home: Path, command: str, option: str) -> None:
    run = wizard(home, command, option, env=BY_NAME)
    assert (run.returncode, run.stderr) == (0, "")
    examples = run.stdout.partition("Examples:")[2]
    assert re.search(rf"\n  (\(h=\$\()?scim-wizard (--profile \w+ )?{command}\b", examples)
    assert max(map(len, run.stdout.splitlines())) <= 80


def test_endpoint_after_a_command_is_told_where_it_belongs(home: Path) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    run = wizard(home, "check", "--token-url", "https://other.example/token")
    assert (run.returncode, run.stdout) == (2, "")
    assert "No such option" not in run.stderr
    assert "wizard --profile NAME --token-url URL\n" in run.stderr
    assert "--token-url" not in wizard(home, "check", "--help").stdout
