"""Shell completion of commands, options, profiles, and scenarios."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.stage import ACTIVE, PATIENCE, put, wizard
from wizard.sandbox import SCENARIOS

UNUSED = {"textual", "rich", "httpx", "keyring", "filelock", "truststore", "starlette", "asyncio"}
"""Modules that a press of Tab must not wait for."""


def completed(home: Path, line: str) -> list[str]:
    """Return the words that bash offers for the last word of a line."""
    variables = {
        "_SCIM_WIZARD_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    run = wizard(home, env=variables)
    assert (run.returncode, run.stderr) == (0, "")
    return [offer.rpartition(",")[2] for offer in run.stdout.splitlines() if offer]


@pytest.mark.parametrize("line", ["scim-wizard --profile ", "scim-wizard check --json --profile "])
def test_profiles_are_offered_before_and_after_the_command(home: Path, line: str) -> None:
    for name in ("acme", "acme-2", "default"):
        put(home, name=name, active=ACTIVE)
    assert completed(home, line) == ["acme", "acme-2", "default"]
    assert completed(home, line + "a") == ["acme", "acme-2"]


def test_no_profile_is_no_mistake(home: Path) -> None:
    assert completed(home, "scim-wizard --profile ") == []
    assert not home.exists()
    home.write_text("not a folder", encoding="utf-8")
    assert completed(home, "scim-wizard --profile ") == []


def test_scenarios_commands_and_choices_are_offered(home: Path) -> None:
    assert completed(home, "scim-wizard --scenario ") == list(SCENARIOS)
    assert completed(home, "scim-wizard h") == ["handoff"]
    assert completed(home, "scim-wizard handoff --for e") == ["entra"]


def test_nothing_heavy_is_imported(home: Path) -> None:
    put(home, active=ACTIVE)
    variables = {
        "_SCIM_WIZARD_COMPLETE": "bash_complete",
        "COMP_WORDS": "scim-wizard --profile ",
        "COMP_CWORD": "2",
    }
    run = wizard(home, env=variables, python=("-X", "importtime"))
    assert run.stdout == "plain,default\n"
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert {"wizard", "click"} <= imported
    assert not imported & UNUSED


@pytest.mark.posix("bash runs the lines")
def test_script_for_the_shell_is_one_bash_takes(home: Path) -> None:
    bash = shutil.which("bash")
    assert bash, "bash is needed"
    run = wizard(home, env={"_SCIM_WIZARD_COMPLETE": "bash_source"})
    assert (run.returncode, run.stderr) == (0, "")
    script = run.stdout + "\ncomplete -p scim-wizard\n"
    taken = subprocess.run(
        [bash], input=script, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert "complete" in taken.stdout
    assert "scim-wizard" in taken.stdout
