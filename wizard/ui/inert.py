"""The last thing each line passes before it is drawn: characters that act are taken out.

What is known to come from outside has been cleaned by then; this is for what nobody thought of.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class Inert(LineFilter):
    """Puts blanks, as many as they take room, in the place of controls and bidi characters."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments, harmless."""
        if all(segment.control or segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control
            else Segment("".join(map(_harmless, segment.text)), segment.style)
            for segment in segments
        ]


INERT: Final = Inert()


def _harmless(character: str) -> str:
    acts = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return " " * cell_len(character) if acts else character
