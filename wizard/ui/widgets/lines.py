"""Lines put together from parts: left and right, or as many as fit."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content


def spread(left: Content, right: Content, width: int) -> Content:
    """Return a line of exactly `width` cells: left, blanks, right; the left gives way."""
    room = width - right.cell_length - (1 if right.cell_length else 0)
    if left.cell_length > room:
        left = left.truncate(max(room, 0), ellipsis=True)
    blanks = Content(" " * max(width - left.cell_length - right.cell_length, 0))
    return Content.assemble(left, blanks, right)


def packed(items: Iterable[str], width: int, gap: str = "  ") -> list[str]:
    """Return the items in as few lines as they fit into; none is broken."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(gap) + len(item) <= width:
            lines[-1] += gap + item
        else:
            lines.append(item)
    return lines
