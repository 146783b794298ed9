"""A check as a face runs it: connected when it starts, and to be run again."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING

from wizard.domain.problems import SetupError
from wizard.flow.live_list import LiveList, Shown
from wizard.flow.recheck import ACTIVE_LINES, check_active, with_known
from wizard.flow.refresh import fresh_tokens
from wizard.flow.reports import Report, Verdict
from wizard.flow.state import Subject
from wizard.flow.verify import DRAFT_LINES, Answer, DraftCheck

if TYPE_CHECKING:
    from wizard.domain.models import TokenSet
    from wizard.domain.secret import Secret
    from wizard.flow.journey import Journey
    from wizard.flow.outside import Services
    from wizard.flow.session import Session
    from wizard.flow.state import WizardState


def run_of(journey: Journey, state: WizardState) -> ActiveRun | DraftRun:
    """Return the check that a state is about."""
    if state.subject is Subject.ACTIVE:
        return ActiveRun(journey.session, journey.services)
    return DraftRun(journey.session, journey.services, state.answer)


class DraftRun:
    """Runs the draft's check over a network that is connected when it starts."""

    def __init__(self, session: Session, services: Services, answer: Answer | None) -> None:
        self._session = session
        self._services = services
        self._answer = answer
        self._check: DraftCheck

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        """Run it, telling the lines as they change."""
        lines = LiveList(DRAFT_LINES, show, self._services.timer)
        try:
            network = await self._services.connect()
        except SetupError as error:
            return Report(Verdict.FAILED, error.problem)
        self._check = DraftCheck(self._session, network.tokens, network.users, lines)
        report = await self._check.run(self._answer, is_retry=is_retry)
        lines.raise_fault()
        return report

    async def accept(self, report: Report) -> Report:
        """Continue with what the check asked about."""
        return await self._check.accept(report)


class ActiveRun:
    """Runs the check of the active set, refreshing what has expired; all of it on a retry."""

    def __init__(self, session: Session, services: Services) -> None:
        self._session = session
        self._services = services

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        """Run it, telling the lines as they change."""
        lines = LiveList(ACTIVE_LINES, show, self._services.timer)
        try:
            network = await self._services.connect()
        except SetupError as error:
            return Report(Verdict.FAILED, error.problem)

        # A permission that was ticked meanwhile may need a new token to count.
        is_forced = is_retry and self._session.profile.refreshable

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
        # The tokens were renewed past the session, which has to know them to keep them off screens.
        with suppress(SetupError):
            await self._session.reload()
        lines.raise_fault()
        return with_known(report, self._session.profile, self._services.clock())

    async def accept(self, report: Report) -> Report:
        """Nothing is asked about here."""
        return report
