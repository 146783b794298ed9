"""The table as a whole: every entry of the book is in it, and none that is not in the book."""

from __future__ import annotations

from typing import Final

import pytest

from tests.book import (
    test_exchange,
    test_here_commands,
    test_here_processes,
    test_here_screens,
    test_network,
    test_paste,
    test_scim,
)
from tests.book.row import Face, Row, says
from wizard.domain.book.catalogue import CATALOGUE

ROWS: Final[tuple[Row, ...]] = (
    *test_paste.ENTRIES,
    *test_exchange.ENTRIES,
    *test_scim.ENTRIES,
    *test_network.ENTRIES,
    *test_here_commands.ENTRIES,
    *test_here_processes.ENTRIES,
    *test_here_screens.ENTRIES,
)


def test_every_entry_is_driven_and_every_row_is_one() -> None:
    assert {row.entry for row in ROWS} == set(CATALOGUE)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_has_a_face_and_what_it_takes(row: Row) -> None:
    assert row.faces
    assert (row.exit_code is not None) or Face.COMMAND not in row.faces


def test_sentence_that_was_not_filled_in_is_none() -> None:
    problem = CATALOGUE["no-dns"]
    filled = problem.about(host="a.example")
    assert says(f"✗ {filled.title}\n{filled.cause}\nYou: {filled.remedy}", problem.id)
    assert not says(f"{problem.title} {problem.remedy}", problem.id)
    assert not says(filled.title, problem.id)
    assert not says(f"{filled.remedy} {filled.title}", problem.id)
