"""The layout of a step: the lines around it, and the body, which scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.layouts.vertical import VerticalLayout
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from wizard.domain.models import GrantType
from wizard.domain.steps import Step, step_number
from wizard.domain.value import Value
from wizard.ui.widgets.drawing import (
    AIR,
    AIRY,
    CLOSER,
    DETAIL,
    FACTS,
    INTRO,
    SPARE,
    Reversing,
    Shrinking,
    spread,
)


class Gap(Static):
    """An empty row, where there is room; several are one, and none is the last except the foot."""

    def __init__(self, classes: str = "", *, rank: int = 2) -> None:
        """Args: `rank`: the lower, the sooner it is left out; of one rank, from the top."""
        super().__init__("", classes=f"gap {classes}")
        self.rank = rank


class Yielding(Widget):
    """A widget that leaves out some of its rows where a body has no room for all of them."""

    @property
    def shrinking(self) -> Shrinking | None:
        """What it shows; None while that can't be less."""
        return None

    def saved(self, left_out: frozenset[str], width: int) -> int:
        """Return how many rows of a width are saved by what is left out."""
        if self.shrinking is None:
            return 0
        width -= self.gutter.width
        lines = self.shrinking.lines
        return len(lines(width, frozenset())) - len(lines(width, left_out))


_BEFORE: Final = tuple((each, True) for each in (frozenset[str](), INTRO, CLOSER, *FACTS))
_DENSE: Final = ((FACTS[-1] | AIR, True), (SPARE, True))
USUAL: Final = (*_BEFORE, *_DENSE, (SPARE, False), (DETAIL, False))
"""The order in which it is tried to leave something out; without gaps if it is False."""
_AIRY: Final = ((AIRY, True), (AIRY | {"spare"}, True))
FIRST: Final = (*_BEFORE, *_AIRY, *_DENSE, (DETAIL, True), (DETAIL, False))
"""The same in a small window, where a gap makes more readable than what a server said."""
KEPT: Final = 3
"""The rank from which a gap is never left out."""
LEAST_ROWS: Final = 15
"""Rows of a body in a high window that has fewer to show: so the buttons under it rarely move."""


class Guttered(VerticalScroll):
    """Computes its height without the scrollbar column, which Textual doesn't subtract."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of all it shows."""
        width -= self.styles.scrollbar_size_vertical
        return super().get_content_height(container, viewport, width)


