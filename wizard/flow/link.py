"""The authorization link: creating it, receiving and reading its response, and what follows.

A link expires after LINK_LIFE (`domain/models.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, Final

from wizard.domain import rules
from wizard.domain.errors import consent
from wizard.domain.errors.paste import LINK_EXPIRED, LINK_ON_SCREEN_EXPIRED
from wizard.domain.models import AuthorizationAttempt, Endpoints, ServerMetadata
from wizard.domain.oauth import authorization_request, pasted_response
from wizard.domain.oauth.authorization_response import BareCode, Reading, Received, Refused, stale
from wizard.domain.oauth.redirect_uri import Comparison
from wizard.domain.problems import Problem, SetupError, entries, ids
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.wording import in_demo, on_arrival
from wizard.domain.value import Value, replace
from wizard.flow.ports import Listening, LoopbackListener
from wizard.flow.services import Connect
from wizard.flow.session import Session
from wizard.flow.state import CodeReceived, GoTo

PASTE_PAUSE: Final = 1.2
"""Seconds after a paste in which an Enter counts as part of the paste, which submits itself."""
KEPT: Final = 5
"""How many links are remembered after they were used or expired."""

_ERROR_REDIRECTS: Final = ids(*entries(consent))
"""IDs of the problems for an error redirect whose state matched: the server's response, too."""


class Link(Value):
    """An authorization link, ready to be opened or copied."""

    attempt: AuthorizationAttempt
    is_listening: bool = False
    """Whether a listener is bound on its loopback redirect URL."""
    listener_problem: Problem | None = None
    """Why no listener is bound, though the redirect URL is a loopback one."""

    @property
    def url(self) -> str:
        """The full link. It holds `state`, so it is shown, copied, or opened, and never logged."""
        return authorization_request.authorize_url(self.attempt)

    def where(self, why_not: str) -> tuple[str, bool]:
        """Return where the response arrives, "" if it is pasted anyway; and if it is a warning.

        Args: `why_not`: why no browser can be opened, "" if one can.
        """
        if self.listener_problem is not None:
            return f"{self.listener_problem.title}. {self.listener_problem.remedy}", True
        if self.is_listening and why_not:
            where = f"Your browser isn't on this machine ({why_not})."
            return f"{where} In the next step, paste the URL you land on.", True
        words = "If your browser is on this machine, the wizard continues automatically."
        return words if self.is_listening else "", False

    @property
    def waits(self) -> str:
        """Return what the wizard waits for once the link is out; "" if only for the paste."""
        if self.is_listening:
            return "for you to paste the URL, or for the browser to be redirected here"
        if self.listener_problem is not None:
            return f"for you to paste the URL ({self.listener_problem.title})"
        return ""


