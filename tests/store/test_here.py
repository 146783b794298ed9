"""The part of the error book about this machine: whole, short, and with stable ids."""

from __future__ import annotations

import re

import pytest

from wizard.domain.book import here
from wizard.domain.problems import ExitCode, Problem


def test_every_entry_is_listed_once_under_an_id_of_its_own() -> None:
    named = [value for value in vars(here).values() if isinstance(value, Problem)]
    assert list(here.ENTRIES) == named
    assert len({entry.id for entry in named}) == len(named)


@pytest.mark.parametrize("entry", here.ENTRIES, ids=lambda entry: entry.id)
def test_entry_is_short_and_says_what_to_do(entry: Problem) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entry.id)
    assert not entry.title.endswith(".")
    assert entry.cause
    assert entry.remedy
    assert len(entry.cause) + len(entry.remedy) <= 4 * 56


@pytest.mark.parametrize(
    ("code", "ids"),
    [
        (ExitCode.USAGE, {"bad-profile-name", "endpoints-conflict", "not-a-terminal"}),
        (ExitCode.NOT_SET_UP, {"not-set-up", "left-unfinished"}),
        (ExitCode.MACHINE, {"disk-full", "file-damaged", "file-newer", "lock-busy"}),
    ],
)
def test_exit_code_tells_misuse_and_unfinished_setups_from_this_machine(
    code: ExitCode, ids: set[str]
) -> None:
    assert ids <= {entry.id for entry in here.ENTRIES if entry.exit_code is code}
