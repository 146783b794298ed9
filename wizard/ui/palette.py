"""The palette: all commands there are now, a line each, in a window like a dialog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, Self

from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import (
    Command,
    CommandInput,
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
)
from textual.containers import Center, Horizontal, Vertical
from textual.content import Content
from textual.visual import VisualType
from textual.widgets import LoadingIndicator
from textual.widgets.option_list import Option

from wizard.domain.value import replace
from wizard.ui.widgets.buttons import Key, Keys
from wizard.ui.widgets.drawing import KEY, Reversing
from wizard.ui.widgets.menu import WIDEST, Line

LEAST_SCORE: Final = 0.01
"""The score of a command that only its words match: behind those whose title does."""


class InOrder(Provider):
    """The commands in a fixed order: Textual sorts by name, so Enter might run a wrong one."""

    def _commands(self) -> Iterable[SystemCommand]:
        return self.app.get_system_commands(self.screen)

    async def discover(self) -> Hits:
        """Yield all commands; Enter runs the first one."""
        for title, help, run, *_ in self._commands():
            yield DiscoveryHit(Content(title), run, text=title, help=help)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose title matches, or whose words have the query in them."""
        matcher = self.matcher(query)
        for title, help, run, *_ in self._commands():
            is_told = query.casefold() in (help or "").partition(KEY)[0].casefold()
            if (score := matcher.match(title) or is_told * LEAST_SCORE) > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=help)


class Given(InOrder):
    """Lines to choose from that are no commands of the app."""

    lines: Sequence[SystemCommand] = ()

    def _commands(self) -> Iterable[SystemCommand]:
        return self.lines


class Lines(CommandList, Reversing):
    """A command in each line: its title, a few words, and at the right its key.

    The line that Enter runs has a mark, as in a menu.
    """

    _column = 0
    """Columns of the titles."""
    _marked: int | None = None

    def add_options(self, new_options: Iterable[Option | VisualType | None]) -> Self:
        """Add commands, drawn to whatever width there is."""
        options = list(new_options)
        hits = [option.hit for option in options if isinstance(option, Command)]
        self._column = min(max((len(hit.text or "") for hit in hits), default=0), WIDEST)
        return super().add_options(
            Command(self._line(option, is_marked=False), option.hit, option.id)
            if isinstance(option, Command)
            else option
            for option in options
        )

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Mark the line with a sign, too: never by its background color alone."""
        super().watch_highlighted(highlighted)
        for index in (self._marked, highlighted):
            if index is not None and index < self.option_count:
                option = self.get_option_at_index(index)
                if isinstance(option, Command):
                    line = self._line(option, is_marked=index == highlighted)
                    self.replace_option_prompt_at_index(index, line)
        self._marked = highlighted

    def _line(self, command: Command, *, is_marked: bool) -> Line:
        hit = command.hit
        words, _, key = (hit.help or "").partition(KEY)
        title = hit.prompt if isinstance(hit.prompt, Content) else Content(hit.text or "")
        return Line(title, words.rstrip(), self._column, is_marked=is_marked, key=key)


RUN: Final = Key("enter", "⏎", "Run", "Run", "run", is_enabled=True, is_palette=False)
"""Enter; its binding belongs to the input, which doesn't name it."""


class _Keys(Keys):
    def __init__(self, verb: str) -> None:
        super().__init__(lambda _action: "")
        self._verb = verb

    def _all(self) -> Iterable[Key]:
        return (replace(RUN, words=self._verb, brief=self._verb), *super()._all())


class Palette(CommandPalette):
    """Textual's own, with the frame and the row of keys of a dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", "Close", key_display="esc"),
    ]

    def __init__(
        self,
        lines: Sequence[SystemCommand] | None = None,
        *,
        title: str = "Commands",
        placeholder: str = "Search for commands…",
        verb: str = "Run",
    ) -> None:
        """Args:
        lines: what to choose from; all commands if None.
        verb: what Enter does with one.
        """
        provider = InOrder if lines is None else type("Given", (Given,), {"lines": lines})
        super().__init__([provider], id="--command-palette")
        self._title = title
        self._shadow = placeholder
        self._verb = verb

    def compose(self) -> ComposeResult:
        """Yield the window, and the row of keys under it; Textual looks for these widgets."""
        with Vertical(id="--container") as window:
            window.border_title = self._title
            with Horizontal(id="--input"):
                yield CommandInput(placeholder=self._shadow, select_on_focus=False)
            with Vertical(id="--results"):
                yield Lines()
                yield LoadingIndicator()
        with Center(classes="bar"):
            yield _Keys(self._verb)
