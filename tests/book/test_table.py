"""The table as a whole: it has every entry of the catalog, and no others."""

from __future__ import annotations

import pytest

from tests.book.row import Face, Row, says
from tests.book.table import ROWS
from wizard.domain.errors.catalog import CATALOGUE


def test_every_entry_is_driven_and_every_row_is_one() -> None:
    assert {row.entry for row in ROWS} == set(CATALOGUE)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_has_a_face_and_what_it_takes(row: Row) -> None:
    assert row.faces
    assert (row.exit_code is not None) or Face.COMMAND not in row.faces


def test_sentence_that_was_not_filled_in_is_none() -> None:
    problem = CATALOGUE["no-dns"]
    filled = problem.filled(host="a.example")
    assert says(f"✗ {filled.title}\n{filled.cause}\nFix: {filled.remedy}", problem.id)
    assert not says(f"{problem.title} {problem.remedy}", problem.id)
    assert not says(filled.title, problem.id)
    assert not says(f"{filled.remedy} {filled.title}", problem.id)
