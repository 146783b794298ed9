"""Where the wizard stands: the six steps, each with a sign and its name."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from wizard.domain.steps import ROAD, Step


class Rail(Widget):
    """The road: done, here, to come; never told by colour alone."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._here = ROAD.index(step) if step in ROAD else -1

    def render(self) -> Content:
        """Draw a line a step, joined where there is room."""
        is_roomy = self.screen.size.height >= 22
        joint = "\n│\n" if is_roomy else "\n"
        return Content(joint).join([self._line(i, step) for i, step in enumerate(ROAD)])

    def _line(self, index: int, step: Step) -> Content:
        if index < self._here:
            return Content.styled(f"✓ {step.title}", "$success")
        if index == self._here:
            return Content.styled(f"● {step.title}", "bold $foreground")
        return Content.styled(f"○ {step.title}", "$muted")
