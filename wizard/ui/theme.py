"""The themes: a dark and a light one, and the terminal's own colors.

Every color of the first two holds 4.5:1 on each ground it is used on (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from wizard.domain.value import Value


async def _forgetting(_theme: str) -> None:
    """Remember no theme."""


class Look(Value):
    """How the screens are to look, and on what."""

    theme: str = ""
    """The name of a theme; any other name means the dark one."""
    remember: Callable[[str], Awaitable[None]] = _forgetting
    """Keeps a theme that was chosen. Raises SetupError."""
    trouble: str = ""
    """Why a theme that was chosen before is not known, in a sentence."""
    is_in_tmux: bool = False
    """What is meant for the person's terminal has to be handed through."""
    has_few_colors: bool = False
    """The terminal has sixteen, or is to show none: what they tell is told by signs as well."""


# The grounds are tinted so little that 256 colors, all there is over most SSH, round them to grays
# of their own: with a little more blue all of them would become the same black.
DARK: Final = Theme(
    name="scim-dark",
    dark=True,
    primary="#5B8DEF",
    secondary="#8FB2F5",
    accent="#7FA8F5",
    foreground="#E9EAEE",
    background="#0F1114",
    surface="#181B20",
    panel="#20242A",
    success="#3DCF84",
    warning="#F5A524",
    error="#FF646C",
    variables={
        "brand": "#FF5A66",
        "muted": "#9AA3B2",
        "line": "#5C6778",
        "on-primary": "#0B1220",
        "on-warning": "#1B1300",
        "footer-background": "#0F1114",
        "footer-key-foreground": "#7FA8F5",
        "input-selection-background": "#35538C",
        "input-cursor-background": "#E9EAEE",
        "input-cursor-foreground": "#0F1114",
        "button-focus-text-style": "bold underline",
        "scrollbar": "#3A4453",
        "scrollbar-background": "#0F1114",
    },
)

LIGHT: Final = Theme(
    name="scim-light",
    dark=False,
    primary="#1F5FD0",
    secondary="#1A4FAE",
    accent="#1A4FAE",
    foreground="#1B1F27",
    background="#FBFBFC",
    surface="#F2F3F5",
    panel="#E6E8EB",
    success="#0B6B3A",
    warning="#855000",
    error="#BC1B2D",
    variables={
        "brand": "#C9182F",
        "muted": "#555E6C",
        "line": "#858E9C",
        "on-primary": "#FFFFFF",
        "on-warning": "#FFFFFF",
        "footer-background": "#FBFBFC",
        "footer-key-foreground": "#1A4FAE",
        "input-selection-background": "#BFD3F8",
        "input-cursor-background": "#1B1F27",
        "input-cursor-foreground": "#FBFBFC",
        "button-focus-text-style": "bold underline",
        "scrollbar": "#B9C0CC",
        "scrollbar-background": "#FBFBFC",
    },
)


_ANSI_VARIABLES: Final = {
    "brand": "ansi_red",
    "muted": "ansi_default",
    "line": "ansi_default",
    "on-primary": "ansi_default",
    "on-warning": "ansi_default",
    "footer-key-foreground": "ansi_default",
    "button-focus-text-style": "bold reverse",
}

TITLES: Final = {
    DARK.name: "Dark",
    LIGHT.name: "Light",
    "ansi-dark": "ANSI dark: the terminal's own colors",
    "ansi-light": "ANSI light: the terminal's own colors",
}
"""The name of each theme, and what it is called."""


def themes(*, has_few_colors: bool) -> list[Theme]:
    """Return all themes, the default one first."""
    # With sixteen colors, this warning becomes yellow. The usual one would become red.
    dark = replace(DARK, warning="#FFFF55") if has_few_colors else DARK
    return [dark, LIGHT, _with_variables("ansi-dark"), _with_variables("ansi-light")]


def _with_variables(name: str) -> Theme:
    theme = BUILTIN_THEMES[name]
    return replace(theme, variables={**theme.variables, **_ANSI_VARIABLES})
