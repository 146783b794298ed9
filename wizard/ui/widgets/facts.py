"""Facts: names, and what there is to know; two short ones share a line where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from wizard.ui.widgets.lines import spread


class Facts(Widget):
    """Names are muted, words are text, never markup."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__(classes="facts")
        width = max((len(name) for name, _ in rows), default=0) + 2
        self._facts = [
            Content.assemble((name.ljust(width), "$muted"), words) for name, words in rows
        ]

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One row a line."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Draw the lines."""
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        """The facts in their order; neighbors that both fit into half the width share a line."""
        half = width // 2 - 1
        lines: list[Content] = []
        pending: Content | None = None
        for fact in self._facts:
            if pending is not None and fact.cell_length <= half:
                lines.append(Content.assemble(spread(pending, Content(""), half), "  ", fact))
                pending = None
                continue
            if pending is not None:
                lines.append(pending)
            pending = fact if fact.cell_length <= half else None
            if pending is None:
                lines.append(fact)
        return [*lines, pending] if pending is not None else lines
