"""Step 1 in plain mode: seven items, answered one by one or all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from wizard.domain.problems import Check, SetupError, Status
from wizard.domain.steps import Step
from wizard.domain.texts.handoff_formats import markdown
from wizard.domain.texts.prerequisites import (
    AUDIENCES,
    CONSOLE,
    LEGACY_CONSOLE,
    PREREQUISITES,
    Audience,
    Prerequisite,
    audience,
    missing,
    unselected,
)
from wizard.domain.texts.questions import AUDIENCE_TITLE
from wizard.domain.value import replace
from wizard.flow.state import Back, GoTo, Next, Outcome, Quit
from wizard.plain.dialogue import Act, Left, Prompt, Stage, offered

COUNT = len(PREREQUISITES)


class Prerequisites:
    """Asks about each item while the machine checks run."""

    def __init__(self, stage: Stage, *, can_go_back: bool) -> None:
        self._stage = stage
        self._say = stage.talk.say
        self._session = stage.wizard_context.session
        self._can_go_back = can_go_back

    async def run(self) -> Outcome:
        """Ask about each item that isn't selected, then report the machine checks. Raises Left."""
        chosen = audience(self._session.profile.audience)
        if chosen is not None and chosen.ends_here:
            return await self._hand_off(chosen)
        self._stage.head(Step.PREREQUISITES, self._ticked())
        looking = asyncio.ensure_future(self._stage.upkeep.probe())
        try:
            await self._ask_each()
            wait = self._stage.talk.wait
            self._tell(await wait("the machine checks", looking, can_go_back=False))
        finally:
            looking.cancel()
        while await self._end() == "again":
            await self._ask_each()
        return Next()

    async def _hand_off(self, chosen: Audience) -> Outcome:
        """Show the sheet where there is nothing to set up here, and finish. Raises Left."""
        self._stage.head(Step.PREREQUISITES)
        self._say(chosen.ends_here)
        sheet = self._stage.upkeep.sheet(chosen.id)
        self._stage.paper.sheet(sheet)
        copy = partial(self._stage.copy, markdown(sheet), "Sheet")
        ways = {"": "finish", "i": "change who will use the credential", "copy": "copy the sheet"}
        prompt = self._stage.prompt(
            Step.PREREQUISITES,
            offered(ways),
            answers={"": "finish"},
            acts={"i": self._choose_audience, "copy": copy},
            can_go_back=self._can_go_back,
        )
        await self._stage.talk.choose(prompt)
        return Quit()

    async def _ask_each(self) -> None:
        for number, item in enumerate(PREREQUISITES, 1):
            if item.id in self._session.profile.ticks:
                self._say(f"Item {number} of {COUNT}, selected: {item.text}.")
                continue
            answer = await self._stage.talk.choose(self._question(number, item))
            if answer == "all":
                await self._save(tuple(p.id for p in PREREQUISITES))
                self._say(self._ticked())
                return
            if answer in ("y", "yes"):
                await self._save((*self._session.profile.ticks, item.id))

    def _question(self, number: int, item: Prerequisite) -> Prompt:
        answers = {"yes": "it's true", "no": "not yet", "all": f"all {COUNT} are true"}
        prompt = self._prompt("", answers | {"y": "yes", "n": "no"})
        aside = f" ({item.aside})" if item.aside else ""
        words = f"Item {number} of {COUNT}: {item.text}{aside}. Type yes, no, or all"
        return replace(prompt, words=words, help=(item.why, *prompt.help))

    async def _end(self) -> str:
        """Ask what is next, with what is missing named."""
        answers = {"": "continue"}
        open_items = missing(self._session.profile.ticks)
        if open_items:
            self._say(f"! {unselected(open_items)}", *(f"{p.text}." for p in open_items))
            answers = {"": "continue anyway", "again": "answer the open items again"}
        prompt = self._prompt(f"{self._ticked()}. {offered(answers)}", answers)
        return await self._stage.talk.choose(prompt)

    def _prompt(self, words: str, answers: dict[str, str]) -> Prompt:
        acts: dict[str, Act] = {"i": self._choose_audience, "r": self._look_again}
        acts |= {"o": self._open, "open": self._open}
        says = (
            'Type "i" to choose who will use the credential, "open" to open the Console, or "r" to'
            " check again."
        )
        prompt = self._stage.prompt(
            Step.PREREQUISITES, words, answers=answers, acts=acts, can_go_back=self._can_go_back
        )
        return replace(prompt, help=(*prompt.help, says))

    def _ticked(self) -> str:
        return f"{len(self._session.profile.ticks)} of {COUNT} selected"

    async def _save(self, ticks: tuple[str, ...]) -> None:
        in_order = tuple(p.id for p in PREREQUISITES if p.id in ticks)
        try:
            await self._session.save_ticks(in_order)
        except SetupError as error:
            self._stage.paper.problem(error.problem)

    # -- other words that can be typed -------------------------------------------------------------

    async def _look_again(self) -> None:
        work = self._stage.upkeep.probe()
        self._tell(await self._stage.talk.wait("the machine checks", work, can_go_back=False))

    def _tell(self, checks: Sequence[Check]) -> None:
        self._say("Checked for you:")
        for check in checks:
            title = check.problem.title if check.problem else check.title
            note = f" ({check.note})" if check.note else ""
            self._say(f"{check.status.value:<10} {title}{note}")
            if check.problem is not None and check.status is Status.WARNING:
                problem = check.problem
                self._say(f"  {problem.cause}", f"  {problem.who.value}: {problem.remedy}")

    async def _open(self) -> None:
        if not await self._stage.wizard_context.services.browser.open(CONSOLE):
            self._say("No browser on this machine. The pages are:", "Twilio Console:", CONSOLE)
            self._say("Legacy Console (Twilio Admin):", LEGACY_CONSOLE)

    async def _choose_audience(self) -> None:
        talk = self._stage.talk
        listed = [f"{n}. {each.title}: {each.brief}" for n, each in enumerate(AUDIENCES, 1)]
        talk.say(AUDIENCE_TITLE, *listed)
        answers = {each.id: each.title for each in AUDIENCES}
        words = f"Type a number from 1 to {len(AUDIENCES)} to choose who will use the credential"
        try:
            chosen = await talk.choose(
                Prompt(words, listed, answers=answers, listed=tuple(answers))
            )
        except Left as left:
            if isinstance(left.outcome, Back):
                return
            raise
        found, was = audience(chosen), self._session.profile.audience
        talk.say(*(found.text if found else ()))
        try:
            await self._session.save_audience(chosen)
        except SetupError as error:
            self._stage.paper.problem(error.problem)
            return
        before = audience(was)
        if bool(found and found.ends_here) != bool(before and before.ends_here):
            # Again, because there are other things to do.
            raise Left(GoTo(Step.PREREQUISITES))
