"""What draws lines to a width: in parts, packed, or with a mark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widget import Widget


class Reversing(Widget):
    """A widget with reversed styles, which Textual omits for component classes."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Return the style of components, reversed where the style sheet says so."""
        style = super().get_visual_style(*component_classes, partial=partial)
        styles = map(self.get_component_styles, component_classes)
        is_reversed = any(each.text_style.reverse for each in styles)
        return style + Style(reverse=True) if is_reversed else style


class Fitted(Visual):
    """What is drawn to whatever width there is, so that it need not be known beforehand."""

    def content(self, width: int) -> Content:
        """Return it in a width."""
        raise NotImplementedError

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Draw it."""
        return self.content(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """As many rows as it needs."""
        return self.content(width).get_height(rules, width)


INTRO: Final = frozenset({"intro"})
CLOSER: Final = INTRO | {"closer"}
AIR: Final = CLOSER | {"air"}
FACTS: Final = tuple(CLOSER | {f"spare-{rank}" for rank in range(last)} for last in range(1, 7))
AIRY: Final = FACTS[-1] | {"detail"}
SPARE: Final = FACTS[-1] | AIR | {"spare"}
DETAIL: Final = SPARE | {"detail"}
"""What is left out where there is no room for all; facts one by one."""


def hanging(width: int, mark: Content, *texts: Content) -> list[Content]:
    """Return texts in lines that all stand to the right of the mark of the first."""
    at = mark.cell_length
    first, *others = [line for text in texts for line in text.wrap(max(width - at, 1))]
    return [mark + first, *(Content(" " * at) + line for line in others)]


class Warned(Fitted):
    """Warnings, or what is wrong, each behind its sign."""

    def __init__(
        self, texts: Iterable[str | Content], sign: str = "!", color: str = "$warning"
    ) -> None:
        self._texts = tuple(texts)
        self._sign = Content.styled(f"{sign} ", f"bold {color}")

    def content(self, width: int) -> Content:
        """Return them in a width."""
        texts = map(Content.assemble, self._texts)
        lines = (line for text in texts for line in hanging(width, self._sign, text))
        return Content("\n").join(lines)


class Shrinking(Fitted):
    """Lines of which some are left out where there are too few rows."""

    def lines(self, width: int, left_out: frozenset[str]) -> list[Content]:
        """Return them in a width."""
        raise NotImplementedError

    def content(self, width: int) -> Content:
        """Return all of them in a width."""
        return Content("\n").join(self.lines(width, frozenset()))

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Draw as many as there are rows for."""
        lines: list[Content] = []
        for left_out in (frozenset[str](), CLOSER, AIR, SPARE, AIRY, DETAIL):
            lines = self.lines(width, left_out)
            if height is None or len(lines) <= height:
                break
        return Content("\n").join(lines).render_strips(width, height, style, options)


def spread(left: Content, right: Content, width: int) -> Content:
    """Return a line of exactly `width` cells: left, spaces, right; the left is shortened."""
    room = width - right.cell_length - (1 if right.cell_length else 0)
    if left.cell_length > room:
        left = left.truncate(max(room, 0), ellipsis=True)
    blanks = Content(" " * max(width - left.cell_length - right.cell_length, 0))
    return Content.assemble(left, blanks, right)


KEY_COLOR: Final = "bold $footer-key-foreground"


def with_keys(text: Content) -> Content:
    """Return a text in which the keys that it names have their color."""
    return text.highlight_regex(r"\^[a-z]\b|\bPgDn\b", style=KEY_COLOR)


MARK: Final = "› "
"""Stands in the gutter, before the line that keys act on: never told by its ground alone."""
NO_MARK: Final = " " * len(MARK)


KEY: Final = "Key: "
"""What stands before the key in the words of a line of the palette, at their end."""


def keyed(words: str, key: str) -> str:
    """Return the words of a line of the palette, with its key."""
    return f"{words} {KEY}{key}"


def packed(items: Iterable[str], width: int, gap: str = "  ") -> list[str]:
    """Return the items in as few lines as they fit into; none is broken."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(gap) + len(item) <= width:
            lines[-1] += gap + item
        else:
            lines.append(item)
    return lines
