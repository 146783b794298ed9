"""The contrast of text with its background, measured on what is painted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.screen import Screen

ENOUGH: Final = 4.5
"""The minimum contrast of text in WCAG 2 (1.4.3, AA)."""
_FRAMES: Final = range(0x2500, 0x25A0)
"""Lines and blocks: bars and frames repeat what position and words say, and aren't read."""


def too_faint(screen: Screen[object]) -> Iterator[str]:
    """Yield the texts of a screen with too little contrast, except what is behind a dialog.

    The text behind a dialog is dimmed on purpose, and can't be used.
    """
    compositor = screen._compositor
    seen = compositor.visible_widgets.items()
    own = [region.intersection(clip) for widget, (region, clip) in seen if widget is not screen]
    for y, strip in enumerate(compositor.render_strips()):
        x = 0
        for segment in strip:
            at = Region(x, y, segment.cell_length, 1)
            x += segment.cell_length
            if not screen.is_modal or any(region.contains_region(at) for region in own):
                yield from _judged(segment)


def _judged(segment: Segment) -> Iterator[str]:
    text = "".join(sign for sign in segment.text if ord(sign) not in _FRAMES).strip()
    if text:
        assert segment.style is not None
        ink, ground = _colors(segment.style)
        if (found := ratio(ink, ground)) < ENOUGH:
            yield f"{found:.2f}:1 {ink.hex} on {ground.hex}: {text}"


def _colors(style: Style) -> tuple[ColorTriplet, ColorTriplet]:
    assert style.color is not None
    assert style.bgcolor is not None
    ink, ground = style.color.get_truecolor(), style.bgcolor.get_truecolor()
    if style.reverse:
        ink, ground = ground, ink
    if style.dim:
        # Terminals differ; many dim text half way to the background.
        ink = ColorTriplet(*((a + b) // 2 for a, b in zip(ink, ground, strict=True)))
    return ink, ground


@cache
def ratio(one: ColorTriplet, other: ColorTriplet) -> float:
    """Return the contrast of two colors as WCAG 2 defines it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: ColorTriplet) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
             for part in color.normalized]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
