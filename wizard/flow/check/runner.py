"""Running a check: which one a state calls for, and its connection to the network."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from wizard.domain.models import TokenSet
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.texts.wording import in_demo
from wizard.domain.value import replace
from wizard.flow.check.active import ACTIVE_LINES, check_active
from wizard.flow.check.draft import AuthorizationResponse, DraftCheck
from wizard.flow.check.lines import DRAFT_LINES, LiveList, Shown, draft_lines
from wizard.flow.check.report import Report, Verdict, with_known
from wizard.flow.refresh import fresh_tokens
from wizard.flow.state import Subject

if TYPE_CHECKING:
    from wizard.flow.context import WizardContext
    from wizard.flow.environment import Services
    from wizard.flow.session import Session
    from wizard.flow.state import WizardState


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
        lines = LiveList(ACTIVE_LINES, show, self._services.timer)
        try:
            network = await self._services.connect()
        except SetupError as error:
            return Report(Verdict.FAILED, error.problem)

        # A permission that was selected in the meantime may take effect only with a new token.
        is_forced = is_retry and self._session.profile.is_renewable

        def current(refused: Secret | None) -> Awaitable[TokenSet]:
            session, services = self._session, self._services
            fresh = fresh_tokens(
                session.name,
                services.store,
                network.tokens,
                services.clock,
                is_forced=is_forced,
                refused=refused,
            )
            return session.protected.run(fresh)

        report = await check_active(self._session, network.users, lines, current)
        # The session did not refresh these tokens, but has to know them to keep them off the
        # screen.
        with suppress(SetupError):
            await self._session.reload()
        lines.raise_fault()
        return with_known(report, self._session.profile, self._services.clock())

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
