"""The palette: all commands there are now, a line each, in a window like a dialog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Center
from textual.content import Content

from wizard.ui.widgets.buttons import Key, Keys
from wizard.ui.widgets.drawing import spread

KEY: Final = "Key: "
"""The beginning of a help text that only names the key."""
WIDTH: Final = 76
FRAME: Final = 7
"""Columns of the frame, of the margins in it, and of the scrollbar."""


class InOrder(Provider):
    """The commands in a fixed order: Textual sorts by name, so Enter might run a wrong one."""

    def _commands(self) -> Iterable[SystemCommand]:
        return self.app.get_system_commands(self.screen)

    async def discover(self) -> Hits:
        """Yield all commands; Enter runs the first one."""
        for command in self._commands():
            line = self._line(Content(command.title), command.help)
            yield DiscoveryHit(line, command.callback, text=command.title)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose title matches."""
        matcher = self.matcher(query)
        for command in self._commands():
            title = command.title
            if (score := matcher.match(title)) > 0:
                line = self._line(matcher.highlight(title), command.help)
                yield Hit(score, line, command.callback, text=title)

    def _line(self, title: Content, help: str) -> Content:
        """Return a title, and at the right its key, or as much of its help as there is room for."""
        width = min(WIDTH, self.app.size.width) - FRAME
        style = "not bold $muted"
        if help.startswith(KEY):
            help, style = help.removeprefix(KEY), "bold $footer-key-foreground"
        words = (help, help.partition(";")[0], help.partition(".")[0])
        fits = (text for text in words if title.cell_length + 2 + len(text) <= width)
        return spread(title, Content.styled(next(fits, ""), style), width)


class Given(InOrder):
    """Lines to choose from that are no commands of the app."""

    lines: Sequence[SystemCommand] = ()

    def _commands(self) -> Iterable[SystemCommand]:
        return self.lines


RUN: Final = Key("enter", "⏎", "Run", "Run", "run", is_enabled=True, is_palette=False)
"""Enter; its binding belongs to the input, which doesn't name it."""


class _Keys(Keys):
    def _all(self) -> Iterable[Key]:
        return (RUN, *super()._all())


class Palette(CommandPalette):
    """Textual's own, with the frame and the row of keys of a dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", "Close", key_display="esc"),
    ]

    def __init__(
        self,
        lines: Sequence[SystemCommand] | None = None,
        placeholder: str = "Search for commands…",
    ) -> None:
        """Args: `lines`: what to choose from; all commands if None."""
        provider = InOrder if lines is None else type("Given", (Given,), {"lines": lines})
        super().__init__([provider], placeholder=placeholder, id="--command-palette")

    def compose(self) -> ComposeResult:
        """Yield the window, and the row of keys under it."""
        yield from super().compose()
        with Center(classes="bar"):
            yield _Keys(lambda _action: "")
