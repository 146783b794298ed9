"""What the machine found: what is not fine with its cause and remedy, the rest in few words."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wizard.domain.checks import Check, Status
from wizard.ui.widgets.lines import packed


class Findings(Widget):
    """Wrapped to whatever width there is; what calls for something stands first."""

    DEFAULT_CSS = "Findings { height: auto; }"

    checks: reactive[tuple[Check, ...]] = reactive((), layout=True)
    """Empty while the machine is looked at."""

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many rows as it needs."""
        return len(self._told(width).wrap(max(width, 1)))

    def render(self) -> Content:
        """Draw all of it."""
        return self._told(self.content_size.width)

    def _told(self, width: int) -> Content:
        if not self.checks:
            return Content.styled("Looking at this machine …", "$muted")
        warnings = [check for check in self.checks if check.status is Status.WARNING]
        # What keeps from the servers first, what is only to be known of last.
        warnings.sort(key=lambda check: check.problem is None)
        passed = [f"✓ {c.title}" for c in self.checks if c.status is Status.PASSED]
        fine = [Content.styled(line, "$success") for line in packed(passed, width)]
        return Content("\n").join([*(part for c in warnings for part in _warning(c)), *fine])


def _warning(check: Check) -> Iterator[Content]:
    note = f" ({check.note})" if check.note else ""
    problem = check.problem
    yield Content.styled(f"! {problem.title if problem else check.title}{note}", "$warning")
    if problem is not None:
        yield Content(problem.cause)
        remedy = f"{problem.who.value}: {problem.remedy}"
        key = "^q leaves" if problem.needs_restart else "r looks again"
        yield Content.assemble(remedy, (f"  {key}", "$muted"))
