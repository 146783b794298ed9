"""The check of a draft: redeem its code, or use its tokens, and verify them line by line."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from wizard.domain.errors import exchange
from wizard.domain.errors.local import LEFT_UNFINISHED
from wizard.domain.models import AuthorizationAttempt, CredentialSet, RefreshFailure, TokenSet
from wizard.domain.oauth import authorization_request
from wizard.domain.oauth.authorization_response import BareCode, Received
from wizard.domain.oauth.classify import no_refresh_token, refused_token
from wizard.domain.oauth.jwt import expiry
from wizard.domain.problems import Problem, SetupError, Status
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.summary import moved
from wizard.domain.texts.wording import for_grant
from wizard.domain.value import replace
from wizard.flow.check.lines import EXCHANGE, SAVED, STATE, TOKENS, LiveList, ask_users
from wizard.flow.check.report import Report, Verdict, as_kept, passed, remembered, unconfirmed
from wizard.flow.ports import TokenEndpoint, UserDirectory
from wizard.flow.session import Session

AuthorizationResponse = Received | BareCode


JUST_NOW: Final = timedelta(minutes=10)
"""How long after the authorization it counts as new: not revoked yet, its approver still active."""


class DraftCheck:
    """The check of a draft, which makes the draft the active set if it passes.

    The draft becomes the active set only after HTTP 200 with a SCIM list and a tested refresh.
    A second run skips what was done: a code is sent only once.
    """

    def __init__(
        self, session: Session, endpoint: TokenEndpoint, users: UserDirectory, lines: LiveList
    ) -> None:
        """Args: `lines` has the ids of DRAFT_LINES."""
        self._session = session
        self._endpoint = endpoint
        self._users = users
        self._lines = lines
        self._begun_with = session.working_draft()
        """The draft may be discarded during its check."""

    async def run(self, answer: AuthorizationResponse | None, *, is_retry: bool = False) -> Report:
        """Redeem the code if there is one, then check; make the draft active if everything passed.

        Args:
            answer: the code to redeem; None when the draft has its tokens already.
            is_retry: refresh the tokens first, as permissions may have been changed in Twilio.
        """
        report = await self._run(answer, is_retry=is_retry)
        if report.verdict is Verdict.PASSED:
            return report
        return await remembered(report, self._session.clock(), self._session.record_draft_check)

    async def _run(self, answer: AuthorizationResponse | None, *, is_retry: bool) -> Report:
        try:
            tokens = await self._tokens(answer)
            if is_retry or tokens.needs_refresh(self._session.clock()):
                tokens = await self._rehearse(tokens) or tokens
            scim_url = self._session.working_draft().endpoints.scim_url
            listed = await ask_users(self._users, self._lines, scim_url, tokens.access_token)
            if self._lines[TOKENS].status is Status.WAITING:
                tokens = await self._rehearse(tokens) or tokens
        except SetupError as error:
            return self._failed(error)
        report = passed(listed, tokens)
        grant_type = self._begun_with.grant_type
        profile = replace(self._session.profile, grant_type=grant_type)
        problem = moved(profile, report.organization, is_kept=True)
        if problem is not None:
            return replace(report, verdict=Verdict.OTHER_ORGANIZATION, problem=problem)
        draft = self._session.working_draft()
        if problem := unconfirmed(draft, self._session.profile, report.organization):
            return replace(report, verdict=Verdict.UNCONFIRMED, problem=problem)
        return await self._swap_renewable(report)

    def _failed(self, error: SetupError) -> Report:
        tokens = self._session.working_draft().tokens
        # After a lost code, any tokens in the draft are from an earlier authorization: no use here.
        is_lost = self._lines[EXCHANGE].status is Status.FAILED
        problem = refused_token(
            error.problem,
            is_new=Status.PASSED in (self._lines[EXCHANGE].status, self._lines[TOKENS].status),
            # A refresh token that was rejected in this check counts as missing.
            is_renewable=self._lines[TOKENS].status is not Status.WARNING
            and self._session.working_draft().is_renewable,
        )
        can_help = tokens is not None and not is_lost and problem is error.problem
        can_retry = error.is_unsent or can_help
        problem = for_grant(problem, self._begun_with.grant_type)
        return Report(Verdict.FAILED, problem, can_retry=can_retry, has_lost_response=error.is_lost)

    async def accept(self, report: Report) -> Report:
        """Continue after the user accepted what the check asked about."""
        if report.verdict in (Verdict.OTHER_ORGANIZATION, Verdict.UNCONFIRMED):
            return await self._swap_renewable(replace(report, problem=None))
        return await self._swap(report)

    async def _swap_renewable(self, report: Report) -> Report:
        rehearsed = self._lines[TOKENS]
        if rehearsed.status is not Status.PASSED:
            return replace(report, verdict=Verdict.UNRENEWABLE, problem=rehearsed.problem)
        return await self._swap(report)

    async def _swap(self, report: Report) -> Report:
        """Make the draft the active set."""
        now, problem = self._session.clock(), report.problem
        check = as_kept(replace(report, problem=None), now)
        if problem and problem.id == exchange.REFRESH_REFUSED_AT_ONCE.id:
            # A later run couldn't repeat the refresh test.
            problem = exchange.REFRESH_NEVER_WORKED.with_response_of(problem)
        # Otherwise it would be reported as a token that can be refreshed.
        failure = RefreshFailure(problem.id, now, problem.words) if problem else None
        try:
            await self._session.swap(check, report.organization, failure)
        except SetupError as error:
            return replace(report, verdict=Verdict.FAILED, problem=error.problem)
        return replace(report, verdict=Verdict.PASSED, problem=None)

    async def _tokens(self, answer: AuthorizationResponse | None) -> TokenSet:
        if not self._begun_with.grant_type.needs_approval:
            return await self._issued(self._begun_with)
        if answer is None or not self._is_waiting(answer):
            tokens = self._session.working_draft().tokens
            if tokens is None:
                raise SetupError(LEFT_UNFINISHED if answer is None else exchange.CODE_USED)
            for line in (STATE, EXCHANGE, SAVED):
                self._lines.set(line, Status.SKIPPED, "already done")
            if not self._session.is_draft_saved:
                save = self._session.save_draft(self._session.working_draft())
                await self._lines.timed(SAVED, save)
            return tokens
        if isinstance(answer, Received):
            self._lines.set(STATE, Status.PASSED)
        else:
            self._lines.set(STATE, Status.SKIPPED, "not checked: only the code was pasted")
        # Once sent, its response is awaited and saved, even if the user leaves the screen.
        return await self._session.protected.run(self._exchange(answer))

    async def _issued(self, draft: CredentialSet) -> TokenSet:
        """Return the token of an app, requested once."""
        if draft.tokens is None:
            return await self._session.protected.run(self._issue(draft))
        for line in (EXCHANGE, SAVED):
            self._lines.set(line, Status.SKIPPED, "already done")
        return draft.tokens

    async def _issue(self, asked: CredentialSet) -> TokenSet:
        """Request the draft's first token as its app."""
        tokens = await self._lines.timed(EXCHANGE, self._endpoint.refresh(asked))
        await self._lines.timed(SAVED, self._save_issued(asked, tokens))
        return tokens

    async def _save_issued(self, asked: CredentialSet, tokens: TokenSet) -> None:
        # The draft may have been discarded or changed in the meantime.
        if self._session.draft == asked:
            await self._session.save_draft(replace(asked, tokens=tokens))

    async def _ask_again(self, tokens: TokenSet) -> TokenSet:
        """Request another token, as when this one expires; a refresh token isn't needed."""
        asked = replace(self._begun_with, tokens=tokens)

        async def ask() -> TokenSet:
            again = await self._lines.timed(TOKENS, self._endpoint.refresh(asked))
            await self._session.save_draft_tokens(tokens, again)
            return again

        return await self._session.protected.run(ask())

    def _is_waiting(self, answer: AuthorizationResponse) -> bool:
        """Whether a code has not been sent yet; a code is never sent twice."""
        # An attempt that the draft no longer has could not be marked as sent.
        attempts = self._session.working_draft().attempts
        unsent = (a for a in attempts if a.code_sent_at is None)
        return any(a.state == answer.attempt.state for a in unsent)

    async def _exchange(self, answer: AuthorizationResponse) -> TokenSet:
        attempt, credentials = answer.attempt, self._session.working_draft()
        # On disk before the request, so that no crash can lead to the code being sent twice.
        try:
            await self._mark(replace(attempt, code_sent_at=self._session.clock()))
        except SetupError as error:
            await self._unmark(attempt)
            raise SetupError(error.problem, is_unsent=True) from error
        # Use the secret the code was requested with, even if the form holds another one by now.
        on_wait = self._lines.on_wait(EXCHANGE)
        work = self._endpoint.exchange(credentials, attempt, answer.code, on_wait)
        try:
            tokens = await self._lines.timed(EXCHANGE, work)
        except SetupError as error:
            if error.is_unsent:
                await self._unmark(attempt)
                raise
            problem = _explained(error.problem, answer.code, self._session.clock())
            raise SetupError(replace(problem, step=problem.step or Step.AUTHORIZE)) from None
        await self._lines.timed(SAVED, self._keep(tokens, answer))
        return tokens

    async def _mark(self, attempt: AuthorizationAttempt) -> None:
        """Save an attempt in place of the one with the same state."""
        draft = self._session.working_draft()
        attempts = tuple(attempt if a.state == attempt.state else a for a in draft.attempts)
        await self._session.save_draft(replace(draft, attempts=attempts))

    async def _unmark(self, attempt: AuthorizationAttempt) -> None:
        # If it is saved only in memory, a crash leads to a new link: the code is not sent twice.
        if self._session.draft is not None:
            with suppress(SetupError):
                await self._mark(attempt)

    async def _keep(self, tokens: TokenSet, answer: AuthorizationResponse) -> None:
        draft, attempt = self._session.draft, answer.attempt
        is_caught = isinstance(answer, Received) and answer.is_caught
        # The draft may have been discarded, or its client changed, in the meantime.
        if draft is not None and authorization_request.matches(attempt, draft):
            await self._session.save_draft(replace(draft, tokens=tokens, is_unconfirmed=is_caught))

    async def _rehearse(self, tokens: TokenSet) -> TokenSet | None:
        """Test a refresh of the draft's tokens; return None and mark the line if it fails."""
        if not self._begun_with.grant_type.needs_approval:
            return await self._ask_again(tokens)
        if tokens.refresh_token is None:
            problem = no_refresh_token(self._session.working_draft().scope)
            self._lines.set(TOKENS, Status.WARNING, "no refresh token", problem)
            return None
        renewed = await self._session.protected.run(self._refresh(tokens))
        if renewed is not None:
            is_same = renewed.refresh_token == tokens.refresh_token
            note = "refresh token unchanged" if is_same else "new refresh token"
            self._lines.set(TOKENS, Status.PASSED, note)
        return renewed

    async def _refresh(self, held: TokenSet) -> TokenSet | None:
        asked, noted = self._session.working_draft(), replace(held, is_refresh_open=True)

        async def renew() -> TokenSet:
            try:
                # Save first, because a rotated refresh token that cannot be saved would be lost.
                await self._session.prove_writable()
                # Note it on disk too, so that it is known after a power failure or a kill.
                await self._session.save_draft_tokens(held, noted)
            except SetupError as error:
                raise SetupError(error.problem, is_unsent=True) from error
            return await self._endpoint.refresh(asked)

        try:
            tokens = await self._lines.timed(TOKENS, renew())
        except SetupError as error:
            if error.is_unsent or error.problem.id in exchange.NOTHING_ISSUED:
                with suppress(SetupError):
                    await self._session.save_draft_tokens(noted, held)
            if error.problem.id != exchange.REFRESH_REFUSED.id:
                raise
            problem = self._rejected(held).with_response_of(error.problem)
            self._lines.set(TOKENS, Status.WARNING, "rejected", problem)
            return None
        await self._session.save_draft_tokens(noted, tokens)
        return tokens

    def _rejected(self, held: TokenSet) -> Problem:
        """Return the problem of a rejected refresh token, with its cause if that is known here."""
        if held.is_refresh_open:
            return exchange.REFRESH_LOST
        is_new = self._session.clock() - held.obtained_at < JUST_NOW
        return exchange.REFRESH_REFUSED_AT_ONCE if is_new else exchange.REFRESH_REFUSED


def _explained(problem: Problem, code: Secret, now: datetime) -> Problem:
    """Say that the code was too old if the server said only that it rejected the code."""
    died = expiry(code)
    if problem.id == exchange.CODE_REFUSED.id and died and died <= now:
        return exchange.CODE_EXPIRED.with_response_of(problem)
    return problem
