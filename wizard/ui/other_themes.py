"""Textual's own themes, with the variables of ours, each color readable on every ground.

Apart from the wizard's own two: nobody who keeps to those waits for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from textual.color import BLACK, WHITE, Color
from textual.theme import BUILTIN_THEMES, Theme

READABLE: Final = 4.6
"""Contrast of text to the ground it stands on: 4.5 (WCAG 2.2, 1.4.3), and what rounding takes."""
SEEN: Final = 3.0
"""The same of a line (1.4.11)."""


def names() -> list[str]:
    """Return the names of these themes, sorted; the terminal's own colors last."""
    return sorted(BUILTIN_THEMES, key=lambda name: (BUILTIN_THEMES[name].ansi, name))


def title(name: str) -> str:
    """Return what a theme is called."""
    words = name.replace("-", " ").capitalize()
    return f"{words}: the terminal's own colors" if BUILTIN_THEMES[name].ansi else words


def adapted(name: str) -> Theme | None:
    """Return a theme, fit for the wizard's screens; None when there is none of that name."""
    theme = BUILTIN_THEMES.get(name)
    if theme is None:
        return None
    return _in_terminal_colors(theme) if theme.ansi else _readable(theme)


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colors (WCAG 2.2)."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    parts = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized)
    return sum(part * weight for part, weight in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))


def _readable(theme: Theme) -> Theme:
    made = theme.to_color_system().generate()
    grounds = [Color.parse(made[each]) for each in ("background", "surface", "panel")]
    end = max(WHITE, BLACK, key=lambda each: min(contrast(each, ground) for ground in grounds))

    def text(name: str) -> Color:
        return _towards(end, Color.parse(made[name]), grounds, READABLE)

    foreground, primary, warning = text("foreground"), text("primary"), text("warning")
    selection = _towards(grounds[0], primary, [foreground], READABLE)
    muted = _towards(foreground, foreground.blend(grounds[0], 0.4), grounds, READABLE)
    line = _towards(foreground, foreground.blend(grounds[0], 0.6), grounds, SEEN)
    return replace(
        theme,
        primary=primary.hex,
        # What has the focus and what is pointed at; of one color, so that one text is on both.
        accent=primary.hex,
        foreground=foreground.hex,
        background=grounds[0].hex,
        surface=grounds[1].hex,
        panel=grounds[2].hex,
        success=text("success").hex,
        warning=warning.hex,
        error=text("error").hex,
        variables={
            **theme.variables,
            "brand": text("error").hex,
            "muted": muted.hex,
            "line": line.hex,
            "on-primary": _on(primary).hex,
            "on-warning": _on(warning).hex,
            "footer-background": grounds[0].hex,
            "footer-key-foreground": primary.hex,
            "input-selection-background": selection.hex,
            "input-selection-foreground": foreground.hex,
            "input-cursor-background": foreground.hex,
            "input-cursor-foreground": grounds[0].hex,
            "block-cursor-background": primary.hex,
            "block-cursor-foreground": _on(primary).hex,
            "button-focus-text-style": "bold underline",
        },
    )


def _towards(end: Color, color: Color, others: Iterable[Color], ratio: float) -> Color:
    """Return a color moved as little towards another as makes it stand out from the others."""
    steps = (color.blend(end, step / 20) for step in range(20))
    return next((c for c in steps if all(contrast(c, o) >= ratio for o in others)), end)


def _on(ground: Color) -> Color:
    return max(WHITE, BLACK, key=lambda text: contrast(text, ground))


def _in_terminal_colors(theme: Theme) -> Theme:
    more = {
        "brand": "ansi_red",
        "muted": "ansi_default",
        "line": "ansi_default",
        "on-primary": "ansi_default",
        "on-warning": "ansi_default",
        "footer-key-foreground": "ansi_default",
        "button-focus-text-style": "bold reverse",
    }
    return replace(theme, variables={**theme.variables, **more})
