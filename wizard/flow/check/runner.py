"""Running a check: that of the active set, and which one a state calls for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from wizard.domain.errors.local import LEFT_UNFINISHED
from wizard.domain.errors.scim import BAD_TOKEN
from wizard.domain.models import CredentialSet, LastCheck, TokenSet
from wizard.domain.oauth.classify import refused_token
from wizard.domain.problems import SetupError, Status
from wizard.domain.secret import Secret
from wizard.domain.texts.wording import for_grant, in_demo
from wizard.domain.value import replace
from wizard.flow.check.draft import AuthorizationResponse, DraftCheck
from wizard.flow.check.lines import (
    DRAFT_LINES,
    LIST,
    TOKENS,
    USERS,
    LiveList,
    Shown,
    ask_users,
    draft_lines,
)
from wizard.flow.check.report import Report, Verdict, passed, remembered, with_known
from wizard.flow.ports import Clock, UserDirectory
from wizard.flow.refresh import fresh_tokens
from wizard.flow.services import Services
from wizard.flow.session import Session
from wizard.flow.state import Subject, WizardState

if TYPE_CHECKING:
    from wizard.flow.context import WizardContext

ACTIVE_LINES: Final = {
    TOKENS: "Access token valid",
    USERS: DRAFT_LINES[USERS],
    LIST: DRAFT_LINES[LIST],
}

Current = Callable[[Secret | None], Awaitable[TokenSet]]
"""Return the tokens of the active set. They are refreshed if they expired, or if the access token
is still the given one, which the server rejected. Raises SetupError."""


async def check_active(
    active: CredentialSet | None,
    users: UserDirectory,
    lines: LiveList,
    current: Current,
    clock: Clock,
    record: Callable[[LastCheck], Awaitable[None]],
) -> Report:
    """Check the active set and save the result, if the store accepts it.

    Args: `lines` has the ids of ACTIVE_LINES; `record` saves the result, or raises SetupError.
    """
    is_new, is_renewable = False, False
    try:
        if active is None:
            raise SetupError(LEFT_UNFINISHED)
        ask = partial(ask_users, users, lines, active.endpoints.scim_url)
        began = clock()
        tokens = await lines.timed(TOKENS, current(None))
        is_new = tokens.obtained_at >= began
        is_renewable = replace(active, tokens=tokens).is_renewable
        try:
            listed = await ask(tokens.access_token)
        except SetupError as error:
            if error.problem.id != BAD_TOKEN.id or is_new or not is_renewable:
                raise
            # Twilio ended the token before it expired, as after a rotated secret: a refresh shows
            # why.
            lines.set(USERS, Status.WAITING, "the token was rejected")
            tokens = await lines.timed(TOKENS, current(tokens.access_token))
            is_new = True
            listed = await ask(tokens.access_token)
    except SetupError as error:
        problem = refused_token(error.problem, is_new=is_new, is_renewable=is_renewable)
        can_help = problem is error.problem
        problem = for_grant(problem, active.grant_type) if active else problem
        report = Report(
            Verdict.FAILED, problem, can_retry=can_help, has_lost_response=error.is_lost
        )
    else:
        report = passed(listed, tokens)
    report = replace(report, is_of_active=True)
    return await remembered(report, clock(), record)


class Run(Protocol):
    """A check that can be run, and run again."""

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        """Run the check and pass the lines to `show` whenever one changes."""

    async def accept(self, report: Report) -> Report:
        """Continue after the user accepted what the check asked about."""


def run_of(wizard_context: WizardContext, state: WizardState) -> Run:
    """Return the runner of the check that a state calls for."""
    run = _run_of(wizard_context, state)
    return run if wizard_context.demo is None else InDemo(run)


def _run_of(wizard_context: WizardContext, state: WizardState) -> Run:
    if state.subject is Subject.ACTIVE:
        return ActiveRun(wizard_context.session, wizard_context.services)
    titles = draft_lines(
        wizard_context.session.working_draft().grant_type, is_demo=wizard_context.demo is not None
    )
    return DraftRun(wizard_context.session, wizard_context.services, state.answer, titles)


class InDemo:
    """Runs another run, and adds to its report what helps in the demo."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        """Run the check and pass the lines to `show` whenever one changes."""
        return _in_demo(await self._run.run(show, is_retry=is_retry))

    async def accept(self, report: Report) -> Report:
        """Continue after the user accepted what the check asked about."""
        return _in_demo(await self._run.accept(report))


def _in_demo(report: Report) -> Report:
    return replace(report, problem=in_demo(report.problem)) if report.problem else report


class ActiveRun:
    """Runs the check of the active set and refreshes an expired token; a retry always refreshes."""

    def __init__(self, session: Session, services: Services) -> None:
        self._session = session
        self._services = services

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        """Run the check and pass the lines to `show` whenever one changes."""
        session, services = self._session, self._services
        lines = LiveList(ACTIVE_LINES, show, services.timer)
        try:
            network = await services.connect()
        except SetupError as error:
            return Report(Verdict.FAILED, error.problem)

        # A permission that was selected in the meantime may take effect only with a new token.
        is_forced = is_retry and session.profile.is_renewable

        def current(refused: Secret | None) -> Awaitable[TokenSet]:
            fresh = fresh_tokens(
                session.name,
                services.store,
                network.tokens,
                services.clock,
                is_forced=is_forced,
                refused=refused,
            )
            return session.protected.run(fresh)

        active, clock, record = session.active, services.clock, session.record_check
        report = await check_active(active, network.users, lines, current, clock, record)
        # The session did not refresh these tokens, but has to know them to keep them off the
        # screen.
        with suppress(SetupError):
            await session.reload()
        lines.raise_fault()
        return with_known(report, session.profile, services.clock())

    async def accept(self, report: Report) -> Report:
        """Return the report: this check never asks."""
        return report


class DraftRun:
    """Runs the draft's check; it connects to the network when it starts."""

    def __init__(
        self,
        session: Session,
        services: Services,
        answer: AuthorizationResponse | None,
        titles: Mapping[str, str] = DRAFT_LINES,
    ) -> None:
        """Args: `titles` of the lines, by id."""
        self._session = session
        self._services = services
        self._answer = answer
        self._titles = titles
        self._check: DraftCheck

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        """Run the check and pass the lines to `show` whenever one changes."""
        lines = LiveList(self._titles, show, self._services.timer)
        try:
            network = await self._services.connect()
        except SetupError as error:
            return Report(Verdict.FAILED, error.problem)
        self._check = DraftCheck(self._session, network.tokens, network.users, lines)
        report = await self._check.run(self._answer, is_retry=is_retry)
        lines.raise_fault()
        return report

    async def accept(self, report: Report) -> Report:
        """Continue after the user accepted what the check asked about."""
        return await self._check.accept(report)
