"""Lines that hold something on the left and something on the right."""

from __future__ import annotations

from textual.content import Content


def spread(left: Content, right: Content, width: int) -> Content:
    """Return a line of exactly `width` cells: left, blanks, right; the left gives way."""
    room = width - right.cell_length - (1 if right.cell_length else 0)
    if left.cell_length > room:
        left = left.truncate(max(room, 0), ellipsis=True)
    blanks = Content(" " * max(width - left.cell_length - right.cell_length, 0))
    return Content.assemble(left, blanks, right)
