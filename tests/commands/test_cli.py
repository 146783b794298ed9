"""The command line itself: its help, its version, and how it rejects bad usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.stage import BY_NAME, run_on_terminal, wizard
from wizard import __version__


def test_version_is_told(home: Path) -> None:
    run = wizard(home, "--version")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == f"scim-wizard, version {__version__}\n"


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("token", "--help"), ("status", "-h")])
def test_help_is_told_within_80_columns(home: Path, args: tuple[str, ...]) -> None:
    run = wizard(home, *args, env=BY_NAME)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("Usage: scim-wizard")
    assert max(map(len, run.stdout.splitlines())) <= 80


@pytest.mark.parametrize("args", [(), ("--demo",), ("--scenario", "nonsense")])
def test_wizard_without_a_terminal_names_the_alternatives(
    home: Path, args: tuple[str, ...]
) -> None:
    run = wizard(home, *args)
    assert (run.returncode, run.stdout) == (2, "")
    assert "needs a terminal" in run.stderr
    assert "use the token" in run.stderr
    assert "Traceback" not in run.stderr
    assert not home.exists()


@pytest.mark.parametrize("args", [("nonsense",), ("token", "--nonsense"), ("token", "x")])
def test_what_it_does_not_know_is_misuse(home: Path, args: tuple[str, ...]) -> None:
    run = wizard(home, *args)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Usage: scim-wizard")


@pytest.mark.parametrize("name", ["Default", "../x", "con", "x" * 65])
def test_name_no_profile_can_have_is_misuse(home: Path, name: str) -> None:
    run = wizard(home, "status", "--json", "--profile", name)
    assert run.returncode == 2
    assert json.loads(run.stdout)["problem"]["id"] == "bad-profile-name"
    assert not home.exists()


@pytest.mark.parametrize("name", ["authorize", "token", "scim"])
def test_endpoint_no_secret_may_be_sent_to_is_misuse(home: Path, name: str) -> None:
    by_option = wizard(home, f"--{name}-url", "http://a.example/", "status", "--json")
    variable = f"SCIM_WIZARD_{name.upper()}_URL"
    by_variable = wizard(home, "status", "--json", env={variable: "http://a.example/"})
    for run, called in ((by_option, f"--{name}-url"), (by_variable, variable)):
        assert run.returncode == 2
        error = json.loads(run.stdout)["problem"]
        assert (error["id"], error["title"]) == ("bad-endpoint", f"{called} can't be used")


def test_scenario_that_is_not_there_is_misuse_and_all_are_named(home: Path) -> None:
    code, words, _ = run_on_terminal(home, "--scenario", "nonsense")
    assert code == 2
    assert "nonsense" in words
    assert "many-users" in words
    assert "Traceback" not in words


def test_damaged_profile_is_told_before_a_screen_is_painted(home: Path) -> None:
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "default.json").write_text("{", encoding="utf-8")
    code, words, _ = run_on_terminal(home)
    assert code == 6
    assert "damaged" in words
    assert "\x1b[?1049h" not in words
