"""The steps of a setup beside a step; a click leads back to one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wizard.domain.steps import Step

UNDER_WAY: Final = Content.assemble(("…", "bold $foreground"), f" {Step.AUTHORIZE.title}")
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
