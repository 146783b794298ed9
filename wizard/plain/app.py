"""Plain mode: a small loop around the flow, on lines instead of screens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

from wizard.domain.problems import ExitCode, Problem
from wizard.domain.steps import Step
from wizard.domain.text import LEAVING, Command
from wizard.domain.texts.handoff_formats import markdown
from wizard.domain.texts.questions import KEEP_IN_MIND
from wizard.flow.check.runner import run_of
from wizard.flow.context import WizardContext
from wizard.flow.state import Back, Next, Outcome, WizardState
from wizard.host.process import leave_on_signals
from wizard.plain.check import CheckStep
from wizard.plain.credentials import Credentials
from wizard.plain.dialogue import Dialogue, Left, Stage, offered
from wizard.plain.link import Authorize, Redirect
from wizard.plain.overview import OverviewStep
from wizard.plain.paper import Paper, Reader
from wizard.plain.prerequisites import Prerequisites

TITLE: Final = "Twilio SCIM setup"


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
        self._stage = Stage(wizard_context, wizard_context.upkeep, Dialogue(paper, terminal))
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
            await self._close()
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
        stage, wizard_context = self._stage, self.wizard_context
        match state.step:
            case Step.OVERVIEW:
                return await OverviewStep(stage).run()
            case Step.PREREQUISITES:
                return await Prerequisites(
                    stage, can_go_back=wizard_context.can_go_back(state)
                ).run()
            case Step.CREDENTIALS:
                return await Credentials(stage, state).run()
            case Step.AUTHORIZE:
                return await Authorize(stage, state).run()
            case Step.REDIRECT:
                return await Redirect(stage, state).run()
            case Step.CHECK:
                return await CheckStep(stage, run_of(wizard_context, state)).run()
            case _:
                return await self._done()

    async def _done(self) -> Outcome:
        stage = self._stage
        stage.head(Step.DONE)
        stage.paper.rows(self.wizard_context.facts())
        for words in self.wizard_context.usage():
            if isinstance(words, Command):
                for line in words.splitlines():
                    stage.paper.line(line)
            else:
                stage.paper.say(words)
        stage.paper.say(f"! {' '.join(KEEP_IN_MIND[self.wizard_context.grant_type])}")
        answers, acts = {"": "finish", "overview": "see the setup"}, {}
        if self.wizard_context.session.use.audience.ends_with_sheet:
            stage.paper.sheet(sheet := stage.upkeep.sheet())
            acts = {"copy": partial(stage.copy, markdown(sheet), "Sheet")}
        ways = offered({**answers, **{word: "copy the sheet" for word in acts}})
        prompt = stage.prompt(Step.DONE, ways, answers=answers, acts=acts)
        chosen = await stage.talk.choose(prompt)
        return Back() if chosen else Next()
