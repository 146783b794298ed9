"""Fifty `token` processes that want the same refresh."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks.rows import Row
from tests.processes.stage import accepts, crowd, expired

SIZE: Final = 50
PATIENCE: Final = 300.0
"""Seconds: all of them share what is left of the machine."""


def crowded(runs: int) -> Iterator[Row]:
    """Count refreshes and good answers; once, as there is nothing to take the median of."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with expired(home) as (server, _):
            with crowd(home, SIZE) as them:
                ended = them.ended(PATIENCE)
            refreshes = server.counts["refreshed"]
            good = sum(code == 0 and accepts(server, out.strip()) for code, out, _ in ended)
    figure = f"{refreshes} refresh, {good} answers"
    bar = f"1 refresh, {SIZE} answers"
    yield Row(f"{SIZE} token at once, expired", figure, "", figure, bar, figure == bar)
