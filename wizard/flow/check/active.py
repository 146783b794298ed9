"""The check of the active credential set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Protocol

from wizard.domain.errors.local import LEFT_UNFINISHED
from wizard.domain.errors.scim import BAD_TOKEN
from wizard.domain.models import CredentialSet, LastCheck, TokenSet
from wizard.domain.oauth.classify import refused_token
from wizard.domain.problems import SetupError, Status
from wizard.domain.secret import Secret
from wizard.domain.texts.wording import for_grant
from wizard.domain.value import replace
from wizard.flow.check.lines import (
    DRAFT_LINES,
    LIST,
    TOKENS,
    USERS,
    LiveList,
    ask_users,
)
from wizard.flow.check.report import Report, Verdict, passed, remembered
from wizard.flow.ports import Clock, UserDirectory

ACTIVE_LINES: Final = {
    TOKENS: "Access token valid",
    USERS: DRAFT_LINES[USERS],
    LIST: DRAFT_LINES[LIST],
}

Current = Callable[[Secret | None], Awaitable[TokenSet]]
"""Return the tokens of the active set. They are refreshed if they expired, or if the access token
is still the given one, which the server rejected. Raises SetupError."""


class ActiveSet(Protocol):
    """The credential set to check, and where its result is saved; a Session is one."""

    @property
    def active(self) -> CredentialSet | None:
        """The active credential set, or None."""

    @property
    def clock(self) -> Clock:
        """The clock that gives the time at which the check ended."""

    async def record_check(self, check: LastCheck) -> None:
        """Save the result of the check. Raises SetupError."""


async def check_active(
    session: ActiveSet,
    users: UserDirectory,
    lines: LiveList,
    current: Current,
) -> Report:
    """Check the active set and save the result, if the store accepts it.

    Args: `lines` has the ids of ACTIVE_LINES.
    """
    active, is_new, is_renewable = session.active, False, False
    try:
        if active is None:
            raise SetupError(LEFT_UNFINISHED)
        ask = partial(ask_users, users, lines, active.endpoints.scim_url)
        began = session.clock()
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
    return await remembered(report, session.clock(), session.record_check)
