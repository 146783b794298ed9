"""`scim-wizard check`: check the connection of one profile, or of all at once.

The result lines go to stdout; the cause and the fix of a failure go to stderr, as in all commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Final

from wizard import console
from wizard.commands import network
from wizard.commands.network import Patience, PatientUsers
from wizard.domain.endpoints import refuse_others
from wizard.domain.errors.store import PROFILE_CHANGED
from wizard.domain.models import CredentialSet, LastCheck, Profile, TokenSet
from wizard.domain.problems import Check, ExitCode, Problem, SetupError, Status, pause
from wizard.domain.secret import Secret
from wizard.domain.value import Value, replace
from wizard.flow.check.lines import LiveList
from wizard.flow.check.report import Report, Verdict, with_known
from wizard.flow.check.runner import ACTIVE_LINES, check_active
from wizard.flow.inactive import no_profiles, standing, why_inactive
from wizard.flow.ports import Clock, ProfileStore
from wizard.flow.refresh import fresh_tokens
from wizard.flow.services import Connect, Connecting

EMPTY: Final[Mapping[str, object]] = {"users": None, "organization": None}
"""The JSON values of a check that could not begin, beside its problem."""

AT_ONCE: Final = 10
"""Profiles that are checked at the same time."""


class CheckRequest(Value):
    """What was asked for."""

    profile: str
    endpoints: Mapping[str, str]
    """The given endpoints: rejected unless they are the saved ones."""
    is_all: bool = False
    as_json: bool = False
    is_quiet: bool = False
    """Print only failures."""


class Outcome(Value):
    """How the check of a profile ended."""

    profile: str
    report: Report
    lines: tuple[Check, ...] = ()
    """Empty where it ended before the first of them."""
    at: datetime | None = None
    """When, UTC; None where nothing was checked."""
    store: tuple[Problem, ...] = ()
    """What is wrong with where secrets are kept; in words it's said after the command."""

    @property
    def problem(self) -> Problem | None:
        """Why it failed."""
        return self.report.problem

    @property
    def code(self) -> ExitCode:
        """The exit code it means."""
        return ExitCode.FINE if self.problem is None else self.problem.exit_code

    @property
    def as_json(self) -> dict[str, object]:
        """The JSON values of the outcome."""
        warnings = (*self.report.warnings, *self.store)
        told = console.outcome(
            self.profile, self.problem, console.status_of(self.problem), self.at, warnings
        )
        return {**told, "users": self.report.users, "organization": self.report.organization}


def run(request: CheckRequest, store: ProfileStore, connecting: Connecting, clock: Clock) -> int:
    """Check, print how it went, and return the (highest) exit code. Raises SetupError."""
    names = store.names() if request.is_all else [request.profile]
    outcomes = network.run(_check_each(names, request, store, connecting, clock))
    missing = None if outcomes else no_profiles(store)
    code = _tell(outcomes, missing, request)
    if missing:
        console.print_error(missing)
    return code


# -- checking ------------------------------------------------------------------------------------


async def _check_each(
    names: Sequence[str],
    request: CheckRequest,
    store: ProfileStore,
    connecting: Connecting,
    clock: Clock,
) -> list[Outcome]:
    room = asyncio.Semaphore(AT_ONCE)

    async with connecting() as connect:

        async def check(name: str) -> Outcome:
            async with room:
                try:
                    return await _ProfileCheck(name, request, store, clock).run(connect)
                except SetupError as error:
                    failed = Report(Verdict.FAILED, error.problem)
                    return Outcome(name, failed, store=standing(store))

        return await asyncio.gather(*map(check, names))


def _read(name: str, store: ProfileStore) -> tuple[Profile, CredentialSet]:
    profile = store.load(name)
    active = None if profile is None else store.active(name, profile)
    if profile is None or active is None:
        raise SetupError(why_inactive(name, store, profile))
    return profile, active


