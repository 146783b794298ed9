"""The lines of a check while it runs: each with its status, its note, and its time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from wizard.domain.errors.scim import NOT_SCIM, ODD_LIST
from wizard.domain.problems import Check, Problem, SetupError, Status
from wizard.domain.secret import Secret
from wizard.domain.text import counted_users
from wizard.domain.value import replace
from wizard.flow.ports import OnWait, UserDirectory

if TYPE_CHECKING:
    from wizard.domain.models import GrantType, UserList

T = TypeVar("T")

USERS, LIST, TOKENS = "users", "list", "tokens"
"""The lines that every check has."""

Shown = Callable[[tuple[Check, ...]], None]
"""Called with all lines, in order, each time one of them changes."""


class LiveList:
    """Lines in a fixed order that change one at a time."""

    def __init__(self, titles: Mapping[str, str], show: Shown, timer: Callable[[], float]) -> None:
        """Args: `titles` by line id; `timer` gives seconds from any fixed point."""
        self._lines = {line: Check(line, title) for line, title in titles.items()}
        self._show = show
        self._timer = timer
        self._fault: Exception | None = None
        self._tell()

    def __getitem__(self, line: str) -> Check:
        return self._lines[line]

    def set(
        self,
        line: str,
        status: Status,
        note: str = "",
        problem: Problem | None = None,
        seconds: float | None = None,
    ) -> None:
        """Change a line; it keeps its duration unless a new one is given."""
        old = self._lines[line]
        taken = old.seconds if seconds is None else seconds
        self._lines[line] = replace(old, status=status, note=note, problem=problem, seconds=taken)
        self._tell()

    async def timed(self, line: str, work: Awaitable[T]) -> T:
        """Await work and show it in a line: running, then passed or failed, with its duration."""
        self.set(line, Status.RUNNING)
        began = self._timer()
        try:
            result = await work
        except SetupError as error:
            self.set(line, Status.FAILED, "", error.problem, self._timer() - began)
            raise
        self.set(line, Status.PASSED, "", None, self._timer() - began)
        return result

    def raise_fault(self) -> None:
        """Raise the exception that showing the lines raised, if there was one."""
        if self._fault is not None:
            raise self._fault

    def on_wait(self, line: str) -> OnWait:
        """Return a callback that counts down a pause in a line: it takes a reason and seconds."""

        def show(why: str, seconds: float) -> None:
            self.set(line, Status.RUNNING, f"{why}, retrying in {seconds:.0f} s")

        return show

    def _tell(self) -> None:
        if self._fault is not None:
            return
        try:
            self._show(tuple(self._lines.values()))
        except Exception as fault:  # noqa: BLE001  whatever it is
            # Raised when the check has ended, so that a response that came is saved first.
            self._fault = fault


async def ask_users(
    users: UserDirectory, lines: LiveList, scim_url: str, access_token: Secret
) -> UserList:
    """Request the list of users and show it in the lines USERS and LIST. Raises SetupError."""
    try:
        work = users.list_users(scim_url, access_token, lines.on_wait(USERS))
        listed = await lines.timed(USERS, work)
    except SetupError as error:
        if error.problem.id in (NOT_SCIM.id, ODD_LIST.id):
            lines.set(USERS, Status.PASSED)
            lines.set(LIST, Status.FAILED, "", error.problem)
        raise
    lines.set(LIST, Status.PASSED, counted_users(listed.total))
    return listed


STATE, EXCHANGE, SAVED = "state", "exchange", "saved"

DRAFT_LINES: Final = {
    STATE: "State matches your link",
    EXCHANGE: "Code exchanged for tokens",
    SAVED: "Tokens saved",
    USERS: "GET /Users responds",
    LIST: "Response is a SCIM list",
    TOKENS: "Token refresh tested",
}
APP_LINES: Final = {
    EXCHANGE: "Token issued",
    SAVED: "Token saved",
    USERS: DRAFT_LINES[USERS],
    LIST: DRAFT_LINES[LIST],
    TOKENS: "Second token issued",
}
"""The lines of the client credentials grant."""
_IN_DEMO: Final = {"Tokens saved": "Tokens kept for the demo", "Token saved": "Token kept"}
UNDONE: Final = {
    "State matches your link": "match the state with your link",
    "Code exchanged for tokens": "exchange the code for tokens",
    "Tokens saved": "save the tokens",
    "Tokens kept for the demo": "keep the tokens for the demo",
    "GET /Users responds": "request the list of users (GET /Users)",
    "Response is a SCIM list": "read the response as a SCIM list",
    "Token refresh tested": "refresh the tokens",
    "Token issued": "get a token",
    "Token saved": "save the token",
    "Token kept": "keep the token",
    "Second token issued": "get a second token",
    "Access token valid": "get a valid access token",
}
"""What a line is about where it can't be said that it was done, by its title."""


def draft_lines(grant_type: GrantType, *, is_demo: bool = False) -> Mapping[str, str]:
    """Return the lines of a draft's check; the demo saves nothing."""
    lines = DRAFT_LINES if grant_type.needs_approval else APP_LINES
    return {**lines, SAVED: _IN_DEMO[lines[SAVED]]} if is_demo else lines
