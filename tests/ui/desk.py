"""Stands behind Authorize and Redirect: links of known state, and what is done with them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from tests.fakes import NOW
from tests.walks import CLIENT_ID, REDIRECT_URL, SECRET, STATE
from wizard.domain import callback
from wizard.domain.models import TWILIO, AuthorizationAttempt
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.link import Link
from wizard.ui.link_screen import LinkTools

CODE: Final = "code-4pQ7zT"
ANSWER: Final = f"{REDIRECT_URL}?code={CODE}&state={STATE}"
ATTEMPT: Final = AuthorizationAttempt(
    state=Secret(STATE),
    client_id=CLIENT_ID,
    redirect_url=REDIRECT_URL,
    endpoints=TWILIO,
    scope="offline_access",
    created_at=NOW,
)


@dataclass
class Desk:
    """Hands out links, reads what comes back, and remembers what was asked of it."""

    attempts: list[AuthorizationAttempt] = field(default_factory=lambda: [ATTEMPT])
    failure: SetupError | None = None
    is_listening: bool = False
    listener_problem: Problem | None = None
    why_not: str = ""
    takes: bool = True
    """A browser takes the link."""
    has_clipboard: bool = True
    entered: str = ""
    """What is entered on the bare terminal."""
    approve: Callable[[str], Awaitable[str]] | None = None
    opened: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    has_answered: asyncio.Event = field(default_factory=asyncio.Event)
    """For a bare terminal that waits for its answer."""
    caught: asyncio.Queue[callback.Reading] = field(default_factory=asyncio.Queue)

    @property
    def link(self) -> Link:
        return Link(self.attempts[-1], self.is_listening, self.listener_problem)

    async def make(self, is_fresh: bool) -> Link:
        if self.failure is not None:
            raise self.failure
        if is_fresh:
            self.attempts.append(replace(ATTEMPT, state=Secret(f"fresh-{len(self.attempts)}")))
        return self.link

    def read(self, text: str) -> callback.Reading:
        return callback.read(text, self.attempts, NOW, [Secret(SECRET)])

    async def open(self, url: str) -> bool:
        self.opened.append(url)
        return self.takes

    async def copy(self, text: str) -> bool:
        if self.has_clipboard:
            self.copied.append(text)
        return self.has_clipboard

    async def show_bare(self, url: str) -> str:
        self.bare.append(url)
        return self.entered

    def tools(self) -> LinkTools:
        return LinkTools(
            make=self.make,
            read=self.read,
            caught=self.caught.get,
            give_back=self.caught.put_nowait,
            open=self.open,
            copy=self.copy,
            show_bare=self.show_bare,
            can_open=not self.why_not,
            why_not=self.why_not,
            approve=self.approve,
        )
