"""Input and output of plain mode: line by line, in characters that the terminal supports."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol, TextIO

from wizard.domain import journal
from wizard.domain.oauth.redirect_uri import Comparison
from wizard.domain.problems import Problem
from wizard.domain.text import Command, inert, wrapped
from wizard.domain.texts.handoff import Sheet
from wizard.domain.texts.handoff_formats import paragraphs
from wizard.domain.texts.questions import SHEET_TITLE

if TYPE_CHECKING:
    from wizard.host.terminal import Output


class Reader(Protocol):
    """Reads what a person types."""

    def forget(self) -> None:
        """Drop what was typed so far."""

    async def line(self, *, is_shown: bool = True) -> str | None:
        """Wait for a line; None for Ctrl+D. Raises EOFError when the terminal is gone."""


WIDTH: Final = 80
"""Columns of a line at the most."""


class Paper:
    """Writes to a stream. Everything is text: control characters are removed.

    Nothing fails on a terminal that is gone: what is under way is saved first, and the reader or
    a signal ends the wizard.
    """

    def __init__(self, stream: TextIO | Output, columns: Callable[[], int] = lambda: WIDTH) -> None:
        """Args: `columns`: how many the terminal has now."""
        self._stream = stream
        self._columns = columns

    def close(self) -> None:
        """Wait until everything is written."""
        self._stream.close()

    def say(self, *paragraphs: str) -> None:
        """Write paragraphs, wrapped; a URL stays whole, on a line of its own if necessary."""
        for paragraph in paragraphs:
            for line in paragraph.splitlines() or [""]:
                self._write(self._wrapped(line) + "\n")

    def line(self, text: str) -> None:
        """Write a line as it is: a link, to be taken whole."""
        self._write(self._inert(text) + "\n")

    def prompt(self, words: str) -> None:
        """Write what is asked; the answer comes on the same line."""
        self._write(f"{self._wrapped(words)}: ")

    def echo(self, text: str) -> None:
        """Write what was typed."""
        self._write(text)

    def sheet(self, sheet: Sheet) -> None:
        """Write a handoff sheet as text, its commands as they are."""
        self.say(f"{SHEET_TITLE}.", "")
        for paragraph in paragraphs(sheet):
            words, _, command = paragraph.partition("\n")
            if isinstance(paragraph, Command):
                self.say(words)
                for line in command.splitlines():
                    self.line(line)
            else:
                self.say(paragraph)
            self.say("")

    def problem(self, problem: Problem, comparison: Comparison | None = None) -> None:
        """Write a problem: what happened, why, and what to do.

        Args: `comparison`: the two URLs of a mismatch.
        """
        journal.note(f"shown: {problem.in_a_line}")
        self.say(f"{'Warning' if problem.is_warning else 'Error'}: {problem.title}.")
        if comparison is None and problem.cause:
            self.say(problem.cause)
        self._fix(problem, comparison)
        if problem.shell:
            self.line(problem.shell)
        self.say(*problem.detail)

    def recall(self, problem: Problem, comparison: Comparison | None = None) -> None:
        """Write a problem that was just read out in full: in short, with what to do here."""
        self.say(f"{problem.title}.")
        self._fix(problem, comparison)

    def _fix(self, problem: Problem, comparison: Comparison | None) -> None:
        if comparison is not None:
            self.say(*_compared(comparison))
        self.say(f"{problem.who.value}: {problem.typed_remedy}")
        if problem.in_demo:
            self.say(problem.in_demo)

    def notice(self, problem: Problem) -> None:
        """Write a warning: nothing failed."""
        self.warn(f"{problem.title}. {problem.cause} {problem.typed_remedy}")
        self.say(*problem.detail)

    def warn(self, words: str) -> None:
        """Write a warning that is no entry of the catalog."""
        self.say(f"Warning: {words}")

    def _wrapped(self, line: str) -> str:
        return wrapped(self._inert(line), min(self._columns(), WIDTH) - 1)

    def _inert(self, text: str) -> str:
        """The text as this terminal takes it, without what acts on one."""
        encoding, errors = self._stream.encoding or "ascii", self._stream.errors or "replace"
        return inert(text).encode(encoding, errors).decode(encoding)

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


def _compared(comparison: Comparison) -> tuple[str, ...]:
    """Return both URLs, and where they start to differ."""
    at, urls = comparison.differs_at, (comparison.pasted, comparison.expected)
    pasted, expected = (f'"{url[at:]}"' if url[at:] else "nothing more" for url in urls)
    same = re.search(r"[^/]*/*\Z", comparison.pasted[:at])
    after = f' after "{same[0]}"' if same and same[0] else ""
    return (
        f"You pasted {comparison.pasted}",
        f"In Credentials, you set {comparison.expected}",
        f"They differ{after}: you pasted {pasted}, and you set {expected}.",
    )
