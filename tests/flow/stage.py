"""Helpers for the flow's tests: a profile to set up, its links, and its check."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.fakes import World
from wizard.domain.models import CredentialSet, Profile, TokenSet
from wizard.domain.oauth.authorization_response import BareCode, Received
from wizard.domain.problems import Check, ExitCode, Problem, SetupError, Status
from wizard.domain.secret import Secret
from wizard.flow.check.draft import DraftCheck
from wizard.flow.check.lines import DRAFT_LINES, LiveList
from wizard.flow.check.report import Report, Verdict
from wizard.flow.check.runner import ACTIVE_LINES
from wizard.flow.link import Link, LinkDesk
from wizard.flow.session import Session
from wizard.store.profiles import LocalProfileStore

NAME = "default"
COMPLETE = CredentialSet(
    client_id="OQ" + "0123456789abcdef" * 2,
    client_secret=Secret("client-secret-1"),
    redirect_url="https://idp.example.org/callback",
)
"""All values that an authorization link is made of."""

PROBLEM = Problem("made-up", "Made up", "A test wants it.", "Nothing.")
"""A failure without special handling."""
UNREACHABLE = Problem("made-up-net", "No way", "A test.", "Wait.", exit_code=ExitCode.UNREACHABLE)
"""A failure of the network."""


class Stage:
    """A session on a real store with fakes around it, and a new list of lines for each check."""

    def __init__(self, home: Path, initial: CredentialSet = COMPLETE) -> None:
        self.home = home
        self.world = World(LocalProfileStore(home))
        self.session = Session(NAME, self.world.store, self.world.clock, initial)
        self.session.open()
        self.desk = LinkDesk(self.session, self.world.connect, self.world.listener)
        self.lines: Mapping[str, Check] = {}

    async def code(self, code: str = "code-1", *, is_fresh: bool = False) -> Received:
        """Create a link, approve it, and read the URL that the browser lands on."""
        link = await self.desk.link(is_fresh=is_fresh)
        reading = self.desk.read(landing(link, code))
        assert isinstance(reading, Received)
        return reading

    def check(self) -> DraftCheck:
        """Return a check of the draft with a new list of lines."""
        lines = LiveList(DRAFT_LINES, self._show, self.world.timer)
        return DraftCheck(self.session, self.world.tokens, self.world.users, lines)

    async def run(self, answer: Received | BareCode | None, *, is_retry: bool = False) -> Report:
        """Check the draft."""
        return await self.check().run(answer, is_retry=is_retry)

    def active_lines(self) -> LiveList:
        """Return the lines of a check of the active set."""
        return LiveList(ACTIVE_LINES, self._show, self.world.timer)

    def statuses(self) -> dict[str, Status]:
        """Return the status of each line of the newest check."""
        return {line: check.status for line, check in self.lines.items()}

    def _show(self, checks: tuple[Check, ...]) -> None:
        self.lines = {check.id: check for check in checks}

    def on_disk(self) -> tuple[Profile, CredentialSet | None, CredentialSet | None]:
        """Return record, draft, and active set as another process would read them."""
        return read(self.home)

    def put(self, profile: Profile | None = None, **sets: Any) -> None:
        """Put an active set or a draft in the store, and open the session on it."""
        with self.world.store.locked(NAME) as held:
            held.save(profile or held.profile or Profile(), **sets)
        self.session.open()

    def active(self, tokens: TokenSet) -> CredentialSet:
        """Store an active set with these tokens, and return it."""
        active = CredentialSet(
            "OQ" + "f" * 32, Secret("client-secret-0"), COMPLETE.redirect_url, tokens=tokens
        )
        self.put(active=active)
        return active


def read(home: Path) -> tuple[Profile, CredentialSet | None, CredentialSet | None]:
    """Return record, draft, and active set of a home, through a separate store."""
    with LocalProfileStore(home).locked(NAME) as held:
        return held.profile or Profile(), held.draft(), held.active()


def landing(link: Link, code: str = "code-1", **more: str) -> str:
    """Return the URL that a browser lands on after a link is approved."""
    query = {"code": code, "state": link.attempt.state.reveal()} | more
    return f"{link.attempt.redirect_url}?{urlencode(query)}"


def refusal(link: Link, state: str | None = None) -> str:
    """Return the URL that a browser lands on after access is denied."""
    query = {"error": "access_denied", "state": state or link.attempt.state.reveal()}
    return f"{link.attempt.redirect_url}?{urlencode(query)}"


def problem_of(report: Report) -> str:
    """Return the id of the problem of a failed check."""
    assert report.verdict is Verdict.FAILED
    assert report.problem is not None
    return report.problem.id


def error(
    problem: Problem = PROBLEM, *, is_unsent: bool = False, is_lost: bool = False
) -> SetupError:
    """Return a failure for a fake to raise."""
    return SetupError(problem, is_unsent=is_unsent, is_lost=is_lost)


class Gate:
    """Holds a request until the gate is opened."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self) -> None:
        self.reached.set()
        await self.opened.wait()
