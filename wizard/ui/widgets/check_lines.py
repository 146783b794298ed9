"""A live list: each line with its sign, its note and the time it took."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wizard.domain.checks import SIGNS, Check, Status
from wizard.ui.widgets.lines import spread

SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class CheckLines(Widget):
    """Paints checks; the only motion is a spinner on the line that runs."""

    DEFAULT_CSS = """
    CheckLines {
        height: auto;
        & > .check-lines--passed { color: $success; }
        & > .check-lines--failed { color: $error; }
        & > .check-lines--warning { color: $warning; }
        & > .check-lines--muted { color: $muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "check-lines--passed",
        "check-lines--failed",
        "check-lines--warning",
        "check-lines--muted",
    }

    checks: reactive[tuple[Check, ...]] = reactive((), layout=True)
    has_ended: reactive[bool] = reactive(False)
    """Whether what waits is not run any more."""
    _frame: reactive[int] = reactive(0)

    def on_mount(self) -> None:
        """Turn the spinner, ten times a second, while something runs."""
        self._spin = self.set_interval(0.1, self._turn, pause=True)

    def watch_checks(self, checks: tuple[Check, ...]) -> None:
        """Let the spinner rest when nothing runs."""
        if any(c.status is Status.RUNNING for c in checks):
            self._spin.resume()
        elif self.is_mounted:
            self._spin.pause()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One row a line."""
        return len(self.checks)

    def render(self) -> Content:
        """Draw the lines."""
        width = self.content_size.width
        return Content("\n").join([self._line(c, width) for c in self.checks])

    def _turn(self) -> None:
        self._frame = (self._frame + 1) % len(SPINNER)

    def _line(self, check: Check, width: int) -> Content:
        is_running = check.status is Status.RUNNING
        sign = SPINNER[self._frame] if is_running else SIGNS[check.status][0]
        shade = {
            Status.PASSED: "passed",
            Status.FAILED: "failed",
            Status.WARNING: "warning",
        }.get(check.status, "muted")
        style = self.get_visual_style(f"check-lines--{shade}")
        word = check.note
        if check.status is Status.WAITING and not word:
            word = "not run" if self.has_ended else "waiting"
        if check.status is Status.FAILED and not word:
            word = "failed"
        time = "" if check.seconds is None else f"{check.seconds:.2f} s"
        right = Content.styled(
            "  ".join(p for p in (word, time) if p), self.get_visual_style("check-lines--muted")
        )
        return spread(Content.assemble((f"{sign}  ", style), check.title), right, width)
