"""The error catalog as a whole."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from wizard.domain.errors import exchange
from wizard.domain.errors.catalog import CATALOGUE, PARTS, recalled
from wizard.domain.problems import ExitCode, Problem, entries
from wizard.domain.steps import STEPS

LONGEST = 240
"""The most characters of cause and remedy together: about four lines beside the step list."""

EVERY = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.id)


def texts(problem: Problem) -> tuple[str, str, str]:
    return problem.title, problem.cause, problem.remedy


def names(problem: Problem) -> set[str]:
    fields = (field for text in texts(problem) for field in Formatter().parse(text))
    return {name for _, name, _, _ in fields if name is not None}


def test_ids_are_unique_across_the_book() -> None:
    ids = [entry.id for part in PARTS for entry in entries(part)]
    assert sorted(ids) == sorted(CATALOGUE)
    assert len(set(ids)) == len(ids)


def test_entry_is_found_by_its_id() -> None:
    assert all(CATALOGUE[id_] is entry for id_, entry in CATALOGUE.items())
    assert recalled("of-a-newer-version") is None


@EVERY
def test_entry_is_recalled_by_its_id_without_a_gap(entry: Problem) -> None:
    recall = recalled(entry.id)
    assert recall is not None
    assert recall.id == entry.id
    assert not any(sign in text for text in texts(recall) for sign in "{}")
    assert (recall == entry) is not bool(names(entry))


@EVERY
def test_placeholders_have_names_and_can_be_filled(entry: Problem) -> None:
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names(entry))
    filled = entry.filled(**dict.fromkeys(names(entry), "something"))
    assert not any(sign in text for text in texts(filled) for sign in "{}")


@EVERY
def test_entry_is_short_and_whole(entry: Problem) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id)
    assert all(texts(entry))
    assert not entry.title.endswith(".")
    assert entry.remedy.endswith((".", "]'"))
    assert len(entry.cause) + len(entry.remedy) <= LONGEST
    assert entry.step is None or entry.step in STEPS
    assert entry.exit_code not in (ExitCode.FINE, ExitCode.SIGNAL)
    assert entry.detail == ()
    assert entry.is_in_advanced is ("Credentials > Advanced" in entry.remedy)


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
    assert ids <= {entry.id for entry in CATALOGUE.values() if entry.exit_code is code}


def test_refusals_are_recorded_by_entries_that_need_no_filling() -> None:
    """Commands and Overview know a rejected refresh only by the id of its problem."""
    acts = [e for e in entries(exchange) if e.exit_code is ExitCode.ACT_AT_TWILIO]
    assert acts
    assert not any(names(entry) for entry in acts)
