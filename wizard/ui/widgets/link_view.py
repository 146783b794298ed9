"""The authorize link: the whole of it, every wrapped row a hyperlink (OSC 8) to the whole."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.selection import Selection
from textual.style import Style
from textual.widget import Widget

MAX_ROWS: Final = 7


class LinkView(Widget):
    """Breaks a link anywhere, as a terminal would, so that no blank gets into it."""

    DEFAULT_CSS = """
    LinkView {
        height: auto;
        max-height: 7;
        padding: 0 1;
        border-left: outer $panel;
        background: $surface;
        color: $foreground;
    }
    """

    url: reactive[str] = reactive("", layout=True)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many rows as the link needs, at most seven."""
        return min(max(-(-len(self.url) // max(width, 1)), 1), MAX_ROWS)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Give what is selected of the link without the ends of its rows."""
        found = super().get_selection(selection)
        return found and (found[0].replace("\n", ""), found[1])

    def render(self) -> Content:
        """Draw the rows."""
        if not self.url:
            return Content.styled("Making the link …", "$muted")
        width = max(self.content_size.width, 1)
        rows = [self.url[i : i + width] for i in range(0, len(self.url), width)]
        if len(rows) > MAX_ROWS:
            hint = "… ^l shows all of it"
            rows = [*rows[: MAX_ROWS - 1], rows[MAX_ROWS - 1][: max(width - len(hint), 0)] + hint]
        link = Style(link=self.url)
        return Content("\n").join([Content.styled(row, link) for row in rows])
