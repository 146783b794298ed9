"""Step 1 in plain mode: who will use the credential, and the items for that."""

from __future__ import annotations

import asyncio

from wizard.domain.problems import Check, SetupError, Status
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import (
    CONSOLE,
    LEGACY_CONSOLE,
    USES,
    Prerequisite,
    Use,
    missing,
    selected,
    unselected,
)
from wizard.domain.texts.questions import COSTS, GRANT_NAMES, USE_TITLE
from wizard.domain.value import replace
from wizard.flow.environment import relevant
from wizard.flow.state import Back, GoTo, Next, Outcome
from wizard.plain.dialogue import Act, Left, Prompt, Stage, offered


class Prerequisites:
    """Asks who uses the credential, then about each item while the machine checks run."""

    def __init__(self, stage: Stage, *, can_go_back: bool) -> None:
        self._stage = stage
        self._say = stage.talk.say
        self._session = stage.wizard_context.session
        self._can_go_back = can_go_back
        self._has_asked = False
        """Whether anything was asked, so that the step doesn't pass unnoticed."""

    async def run(self) -> Outcome:
        """Ask about each item that isn't selected, then report the machine checks. Raises Left."""
        self._stage.head(Step.PREREQUISITES, self._ticked())
        if self._session.profile.audience is None:
            self._has_asked = True
            await ask_use(self._stage, Step.PREREQUISITES, can_go_back=self._can_go_back)
        self._say(used_by(self._use), *self._about_use())
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

    @property
    def _use(self) -> Use:
        return self._session.use

    @property
    def _items(self) -> tuple[Prerequisite, ...]:
        return self._use.items

    def _about_use(self) -> tuple[str, ...]:
        """Return what differs for this use, and its risk."""
        risk = " ".join(self._use.risk)
        return (self._use.audience.brief, *((f"! {risk}",) if risk else ()))

    async def _ask_each(self) -> None:
        count = len(self._items)
        for number, item in enumerate(self._items, 1):
            if item.id in self._session.profile.ticks:
                self._say(f"Item {number} of {count}, selected: {item.text}.")
                continue
            self._has_asked = True
            answer = await self._stage.talk.choose(self._question(number, item))
            if answer == "all":
                await self._save({p.id for p in self._items})
                self._say(self._ticked())
                return
            if answer in ("y", "yes"):
                await self._save({item.id})
            if not answer:
                return

    def _question(self, number: int, item: Prerequisite) -> Prompt:
        count = len(self._items)
        answers = {"yes": "it's true", "no": "not yet", "all": f"all {count} are true"}
        answers |= {"": "skip the remaining items"}
        prompt = self._prompt("", answers | {"y": "yes", "n": "no"})
        aside = f" ({item.aside})" if item.aside else ""
        ways = "Type yes, no, or all, or press Enter to skip"
        words = f"Item {number} of {count}: {item.text}{aside}. {ways}"
        return replace(prompt, words=words, help=(item.why, *prompt.help))

    async def _end(self) -> str:
        """Ask what is next, with what is missing named."""
        answers = {"": "continue"}
        open_items = missing(self._items, self._session.profile.ticks)
        if not open_items and self._has_asked:
            self._say(f"{self._ticked()}.")
            return ""
        if open_items:
            self._say(f"! {unselected(open_items)}", *(f"{p.text}." for p in open_items))
            answers = {"": "continue anyway", "again": "answer the open items again"}
        prompt = self._prompt(f"{self._ticked()}. {offered(answers)}", answers)
        return await self._stage.talk.choose(prompt)

    def _prompt(self, words: str, answers: dict[str, str]) -> Prompt:
        acts: dict[str, Act] = {"use": self._change_use, "r": self._look_again}
        acts |= {"o": self._open, "open": self._open}
        says = (
            'Type "use" to change who will use the credential, "open" to open the Console, or "r"'
            " to check again."
        )
        prompt = self._stage.prompt(
            Step.PREREQUISITES, words, answers=answers, acts=acts, can_go_back=self._can_go_back
        )
        return replace(prompt, help=(self._use.help, *prompt.help, says))

    def _ticked(self) -> str:
        return selected(self._items, self._session.profile.ticks)

    async def _save(self, new: set[str]) -> None:
        kept = self._session.profile.ticks
        try:
            await self._session.save_ticks(
                (*kept, *(p.id for p in self._items if p.id in new and p.id not in kept))
            )
        except SetupError as error:
            self._stage.paper.problem(error.problem)

    # -- other words that can be typed -------------------------------------------------------------

    async def _look_again(self) -> None:
        work = self._stage.upkeep.probe()
        self._tell(await self._stage.talk.wait("the machine checks", work, can_go_back=False))

    def _tell(self, checks: tuple[Check, ...]) -> None:
        self._say("Checked for you:")
        for check in relevant(checks, self._use.grant_type):
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

    async def _change_use(self) -> None:
        if await is_use_changed(self._stage, Step.PREREQUISITES):
            # Again, because other things have to be true.
            raise Left(GoTo(Step.PREREQUISITES))


async def is_use_changed(stage: Stage, step: Step) -> bool:
    """Ask who will use the credential; whether that is another use. Raises Left on quit."""
    session = stage.wizard_context.session
    before = session.use
    try:
        await ask_use(stage, step)
    except Left as left:
        if not isinstance(left.outcome, Back):
            raise
    return session.use != before


async def ask_use(stage: Stage, step: Step, *, can_go_back: bool = True) -> None:
    """Ask who will use the credential, and with which grant type. Raises Left."""
    session = stage.wizard_context.session
    listed = [f"{number}. {_in_words(each)}" for number, each in enumerate(USES, 1)]
    costs = [f"{GRANT_NAMES[grant_type]}: {text}" for grant_type, text in COSTS.items()]
    stage.talk.say(USE_TITLE, *listed, *costs)
    default = USES.index(session.use) + 1
    numbers = {str(number): _in_words(each) for number, each in enumerate(USES, 1)}
    prompt = stage.prompt(
        step,
        f"Type a number from 1 to {len(USES)}, or press Enter for {default}",
        answers={"": numbers[str(default)], **numbers},
        can_go_back=can_go_back,
    )
    prompt = replace(prompt, help=(*listed, *costs, *prompt.help))
    chosen = int(await stage.talk.choose(prompt) or default)
    try:
        await session.save_use(USES[chosen - 1])
    except SetupError as error:
        stage.paper.problem(error.problem)


def _in_words(use: Use) -> str:
    return f"{use.audience.title}, with {GRANT_NAMES[use.grant_type].lower()}"


def used_by(use: Use) -> str:
    """Say who uses the credential, and with which grant type."""
    return f"Used by: {use.audience.title}. Grant type: {GRANT_NAMES[use.grant_type]}."
