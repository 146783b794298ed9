"""The layout of a step: the lines and the steps around it, and the body, which scrolls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar, Final

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.css.styles import RulesMap
from textual.geometry import Region, Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widget import Widget
from textual.widgets import Static

from wizard.domain.models import GrantType
from wizard.domain.steps import Step, step_number
from wizard.domain.value import Value


class Reversing(Widget):
    """A widget with reversed styles, which Textual omits for component classes."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Return the style of components, reversed where the style sheet says so."""
        style = super().get_visual_style(*component_classes, partial=partial)
        styles = map(self.get_component_styles, component_classes)
        is_reversed = any(each.text_style.reverse for each in styles)
        return style + Style(reverse=True) if is_reversed else style


class Fitted(Visual):
    """What is drawn to whatever width there is, so that it need not be known beforehand."""

    def content(self, width: int) -> Content:
        """Return it in a width."""
        raise NotImplementedError

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Draw it."""
        return self.content(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """As many rows as it needs."""
        return self.content(width).get_height(rules, width)


def spread(left: Content, right: Content, width: int) -> Content:
    """Return a line of exactly `width` cells: left, spaces, right; the left is shortened."""
    room = width - right.cell_length - (1 if right.cell_length else 0)
    if left.cell_length > room:
        left = left.truncate(max(room, 0), ellipsis=True)
    blanks = Content(" " * max(width - left.cell_length - right.cell_length, 0))
    return Content.assemble(left, blanks, right)


def packed(items: Iterable[str], width: int, gap: str = "  ") -> list[str]:
    """Return the items in as few lines as they fit into; none is broken."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(gap) + len(item) <= width:
            lines[-1] += gap + item
        else:
            lines.append(item)
    return lines


class Gap(Static):
    """An empty row, where there is room for it; several in a row are one."""

    def __init__(self, classes: str = "") -> None:
        super().__init__("", classes=f"gap {classes}")


LEFT_OUT: Final = ("intro", *(f"spare-{rank}" for rank in range(6)))
"""The classes of widgets that are left out, in this order, until the others fit."""


class Body(VerticalScroll):
    """Leaves out its introduction, spare facts, and gaps where not everything would fit.

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
        if not size.height:
            # Asked how high all of it would be.
            return super().arrange(parent, _joined(children), size, greedy)
        kept, found = children, None
        for left_out in ("", *LEFT_OUT):
            fewer = _joined([child for child in kept if not child.has_class(left_out)])
            if found is not None and len(fewer) == len(kept):
                continue
            kept, found = fewer, super().arrange(parent, fewer, size, greedy)
            over = max((each.region.bottom for each in found), default=0) - size.height
            if over <= 0:
                return found
        gaps = [child for child in kept if isinstance(child, Gap)]
        # From the top: what is said last, mostly of what is wrong, keeps its air.
        kept = [child for child in kept if child not in gaps[:over]]
        return super().arrange(parent, kept, size, greedy)


def _joined(children: list[Widget]) -> list[Widget]:
    """Return the children without a gap that follows another."""
    before = [None, *children]
    pairs = zip(before, children, strict=False)
    return [here for last, here in pairs if not (isinstance(last, Gap) and isinstance(here, Gap))]


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

    def crumb(self, step: Step) -> str:
        """Return which of the steps one is."""
        return step_number(step, self.grant_type.steps)


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


UNDER_WAY: Final = Content.styled(f"… {Step.AUTHORIZE.title}", "$foreground")
"""The line of Authorize until the link's response is there."""


class Rail(Widget):
    """The steps: done, skipped, under way, current, to come; never told by color alone."""

    DEFAULT_CSS = "Rail { width: 16; height: auto; }"

    steps: reactive[tuple[Step, ...]] = reactive((), layout=True)

    def __init__(
        self,
        step: Step,
        steps: tuple[Step, ...],
        skipped: Collection[Step] = (),
        open_to: Collection[Step] = (),
    ) -> None:
        """Args:
        steps: those of the setup, in order.
        open_to: the steps that a click leads back to.
        """
        super().__init__()
        self._step = step
        self._skipped = skipped
        self._open_to = open_to
        self.set_reactive(Rail.steps, steps)

    @property
    def _height(self) -> int:
        """Rows of a step: two where there is room."""
        return 2 if self.screen.size.height >= 22 else 1

    @property
    def _here(self) -> int:
        return self.steps.index(self._step) if self._step in self.steps else -1

    def render(self) -> Content:
        """Draw a line a step, joined where there is room."""
        lines = []
        for index, step in enumerate(self.steps):
            if index and self._height > 1:
                is_skipped = self.steps[index - 1] in self._skipped and index <= self._here
                lines.append(Content.styled(f"│ {'skipped' * is_skipped}", "$muted"))
            lines.append(self._line(index, step))
        return Content("\n").join(lines)

    def _line(self, index: int, step: Step) -> Content:
        if index == self._here:
            return Content.styled(f"● {step.title}", "bold $foreground")
        if step is Step.AUTHORIZE and self._step is Step.REDIRECT:
            # Opening or copying the link is not yet an approval.
            return UNDER_WAY
        if index < self._here and step in self._skipped:
            return Content.styled(f"– {step.title}", "$muted")
        if index < self._here:
            return Content.styled(f"✓ {step.title}", "$success")
        return Content.styled(f"○ {step.title}", "$muted")

    async def on_click(self, event: events.Click) -> None:
        """Go back to a step."""
        index, between = divmod(event.y, self._height)
        if not between and index < len(self.steps) and self.steps[index] in self._open_to:
            await self.run_action(f"screen.go_back_to('{self.steps[index].value}')")
