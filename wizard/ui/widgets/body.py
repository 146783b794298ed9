"""What scrolls between title and buttons; its air gives way before anything has to scroll."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.geometry import Region, Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget
from textual.widgets import Static


class Gap(Static):
    """An empty row, where there is room for it; several in a row are one."""

    def __init__(self) -> None:
        super().__init__("", classes="gap")


class Body(VerticalScroll):
    """Leaves out gaps, then its introduction, where all would not be seen with them.

    That is decided while the rows are being laid out: nothing is painted first and moved then.
    """

    def __init__(self) -> None:
        super().__init__(id="body", can_focus=False)
        self._fitting = _Fitting()

    @property
    def layout(self) -> Layout:
        """The only one it has."""
        return self._fitting


def show_row(widget: Widget, row: int) -> None:
    """Scroll what holds a widget until one of its rows is seen; it is as high as its rows."""
    for ancestor in widget.ancestors:
        if isinstance(ancestor, VerticalScroll):
            line = Region(0, widget.virtual_region.y + row, 1, 1)
            ancestor.scroll_to_region(line, animate=False)
            return


class _Fitting(VerticalLayout):
    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        kept = children
        for left_out in ("", "intro"):
            kept = _joined([child for child in children if not child.has_class(left_out)])
            found = super().arrange(parent, kept, size, greedy)
            over = max((each.region.bottom for each in found), default=0) - size.height
            if over <= 0:
                return found
            gaps = [child for child in kept if isinstance(child, Gap)]
            # From the top: what is said last, mostly of what is wrong, keeps its air.
            kept = [child for child in kept if child not in gaps[:over]]
            if over <= len(gaps):
                break
        return super().arrange(parent, kept, size, greedy)


def _joined(children: list[Widget]) -> list[Widget]:
    """Return the children without a gap that follows another."""
    before = [None, *children]
    pairs = zip(before, children, strict=False)
    return [here for last, here in pairs if not (isinstance(last, Gap) and isinstance(here, Gap))]
