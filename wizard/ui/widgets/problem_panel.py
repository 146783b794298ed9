"""A problem under what it concerns: what happened, why, and what to do now."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from wizard.domain import journal
from wizard.domain.callback import Comparison
from wizard.domain.problems import Problem


class ProblemPanel(Static):
    """Hidden while there is no problem. Everything in it is text, never markup."""

    def __init__(
        self, problem: Problem | None = None, id: str = "problem", remedy: str = ""
    ) -> None:
        """Show a problem from the start, so that nothing under it moves later; see `show`."""
        words = _told(problem, remedy=remedy) if problem else ""
        super().__init__(words, id=id, markup=False)
        self.display = problem is not None
        self.problem = problem

    def show(
        self,
        problem: Problem | None,
        comparison: Comparison | None = None,
        key: str = "",
        remedy: str = "",
    ) -> None:
        """Show a problem, with the two addresses of a mismatch, or nothing.

        Args:
            key: names the key that does what the remedy says.
            remedy: what to do on this very screen; else the problem's own is told.
        """
        self.remove_class("-question")
        self.display = problem is not None
        self.problem = problem
        if problem is None:
            return
        journal.note(f"shown: {problem.in_a_line}")
        self.update(_told(problem, comparison, key, remedy))
        self.call_after_refresh(self.scroll_visible, animate=False)

    def ask(self, title: str, text: str) -> None:
        """Show a question that the primary action answers."""
        self.add_class("-question")
        self.display = True
        self.problem = None
        self.update(Content("\n").join([Content.styled(f"? {title}", "bold"), Content(text)]))
        self.call_after_refresh(self.scroll_visible, animate=False)


def _told(
    problem: Problem, comparison: Comparison | None = None, key: str = "", remedy: str = ""
) -> Content:
    parts = [Content.styled(f"✗ {problem.title}", "bold")]
    if comparison is not None:
        parts += _compared(comparison)
    else:
        parts.append(Content(problem.cause))
    parts.append(Content(f"{problem.who.value}: {remedy or problem.remedy}{key and f' ({key})'}"))
    parts += [Content.styled(line, "$muted") for line in problem.detail]
    return Content("\n").join([p for p in parts if p])


def _compared(comparison: Comparison) -> list[Content]:
    at, words = 8 + comparison.differs_at, "differs from here"
    # Before the mark where there is more room, so that it stands on one line.
    mark = f"{words} ^".rjust(at + 1) if at > len(words) + 1 else f"{' ' * at}^ {words}"
    return [
        Content(f"pasted  {comparison.pasted}"),
        Content(f"set     {comparison.expected}"),
        Content.styled(mark, "$error"),
    ]
