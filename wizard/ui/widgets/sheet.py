"""A handoff sheet as it is drawn. Not imported before one is shown: its texts take time."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

from wizard.domain.texts.handoff import Sheet
from wizard.domain.texts.handoff_formats import rows, sections, spoken
from wizard.ui.widgets.drawing import Fitted
from wizard.ui.widgets.links import Told


def sheet_paragraphs(sheet: Sheet) -> Iterator[Static]:
    """Yield a handoff sheet without its title."""
    yield Static(_Rows(sheet), classes="paragraph")
    for title, texts in sections(sheet):
        yield Static(Content.styled(title, "bold"))
        for text in map(spoken, texts):
            words, _, command = text.partition("\n")
            yield Static(Told([words], is_titled=False), classes="" if command else "paragraph")
            if command:
                yield Static(command, classes="paragraph command", markup=False)


class _Rows(Fitted):
    """The rows of a sheet: values in a column, or under their names if too long."""

    def __init__(self, sheet: Sheet) -> None:
        self._rows = tuple(rows(sheet))

    def content(self, width: int) -> Content:
        """Return the lines in a width."""
        column = max((len(name) for name, _ in self._rows), default=0) + 2
        lines: list[Content] = []
        for name, value in self._rows:
            if column + len(value) <= width:
                lines.append(Content.assemble((name.ljust(column), "$muted"), value))
            else:
                lines.append(Content.styled(name, "$muted"))
                lines += [Content.assemble("  ", row) for row in Content(value).wrap(width - 2)]
        return Content("\n").join(lines)
