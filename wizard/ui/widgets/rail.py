"""Where the wizard stands: the six steps, each with a sign and its name."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from wizard.domain.steps import ROAD, Step


class Rail(Widget):
    """The road: done, here, to come; never told by colour alone."""

    DEFAULT_CSS = "Rail { width: 16; height: auto; margin-right: 2; }"

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._here = ROAD.index(step) if step in ROAD else -1

    def render(self) -> Content:
        """Draw a line a step, joined where there is room."""
        is_roomy = self.screen.size.height >= 22
        lines = []
        for index, step in enumerate(ROAD):
            if index and is_roomy:
                lines.append(Content.styled("│", "$success" if index <= self._here else "$muted"))
            lines.append(self._line(index, step))
        return Content("\n").join(lines)

    def _line(self, index: int, step: Step) -> Content:
        if index < self._here:
            return Content.styled(f"✓ {step.title}", "$success")
        if index == self._here:
            return Content.styled(f"● {step.title}", "bold $foreground")
        return Content.styled(f"○ {step.title}", "$muted")
