"""How the app looks: its themes, what it does where there are few colors, and its style sheets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from textual import work
from textual.filter import LineFilter, NoColor

from wizard.domain.problems import SetupError
from wizard.ui import textual_internals
from wizard.ui.inert import INERT
from wizard.ui.textual_internals import CrashingApp
from wizard.ui.theme import DARK, TITLES, Look, themes

NO_COLOR: Final = NoColor()


class ThemedApp(CrashingApp):
    """Wears a theme, takes another one when asked, and reads a style sheet when it is needed."""

    CSS_PATH = "app.tcss"
    # Textual declares these two as attributes of the instance.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-roomy")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall"), (34, "-high")]  # noqa: RUF012

    def __init__(self, look: Look) -> None:
        super().__init__()
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
        self._style_with("palette.tcss")
        super().action_command_palette()

    def ask_theme(self) -> None:
        """Let a theme be chosen."""
        self.search_commands(
            [
                (title, partial(self._choose_theme, name), "this one" * (name == self.theme))
                for name, title in TITLES.items()
            ],
            placeholder="Search for a theme…",
        )

    @work(exclusive=True, group="theme")
    async def _choose_theme(self, name: str) -> None:
        self._put_on(name)
        try:
            await self._look.remember(name)
        except SetupError as error:
            self.notify(f"Not remembered: {error.problem.title}.", timeout=3, markup=False)

    def _put_on(self, name: str) -> None:
        """Apply a theme, or the dark one if there is none of that name."""
        self.theme = name if name in TITLES else DARK.name
        has_few_colors = self._look.has_few_colors or self.native_ansi_color
        if has_few_colors:
            textual_internals.frame_with_brackets()
            self._style_with("few_colors.tcss")
        self.set_class(has_few_colors, "-few-colors")

    def _style_with(self, name: str) -> None:
        textual_internals.style_with(self, Path(__file__).with_name(name))
