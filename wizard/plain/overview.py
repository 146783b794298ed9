"""Overview in plain mode: facts, then actions by number, name or letter."""

from __future__ import annotations

from typing import Final

from wizard.domain import questions, rules
from wizard.domain.forgetting import question as forgetting
from wizard.domain.models import Profile
from wizard.domain.offers import Item, unfinished, unreadable
from wizard.domain.problems import SetupError
from wizard.domain.steps import Step
from wizard.domain.wording import or_retry
from wizard.domain.words import day
from wizard.flow.rotate import Rotation
from wizard.flow.state import Back, Change, CheckNow, Discarded, Outcome, Quit, Resume, StartOver
from wizard.plain.dialogue import Left, Prompt
from wizard.plain.stage import Stage

LETTERS: Final = {"u": "resume", "d": "discard", "r": "retry"}
"""The keys of the screen."""


class Overview:
    """Asks no network by itself."""

    def __init__(self, stage: Stage) -> None:
        journey = stage.journey
        self._stage = stage
        self._say = stage.talk.say
        self._upkeep = stage.upkeep
        self._session = journey.session
        self._has_active = journey.session.profile.active is not None
        self._unfinished = stage.upkeep.unfinished()
        self._lost = stage.upkeep.out_of_reach()
        self._problems = stage.upkeep.problems()

    @property
    def _profile(self) -> Profile:
        return self._session.profile

    async def run(self) -> Outcome:
        """Tell how things stand, and do what is chosen until it leads elsewhere. Raises Left."""
        since = self._profile.set_up_at
        self._stage.head(Step.OVERVIEW, f"Set up {day(since)}" if since else "")
        self._tell()
        items = self._upkeep.offers()
        while True:
            try:
                outcome = await self._do(await self._chosen(items))
            except SetupError as error:
                self._stage.paper.problem(error.problem)
                continue
            except Left as left:
                if not isinstance(left.outcome, Back):
                    raise
                continue
            if outcome is not None:
                return outcome

    def _tell(self) -> None:
        what = "change" if self._has_active else "setup"
        if self._has_active:
            self._stage.paper.rows(self._stage.journey.facts())
        if self._unfinished is not None:
            draft = self._unfinished
            self._say(f"· {unfinished(what, draft.saved, draft.step.title, draft.failed)}")
        if self._lost is not None and not self._lost.is_active:
            self._say(f"· {unreadable(what)}")
        for problem in self._problems:
            self._stage.paper.problem(or_retry(problem, "type r") if self._lost else problem)

    async def _chosen(self, items: list[Item]) -> str:
        for number, item in enumerate(items, 1):
            self._say(f"  {number}. {item.title}{f': {item.brief}' if item.brief else ''}")
        ids = {item.id: item.title for item in items}
        letters = {letter: ids[id_] for letter, id_ in LETTERS.items() if id_ in ids}
        words = f"1 to {len(items)}, Enter: {items[0].title}"
        prompt = self._stage.prompt(
            Step.OVERVIEW,
            words,
            answers={**ids, **letters, "": items[0].title},
            can_go_back=False,
        )
        chosen = await self._stage.talk.choose(prompt)
        return LETTERS.get(chosen, chosen) or items[0].id

    async def _do(self, action: str) -> Outcome | None:
        """Do an action; None where it ends here. Raises SetupError and Left."""
        confirm = self._stage.talk.confirm
        match action:
            case "resume":
                return self._unfinished.outcome if self._unfinished else Resume()
            case "retry" if self._lost is not None:
                await self._stage.talk.wait("the stored secrets", self._lost.retry())
                # Nothing lies before Overview, so that this builds it anew.
                return Back()
            case "check":
                return CheckNow()
            case "authorize" if await confirm(questions.AUTHORIZE_AGAIN):
                return Change(Step.AUTHORIZE)
            case "change":
                return Change(Step.CREDENTIALS)
            case "start-over":
                return StartOver()
            case "discard" if await confirm(self._upkeep.discarding()):
                await self._session.discard_draft()
                return Discarded()
            case "quit":
                return Quit()
            case _:
                return await self._look_after(action)

    async def _look_after(self, action: str) -> Outcome | None:
        match action:
            case "rotate":
                return await self._rotate()
            case "sheet":
                await self._sheet()
            case "profiles":
                return await self._switch()
            case "forget":
                if await self._stage.talk.confirm(forgetting(self._session.name)):
                    await self._upkeep.forget()
                    return Quit()
        return None

    async def _rotate(self) -> Outcome | None:
        talk = self._stage.talk
        talk.say(questions.ROTATE)
        while True:
            prompt = Prompt("Client Secret, not shown", (questions.ROTATE,), is_shown=False)
            secret = await talk.ask_secret(prompt)
            if problem := rules.client_secret(secret.reveal()):
                talk.say(f"Error: {problem}")
                continue
            try:
                # Not to be left by back: what comes of it has to be known.
                trial = self._upkeep.rotate(secret)
                rotation = await talk.wait("Twilio's answer", trial, can_go_back=False)
            except SetupError as error:
                self._stage.paper.problem(error.problem)
                continue
            break
        if rotation is Rotation.KEPT:
            talk.say(questions.ROTATED)
            return CheckNow()
        if not await talk.confirm(questions.CONSENT_NEEDED):
            return None
        await self._upkeep.stage(secret)
        return Change(Step.AUTHORIZE)

    async def _sheet(self) -> None:
        """Show the sheet; copy and save it when asked to."""
        talk = self._stage.talk
        self._stage.tell_sheet(self._upkeep.sheet())
        prompt = Prompt(
            "save, copy, or Enter goes back",
            answers={"": "goes back", "save": "writes a new file here"},
            acts={"copy": self._copy_sheet},
        )
        if await talk.choose(prompt) == "save":
            talk.say("✓ Saved as", await self._upkeep.save_sheet())

    async def _copy_sheet(self) -> None:
        await self._stage.copy(self._upkeep.sheet(), "Sheet")

    async def _switch(self) -> Outcome | None:
        """Ask for another profile, or a new one."""
        journey, name = self._stage.journey, self._session.name
        others = [other for other in journey.services.store.names() if other != name]
        for number, other in enumerate(others, 1):
            self._say(f"  {number}. {other}")
        numbers = f", 1 to {len(others)} or a new one's" if others else ", of a new one"
        prompt = Prompt(f"Name of the profile{numbers}, Enter goes back")
        while answer := await self._stage.talk.ask(prompt):
            if answer.isdecimal() and 0 < int(answer) <= len(others):
                answer = others[int(answer) - 1]
            if problem := rules.profile_name(answer):
                self._say(f"Error: {problem}")
            elif answer != name:
                journey.next_profile = answer
                return Quit()
        return None
