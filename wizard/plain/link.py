"""Steps 3 and 4 in plain mode: open or copy the link, and read the response."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from wizard.domain.oauth.authorization_response import Reading, Refused, mask
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.text import clock_time
from wizard.domain.texts.guide import CODE_LIVES, THEN, landing_on
from wizard.domain.texts.questions import BARE_CODE
from wizard.domain.texts.wording import led_back
from wizard.domain.value import replace
from wizard.flow.link import PASTE_PAUSE, Ask, Fix, Go, Link, after_paste, with_new_link
from wizard.flow.state import IF_NO_PAGE, Delivery, LinkTaken, Outcome, WizardState
from wizard.plain.dialogue import Act, Left
from wizard.plain.stage import Stage

COPY: Final = '"copy"'
PASTE: Final = "Paste the URL you land on (input hidden)"
DEMO_OPENED: Final = "The demo opened the link for you. Its browser landed on:"
DEMO_PASTES: Final = "Press Enter to paste the demo's URL, or paste another (input hidden)"
AGAIN: Final = 'To get it again, type "copy", "save", or "link".'
INSTEAD: Final = 'To save the link as a file, type "save". To show it, type "link".'
DOES: Final = (
    'To copy the link, type "copy". To save it as a file, type "save". To show it, type "link".'
    ' To create another one, type "new link".'
)


class LinkStep:
    """The base of both steps: the link, what can be done with it, and its response."""

    STEP: Step

    def __init__(self, stage: Stage, state: WizardState) -> None:
        self._stage = stage
        self._state = state
        self._say = stage.talk.say
        self._links = stage.wizard_context.links
        self._services = stage.wizard_context.services
        self._demo = stage.wizard_context.demo
        self._link: Link
        """Made before anything is asked."""
        self._early: list[Secret] = []
        """What was pasted while the link was being made."""
        self._fix: Fix | None = None
        """A problem that another step fixes: Enter leads there."""

    def _begin(self, *sentences: str) -> None:
        """Say which step this is, what to do, and what led back to it."""
        self._stage.head(self.STEP, *sentences)
        if (because := self._state.because) is not None:
            self._stage.paper.recall(led_back(because, self.STEP), self._state.comparison)

    async def delivered(self, delivery: Delivery) -> None:
        """Handle what happened to the link."""
        raise NotImplementedError

    async def _make(self, *, is_fresh: bool = False) -> Link:
        """Return the current link, or create one, with retries. Raises Left."""
        while True:
            try:
                work = self._links.link(is_fresh=is_fresh)
                self._link = await self._stage.talk.wait("the link", work, keep=self._early.append)
            except SetupError as error:
                self._stage.paper.problem(error.problem)
                await self._stage.offer(self.STEP, {"": "try again"})
            else:
                return self._link

    async def _answered(self, primary: Callable[[], Awaitable[None]], words: str) -> Outcome:
        """Ask until there is a code. Raises Left.

        Args:
            primary: what Enter alone does.
            words: what is asked, unless a problem has to be fixed first.
        """
        while True:
            self._look_at_link()
            asks, acts = words, self._acts()
            if self._fix is not None:
                asks = f"{PASTE}, or press Enter to {self._fix.does}"
                acts |= {} if self._fix.needs_link else {Step.CREDENTIALS.value: self._follow}
            about = (*self._stage.about(self.STEP), DOES)
            prompt = self._stage.prompt(self.STEP, asks, help=about, acts=acts, is_shown=False)
            if self._early:
                got: Secret | Reading = self._early.pop(0)
            else:
                got = await self._stage.talk.ask_or(prompt, self._links.caught)
            if not isinstance(got, Secret):
                self._say("The browser reached the Redirect URL.")
                reading = got
            elif got:
                reading = self._read(got.reveal())
            else:
                await (primary() if self._fix is None else self._follow())
                continue
            if (outcome := await self._take(reading)) is not None:
                return outcome
            if isinstance(got, Secret) and isinstance(reading, Refused):
                # A line end that came with the paste must not press what is offered now.
                self._stage.talk.expect_new_enter(after=PASTE_PAUSE)

    def _read(self, text: str) -> Reading:
        self._say(f"Pasted {len(text):,} characters: {mask(text)}")
        return self._links.read(text)

    async def _take(self, reading: Reading) -> Outcome | None:
        """Continue with a code; ask about one without a state; else print the problem."""
        self._fix = None
        match after := after_paste(reading, self.STEP):
            case Go(outcome):
                return outcome
            case Ask(outcome):
                self._stage.talk.expect_new_enter(after=PASTE_PAUSE)
                question = replace(BARE_CODE, text=BARE_CODE.text.format(yes="Yes"))
                return outcome if await self._stage.talk.confirm(question) else None
            case Fix(problem, comparison):
                self._fix = after if after.outcome else None
                self._stage.paper.problem(problem, comparison)
                if after.makes_link:
                    await self._fresh()
        return None

    def _look_at_link(self) -> None:
        """Say that the link has expired, once; Enter then creates a new one."""
        fix = self._links.expired(self._link)
        if fix is not None:
            self._fix = fix
            self._stage.paper.problem(fix.problem)

    async def _follow(self) -> None:
        """Go to where the problem is fixed, with a new link if it needs one. Raises Left."""
        if self._fix is not None and self._fix.needs_link:
            await self._fresh()
        elif self._fix is not None and self._fix.outcome is not None:
            raise Left(self._fix.outcome)

    # -- other words that can be typed -------------------------------------------------------------

    def _acts(self) -> dict[str, Act]:
        acts: dict[str, Act] = {
            "open": self._open,
            "copy": self._copy,
            "save": self._save,
            "link": self._print_link,
            "new link": self._renew,
        }
        return acts | ({"approve": self._approve} if self._demo else {})

    async def _open(self) -> None:
        if not self._services.browser.is_here:
            self._say(f"No browser on this machine ({self._services.browser.why_not}).")
            return
        is_open = await self._services.browser.open(self._link.url)
        await self.delivered(Delivery.OPENED if is_open else Delivery.NOT_OPENED)

    async def _copy(self) -> None:
        if await self._stage.copy(self._link.url):
            await self.delivered(Delivery.COPIED)
        else:
            self._say(INSTEAD)

    async def _save(self) -> None:
        """Save the link as a file, for whoever can't take it from a terminal."""
        link = self._link
        name = f"twilio-link-{link.attempt.created_at.astimezone():%H%M%S}.txt"
        try:
            path = await asyncio.to_thread(self._services.write_new, name, f"{link.url}\n")
        except SetupError as error:
            self._stage.paper.problem(error.problem)
            return
        self._say("Link saved as", path)
        await self.delivered(Delivery.SAVED)

    async def _print_link(self) -> None:
        """Print the link on a line of its own, so that it can be taken whole."""
        self._say("Copy this whole line, and open it in a browser:")
        self._write_link()

    def _write_link(self) -> None:
        self._stage.talk.is_news("link", self._link.url)
        self._stage.paper.line(self._link.url)

    async def _fresh(self) -> None:
        raise NotImplementedError

    async def _renew(self) -> None:
        await self._fresh()
        self._say("The link is new.")

    async def _approve(self) -> None:
        if self._demo is not None:
            landed = await self._demo.approve(self._link.url)
            self._say(DEMO_OPENED, mask(landed))
            if self.STEP is Step.AUTHORIZE and not isinstance(self._links.read(landed), Refused):
                # As with another browser: its URL is pasted on Redirect.
                raise Left(LinkTaken(Delivery.APPROVED, Secret(landed)))
            await self._paste(landed)

    async def _paste(self, landed: str) -> None:
        """Read a URL that wasn't typed, and was said before. Raises Left."""
        if (outcome := await self._take(self._links.read(landed))) is not None:
            raise Left(outcome)


