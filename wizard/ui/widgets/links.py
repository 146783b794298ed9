"""Links: the whole authorization link (OSC 8), a URL in a text, and the help beside a step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.selection import Selection
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.drawing import KEY_COLOR, Fitted, hanging

MAX_ROWS: Final = 7
STEP_NUMBER: Final = re.compile(r"\d+\. ")
USUAL_ROWS: Final = 5
"""Rows kept for a link that is being made, so that what is under it hardly moves."""


class LinkView(Widget):
    """Shows a link, wrapped at any character, so that no space gets into it."""

    DEFAULT_CSS = """
    LinkView {
        height: auto;
        max-height: 7;
        color: $muted;
    }
    """

    url: reactive[str] = reactive("", layout=True)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many rows as the link needs, at most seven."""
        if not self.url:
            return USUAL_ROWS
        return min(max(-(-len(self.url) // max(width, 1)), 1), MAX_ROWS)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Give what is selected of the link without the ends of its rows."""
        found = super().get_selection(selection)
        return found and (found[0].replace("\n", ""), found[1])

    def render(self) -> Content:
        """Draw the rows."""
        if not self.url:
            return Content.styled("Creating the link…", "$muted")
        width = max(self.content_size.width, 1)
        rows = [self.url[i : i + width] for i in range(0, len(self.url), width)]
        if len(rows) > MAX_ROWS:
            hint = "… ^l Full link"
            rows = [*rows[: MAX_ROWS - 1], rows[MAX_ROWS - 1][: max(width - len(hint), 0)] + hint]
        link = Style(link=self.url)
        return Content("\n").join([Content.styled(row, link) for row in rows])


def is_url(line: str) -> bool:
    """Whether a line is a URL and nothing else."""
    return line.startswith("https://") and " " not in line


class _Address(Static, can_focus=True):
    """The URL, wrapped at any character, as a terminal would."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", key_display="⏎"),
        Binding("ctrl+o", "open", "Open", show=False),
        Binding("ctrl+y", "copy", "Copy", key_display="^y"),
    ]

    def action_open(self) -> None:
        """Ask for the page."""
        self._ask(is_copy=False)

    def action_copy(self) -> None:
        """Ask for a copy."""
        self._ask(is_copy=True)

    def on_click(self) -> None:
        """Ask for the page by mouse."""
        self.action_open()

    def _ask(self, *, is_copy: bool) -> None:
        self.post_message(PageLink.Asked(str(self.content), is_copy))


class PageLink(Horizontal):
    """A URL and a button that copies it; messages ask the app to open or copy it."""

    DEFAULT_CSS = """
    PageLink {
        height: auto;
        & _Address {
            width: 1fr;
            height: auto;
            color: $footer-key-foreground;
            text-style: underline;
            &:focus { text-style: bold reverse; }
        }
        & Button { margin-left: 1; }
    }
    """

    @dataclass
    class Asked(Message):
        """The page is to be opened, or its URL copied."""

        url: str
        is_copy: bool

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def compose(self) -> ComposeResult:
        """Yield the two."""
        yield _Address(Content.styled(self._url, Style(link=self._url)))
        yield Button("Copy")

    @on(Button.Pressed)
    def _copy(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Asked(self._url, is_copy=True))


BESIDE: Final = 24
"""Rows of help that stand well beside a form."""
ALL_OF_IT: Final = Content.assemble(("For more: ", "$muted"), ("^g", KEY_COLOR), " Help")


class HelpPane(Widget):
    """The help of a step beside its form, where there is room; a click on a link opens its page.

    It shows only whole paragraphs: first what is needed, then what may go wrong if all of that fits
    beside the form. What it leaves out is in the help that a key opens.
    """

    def __init__(self, page: Sequence[str], wrong: Sequence[str]) -> None:
        super().__init__(id="help")
        self._rows = BESIDE
        self.show(page, wrong)

    def show(self, page: Sequence[str], wrong: Sequence[str]) -> None:
        """Show another page."""
        needed = (paragraph for paragraph in page if paragraph not in wrong)
        self._needed, self._wrong = (
            [_told(each.split("\n"), is_titled="\n" in each) for each in part]
            for part in (needed, wrong)
        )
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: object, width: int) -> int:
        """Return the rows of what it shows."""
        self._rows = container.height
        return len(self._lines(width)) + 2

    def render(self) -> Content:
        """Draw what fits, between two empty rows."""
        return Content("\n").join([Content(), *self._lines(self.content_size.width)])

    def _lines(self, width: int) -> list[Content]:
        """Return all of it, or what is needed with the key for the rest, in a width."""
        whole = _joined(_wrapped(each, width) for each in (*self._needed, *self._wrong))
        if len(whole) + 2 <= min(self._rows, BESIDE):
            return whole
        room = min(self._rows - 4, BESIDE)
        lines: list[Content] = []
        for paragraph in self._needed:
            longer = _joined((lines, _wrapped(paragraph, width)))
            if len(longer) > room:
                break
            lines = longer
        return [*(lines or self._first(width, room)), Content(), ALL_OF_IT]

    def _first(self, width: int, room: int) -> list[Content]:
        """Return the lines of the first paragraph that fit whole."""
        lines: list[Content] = []
        for line in self._needed[0]:
            rows = _wrapped([line], width)
            if len(lines) + len(rows) > room:
                break
            lines += rows
        return lines

    def on_click(self, event: events.Click) -> None:
        """Ask for the page of a link."""
        if event.style.link:
            self.post_message(PageLink.Asked(event.style.link, is_copy=False))


def _joined(blocks: Iterable[Sequence[Content]]) -> list[Content]:
    """Return the rows of blocks, with an empty one between two."""
    rows: list[Content] = []
    for block in blocks:
        rows += [*([Content()] if rows else []), *block]
    return rows


def _wrapped(lines: Sequence[Content], width: int) -> list[Content]:
    """Return lines in rows; the words of a numbered step stand to the right of its number."""
    return [row for line in lines for row in hanging(width, *_numbered(line))]


def _numbered(line: Content) -> tuple[Content, Content]:
    """Return the number of a step, which may be none, and its words."""
    number = STEP_NUMBER.match(line.plain)
    at = number.end() if number else 0
    return Content.styled(line.plain[:at], "bold"), line[at:]


QUESTION: Final = re.compile(r"^[^?.]+\?(?= )")
"""What goes wrong, before what helps."""


class Told(Fitted):
    """A paragraph of the help or of a sheet, without its URLs."""

    def __init__(self, lines: Sequence[str], *, is_titled: bool) -> None:
        self._lines = _told(lines, is_titled=is_titled)

    def content(self, width: int) -> Content:
        """Return it in a width."""
        return Content("\n").join(_wrapped(self._lines, width))


def _told(lines: Sequence[str], *, is_titled: bool) -> list[Content]:
    """Return a paragraph, perhaps with a title; a URL is a few words."""
    link = "underline $footer-key-foreground"
    drawn = [
        Content("Open this page").stylize(link).stylize(Style(link=line))
        if is_url(line)
        else Content.styled(line, "$muted").highlight_regex(QUESTION, style="$foreground")
        for line in lines
    ]
    return [Content.styled(lines[0], "bold"), *drawn[1:]] if is_titled else drawn