class LinkDesk:
    """Creates authorization links for the session's draft and reads the responses."""

    def __init__(
        self,
        session: Session,
        connect: Connect,
        listener: LoopbackListener,
        *,
        is_demo: bool = False,
    ) -> None:
        self._session = session
        self._is_demo = is_demo
        self._connect = connect
        self._listener = listener
        self._listening: tuple[str, Listening] | None = None
        self._binding = asyncio.Lock()
        self._caught: asyncio.Queue[Secret] = asyncio.Queue()
        self._returned: list[Reading] = []
        self._expired: AuthorizationAttempt | None = None
        """The link of which was said that it has expired."""

    async def link(self, *, is_fresh: bool = False) -> Link:
        """Return the draft's current link, or create one, after starting the listener.

        Raises SetupError if the attempt can't be saved: its response could not be verified.
        """
        attempts = self._attempts()
        if is_fresh or not self._is_current(attempts):
            metadata = await self._metadata(self._session.working_draft().endpoints)
            # Checked again: an exchange that was still running may have brought tokens.
            begun = authorization_request.begin(
                self._session.working_draft(), metadata, self._session.clock()
            )
            attempts = (*self._attempts(), begun)
        draft = replace(self._session.working_draft(), attempts=attempts)
        if draft != self._session.draft or not self._session.is_draft_saved:
            try:
                await self._session.save_draft(draft)
            except SetupError:
                if not self._session.may_be_unsaved:
                    raise
        problem = await self._session.protected.run(self._listen(draft.redirect_url))
        is_listening = self._listening is not None
        return Link(attempts[-1], is_listening=is_listening, listener_problem=problem)

    def expired(self, link: Link) -> Fix | None:
        """Return what to show when a link has expired, once; else None."""
        is_known = link.attempt == self._expired
        if is_known or stale(link.attempt, self._session.clock()) is None:
            return None
        self._expired = link.attempt
        return Fix(LINK_ON_SCREEN_EXPIRED, outcome=GoTo(Step.AUTHORIZE, LINK_EXPIRED))

    def read(self, pasted: str) -> Reading:
        """Match a pasted URL against the draft's links."""
        return self._read_by(pasted_response.read, pasted)

    def _read_by(self, read: Callable[..., Reading], text: str) -> Reading:
        draft = self._session.working_draft()
        now = self._session.clock()
        # Changing a setting invalidates the links created before.
        attempts = [a for a in draft.attempts if authorization_request.matches(a, draft)]
        reading = read(text, attempts, now, self._session.known_secrets())
        if self._is_demo and isinstance(reading, Refused):
            return replace(reading, problem=in_demo(reading.problem))
        return reading

    async def caught(self) -> Reading:
        """Wait for a response at the loopback listener."""
        while True:
            if self._returned:
                return self._returned.pop()
            # Read it again: its link may have been used, or the settings changed, since it arrived.
            reading = self._read_by(pasted_response.read_exact, (await self._caught.get()).reveal())
            if isinstance(reading, Received):
                return replace(reading, is_caught=True)
            if is_answer(reading):
                return reading

    def give_back(self, reading: Reading) -> None:
        """Keep a response for the next screen; the one that received it was being left."""
        self._returned.append(reading)

    async def close(self) -> None:
        """Stop listening."""
        # Not to be canceled halfway: an unreferenced listener would keep its port.
        await self._session.protected.run(self._close())

    async def _close(self) -> None:
        async with self._binding:
            await self._stop()

    def _attempts(self) -> tuple[AuthorizationAttempt, ...]:
        """Return the links created with the current settings, with those that are still valid last.

        A few expired ones are kept, so that their responses can be recognized.
        """
        draft, now = self._session.working_draft(), self._session.clock()
        made = [a for a in draft.attempts if authorization_request.matches(a, draft)]
        dead = [a for a in made if not a.is_live(now)]
        return (*dead[-KEPT:], *(a for a in made if a.is_live(now)))

    def _is_current(self, attempts: tuple[AuthorizationAttempt, ...]) -> bool:
        """Whether the last link can be used: not expired, and created after the last code was sent.

        An older link belongs to an earlier try; its response is still accepted.
        """
        if not attempts or not attempts[-1].is_live(self._session.clock()):
            return False
        sent = (a.code_sent_at for a in attempts if a.code_sent_at is not None)
        return all(at <= attempts[-1].created_at for at in sent)

    async def _metadata(self, endpoints: Endpoints) -> ServerMetadata | None:
        try:
            network = await self._connect()
        except SetupError:
            # Best effort: a browser opens the link, and may reach the server in another way.
            return None
        return await network.metadata.fetch(endpoints)

    async def _listen(self, redirect_url: str) -> Problem | None:
        async with self._binding:
            if self._listening is not None and self._listening[0] == redirect_url:
                return None
            await self._stop()
            if not rules.is_loopback(redirect_url):
                return None
            try:
                listening = await self._listener.listen(redirect_url, self._accept)
            except SetupError as error:
                return error.problem
            self._listening = (redirect_url, listening)
        return None

    async def _stop(self) -> None:
        if self._listening is not None:
            (_, listening), self._listening = self._listening, None
            await listening.close()

    async def _accept(self, url: str) -> bool:
        # Check the state first: parsing a long URL takes time, and any local program can send one.
        attempts = self._session.working_draft().attempts
        is_ours = authorization_request.has_state_of(url, attempts) and is_answer(
            self._read_by(pasted_response.read_exact, url)
        )
        if is_ours:
            self._caught.put_nowait(Secret(url))
        return is_ours


def is_answer(reading: Reading) -> bool:
    """Whether a reading is the server's response to one of the links: a code or an error."""
    if isinstance(reading, Refused):
        return reading.problem.id in _ERROR_REDIRECTS
    return isinstance(reading, Received)


class Go(Value):
    """A code to redeem."""

    outcome: CodeReceived


class Ask(Value):
    """A code without its state: the user decides whether to use it."""

    outcome: CodeReceived
    label: ClassVar[str] = "Next ›"


class Fix(Value):
    """A response that can't be used."""

    problem: Problem
    """The problem as the step shows it."""
    comparison: Comparison | None = None
    outcome: GoTo | None = None
    """Where Enter leads; None if only another paste at this step helps."""
    makes_link: bool = False
    """Whether Authorize has to create a new link, as the one that it shows can't be used."""

    @property
    def needs_link(self) -> bool:
        """Whether a new link has to be created first."""
        return self.outcome is not None and self.outcome.step is Step.AUTHORIZE

    @property
    def label(self) -> str:
        """The label of the button, with an arrow if that is forward."""
        return "Create a new link ›" if self.needs_link else f"Go to {Step.CREDENTIALS.title}"

    @property
    def does(self) -> str:
        """What Enter does, after "press Enter to"."""
        return "create a new link" if self.needs_link else f"go to {Step.CREDENTIALS.title}"


def after_paste(reading: Reading, step: Step) -> Go | Ask | Fix:
    """Return what a response leads to at Authorize or Redirect."""
    if isinstance(reading, Received):
        return Go(CodeReceived(reading))
    if isinstance(reading, BareCode):
        return Ask(CodeReceived(reading))
    problem, comparison = reading.problem, reading.comparison
    needs_new = is_answer(reading) or problem.step is Step.AUTHORIZE
    makes_link = step is Step.AUTHORIZE and needs_new
    # A URL can be pasted at either step, so Redirect is no reason to leave Authorize.
    if problem.step in (step, Step.REDIRECT):
        shown = replace(on_arrival(problem, step), step=None)
        return Fix(shown, comparison, makes_link=makes_link)
    to = Step.AUTHORIZE if problem.step is Step.AUTHORIZE else Step.CREDENTIALS
    return Fix(problem, comparison, GoTo(to, problem, comparison), makes_link)


def with_new_link(pending: Ask | Fix | None) -> GoTo:
    """Return the transition to Authorize after a new link was created, with the problem to show."""
    outcome = pending.outcome if isinstance(pending, Fix) else None
    return replace(outcome, step=Step.AUTHORIZE) if outcome else GoTo(Step.AUTHORIZE)
