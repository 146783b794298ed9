"""Fifty `token` processes that need the same refresh."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks.rows import Row
from tests.processes.stage import accepts, crowd, expired

SIZE: Final = 50
PATIENCE: Final = 300.0
"""In seconds: all processes share the rest of the machine."""


def crowded(runs: int) -> Iterator[Row]:
    """Count refreshes and successful results, once: there is no median of a count."""
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
