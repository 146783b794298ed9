"""Problems: an entry of the error catalog, its exception, and the line of a check that has one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Final

from wizard.domain import journal
from wizard.domain.steps import Step
from wizard.domain.text import DETAIL_LIMIT, Command, one_line
from wizard.domain.value import Value, replace

if TYPE_CHECKING:
    from types import ModuleType

KEPT_LIMIT: Final = 1000
"""Characters of each text of a problem that are kept on disk."""
KEPT_LINES: Final = 8
"""The same of the lines that the other side answered."""


class Who(Enum):
    """Who can fix it; the label of the remedy."""

    YOU = "Fix"
    OWNER = "Organization Owner or Admin"
    NETWORK = "Network team"
    NOBODY = "Twilio"


class ExitCode(IntEnum):
    """What a process ends with."""

    FINE = 0
    CHECK_FAILED = 1
    USAGE = 2
    NOT_SET_UP = 3
    ACT_AT_TWILIO = 4
    UNREACHABLE = 5
    MACHINE = 6
    SIGNAL = 130


class Response(Value):
    """What an HTTP response to a failed request says to programs."""

    status: int | None = None
    request_id: str | None = None
    """As Twilio's support asks for it."""
    retry_after: int | None = None
    """Seconds to wait before the next request (RFC 9110 §10.2.3)."""

    @property
    def harmless(self) -> Response:
        """The same, fit to be shown or kept."""
        return replace(self, request_id=one_line(self.request_id or "") or None)


class Words(Value):
    """What a problem said, as it is kept on disk beside its id; the catalog has the rest."""

    title: str
    cause: str
    remedy: str
    detail: tuple[str, ...] = ()
    response: Response | None = None

    @property
    def harmless(self) -> Words:
        """The same, fit to be shown or kept: it may come from a file that somebody edited."""
        title, cause, remedy = (
            one_line(text, KEPT_LIMIT) for text in (self.title, self.cause, self.remedy)
        )
        detail = tuple(map(one_line, self.detail[:KEPT_LINES]))
        return Words(title, cause, remedy, detail, self.response and self.response.harmless)


class Problem(Value):
    """One entry of the error catalog, or a copy of it that tells this case's particulars."""

    id: str
    """Kebab-case, stable: scripts and the README refer to it."""
    title: str
    """What happened, as a short sentence without a full stop."""
    cause: str
    """Why, in plain words; may hold {names} for `filled`."""
    remedy: str
    """What to do now; may hold {names} for `filled`."""
    who: Who = Who.YOU
    step: Step | None = None
    """The step to go back to; None: stay and try again."""
    exit_code: ExitCode = ExitCode.CHECK_FAILED
    other_step: Step | None = None
    """Where one of several remedies is done, though the first is to try again."""
    run: tuple[str, ...] | None = None
    """Arguments of the command that helps, where a command met it; none of them: the wizard."""
    needs_restart: bool = False
    """Whether what mends it is read when the wizard starts: variables, options."""
    shell: Command | None = None
    """A command of the system that helps, for a shell."""
    detail: tuple[str, ...] = ()
    """What the other side answered, sanitised, a line each."""
    response: Response | None = None
    """The HTTP response that this is about; None without one."""
    is_warning: bool = False
    """Nothing failed: to be known besides."""

    def filled(self, limit: int = DETAIL_LIMIT, /, **names: str) -> Problem:
        """Fill the {names} in title, cause and remedy with sanitized text from outside.

        Args: `limit`: characters of each text that are shown.
        """
        safe = {key: one_line(text, limit) for key, text in names.items()}
        return replace(
            self,
            title=self.title.format(**safe),
            cause=self.cause.format(**safe),
            remedy=self.remedy.format(**safe),
        )

    def with_detail(self, *lines: str) -> Problem:
        """Add lines of detail; they are sanitised and cut here."""
        return replace(self, detail=(*self.detail, *(one_line(line) for line in lines if line)))

    def with_response_of(self, other: Problem) -> Problem:
        """Take over what the other side answered from the problem that this one stands for."""
        return replace(self.with_detail(*other.detail), response=other.response)

    @property
    def sign(self) -> str:
        """What stands before its title."""
        return "!" if self.is_warning else "✗"

    @property
    def words(self) -> Words:
        """What to keep of it, to say it whole another day."""
        return Words(self.title, self.cause, self.remedy, self.detail, self.response).harmless

    @property
    def in_a_line(self) -> str:
        """What it is, for a log."""
        return f"problem {self.id}: " + " | ".join((self.title, self.cause, *self.detail))


def entries(part: ModuleType) -> tuple[Problem, ...]:
    """Return the entries of a part, in order; of the variants that share an ID, the first."""
    found: dict[str, Problem] = {}
    for value in vars(part).values():
        if isinstance(value, Problem):
            found.setdefault(value.id, value)
    return tuple(found.values())


class SetupError(Exception):
    """A failure with its entry of the error catalog; the only exception services let out."""

    def __init__(self, problem: Problem, *, is_unsent: bool = False, is_lost: bool = False) -> None:
        """Carry a problem.

        Args:
            is_unsent: the server took nothing: not one byte left, or it was turned away with a
                429. The same may be sent again.
            is_lost: a refresh was sent and its response was lost, maybe with a new refresh token.
        """
        super().__init__(problem.id)
        self.problem = problem
        self.is_unsent = is_unsent
        self.is_lost = is_lost
        journal.note(problem.in_a_line, is_problem=True)


class Status(Enum):
    """How a line stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


SIGNS: Final = {
    Status.WAITING: "○ not run",
    Status.RUNNING: "○ running",
    Status.PASSED: "✓ passed",
    Status.WARNING: "! warning",
    Status.FAILED: "✗ failed",
    Status.SKIPPED: "– skipped",
}
"""A sign and its word."""


class Check(Value):
    """A line: what is checked, how it stands, and what to know about it."""

    id: str
    title: str
    status: Status = Status.WAITING
    note: str = ""
    """A few words at the line's end: "25 users", "rotated"."""
    seconds: float | None = None
    problem: Problem | None = None

    @property
    def in_a_line(self) -> str:
        """All of it but its problem."""
        taken = "" if self.seconds is None else f"{self.seconds:.2f} s"
        ends = "  ".join(part for part in (self.note, taken) if part)
        return f"{SIGNS[self.status]:<10} {self.title:<25} {ends}".rstrip()


def pause(lines: Iterable[Check]) -> str:
    """Return what to say, once, while a pause before another try is waited out; else ""."""
    notes = (line.note for line in lines if line.status is Status.RUNNING and line.note)
    note = next(notes, "")
    return f"No good answer yet: {note}." if note else ""
