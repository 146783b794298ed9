"""Overview in plain mode: facts, then actions by number, name or letter."""

from __future__ import annotations

from typing import Final

from wizard.domain import rules
from wizard.domain.problems import SetupError
from wizard.domain.steps import Step
from wizard.domain.texts.guide import TYPED
from wizard.domain.texts.questions import already_open
from wizard.domain.value import replace
from wizard.flow.overview import Confirm, Overview, profile_names
from wizard.flow.state import Back, Outcome
from wizard.plain.dialogue import UNCHANGED, Left, Prompt, numbered
from wizard.plain.stage import Stage

ALIASES: Final = {"u": "resume", "d": "discard", "r": "retry", "remove": "forget"}
"""Other words for actions: the keys of the screen, and what a title says."""


class OverviewStep:
    """Overview; it uses no network by itself."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._say = stage.talk.say
        self._overview = Overview(stage.wizard_context)

    async def run(self) -> Outcome:
        """Print the state, and do the chosen actions until one leads elsewhere. Raises Left."""
        since = self._overview.since
        self._stage.head(Step.OVERVIEW, *([f"Set up {since}."] if since else []))
        self._tell()
        if self._stage.talk.is_news("actions", self._listed):
            self._say(*self._listed)
        while True:
            try:
                outcome = await self._do(await self._chosen())
            except SetupError as error:
                self._stage.paper.problem(error.problem)
                continue
            except Left as left:
                if not isinstance(left.outcome, Back):
                    raise
                self._say(UNCHANGED)
                continue
            if outcome is not None:
                return outcome

    def _tell(self) -> None:
        is_news = self._stage.talk.is_news
        # Those that are as they were have been heard.
        facts = ((name, words) for name, words in self._overview.facts if is_news(name, words))
        self._say(*(f"{name}: {words}" for name, words in facts))
        if line := self._overview.about_draft():
            self._say(f"{line}.")
        for problem in self._overview.shown("type r"):
            self._stage.paper.problem(problem)

    @property
    def _listed(self) -> list[str]:
        """The actions in lines, read out when they are new, and on request."""
        return [
            f"{number}. {item.title}{f': {item.brief}' if item.brief else ''}"
            for number, item in enumerate(self._overview.items, 1)
        ]

    async def _chosen(self) -> str:
        items = self._overview.items
        ids = {item.id: item.title for item in items}
        aliases = {alias: ids[id_] for alias, id_ in ALIASES.items() if id_ in ids}
        words = f'Type a number, "?" for the list, or press Enter for {items[0].title}'
        prompt = self._stage.prompt(
            Step.OVERVIEW,
            words,
            answers={**ids, **aliases, "": items[0].title},
            can_go_back=False,
        )
        page = self._overview.page.naming(TYPED).help
        prompt = replace(prompt, help=self._listed, page=page, listed=tuple(ids))
        chosen = await self._stage.talk.choose(prompt)
        return ALIASES.get(chosen, chosen) or items[0].id

    async def _do(self, action: str) -> Outcome | None:
        """Do an action; None where it ends here. Raises SetupError and Left."""
        match action:
            case "retry":
                retry = self._overview.retry()
                return await self._stage.talk.wait("the saved secrets", retry)
            case "rotate":
                return await self._rotate()
            case "sheet":
                await self._stage.read_sheet()
            case "profiles":
                return await self._switch()
        return await self._confirmed(self._overview.do(action))

    async def _confirmed(self, decided: Outcome | Confirm | None) -> Outcome | None:
        if not isinstance(decided, Confirm):
            return decided
        if await self._stage.talk.confirm(decided.question):
            return await decided.then()
        self._say(decided.question.after_no or UNCHANGED)
        return None

    async def _rotate(self) -> Outcome | None:
        talk = self._stage.talk
        about = self._overview.about_rotation
        talk.say(about)
        while True:
            words = "Paste the new Client Secret (input hidden), or press Enter to keep the old one"
            prompt = Prompt(words, (about,), is_shown=False)
            secret = await talk.ask_secret(prompt)
            if not secret:
                self._say(UNCHANGED)
                return None
            if problem := self._overview.refuse(secret.reveal()):
                talk.say(f"Error: {problem}")
                continue
            try:
                # Not to be left by back: what comes of it has to be known.
                trial = self._overview.rotate(secret)
                rotation = await talk.wait("Twilio's response", trial, can_go_back=False)
            except SetupError as error:
                self._stage.paper.problem(error.problem)
                continue
            break
        decided = self._overview.after_rotation(rotation, secret)
        if not isinstance(decided, Confirm):
            talk.say(self._overview.rotated)
        return await self._confirmed(decided)

    async def _switch(self) -> Outcome | None:
        """Ask for another profile, or a new one."""
        context = self._stage.wizard_context
        names, current = profile_names(context), context.session.name
        listed = tuple(
            f"{number}. {name}{', the current one' if name == current else ''}"
            for number, name in enumerate(names, 1)
        )
        if self._stage.talk.is_news("profiles", listed):
            self._say("Profiles:", *listed)
        words = "Type a profile's number or the name of a new profile, or press Enter to go back"
        while answer := await self._stage.talk.ask(Prompt(words, listed)):
            answer = numbered(answer, names) or answer
            if problem := rules.profile_name(answer):
                self._say(f"Error: {problem}")
            elif outcome := self._overview.switch(answer):
                return outcome
            else:
                self._say(f"Error: {already_open(answer)}")
        return None
