"""Links: the whole authorization link (OSC 8), a URL in a text, and the help beside a step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.selection import Selection
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from wizard.ui.widgets.buttons import MORE, Button
from wizard.ui.widgets.drawing import Fitted, hanging

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
            color: $primary;
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


class HelpPane(VerticalScroll):
    """The help of a step beside its form, where there is room; a click on a link opens its page."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        super().__init__(id="help", can_focus=False)
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        """Yield the text."""
        yield Static(_Told(self._paragraphs), markup=False)
        yield Static("", id="help-more", classes="muted")

    def on_mount(self) -> None:
        """Say when there is more than is seen."""
        self.watch(self, "scroll_y", self._look_again)
        self.watch(self, "virtual_size", self._look_again)
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self._look_again())

    def _look_again(self) -> None:
        is_more = self.scroll_y + self.scrollable_content_region.height < self.virtual_size.height
        self.query_one("#help-more", Static).update(MORE[1] if is_more else "")

    def on_click(self, event: events.Click) -> None:
        """Ask for the page of a link."""
        if event.style.link:
            self.post_message(PageLink.Asked(event.style.link, is_copy=False))


class _Told(Fitted):
    """Paragraphs; the words of a numbered step stand to the right of its number."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        self._paragraphs = [_told(paragraph) for paragraph in paragraphs]

    def content(self, width: int) -> Content:
        """Return the paragraphs in a width."""
        return Content("\n\n").join(
            Content("\n").join(row for line in lines for row in hanging(width, *_numbered(line)))
            for lines in self._paragraphs
        )


def _numbered(line: Content) -> tuple[Content, Content]:
    """Return the number of a step, which may be none, and its words."""
    number = STEP_NUMBER.match(line.plain)
    at = number.end() if number else 0
    return line[:at], line[at:]


def _told(paragraph: str) -> list[Content]:
    """Return a paragraph: the first of several lines as its title, a URL as a few words."""
    first, *others = paragraph.split("\n")
    lines = [
        Content.assemble(("Open this page", Style(link=line, underline=True))).stylize(
            "$footer-key-foreground"
        )
        if is_url(line)
        else Content.styled(line, "$muted")
        for line in (others or [first])
    ]
    return [*([Content.styled(first, "bold")] if others else []), *lines]
