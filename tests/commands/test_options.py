"""Options before and after a command, and the help of each command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.consents import at_sandbox, told
from tests.commands.stage import ACTIVE, BY_NAME, issued, put, silent_port, wizard
from tests.schemas import ACCESS_TOKEN, CHECK, printed
from wizard.domain.value import replace
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox

COMMANDS = ("status", "check", "token", "handoff", "forget")


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


@pytest.mark.parametrize("args", [("--plain", "status"), ("status", "--plain")])
def test_plain_changes_nothing_before_or_after_a_command(home: Path, args: tuple[str, str]) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    usual, plain = wizard(home, "status"), wizard(home, *args)
    assert usual.returncode == 0
    assert (plain.returncode, plain.stdout, plain.stderr) == (0, usual.stdout, usual.stderr)


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


@pytest.mark.parametrize("command", ["check", "status"])
@pytest.mark.parametrize("more", [(), ("--all",), ("--json",), ("--all", "--json")])
def test_quiet_prints_failures_alone(home: Path, command: str, more: tuple[str, ...]) -> None:
    sandbox = Sandbox()
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base))
        fine = wizard(home, command, "--quiet", *more)
        put(home, draft=ACTIVE, name="acme")
        args = more if "--all" in more else (*more, "--profile", "acme")
        failed = wizard(home, command, "--quiet", *args)
    assert (fine.returncode, fine.stdout, fine.stderr) == (0, "", "")
    assert failed.returncode == 3
    assert "acme" in failed.stdout + failed.stderr


@pytest.mark.parametrize("more", [(), ("--all",)])
def test_quiet_says_a_failed_check_once(home: Path, more: tuple[str, ...]) -> None:
    put(home, active=at_sandbox(Sandbox(), f"http://127.0.0.1:{silent_port()}"))
    failed = wizard(home, "check", "--quiet", *more)
    assert failed.returncode == 5
    assert (failed.stdout, failed.stderr.count("Profile default:")) == ("", 1)


def test_quiet_says_a_damaged_profile_once(home: Path) -> None:
    put(home, active=ACTIVE)
    put(home, draft=ACTIVE, name="acme")
    (home / "profiles" / "default.json").write_text("{", encoding="utf-8")
    failed = wizard(home, "status", "--all", "--quiet")
    assert failed.returncode == 6
    assert failed.stdout.startswith("acme ")
    assert (failed.stdout + failed.stderr).count("file is damaged") == 1


def test_quiet_keeps_what_was_asked_for(home: Path) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    run = wizard(home, "token", "--quiet")
    assert (run.returncode, run.stdout, run.stderr) == (0, "access-1\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_the_variables(home: Path, command: str) -> None:
    told = wizard(home, command, "--help").stdout.partition("Variables:")[2]
    network = ("HTTPS_PROXY", "SSL_CERT_FILE", "SCIM_WIZARD_TOKEN_URL")
    names = ("SCIM_WIZARD_PROFILE", "SCIM_WIZARD_HOME", "SCIM_WIZARD_LOG")
    assert [name for name in names if name not in told] == []
    assert all((name in told) is (command in ("check", "token")) for name in network)
