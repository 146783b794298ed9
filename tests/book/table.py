"""The table: all rows, for all parts of the catalog."""

from __future__ import annotations

from typing import Final

from tests.book import (
    test_clock,
    test_exchange,
    test_here_commands,
    test_here_processes,
    test_here_screens,
    test_network,
    test_paste,
    test_renewal,
    test_scim,
)
from tests.book.row import Row

ROWS: Final[tuple[Row, ...]] = (
    *test_paste.ENTRIES,
    *test_exchange.ENTRIES,
    *test_clock.ENTRIES,
    *test_scim.ENTRIES,
    *test_renewal.ENTRIES,
    *test_network.ENTRIES,
    *test_here_commands.ENTRIES,
    *test_here_processes.ENTRIES,
    *test_here_screens.ENTRIES,
)
