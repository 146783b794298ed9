"""The check of the active set: its tokens, renewed if need be, and the SCIM API's answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from wizard.domain.book.here import LEFT_UNFINISHED
from wizard.domain.book.scim import BAD_TOKEN
from wizard.domain.checks import Status
from wizard.domain.classify import refused_token
from wizard.domain.models import CredentialSet, LastCheck, Profile, TokenSet
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.summary import moved, refusal
from wizard.flow.live_list import LIST, TOKENS, USERS, LiveList, ask_users
from wizard.flow.ports import Clock, UserDirectory
from wizard.flow.reports import Report, Verdict, passed, remembered, warned
from wizard.flow.verify import DRAFT_LINES

ACTIVE_LINES: Final = {
    TOKENS: "Access token valid",
    USERS: DRAFT_LINES[USERS],
    LIST: DRAFT_LINES[LIST],
}

Current = Callable[[Secret | None], Awaitable[TokenSet]]
"""Gives the tokens of the active set, renewed if they expired, or if the access token is still the
one named, which the server has refused. Raises SetupError."""


class ActiveSet(Protocol):
    """What is checked, and where it is remembered how that ended; a Session is one."""

    @property
    def active(self) -> CredentialSet | None:
        """The set itself; None when there is none."""

    @property
    def clock(self) -> Clock:
        """Tells when the check ended."""

    async def record_check(self, check: LastCheck) -> None:
        """Remember how it ended. Raises SetupError."""


async def check_active(
    session: ActiveSet,
    users: UserDirectory,
    lines: LiveList,
    current: Current,
) -> Report:
    """Check the active set and remember how it ended, if the store takes it.

    Args: `lines` has the ids of ACTIVE_LINES.
    """
    active, is_new, is_renewable = session.active, False, False
    try:
        if active is None:
            raise SetupError(LEFT_UNFINISHED)
        ask = partial(ask_users, users, lines, active.endpoints.scim_url)
        began = session.clock()
        tokens = await lines.timed(TOKENS, current(None))
        is_new, is_renewable = tokens.obtained_at >= began, tokens.refresh_token is not None
        try:
            listed = await ask(tokens.access_token)
        except SetupError as error:
            if error.problem.id != BAD_TOKEN.id or is_new or not is_renewable:
                raise
            # Ended at Twilio before its time, as with a rotated secret: renewing it tells why.
            lines.set(USERS, Status.WAITING, "the token was refused")
            tokens = await lines.timed(TOKENS, current(tokens.access_token))
            is_new = True
            listed = await ask(tokens.access_token)
    except SetupError as error:
        problem = refused_token(error.problem, is_new=is_new, is_renewable=is_renewable)
        can_help = problem is error.problem
        report = Report(
            Verdict.FAILED, problem, can_retry=can_help, has_lost_response=error.is_lost
        )
    else:
        report = passed(listed, tokens)
    return await remembered(report, session.clock(), session.record_check)


def with_known(report: Report, profile: Profile, now: datetime) -> Report:
    """Return the report with what the record warns of, which no check can fail with yet."""
    # While the token lives nothing fails: it has to be said now, and not in an hour.
    report = warned(report, refusal(profile, now))
    return warned(report, moved(profile, report.organization or profile.token_organization))
