"""Show a single screen in an otherwise empty app, and keep its result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

import wizard.ui.app
from tests.driving import text_of, wait_until
from wizard.domain.problems import ExitCode
from wizard.ui.app import WizardApp
from wizard.ui.input_timing import TimedScreen
from wizard.ui.theme import DARK, LIGHT
from wizard.ui.widgets.layout import Banner

BANNER = Banner("default")

Shown = TypeVar("Shown", bound=Screen[Any])


class Host(App[ExitCode]):
    """An empty app with the wizard's style and sizes."""

    CSS_PATH = str(Path(wizard.ui.app.__file__).with_name("app.tcss"))
    HORIZONTAL_BREAKPOINTS = WizardApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = WizardApp.VERTICAL_BREAKPOINTS

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.suspended = 0
        """How many times the app was suspended."""
        self.sent: list[str] = []
        """The texts that were sent to the terminal's clipboard."""

    def copy_to_clipboard(self, text: str) -> None:
        """Record the text."""
        self.sent.append(text)
        super().copy_to_clipboard(text)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Only count: there is no terminal here to hand over."""
        self.suspended += 1
        yield


@dataclass
class Stage(Generic[Shown]):
    """A visible screen, and ways to act on it."""

    app: Host
    pilot: Pilot[ExitCode]
    screen: Shown
    outcomes: list[object] = field(default_factory=list)
    """The screen's result; empty while the screen is open."""

    @property
    def text(self) -> str:
        """The text on the terminal."""
        return text_of(self.app)

    def words_in(self, selector: str) -> str:
        """Return the text of a widget without its frame and line breaks."""
        region = self.app.screen.query_one(selector).region
        lines = self.text.splitlines()[region.y : region.bottom]
        cut = " ".join(line.ljust(region.right)[region.x : region.right] for line in lines)
        return " ".join(word for word in cut.split() if word not in "▌▏│")

    async def until_words(self, selector: str, words: str) -> None:
        """Wait until the words can be read in a widget."""
        await self._until(lambda: words in self.words_in(selector), f"“{words}” in {selector}")

    async def until_text(self, *words: str) -> None:
        """Wait until all of the words can be read."""
        await self._until(lambda: all(word in self.text for word in words), f"{words}")

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            await wait_until(self.pilot, condition, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text}") from None

    async def outcome(self) -> object:
        """Wait until the screen is closed, and return its result."""
        await wait_until(self.pilot, lambda: bool(self.outcomes), "an outcome")
        assert len(self.outcomes) == 1
        return self.outcomes[0]

    async def until_shown(self, kind: type[Screen[Any]]) -> None:
        """Wait until a screen of this type is on top and can be seen: only then is it clicked."""
        await wait_until(
            self.pilot,
            lambda: isinstance(self.app.screen, kind) and _is_painted(self.app.screen),
            kind.__name__,
        )


@asynccontextmanager
async def showing(
    screen: Shown, size: tuple[int, int] = (80, 24), *, notifications: bool = False
) -> AsyncIterator[Stage[Shown]]:
    """Show a screen until the end of the block."""
    app = Host()
    async with app.run_test(size=size, notifications=notifications) as pilot:
        stage = Stage(app, pilot, screen)
        app.push_screen(screen, stage.outcomes.append)
        await wait_until(
            pilot,
            lambda: app.screen is screen and _is_painted(screen),
            f"{screen!r} to be shown",
        )
        yield stage
        app.exit(ExitCode.FINE)


def _is_painted(screen: Screen[Any]) -> bool:
    return not isinstance(screen, TimedScreen) or screen.is_painted
