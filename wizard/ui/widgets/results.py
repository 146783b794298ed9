"""Results: facts, findings about this machine, and the lines of a check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from wizard.domain.problems import Check, Problem, Status
from wizard.domain.text import Command
from wizard.domain.texts.summary import LEAST_NEEDED
from wizard.ui.widgets.drawing import KEY_COLOR, Fitted, Warned, hanging, packed, spread
from wizard.ui.widgets.layout import Yielding

WORDS: Final = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+""")
"""The words of a command, with what is quoted in them."""
OPERATORS: Final = ("|", "&&")


class Usage(Fitted):
    """Paragraphs; a command among them is broken only between its options."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        self._paragraphs = paragraphs

    def content(self, width: int) -> Content:
        """Return the paragraphs in a width."""
        lines = [
            line
            for text in self._paragraphs
            for line in (_broken(text, width) if isinstance(text, Command) else [text])
        ]
        return Content("\n".join(lines))


def _broken(command: Command, width: int) -> Iterator[str]:
    """Yield a command in lines: an option stays with its value, and a quoted text is whole."""
    for line in command.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        parts: list[str] = []
        for word in WORDS.findall(line):
            is_value = parts and parts[-1].startswith("-") and " " not in parts[-1]
            if is_value and not word.startswith("-") and word not in OPERATORS:
                parts[-1] += f" {word}"
            else:
                parts.append(word)
        yield from (indent + packed_line for packed_line in packed(parts, width - len(indent), " "))


def facts(rows: Sequence[tuple[str, str]]) -> Iterator[Static]:
    """Yield facts in their order: names are muted, words are text, never markup.

    The class of each decides when a small window leaves it out.
    """
    column = max((len(name) for name, _ in rows), default=0) + 2
    for name, words in rows:
        rank = next((at for at, names in enumerate(LEAST_NEEDED) if name in names), 0)
        row = Content.assemble((name.ljust(column), "$muted"), *_marked(words))
        yield Static(row, classes=f"spare-{rank}", markup=False)


def _marked(words: str) -> Iterator[tuple[str, str]]:
    """Yield the words with their styles: "failed" is the one that must not be missed."""
    if words.startswith("failed"):
        yield "✗ failed", "bold $error"
    yield words.removeprefix("failed"), ""


HOW: Final = Content.assemble(("d", KEY_COLOR), " How to fix")
"""The key that shows all of what was found."""


def to_fix(checks: Sequence[Check]) -> list[Problem]:
    """Return the problems that machine checks found."""
    return [check.problem for check in checks if check.problem is not None]


class Findings(Static):
    """What the machine checks found: problems, else what to know, else what has passed."""

    DEFAULT_CSS = "Findings { height: auto; }"

    checks: reactive[tuple[Check, ...]] = reactive(())
    """Empty while the machine is looked at."""

    def watch_checks(self, checks: tuple[Check, ...]) -> None:
        """Stand out for a problem, and be left out first while there is nothing to say."""
        self.set_class(bool(to_fix(checks)), "pane", "-warning")
        self.set_class(all(check.status is not Status.WARNING for check in checks), "spare")
        self.update(_Found(checks))

    async def on_click(self) -> None:
        """Show how to fix what was found."""
        await self.run_action("screen.how_to_fix")


class _Found(Fitted):
    """One thing only: what matters most."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._titles = [problem.title for problem in to_fix(checks)]

    def content(self, width: int) -> Content:
        """Return it in a width."""
        if not self._checks:
            return Content.styled("Checking this machine…", "$muted")
        if self._titles:
            return Content("\n").join(self._problems(width))
        warned = [c.title for c in self._checks if c.status is Status.WARNING]
        if warned:
            return Warned(warned).content(width)
        passed = [c.title for c in self._checks if c.status is Status.PASSED]
        rows = "\n".join(packed([f"✓ {title}" for title in passed], width))
        return Content.styled(rows, "$muted").highlight_regex("✓", style="$success")

    def _problems(self, width: int) -> list[Content]:
        """Return the first title, how many others there are, and the key that shows them."""
        first, *others = self._titles
        title = Content.assemble((first, "bold"), f", and {len(others)} more" if others else "")
        lines = hanging(width, Content.styled("! ", "bold $warning"), title)
        room = width - HOW.cell_length - 2
        if all(line.cell_length > room for line in lines):
            lines.append(Content())
        fits = (at for at, line in enumerate(lines) if line.cell_length <= room)
        at = next(fits, len(lines) - 1)
        lines[at] = spread(lines[at], HOW, width)
        return lines


COLORS: Final = {
    Status.PASSED: "$success",
    Status.FAILED: "$error",
    Status.WARNING: "$warning",
}
SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def _time(check: Check) -> str:
    return "" if check.seconds is None else f"{check.seconds:.2f} s"


class CheckLines(Yielding):
    """Paints checks; the only motion is a spinner on the line that runs.

    Where rows are few, those at the end that were not run are left out.
    """

    DEFAULT_CSS = "CheckLines { height: auto; }"

    checks: reactive[tuple[Check, ...]] = reactive((), layout=True)
    has_ended: reactive[bool] = reactive(False)
    """Whether the check has ended, so that waiting lines no longer run."""
    _frame: reactive[int] = reactive(0)

    def on_mount(self) -> None:
        """Turn the spinner, ten times a second, while something runs."""
        self._spin = self.set_interval(0.1, self._turn, pause=True)

    def watch_checks(self, checks: tuple[Check, ...]) -> None:
        """Let the spinner rest when nothing runs."""
        if any(c.status is Status.RUNNING for c in checks):
            self._spin.resume()
        elif self.is_mounted:
            self._spin.pause()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One row a line."""
        return len(self.checks)

    def saved(self, left_out: frozenset[str], width: int) -> int:
        """Return how many lines there are that were not run, if they are left out."""
        is_brief = self.has_ended and "intro" in left_out
        return is_brief * sum(check.status is Status.WAITING for check in self.checks)

    def render(self) -> Content:
        """Draw the lines."""
        width = self.content_size.width
        return Content("\n").join([self._line(c, width) for c in self.checks])

    def _turn(self) -> None:
        self._frame = (self._frame + 1) % len(SPINNER)

    def _line(self, check: Check, width: int) -> Content:
        is_running = check.status is Status.RUNNING
        has_failed = check.status is Status.FAILED
        sign = SPINNER[self._frame] if is_running else check.status.value[0]
        word = check.note
        if check.status is Status.WAITING and not word:
            word = "not run" if self.has_ended else "waiting"
        if has_failed and not word:
            word = "failed"
        time = _time(check).rjust(max(len(_time(each)) for each in self.checks))
        right = Content("  ").join(
            Content.styled(text, style)
            for text, style in ((word, "$error" if has_failed else "$muted"), (time, "$muted"))
            if text
        )
        # What is still to come stands back; the problem panel emphasizes what failed.
        title = "$muted" if check.status is Status.WAITING else ""
        style = KEY_COLOR if is_running else COLORS.get(check.status, "$muted")
        left = Content.assemble((f"{sign} ", style), (check.title, title))
        return spread(left, right, width)
