"""Themes, few colors, style sheets, and the filter that every line passes before it is drawn.

Every color has a contrast of 4.5:1 on the grounds it stands on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import work
from textual.app import SystemCommand
from textual.color import Color
from textual.filter import LineFilter, NoColor
from textual.notifications import SeverityLevel
from textual.theme import BUILTIN_THEMES, Theme

from wizard.domain.problems import SetupError
from wizard.domain.value import Value
from wizard.ui import textual_internals
from wizard.ui.textual_internals import CrashingApp


class Inert(LineFilter):
    """Replaces control and bidi characters with spaces of the same width."""

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
    return character if character.isprintable() else " " * cell_len(character)


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
    """Whether the terminal has 16 colors or shows none; signs then say the same as colors."""


# The backgrounds are tinted so little that 256 colors, which most SSH sessions have, round them to
# different grays. With a little more blue, all of them would become the same black.
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
    error="#FF6B73",
    variables={
        "brand": "#FF6B73",
        "muted": "#9AA3B2",
        "line": "#6B7688",
        "selection": "#343840",
        "on-primary": "#0B1220",
        "on-warning": "#1B1300",
        "footer-key-foreground": "#8AB0F7",
        "input-selection-background": "#35538C",
        "input-cursor-background": "#E9EAEE",
        "input-cursor-foreground": "#0F1114",
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
        "brand": "#BC1B2D",
        "muted": "#545D6B",
        "line": "#7A8494",
        "selection": "#CBCFD7",
        "on-primary": "#FFFFFF",
        "on-warning": "#FFFFFF",
        "footer-key-foreground": "#1A4FAE",
        "input-selection-background": "#BFD3F8",
        "input-cursor-background": "#1B1F27",
        "input-cursor-foreground": "#FBFBFC",
        "scrollbar": "#B9C0CC",
        "scrollbar-background": "#FBFBFC",
    },
)


_ANSI_VARIABLES: Final = {
    "brand": "ansi_red",
    "muted": "ansi_default",
    "line": "ansi_default",
    "selection": "ansi_default",
    "on-primary": "ansi_default",
    "on-warning": "ansi_default",
    "footer-key-foreground": "ansi_default",
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
    if not has_few_colors:
        return [DARK, LIGHT, *_of_the_terminal()]
    # With sixteen colors, this warning becomes yellow. The usual one would become red.
    dark = replace(DARK, warning="#FFFF55")
    # On white, xterm's green, yellow, and gray can't be read. Signs say the same.
    ink = LIGHT.foreground or ""
    plain = {**LIGHT.variables, "muted": ink, "line": ink}
    light = replace(LIGHT, success=ink, warning=ink, variables=plain)
    return [dark, light, *_of_the_terminal()]


def _of_the_terminal() -> list[Theme]:
    return [_with_variables("ansi-dark"), _with_variables("ansi-light")]


def _with_variables(name: str) -> Theme:
    theme = BUILTIN_THEMES[name]
    return replace(theme, variables={**theme.variables, **_ANSI_VARIABLES})


NO_COLOR: Final = NoColor()


class ThemedApp(CrashingApp):
    """An app that applies themes, and loads style sheets when they are needed."""

    CSS_PATH = "app.tcss"
    # Textual declares these two as attributes of the instance.
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"), (80, "-normal"), (120, "-roomy"), (160, "-wide"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-short"), (24, "-tall"), (30, "-high"), (44, "-huge"),
    ]  # fmt: skip

    def __init__(self, look: Look) -> None:
        super().__init__()
        textual_internals.frame_with_brackets()
        self._look = look
        for theme in themes(has_few_colors=look.has_few_colors):
            self.register_theme(theme)
        self._put_on(look.theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Draw nothing that acts on the terminal, wherever it has come from."""
        filters = super().get_line_filters()
        if self.no_color:
            # Textual's own answer to NO_COLOR is shades of gray.
            filters = [NO_COLOR]
        return [*filters, INERT]

    def action_command_palette(self) -> None:
        """Open the palette."""
        from wizard.ui.palette import Palette

        if not isinstance(self.screen, Palette):
            self._style_with("palette.tcss")
            self.push_screen(Palette())

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something for a moment; what is said again takes the place of what was said."""
        textual_internals.unsay(self, message)
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def ask_theme(self) -> None:
        """Let a theme be chosen."""
        from wizard.ui.palette import Palette

        lines = [
            SystemCommand(
                title, "current" * (name == self.theme), partial(self._choose_theme, name)
            )
            for name, title in TITLES.items()
        ]
        placeholder = "Search for a theme…"
        self.push_screen(Palette(lines, title="Theme", placeholder=placeholder, verb="Apply"))

    @work(exclusive=True, group="theme")
    async def _choose_theme(self, name: str) -> None:
        self._put_on(name)
        try:
            await self._look.remember(name)
        except SetupError as error:
            self.notify(f"Couldn't save the theme: {error.problem.title}.", timeout=3, markup=False)

    def _put_on(self, name: str) -> None:
        """Apply a theme, or the dark one if there is none of that name."""
        self.theme = name if name in TITLES else DARK.name
        has_few_colors = self._look.has_few_colors or self.native_ansi_color
        if has_few_colors:
            self._style_with("few_colors.tcss")
        self.set_class(has_few_colors, "-few-colors")

    def _style_with(self, name: str) -> None:
        textual_internals.style_with(self, Path(__file__).with_name(name))
