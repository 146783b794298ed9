"""Facts: names, and what there is to know; two share a line where there is room for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.widget import Widget

from wizard.ui.widgets.lines import spread

GAP: Final = "  "


class Facts(Widget):
    """Names are muted, words are text, never markup."""

    DEFAULT_CSS = "Facts { height: auto; }"

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__()
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
        """The facts in their order, the second column where it makes for the fewest lines."""
        columns = sorted((fact.cell_length + len(GAP) for fact in self._facts), reverse=True)
        return min((self._placed(width, at) for at in (width, *columns)), key=len)

    def _placed(self, width: int, at: int) -> list[Content]:
        """The lines when the second column begins at a cell; neighbors that fit share one."""
        lines: list[Content] = []
        pending: Content | None = None
        for fact in self._facts:
            if pending is not None and fact.cell_length <= width - at:
                left = spread(pending, Content(""), at - len(GAP))
                lines[-1] = Content.assemble(left, GAP, fact)
                pending = None
                continue
            lines.append(fact)
            pending = fact if fact.cell_length <= at - len(GAP) else None
        return lines
