"""A fake link desk for Authorize and Redirect, with known states and a record of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from tests.fakes import NOW, FakeBrowser, FakeClipboard
from tests.ui.hosting import BANNER
from tests.ui.journeys import make_journey, unread_world
from tests.walks import CLIENT_ID, REDIRECT_URL, SECRET, STATE
from wizard.domain.models import TWILIO, AuthorizationAttempt, CredentialSet
from wizard.domain.oauth import pasted_response
from wizard.domain.oauth.authorization_response import Reading
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.context import Demo, WizardContext
from wizard.flow.link import Link, LinkDesk
from wizard.flow.state import Delivery, WizardState
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.widgets.layout import Banner

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
    """Gives out links, reads responses, and records the calls."""

    attempts: list[AuthorizationAttempt] = field(default_factory=lambda: [ATTEMPT])
    failure: SetupError | None = None
    is_listening: bool = False
    listener_problem: Problem | None = None
    why_not: str = ""
    takes: bool = True
    """Whether a browser opens the link."""
    has_clipboard: bool = True
    entered: str = ""
    """What is typed on the plain terminal."""
    approve: Callable[[str], Awaitable[str]] | None = None
    browser: FakeBrowser = field(default_factory=FakeBrowser)
    clipboard: FakeClipboard = field(default_factory=FakeClipboard)
    bare: list[str] = field(default_factory=list)
    has_answered: asyncio.Event = field(default_factory=asyncio.Event)
    """A test sets this to let the plain terminal return."""
    caught: asyncio.Queue[Reading] = field(default_factory=asyncio.Queue)

    @property
    def link(self) -> Link:
        return Link(self.attempts[-1], self.is_listening, self.listener_problem)

    async def make(self, *, is_fresh: bool) -> Link:
        if self.failure is not None:
            raise self.failure
        if is_fresh:
            self.attempts.append(replace(ATTEMPT, state=Secret(f"fresh-{len(self.attempts)}")))
        return self.link

    def read(self, text: str) -> Reading:
        return pasted_response.read(text, self.attempts, NOW, [Secret(SECRET)])

    async def show_bare(self, url: str) -> str:
        self.bare.append(url)
        return self.entered

    @property
    def opened(self) -> list[str]:
        """The URLs that the browser was asked to open."""
        return self.browser.opened

    @property
    def copied(self) -> list[str]:
        """The texts that were copied here."""
        return self.clipboard.copied

    def authorize(self, banner: Banner = BANNER) -> AuthorizeScreen:
        """Return the screen of step 3."""
        return AuthorizeScreen(banner, self._wizard_context(), WizardState(Step.AUTHORIZE))

    def redirect(self, delivery: Delivery = Delivery.OPENED) -> RedirectScreen:
        """Return the screen of step 4."""
        state = WizardState(Step.REDIRECT, delivery=delivery)
        return RedirectScreen(BANNER, self._wizard_context(), state)

    def _wizard_context(self) -> WizardContext:
        world = unread_world()
        world.browser = self.browser = FakeBrowser(self.why_not, takes=self.takes)
        world.clipboard = self.clipboard = FakeClipboard(self.has_clipboard)
        world.show_bare = self.show_bare
        demo = Demo(CredentialSet(), self.approve) if self.approve else None
        wizard_context = make_journey(world, demo)
        wizard_context.session.draft = CredentialSet(redirect_url=REDIRECT_URL)
        wizard_context.links = Links(self)
        return wizard_context


class Links(LinkDesk):
    """The link desk, as the screens use it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def link(self, *, is_fresh: bool = False) -> Link:
        return await self._desk.make(is_fresh=is_fresh)

    def read(self, pasted: str) -> Reading:
        return self._desk.read(pasted)

    def expired(self, link: Link) -> None:
        """No link expires."""

    async def caught(self) -> Reading:
        return await self._desk.caught.get()

    def give_back(self, reading: Reading) -> None:
        self._desk.caught.put_nowait(reading)
