"""What is heard in plain mode: transcripts of a setup and of what may follow it."""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path
from typing import Final

import pytest

from tests.plain.person import Person, run, terminal
from tests.plain.test_scenarios import is_clear_alone, recorded_prompts
from tests.scenarios import SCENARIOS, scene
from wizard.domain.text import NAME, Program

HEARD: Final = {
    "setup": "first setup",
    "refused paste": "mismatch",
    "rotation": "rotated",
    "removal": "forget",
    "handoff sheet": "hand-off",
}
"""The journeys whose transcripts are checked, by what happens on them."""
MARKDOWN: Final = re.compile(r"\*\*|`|^#+ |^[-*] |\]\(", re.MULTILINE)
SETUP_LINES: Final = 60
"""The most lines of a setup with nothing wrong, as a terminal with 80 columns shows them."""


def transcript(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, columns: int = 80
) -> Person:
    """Make a journey on a terminal; return the person who made it."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    # By its name, as where it is installed: a path may be of any length.
    monkeypatch.setattr("wizard.host.process.started", lambda **_given: Program())
    scenario = SCENARIOS[HEARD[name]]
    with scene(scenario, folder / "home") as made:
        endpoints = made.endpoints
        env = {"TERM": "dumb", "LC_ALL": "C", "SCIM_WIZARD_HOME": str(made.home)}
        if scenario.starts == "nothing":
            env |= {
                "SCIM_WIZARD_AUTHORIZE_URL": endpoints.authorize_url,
                "SCIM_WIZARD_TOKEN_URL": endpoints.token_url,
                "SCIM_WIZARD_SCIM_URL": endpoints.scim_url,
            }
        with terminal(monkeypatch, env, columns) as person:
            assert run([], lambda: scenario.walk(person, made), person) == scenario.code
    return person


def words_of(person: Person) -> set[str]:
    """Return the words of a transcript that are the same in every run."""
    return {word for word in person.written.split() if word.isalpha()}


def test_setup_with_nothing_wrong_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = transcript("setup", tmp_path / "walk", monkeypatch)
    rows = [ceil(len(line) / 80) or 1 for line in person.text.splitlines()]
    assert sum(rows) <= SETUP_LINES, person.text


@pytest.mark.parametrize("name", HEARD)
def test_prompts_are_understood_alone_and_nothing_is_markdown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = recorded_prompts(monkeypatch)
    person = transcript(name, tmp_path / "walk", monkeypatch)
    assert prompts
    assert [words for words in prompts if not is_clear_alone(words)] == []
    # Three asterisks hide a secret.
    assert MARKDOWN.findall(person.text.replace("***", "")) == []


@pytest.mark.parametrize("name", HEARD)
def test_lists_are_read_out_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = transcript(name, tmp_path / "walk", monkeypatch)
    choices = re.findall(r"^\d\. .*", person.written, re.MULTILINE)
    assert choices
    assert len(choices) == len(set(choices))


@pytest.mark.parametrize("name", HEARD)
def test_no_word_is_broken_in_40_columns(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = transcript(name, tmp_path / "wide", monkeypatch)
    narrow = transcript(name, tmp_path / "narrow", monkeypatch, columns=40)
    assert words_of(narrow) == words_of(wide)
    for line in narrow.written.splitlines():
        is_whole = "://" in line or NAME in line or "printf" in line
        assert len(line) <= 40 or is_whole or " " not in line.strip(), line
