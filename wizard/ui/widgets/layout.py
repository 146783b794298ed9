"""The layout of a step: the lines and the six steps at the top, and the body, which scrolls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

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

from wizard.domain.steps import Step


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


DEMO: Final = " demo: nothing is saved "
"""The mark of the demo, where there is room."""


class Title(Reversing):
    """Product and profile; what else is at work is named between them and after them.

    Where it is two lines high the second one tells the step.
    """

    DEFAULT_CSS = """
    Title {
        height: 1;
        padding-right: 1;
        & > .title--mark { background: $warning; color: $on-warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--mark"}

    crumb: reactive[str] = reactive("")
    """The step, where there is no room for the rail; "" for none."""

    def __init__(
        self, profile: str, foreign_hosts: Sequence[str], *, is_demo: bool, crumb: str
    ) -> None:
        super().__init__(classes="-crumbed" if crumb else "")
        self.set_reactive(Title.crumb, crumb)
        self._profile = profile
        self._is_demo = is_demo
        self._foreign_hosts = foreign_hosts

    def render(self) -> Content:
        """Draw the line; a long profile's name gives way first, then the hosts."""
        width = self.content_size.width
        name = Content.assemble(("Twilio SCIM", "bold $brand"), " setup")
        profile = Content.assemble(("profile ", "$muted"), (self._profile, "bold $muted"))
        share = width // 4 if self._foreign_hosts else width * 2 // 5
        right = [profile.truncate(share, ellipsis=True)]
        if self._is_demo:
            used = sum(part.cell_length + 2 for part in (name, *right))
            words = DEMO if used + len(DEMO) <= width else " demo "
            right.append(Content.styled(words, self.get_visual_style("title--mark")))
        if self._foreign_hosts:
            room = width - sum(part.cell_length + 2 for part in (name, *right))
            hosts = f"! not Twilio: {', '.join(self._foreign_hosts)}"
            right.insert(0, Content.styled(hosts, "$warning").truncate(room, ellipsis=True))
        lines = [spread(name, Content("  ").join(right), width)]
        if self.content_size.height > len(lines):
            lines.append(Content.styled(self.crumb, "$muted"))
        return Content("\n").join(lines)


class Heading(Widget):
    """What the step is called, and a few words at the right."""

    DEFAULT_CSS = "Heading { height: 1; }"

    aside: reactive[str] = reactive("")

    def __init__(self, heading: str, aside: str) -> None:
        super().__init__()
        self._heading = heading
        self.set_reactive(Heading.aside, aside)

    def render(self) -> Content:
        """Draw the line."""
        aside = Content.styled(self.aside, "$muted")
        return spread(Content.styled(self._heading, "bold"), aside, self.content_size.width)


UNDER_WAY: Final = Content.styled(f"… {Step.AUTHORIZE.title}", "$foreground")
"""The line of Authorize until the link's response is there."""


class Rail(Widget):
    """The steps: done, under way, current, to come; never told by color alone."""

    DEFAULT_CSS = "Rail { width: 16; height: auto; margin-right: 2; }"

    steps: reactive[tuple[Step, ...]] = reactive((), layout=True)

    def __init__(self, step: Step, steps: tuple[Step, ...]) -> None:
        """Args: `steps` are those of the setup, in order."""
        super().__init__()
        self._step = step
        self.set_reactive(Rail.steps, steps)

    def render(self) -> Content:
        """Draw a line a step, joined where there is room."""
        is_roomy = self.screen.size.height >= 22
        here = self.steps.index(self._step) if self._step in self.steps else -1
        lines = []
        for index, step in enumerate(self.steps):
            if index and is_roomy:
                lines.append(Content.styled("│", "$success" if index <= here else "$muted"))
            # Opening or copying the link is not yet an approval.
            is_open = step is Step.AUTHORIZE and self._step is Step.REDIRECT
            lines.append(UNDER_WAY if is_open else self._line(index - here, step))
        return Content("\n").join(lines)

    def _line(self, place: int, step: Step) -> Content:
        if place < 0:
            return Content.styled(f"✓ {step.title}", "$success")
        if place == 0:
            return Content.styled(f"● {step.title}", "bold $foreground")
        return Content.styled(f"○ {step.title}", "$muted")
