"""Problems: entries of the error catalog, their exception, and the lines of a check."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum
from functools import partial
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
"""How many lines of the server's own words are kept on disk."""


class Who(Enum):
    """Who can fix a problem; the label of the remedy."""

    YOU = "Fix"
    OWNER = "Organization Owner or Admin"
    NETWORK = "Network team"
    NOBODY = "Wait"


class ExitCode(IntEnum):
    """The exit code of a process."""

    FINE = 0
    CHECK_FAILED = 1
    USAGE = 2
    NOT_SET_UP = 3
    ACT_AT_TWILIO = 4
    UNREACHABLE = 5
    MACHINE = 6
    SIGNAL = 130


class Response(Value):
    """The values of a failed request's HTTP response that programs can use."""

    status: int | None = None
    request_id: str | None = None
    """The request ID that Twilio's support asks for."""
    retry_after: int | None = None
    """Seconds to wait before the next request (RFC 9110 §10.2.3)."""

    @property
    def harmless(self) -> Response:
        """Return the same, safe to show or save."""
        return replace(self, request_id=one_line(self.request_id or "") or None)


class Words(Value):
    """The words of a problem that are saved on disk with its ID; the catalog has the rest."""

    title: str
    cause: str
    remedy: str
    detail: tuple[str, ...] = ()
    response: Response | None = None

    @property
    def harmless(self) -> Words:
        """Return the same, safe to show or save: it may come from an edited file."""
        title, cause, remedy = (
            one_line(text, KEPT_LIMIT) for text in (self.title, self.cause, self.remedy)
        )
        detail = tuple(map(one_line, self.detail[:KEPT_LINES]))
        return Words(title, cause, remedy, detail, self.response and self.response.harmless)


class Problem(Value):
    """An entry of the error catalog, or a copy with the details of one case."""

    id: str
    """Kebab-case, stable: scripts and the README refer to it."""
    title: str
    """What happened, as a short sentence without a period."""
    cause: str
    """Why, in plain words; may hold {names} for `filled`."""
    remedy: str
    """What to do now; may hold {names} for `filled`."""
    who: Who = Who.YOU
    step: Step | None = None
    """The step to go back to; None: stay and try again."""
    exit_code: ExitCode = ExitCode.CHECK_FAILED
    other_step: Step | None = None
    """The step of another remedy, which is offered, too."""
    run: tuple[str, ...] | None = None
    """Arguments of the command that helps, if the problem occurred in a command; (): the wizard."""
    needs_restart: bool = False
    """Whether the fix requires a restart, as variables and options do."""
    is_in_advanced: bool = False
    """Whether the fix is in the advanced settings."""
    shell: Command | None = None
    """A shell command that helps."""
    detail: tuple[str, ...] = ()
    """The server's own words, sanitized, one item per line."""
    response: Response | None = None
    """The HTTP response that caused the problem; None without one."""
    is_warning: bool = False
    """Whether this is only a warning: nothing failed."""
    in_demo: str = ""
    """What helps in the demo, in a sentence or two; "" elsewhere."""

    def filled(self, limit: int = DETAIL_LIMIT, /, **names: str) -> Problem:
        """Fill the {names} in title, cause and remedy with sanitized text from outside.

        Args: `limit`: the most characters of each text.
        """
        safe = {key: one_line(text, limit) for key, text in names.items()}
        return replace(
            self,
            title=self.title.format(**safe),
            cause=self.cause.format(**safe),
            remedy=self.remedy.format(**safe),
        )

    def with_detail(self, *lines: str) -> Problem:
        """Add lines of detail; they are sanitized and cut here."""
        return replace(self, detail=(*self.detail, *(one_line(line) for line in lines if line)))

    def with_response_of(self, other: Problem) -> Problem:
        """Copy the server's response from the problem that this one replaces."""
        return replace(self.with_detail(*other.detail), response=other.response)

    @property
    def typed_remedy(self) -> str:
        """The remedy in plain mode, where Advanced is a word to type."""
        way = ' To open the advanced settings, type "advanced" in Credentials.'
        return self.remedy + way * self.is_in_advanced

    @property
    def sign(self) -> str:
        """The sign before its title."""
        return "!" if self.is_warning else "✗"

    @property
    def words(self) -> Words:
        """Return the words to save, so that it can be shown in full later."""
        return Words(self.title, self.cause, self.remedy, self.detail, self.response).harmless

    @property
    def in_a_line(self) -> str:
        """Return the problem in one line, for a log."""
        return f"problem {self.id}: " + " | ".join((self.title, self.cause, *self.detail))


at_twilio = partial(Problem, exit_code=ExitCode.ACT_AT_TWILIO)
"""An entry for what has to be fixed in Twilio."""
authorize_again = partial(at_twilio, step=Step.AUTHORIZE)
"""The same, with another authorization."""
fix_credentials = partial(at_twilio, step=Step.CREDENTIALS)
"""The same, with other credentials."""
in_credentials = partial(Problem, step=Step.CREDENTIALS)
"""An entry for a setting under Credentials."""
unreachable = partial(Problem, exit_code=ExitCode.UNREACHABLE)
on_this_machine = partial(Problem, exit_code=ExitCode.MACHINE)


def entries(part: ModuleType) -> tuple[Problem, ...]:
    """Return the entries of a part, in order; of the variants that share an ID, the first."""
    found: dict[str, Problem] = {}
    for value in vars(part).values():
        if isinstance(value, Problem):
            found.setdefault(value.id, value)
    return tuple(found.values())


def ids(*problems: Problem) -> frozenset[str]:
    """Return the IDs of problems; what is filled in, or taken from a file, has the same ID."""
    return frozenset(problem.id for problem in problems)


class SetupError(Exception):
    """A failure with its entry of the error catalog; the only exception that services raise."""

    def __init__(self, problem: Problem, *, is_unsent: bool = False, is_lost: bool = False) -> None:
        """Wrap a problem.

        Args:
            is_unsent: the server processed nothing: no byte was sent, or it responded with a 429.
                The same request may be sent again.
            is_lost: a refresh was sent and its response was lost, maybe with a new refresh token.
        """
        super().__init__(problem.id)
        self.problem = problem
        self.is_unsent = is_unsent
        self.is_lost = is_lost
        journal.note(problem.in_a_line, is_problem=True)


class Status(Enum):
    """The status of a line; the value is its sign and its word."""

    WAITING = "○ not run"
    RUNNING = "○ running"
    PASSED = "✓ passed"
    WARNING = "! warning"
    FAILED = "✗ failed"
    SKIPPED = "– skipped"


class Check(Value):
    """A line of a check: what is checked, its status, and a note."""

    id: str
    title: str
    status: Status = Status.WAITING
    note: str = ""
    """A few words at the line's end: "25 users", "rotated"."""
    seconds: float | None = None
    problem: Problem | None = None

    @property
    def in_a_line(self) -> str:
        """Return the line as text, without its problem."""
        taken = "" if self.seconds is None else f"{self.seconds:.2f} s"
        ends = "  ".join(part for part in (self.note, taken) if part)
        return f"{self.status.value:<10} {self.title:<25} {ends}".rstrip()


def pause(lines: Iterable[Check]) -> str:
    """Return what to show, once, during a pause before another try; else ""."""
    notes = (line.note for line in lines if line.status is Status.RUNNING and line.note)
    note = next(notes, "")
    return f"No usable response yet: {note}." if note else ""