class Body(Guttered):
    """Leaves out what matters least, and gaps, where all would not be seen with them.

    That is decided while the rows are being laid out: nothing is painted first and moved then.
    """

    def __init__(self) -> None:
        super().__init__(id="body", can_focus=False)
        self._fitting = _Fitting()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of all it shows, as far as they and the buttons under it have room."""
        rows = super().get_content_height(container, viewport, width)
        return min(max(rows, LEAST_ROWS), max(container.height - 1, 1))

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
        for left_out, has_gaps in FIRST if parent.screen.has_class("-short") else USUAL:
            if left_out in FACTS and not any(
                each.classes & (left_out - CLOSER) for each in children
            ):
                continue  # None of these facts is here.
            kept = _kept(children, left_out)
            found = self._with_less(left_out, parent, kept, size, greedy)
            over = max((each.region.bottom for each in found), default=0) - size.height
            # Without a height, it is asked how high all of it would be.
            if not size.height or over <= 0:
                return found
            gaps = [gap for gap in kept if isinstance(gap, Gap) and gap.rank < KEPT]
            if not has_gaps and over <= len(gaps):
                gone = sorted(gaps, key=lambda gap: gap.rank)[:over]
                kept = [child for child in kept if child not in gone]
                return self._with_less(left_out, parent, kept, size, greedy)
        # It has to be scrolled, so that all the words can be there.
        kept = _kept(children, AIR)
        kept = [each for each in kept if not isinstance(each, Gap) or each.rank >= KEPT]
        return self._with_less(AIR, parent, kept, size, greedy)

    def _with_less(
        self,
        left_out: frozenset[str],
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool,
    ) -> ArrangeResult:
        """Arrange the children, those that yield with the rows that are left of them."""
        placements, saved = [], 0
        for each in super().arrange(parent, children, size, greedy):
            region = each.region.translate((0, -saved))
            if isinstance(each.widget, Yielding):
                rows = each.widget.saved(left_out, region.width)
                region = region.shrink((0, 0, rows, 0))
                saved += rows
            placements.append(WidgetPlacement(region, *each[1:]))
        return placements


def _kept(children: list[Widget], left_out: frozenset[str]) -> list[Widget]:
    """Return the children without those left out, and with one gap between two at most."""
    kept: list[Widget] = []
    for child in children:
        if left_out.intersection(child.classes):
            continue
        before = kept[-1] if kept else None
        if isinstance(child, Gap) and isinstance(before, Gap):
            # The one that is left out later.
            kept[-1] = child if child.has_class("foot") or child.rank > before.rank else before
        else:
            kept.append(child)
    while kept and isinstance(kept[-1], Gap) and not kept[-1].has_class("foot"):
        kept.pop()
    return kept


DEMO: Final = " demo: nothing is saved "
"""The mark of the demo, where there is room."""


class Banner(Value):
    """What every screen shows at its top."""

    profile: str
    is_demo: bool = False
    foreign_hosts: tuple[str, ...] = ()
    """Hosts that are not Twilio's; empty in the demo, which says so itself."""
    grant_type: GrantType = GrantType.AUTHORIZATION_CODE
    """It decides which steps there are, and what they say."""
    skipped: Sequence[Step] = ()
    """Steps that were left before all of them was done."""
    open_to: Sequence[Step] = ()
    """Steps before this one that Back may lead to."""
    is_setup: bool = True
    """Whether the steps of a setup are shown; not where a step returns to Overview."""

    def crumb(self, step: Step) -> str:
        """Return which of the steps one is; "" if they aren't shown."""
        return step_number(step, self.grant_type.steps) if self.is_setup else ""


class Title(Reversing):
    """Product and profile; what else is at work is named between them and after them."""

    DEFAULT_CSS = (
        "Title { height: 1; & > .title--mark { background: $warning; color: $on-warning; } }"
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--mark"}

    def __init__(self, profile: str, foreign_hosts: Sequence[str], *, is_demo: bool) -> None:
        super().__init__()
        self._profile = profile
        self._is_demo = is_demo
        self._foreign_hosts = foreign_hosts

    def render(self) -> Content:
        """Draw the line; a long profile's name gives way first, then the hosts."""
        width = self.content_size.width
        name = Content.assemble(("Twilio SCIM", "bold $brand"), " setup")
        profile = Content.assemble(("profile ", "$muted"), (self._profile, "bold"))
        room = width - name.cell_length - 2 - (len(" demo ") + 2) * self._is_demo
        right = [profile.truncate(width // 4 if self._foreign_hosts else room, ellipsis=True)]
        if self._is_demo:
            used = sum(part.cell_length + 2 for part in (name, *right))
            words = DEMO if used + len(DEMO) <= width else " demo "
            right.append(Content.styled(words, self.get_visual_style("title--mark")))
        if self._foreign_hosts:
            room = width - sum(part.cell_length + 2 for part in (name, *right))
            hosts = f"! not Twilio: {', '.join(self._foreign_hosts)}"
            right.insert(0, Content.styled(hosts, "$warning").truncate(room, ellipsis=True))
        return spread(name, Content("  ").join(right), width)


class Heading(Widget):
    """What the step is called, and a few words at the right.

    Where there is no room for the rail, which step it is is one of them.
    """

    DEFAULT_CSS = "Heading { height: 1; }"

    aside: reactive[str] = reactive("")
    crumb: reactive[str] = reactive("")

    def __init__(self, heading: str, aside: str, crumb: str) -> None:
        super().__init__()
        self._heading = heading
        self.set_reactive(Heading.aside, aside)
        self.set_reactive(Heading.crumb, crumb)

    def render(self) -> Content:
        """Draw the line."""
        width, words = self.content_size.width, self.aside
        if self.screen.has_class("-narrow"):
            both = " · ".join(part for part in (self.aside, self.crumb) if part)
            words = both if len(self._heading) + len(both) < width else words
        return spread(Content.styled(self._heading, "bold"), Content.styled(words, "$muted"), width)
