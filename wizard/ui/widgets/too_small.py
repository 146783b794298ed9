"""What a window too small to work in shows instead of the step."""

from __future__ import annotations

from textual.widgets import Static

from wizard.domain.book.here import TERMINAL_TOO_SMALL


class TooSmall(Static):
    """Covers the step, which keeps its focus: a widget that is not displayed loses it."""

    DEFAULT_CSS = """
    TooSmall {
        layer: above;
        width: 100%;
        height: 100%;
        content-align: center middle;
        text-align: center;
        background: $background;
    }
    """

    def tell(self, columns: int, rows: int) -> None:
        """Say how small it is, and how large it has to be."""
        problem = TERMINAL_TOO_SMALL.filled(size=f"{columns}×{rows}")
        self.update("\n".join((problem.title, problem.cause, problem.remedy)))
