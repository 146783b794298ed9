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
def test_entry_is_short_and_ends_as_sentences_do(entry: Problem) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entry.id)
    assert not entry.title.endswith(".")
    assert entry.cause.endswith(".")
    assert entry.remedy.endswith(".")
    assert len(entry.cause) + len(entry.remedy) <= 4 * 56


def test_exit_codes_tell_misuse_and_unfinished_setups_from_this_machine() -> None:
    codes = {
        code: {entry.id for entry in here.ENTRIES if entry.exit_code is code} for code in ExitCode
    }
    assert codes[ExitCode.USAGE] == {
        "bad-profile-name",
        "endpoints-conflict",
        "not-a-terminal",
        "terminal-too-small",
    }
    assert codes[ExitCode.NOT_SET_UP] == {"not-set-up", "left-unfinished"}
    assert len(codes[ExitCode.MACHINE]) == len(here.ENTRIES) - 6
