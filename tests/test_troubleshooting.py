"""The README's troubleshooting tables."""

from __future__ import annotations

from tests.troubleshooting import block, current
from wizard.domain.errors.catalog import CATALOGUE


def test_tables_are_current() -> None:
    assert current() == block(), "run: python -m tests.troubleshooting"


def test_every_entry_is_a_row_that_reads_well() -> None:
    rows = [line for line in block().splitlines() if line.startswith("| **")]
    assert len(rows) == len(CATALOGUE)
    assert not any(sign in row for row in rows for sign in "{}")
    assert len({row.count("|") for row in rows}) == 2  # with and without exit codes