class Authorize(LinkStep):
    """Step 3: what to do with the link, which is long: it is read out only on request."""

    STEP = Step.AUTHORIZE

    async def run(self) -> Outcome:
        """Open, copy, save, or show the link. Raises Left."""
        self._begin()
        await self._show()
        if self._services.browser.is_here:
            ways = 'Press Enter to open the browser, or type "copy" to copy the link'
            return await self._answered(self._open, ways)
        if self._demo is not None:
            ways = 'Type "link" to show the link, or press Enter to approve (demo only)'
            return await self._answered(self._approve, ways)
        ways = 'Type "copy" or "save" for the link, or press Enter to show it'
        return await self._answered(self._taken, ways)

    async def _show(self, *, is_fresh: bool = False) -> None:
        link = await self._make(is_fresh=is_fresh)
        where, is_warning = link.where(self._services.browser.why_not)
        if where:
            (self._stage.paper.warn if is_warning else self._say)(where)

    async def _taken(self) -> None:
        self._write_link()
        await self.delivered(Delivery.SHOWN)

    async def delivered(self, delivery: Delivery) -> None:
        """Continue to Redirect, which prints what happened."""
        raise Left(LinkTaken(delivery))

    async def _fresh(self) -> None:
        await self._show(is_fresh=True)


class Redirect(LinkStep):
    """Step 4: the URL the browser landed on; it isn't echoed, as it holds a code."""

    STEP = Step.REDIRECT

    def __init__(self, stage: Stage, state: WizardState) -> None:
        super().__init__(stage, state)
        self._delivery = state.delivery

    async def run(self) -> Outcome:
        """Wait for the response. Raises Left."""
        landing = landing_on(self._stage.wizard_context.session.working_draft().redirect_url)
        (_, (lands, is_fine), (copies, _)) = THEN
        self._begin(f"{lands.format(landing=landing)} {is_fine} {copies} Its code {CODE_LIVES}.")
        link = await self._make()
        if (landed := self._state.landed) is not None:
            return await self._answered(partial(self._paste, landed.reveal()), DEMO_PASTES)
        self._tell_delivery()
        if link.waits:
            self._say(f"Waiting {link.waits}.")
        return await self._answered(partial(self._paste, ""), f"{PASTE}, then press Enter")

    async def delivered(self, delivery: Delivery) -> None:
        """Say what became of the link now."""
        self._delivery = delivery
        self._tell_delivery()

    def _tell_delivery(self) -> None:
        """Say where the link is, unless it was just shown; or how to get one of an earlier run."""
        if self._delivery is Delivery.SHOWN:
            if self._stage.talk.is_news("link", self._link.url):
                made = clock_time(self._link.attempt.created_at)
                self._say(f"The link was created at {made}. {AGAIN}")
        else:
            is_open = self._delivery is Delivery.OPENED
            hint = f" {IF_NO_PAGE.format(copy=COPY)}" if is_open else ""
            self._say(f"Link: {self._delivery.value}.{hint}")

    async def _fresh(self) -> None:
        """Create a new link, and go back to Authorize, which says why."""
        outcome = with_new_link(self._fix)
        await self._make(is_fresh=True)
        raise Left(outcome)
