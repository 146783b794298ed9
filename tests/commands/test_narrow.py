"""No word is broken in a terminal of 40 columns; only URLs and commands are longer than a line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.stage import (
    ACTIVE,
    PATIENCE,
    ROOT,
    environment,
    issued,
    put,
    run_on_terminal,
)
from wizard.domain.models import Profile
from wizard.domain.value import replace

NARROW = 40
WIDE = 200
NAMES = ("check", "forget", "handoff", "status", "token")


def words(text: str) -> list[str]:
    """Return the words of a text; one that was broken after a hyphen is whole again."""
    return [word for word in re.sub(r"-\r?\n\s*", "-", text).split() if word != "#"]


def broken(text: str) -> list[str]:
    """Return the lines that the terminal breaks, except single words and commands."""
    long = [line for line in text.splitlines() if len(line) > NARROW]
    is_command = re.compile(r"wizard|curl|eval|printf")
    return [line for line in long if " " in line.strip() and not is_command.search(line)]


def helped(home: Path, columns: int, *args: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "wizard", *args, "--help"],
        env=environment(home, COLUMNS=str(columns)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


@pytest.mark.parametrize("args", [(), *((name,) for name in NAMES)], ids=str)
def test_help(home: Path, args: tuple[str, ...]) -> None:
    narrow = helped(home, NARROW, *args)
    assert words(narrow) == words(helped(home, WIDE, *args))
    assert broken(narrow) == []


@pytest.mark.parametrize(
    "args",
    [
        ("status",),
        ("status", "--all"),
        ("handoff", "--for", "script"),
        ("handoff", "--for", "okta"),
        ("check", "--ca-file", "/nowhere"),
        ("token", "--profile", "none"),
    ],
    ids=str,
)
def test_output(home: Path, args: tuple[str, ...]) -> None:
    put(home, Profile(), active=replace(ACTIVE, tokens=issued(hours=1)))
    is_output = args[0] in ("status", "handoff")

    def shown(columns: int) -> str:
        return run_on_terminal(home, *args, is_output=is_output, columns=columns)[1]

    narrow = shown(NARROW)
    assert words(narrow) == words(shown(WIDE))
    assert broken(narrow) == []


def test_question(home: Path) -> None:
    put(home, Profile(), active=replace(ACTIVE, tokens=issued(hours=1)))
    code, shown, _ = run_on_terminal(home, "forget", typed=b"no\n", columns=NARROW)
    assert code == 0
    # The answer was typed before the question, so its line end stands elsewhere.
    assert broken(shown.replace("[y/N] ", "[y/N]\n")) == []
    assert "Nothing was removed." in shown
