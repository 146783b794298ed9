"""Running a check: that of the active set, and which one a state calls for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
from wizard.flow.check.draft import DraftCheck
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
from wizard.flow.state import Subject, WizardState

if TYPE_CHECKING:
    from wizard.flow.context import WizardContext
    from wizard.flow.services import Network

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


class CheckRun:
    """The check that a state calls for; it connects to the network when it starts."""

    def __init__(self, wizard_context: WizardContext, state: WizardState) -> None:
        self._session = session = wizard_context.session
        self._services = wizard_context.services
        self._is_demo = is_demo = wizard_context.demo is not None
        self._answer = state.answer
        self._is_of_active = state.subject is Subject.ACTIVE
        self._titles = (
            ACTIVE_LINES
            if self._is_of_active
            else draft_lines(session.working_draft().grant_type, is_demo=is_demo)
        )
        self._check: DraftCheck

    async def run(self, show: Shown, *, is_retry: bool) -> Report:
        """Run the check and pass the lines to `show` whenever one changes."""
        lines = LiveList(self._titles, show, self._services.timer)
        try:
            network = await self._services.connect()
        except SetupError as error:
            return self._told(Report(Verdict.FAILED, error.problem))
        if self._is_of_active:
            report = await self._run_active(network, lines, is_retry=is_retry)
        else:
            self._check = DraftCheck(self._session, network.tokens, network.users, lines)
            report = await self._check.run(self._answer, is_retry=is_retry)
        lines.raise_fault()
        return self._told(report)

    async def accept(self, report: Report) -> Report:
        """Continue after the user accepted what the check asked about; only a draft's asks."""
        if not self._is_of_active:
            report = await self._check.accept(report)
        return self._told(report)

    async def _run_active(self, network: Network, lines: LiveList, *, is_retry: bool) -> Report:
        """Check the active set; an expired token is refreshed, for a retry any token."""
        session, services = self._session, self._services
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
        return with_known(report, session.profile, services.clock())

    def _told(self, report: Report) -> Report:
        """Say in the demo, which fails on purpose, what helps there."""
        if not self._is_demo or report.problem is None:
            return report
        return replace(report, problem=in_demo(report.problem))
