"""The lines at the top: what this is and works on, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wizard.ui.widgets.lines import spread
from wizard.ui.widgets.reversing import Reversing


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

    def __init__(
        self, profile: str, foreign_hosts: Sequence[str], *, is_demo: bool, crumb: str
    ) -> None:
        """Args: `crumb` tells the step where there is no room for the rail; "" for none."""
        super().__init__(classes="-crumbed" if crumb else "")
        self._crumb = crumb
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
            right.append(Content.styled(" demo ", self.get_visual_style("title--mark")))
        if self._foreign_hosts:
            room = width - sum(part.cell_length + 2 for part in (name, *right))
            hosts = f"! not Twilio: {', '.join(self._foreign_hosts)}"
            right.insert(0, Content.styled(hosts, "$warning").truncate(room, ellipsis=True))
        lines = [spread(name, Content("  ").join(right), width)]
        if self.content_size.height > len(lines):
            lines.append(Content.styled(self._crumb, "$muted"))
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
