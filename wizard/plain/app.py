"""Plain mode: a small loop around the flow, on lines instead of screens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final, Protocol

from wizard.domain.models import GrantType
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.domain.steps import Step
from wizard.domain.text import LEAVING, Command
from wizard.domain.texts.questions import KEEP_IN_MIND
from wizard.flow.check.runner import CheckRun
from wizard.flow.context import WizardContext
from wizard.flow.state import Back, Next, Outcome, WizardState
from wizard.host.process import leave_on_signals
from wizard.plain.check import CheckStep
from wizard.plain.credentials import Credentials
from wizard.plain.dialogue import Dialogue, Left
from wizard.plain.link import Authorize, Redirect
from wizard.plain.overview import OverviewStep
from wizard.plain.paper import Paper, Reader
from wizard.plain.prerequisites import Prerequisites
from wizard.plain.stage import Stage

TITLE: Final = "Twilio SCIM setup"
FACTS: Final = {
    GrantType.AUTHORIZATION_CODE: ("Secret", "Access token", "Organization"),
    GrantType.CLIENT_CREDENTIALS: ("Grant type", "Secret", "Access token", "Organization"),
}
"""The facts that Done says; the others were entered or heard just before."""
CLOSED: Final = "The wizard is closed."


class Terminal(Reader, contextlib.AbstractContextManager["Terminal"], Protocol):
    """Reads from the terminal; entered in a running event loop, and left as it was found."""


class PlainWizard:
    """The wizard as prompts; its caller uses it like the app with the screens."""

    def __init__(
        self,
        wizard_context: WizardContext,
        start: WizardState,
        paper: Paper,
        terminal: Terminal,
        why: str = "",
    ) -> None:
        """Args: `why`: why this is plain mode, in a sentence."""
        self.wizard_context = wizard_context
        self._start = start
        self._paper = paper
        self._terminal = terminal
        self._why = why
        self._stage = Stage(wizard_context, Dialogue(paper, terminal))
        self.return_code: int | None = None

    async def run_async(self) -> None:
        """Go through the steps until the wizard is left."""
        try:
            self.return_code = await self._run()
        finally:
            self._paper.close()

    async def _run(self) -> ExitCode:
        with self._terminal:
            walking = asyncio.ensure_future(self._walk())
            leave_on_signals(walking.cancel)
            await asyncio.wait((walking,))
            if walking.cancelled():
                # The line of the prompt is ended here, not by Enter.
                self._paper.say("")
            await self._close()
            if walking.cancelled() or walking.exception() is None:
                self._say_closed(is_interrupted=walking.cancelled())
        if walking.cancelled():
            return ExitCode.SIGNAL
        try:
            walking.result()
        except EOFError:
            # The window was closed.
            return ExitCode.SIGNAL
        return self.wizard_context.exit_code

    async def _close(self) -> None:
        """Wait for a request that was sent, and save its response, or it would be lost."""
        if self.wizard_context.session.protected.is_busy:
            self._paper.say("", LEAVING)
        await self.wizard_context.close()

    def _say_closed(self, *, is_interrupted: bool) -> None:
        """Say that the wizard is closed, where nothing else says so."""
        context = self.wizard_context
        is_finished = context.is_farewell_said and not is_interrupted
        if not (is_finished or context.farewell() or context.next_profile):
            self._paper.say(CLOSED)

    # -- the steps -------------------------------------------------------------------------------

    async def _walk(self) -> None:
        self._paper.say(f"{TITLE}, plain mode. {self._why}".rstrip())
        self._paper.say('At every prompt, type "?" for help, "back" to go back, or "quit" to quit.')
        if (demo := self.wizard_context.demo) is not None and demo.about:
            self._paper.say(demo.about)
        self.wizard_context.begin_notices(self._tell_notices)
        await self.wizard_context.walk(self._start, self._show_step)

    async def _show_step(self, state: WizardState) -> Outcome:
        try:
            return await self._step(state)
        except Left as left:
            return left.outcome

    def _tell_notices(self, notices: Sequence[Problem]) -> None:
        # The terminal may be closed while results are still being saved.
        with contextlib.suppress(EOFError):
            for notice in notices:
                self._paper.notice(notice)

    async def _step(self, state: WizardState) -> Outcome:
        """Do a step. Raises Left."""
        stage = self._stage
        match state.step:
            case Step.OVERVIEW:
                return await OverviewStep(stage).run()
            case Step.PREREQUISITES:
                return await Prerequisites(stage, state).run()
            case Step.CREDENTIALS:
                return await Credentials(stage, state).run()
            case Step.AUTHORIZE:
                return await Authorize(stage, state).run()
            case Step.REDIRECT:
                return await Redirect(stage, state).run()
            case Step.CHECK:
                return await CheckStep(stage, CheckRun(stage.wizard_context, state)).run()
            case _:
                return await self._done()

    async def _done(self) -> Outcome:
        """Say that it works and how to use it; Overview has all the facts. Raises Left."""
        stage, context = self._stage, self.wizard_context
        say = stage.paper.say
        stage.head(Step.DONE)
        facts, names = dict(context.facts()), FACTS[context.grant_type]
        say(" ".join(f"{name}: {facts[name]}." for name in names if name in facts))
        for words in context.usage('type "overview"'):
            if isinstance(words, Command):
                # A command of several lines is on the sheet: too long to be heard.
                token = context.program.command("token", profile=context.session.name)
                stage.paper.line(token if "\n" in words else words)
            else:
                say(words)
        stage.paper.warn(" ".join(KEEP_IN_MIND[context.grant_type]))
        if context.session.use.audience.ends_with_sheet:
            stage.paper.sheet(context.upkeep.sheet())
        # All of it was read out.
        context.is_farewell_said = True
        answers = {"": "finish", "overview": "see the setup"}
        answers |= {} if context.demo else {"sheet": "read the handoff sheet"}
        others = " or ".join(f'"{word}"' for word in answers if word)
        ways = f"Press Enter to finish, or type {others}"
        prompt = stage.prompt(Step.DONE, ways, answers=answers)
        while (chosen := await stage.talk.choose(prompt)) == "sheet":
            try:
                await stage.read_sheet()
            except SetupError as error:
                stage.paper.problem(error.problem)
        return Back() if chosen else Next()
