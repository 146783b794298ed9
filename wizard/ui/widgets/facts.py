"""Facts in two columns: a name, and what there is to know."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static


class Facts(Static):
    """Names are muted, words are text, never markup."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        width = max((len(name) for name, _ in rows), default=0) + 2
        lines = [Content.assemble((name.ljust(width), "$muted"), words) for name, words in rows]
        super().__init__(Content("\n").join(lines), classes="facts", markup=False)