class _ProfileCheck:
    """The check of a stored profile's active set."""

    def __init__(self, name: str, request: CheckRequest, store: ProfileStore, clock: Clock) -> None:
        self._name = name
        self._request = request
        self._store = store
        self._clock = clock
        # Each has its own time: slow ones must not fail those that come after them.
        self._patience = Patience(is_quiet=request.is_quiet)

    async def run(self, connect: Connect) -> Outcome:
        """Check it and return the outcome. Raises SetupError."""
        name, store, clock, request = self._name, self._store, self._clock, self._request
        # In a thread: a keyring may take seconds, and the other profiles need not wait for it.
        self._checked, self._active = await asyncio.to_thread(_read, name, store)
        self._profile = self._checked
        """The record as it was read last."""
        refuse_others(request.endpoints, [self._active.endpoints])
        # A client that cannot be made says nothing about the profile, so nothing is remembered.
        network = await connect()
        self._tokens, self._at = network.tokens, clock()
        """When the check ended, UTC; until then when it began."""
        shown = _Shown(name if request.is_all else None, is_quiet=request.is_quiet)
        lines = LiveList(ACTIVE_LINES, shown, monotonic)
        users = PatientUsers(network.users, self._patience)
        result = await check_active(self._active, users, lines, self._current, clock, self._record)
        result = with_known(result, self._profile, clock())
        return Outcome(name, result, shown.lines, self._at, standing(store))

    async def _current(self, refused: Secret | None) -> TokenSet:
        """Return tokens, refreshed if they expired or were rejected. Raises SetupError."""
        tokens = self._active.tokens
        # Without the lock while they are good: a folder that takes no files gives none.
        if refused is not None or tokens is None or tokens.needs_refresh(self._clock()):
            fresh = fresh_tokens(
                self._name,
                self._store,
                self._tokens,
                self._clock,
                refused=refused,
                seen=self._profile,
                on_lock=self._patience.has_lock,
                on_ask=self._patience.ask,
            )
            tokens = await self._patience.for_lock(fresh, self._name)
        # A wizard may have put another set in its place since this one was read. Its tokens
        # must not be sent to the endpoints of the old one.
        profile = await asyncio.to_thread(self._store.load, self._name)
        if profile is None or profile.endpoints != self._active.endpoints:
            raise SetupError(PROFILE_CHANGED)
        self._profile = profile
        return tokens

    async def _record(self, check: LastCheck) -> None:
        """Save the result, unless the profile was removed in the meantime.

        Raises SetupError, also where by now another set is active.
        """
        self._at = check.at
        seconds = self._patience.left_for_the_record
        async with self._store.locked_async(self._name, seconds) as held:
            if held.profile is None or held.profile.active is None:
                return
            if not held.profile.is_same_setup(self._checked):
                raise SetupError(PROFILE_CHANGED)
            self._profile = held.save(replace(held.profile, last_check=check))


class _Shown:
    """Keeps the lines as they change; says once that a pause is being waited out."""

    def __init__(self, profile: str | None, *, is_quiet: bool) -> None:
        self.lines: tuple[Check, ...] = ()
        self._prefix = f"{profile}: " if profile else ""
        self._has_said = is_quiet

    def __call__(self, lines: tuple[Check, ...]) -> None:
        self.lines = lines
        if not self._has_said and (words := pause(lines)):
            self._has_said = True
            console.print_to_stderr([f"{self._prefix}{words}"])


# -- telling -------------------------------------------------------------------------------------


def _tell(outcomes: Sequence[Outcome], missing: Problem | None, request: CheckRequest) -> int:
    """Print the outcome of one profile, or of all; return the (highest) exit code.

    Args: `missing`: why there is no profile.
    """
    shown = [each for each in outcomes if each.problem or not request.is_quiet]
    try:
        if request.as_json and (shown or missing or not request.is_quiet):
            told = [each.as_json for each in shown]
            console.print_json(**(console.of_all(told, missing) if request.is_all else told[0]))
        elif not request.as_json and not request.is_quiet:
            # What is said of each failure on stderr is all that quiet leaves.
            _tell_lines(shown, is_all=request.is_all)
    finally:
        # Also where stdout takes nothing more.
        for each in shown:
            for problem in filter(None, (*each.report.warnings, each.problem)):
                console.print_error(problem, each.profile)
    return max((each.code for each in outcomes), default=ExitCode.NOT_SET_UP)


def _tell_lines(shown: Sequence[Outcome], *, is_all: bool) -> None:
    width = max((len(each.profile) for each in shown), default=0)
    rows = [_row(each, width) for each in shown]
    lines = rows if is_all else [line.in_a_line for each in shown for line in each.lines]
    if lines:
        console.print_answer(console.fitted("\n".join(lines)))


def _row(outcome: Outcome, width: int) -> str:
    if outcome.problem is not None:
        return f"{Status.FAILED.value:<10} {outcome.profile:<{width}}  {outcome.problem.title}"
    status = Status.WARNING if outcome.report.warnings else Status.PASSED
    return f"{status.value:<10} {outcome.profile:<{width}}  {outcome.lines[-1].note}"
