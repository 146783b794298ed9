"""A problem under what it concerns: what happened, why, and what to do now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from wizard.domain import journal
from wizard.domain.problems import Problem
from wizard.ui.widgets.drawing import Shrinking, hanging
from wizard.ui.widgets.layout import Yielding

if TYPE_CHECKING:
    from wizard.domain.oauth.redirect_uri import Comparison


class ProblemPanel(Static, Yielding):
    """Hidden while there is no problem. Everything in it is text, never markup."""

    DEFAULT_CSS = """
    ProblemPanel {
        height: auto;
        padding: 0 1;
        border-left: outer $error;
        background: $surface;
        &.-question, &.-warning { border-left: outer $warning; }
    }
    """

    def __init__(self, problems: Sequence[Problem] = (), lead: str = "") -> None:
        """Show problems from the start, so that nothing under them moves later.

        Args: `lead`: what stands out above their titles, where there is room.
        """
        self._words = _Layout(problems[0], also=problems[1:], lead=lead) if problems else None
        super().__init__(self._words or "", id="problem", markup=False)
        self._hold(problems)

    def _hold(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        """All that is shown."""
        self.set_class(any(problem.is_warning for problem in problems[:1]), "-warning")
        self.display = bool(problems)

    def show(
        self,
        problem: Problem | None,
        comparison: Comparison | None = None,
        key: str = "",
        also: Sequence[Problem] = (),
    ) -> None:
        """Show a problem, with the two URLs of a mismatch, or nothing.

        Args:
            key: names the key that does what the remedy says.
            also: what is shown under it.
        """
        self.remove_class("-question")
        self._hold((problem, *also) if problem else ())
        self._tell_screen()
        if problem is not None:
            for each in self.problems:
                journal.note(f"shown: {each.in_a_line}")
            self._words = _Layout(problem, comparison, key, also)
            self.update(self._words)
            self.call_after_refresh(self.scroll_visible, animate=False)

    def ask(self, title: str, text: str) -> None:
        """Show a question that the primary action answers."""
        self._hold(())
        self._words = None
        self.add_class("-question")
        self.display = True
        self._tell_screen()
        self.update(Content("\n").join([Content.styled(f"? {title}", "bold"), Content(text)]))
        self.call_after_refresh(self.scroll_visible, animate=False)

    @property
    def shrinking(self) -> _Layout | None:
        """The problems."""
        return self._words

    def _tell_screen(self) -> None:
        """Let the screen make room (-problem), and offer the key that copies for support."""
        self.screen.set_class(self.display, "-problem")
        self.screen.refresh_bindings()


class _Layout(Shrinking):
    """A problem in words; fewer of them, and closer, where there are too few rows."""

    def __init__(
        self,
        problem: Problem,
        comparison: Comparison | None = None,
        key: str = "",
        also: Sequence[Problem] = (),
        lead: str = "",
    ) -> None:
        self._also = [_Layout(each) for each in also]
        self._color = "bold $warning" if problem.is_warning else "bold $error"
        self._sign = Content.styled(f"{problem.sign} ", self._color)
        self._lead = [Content.styled(lead, self._color)] if lead else []
        self._title = Content.styled(problem.title, "bold")
        why = _compared(comparison) if comparison else [Content(problem.cause)]
        who, remedy = f"{problem.who.value}:", f" {problem.remedy}{key and f' ({key})'}"
        what = Content.assemble((who, "bold"), remedy)
        commands = [Content(problem.shell)] if problem.shell else []
        demo = Content.styled(problem.in_demo, "bold")
        self._why = [part for part in why if part]
        self._what = [part for part in (what, demo, *commands) if part]
        self._detail = problem.detail

    def lines(self, width: int, left_out: frozenset[str]) -> list[Content]:
        """Return all problems in a width, with an empty line between two."""
        lines = self._alone(width, left_out)
        for each in self._also:
            lines += [Content(), *each._alone(width, left_out)]
        return lines

    def _alone(self, width: int, left_out: frozenset[str]) -> list[Content]:
        """One line of what the other side said stands beside the title where there is room."""
        title, lead = self._title, self._lead
        detail = [Content.styled(line, "$muted") for line in self._detail]
        if len(detail) == 1:
            both = Content.assemble(self._title, (f"  ({self._detail[0]})", "$muted"))
            if both.cell_length + self._sign.cell_length <= width:
                title, detail = both, []
        if "detail" in left_out:
            detail = []
        before_fix = [] if "air" in left_out else [Content()]
        before_detail = [] if "closer" in left_out or not detail else [Content()]
        if "spare" in left_out and self._lead:
            title, lead = title.stylize(self._color), []
        parts = [*lead, title, *self._why, *before_fix, *self._what, *before_detail, *detail]
        return hanging(width, self._sign, *parts)


def _compared(comparison: Comparison) -> list[Content]:
    at, words = 10 + comparison.differs_at, "differs from here on"
    # Before the mark where there is more room, so that it stands on one line.
    mark = f"{words} ^".rjust(at + 1) if at > len(words) + 1 else f"{' ' * at}^ {words}"
    urls = (("pasted    ", comparison.pasted), ("expected  ", comparison.expected))
    return [
        *(
            Content.assemble((name, "$muted"), url).stylize("bold $error reverse", at, at + 1)
            for name, url in urls
        ),
        Content.styled(mark, "$error"),
    ]
