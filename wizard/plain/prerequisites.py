"""Step 1 in plain mode: who will use the credential, and the items for that."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from wizard.domain.problems import Check, SetupError
from wizard.domain.steps import Step
from wizard.domain.texts import prerequisites as texts
from wizard.domain.texts.questions import AUTHORIZATION_CODE, COSTS, GRANT_NAMES, USE_TITLE
from wizard.domain.texts.wording import led_back
from wizard.domain.value import replace
from wizard.flow.state import Back, GoTo, Next, Outcome, WizardState
from wizard.flow.upkeep import BROWSER, relevant
from wizard.plain.check import results
from wizard.plain.dialogue import UNCHANGED, YES, Act, Left, Prompt, offered
from wizard.plain.stage import Stage

FIRST: Final = "Before you start, check that these items are true."
SAYS_USE: Final = 'Type "use" to change who will use the credential, or the grant type.'
USE_NOW: Final = "You're already at this prompt. To keep it as it is, press Enter."
CONFIRMED: Final = "confirmed"
"""What an item is after yes; on the screens it is selected."""
DENIED: Final = "Not confirmed."
ALL_CONFIRMED: Final = "All required items are confirmed."
OTHER_ITEMS: Final = (
    "The items in this list depend on the grant type. What you confirmed stays confirmed."
)


class Prerequisites:
    """Asks who uses the credential, then about each item while the machine checks run."""

    def __init__(self, stage: Stage, state: WizardState) -> None:
        self._stage = stage
        self._say = stage.talk.say
        self._session = stage.wizard_context.session
        self._can_go_back = stage.wizard_context.can_go_back(state)
        self._because = state.because
        self._has_asked = False
        """Whether anything was asked, so that the step doesn't pass unnoticed."""
        self._denied: set[str] = set()
        """The IDs of the items whose last answer was no."""

    async def run(self) -> Outcome:
        """Ask about each item that isn't confirmed, then report the machine checks. Raises Left."""
        is_new = self._session.profile.audience is None
        some = (f"{self._ticked()}.",) if is_new and self._session.ticks else ()
        self._stage.head(Step.PREREQUISITES, *some, USE_TITLE if is_new else FIRST)
        if self._because is not None:
            self._stage.paper.recall(led_back(self._because, Step.PREREQUISITES))
        if is_new or self._because is not None:
            # What leads back here is the grant type: client credentials don't work.
            self._has_asked = True
            usual = None if is_new else texts.use(self._use.audience.id, AUTHORIZATION_CODE)
            await ask_use(self._stage, Step.PREREQUISITES, usual, can_go_back=self._can_go_back)
        # What the setup is for isn't clear, except for a script.
        is_clear = self._use.audience == texts.USES[0].audience
        self._say(used_by(self._use), *(() if is_clear else (self._use.audience.brief,)))
        if self._use.risk:
            self._stage.paper.warn(" ".join(self._use.risk))
        if self._session.ticks:
            self._say(self._state())
        looking = asyncio.ensure_future(self._stage.wizard_context.upkeep.probe())
        try:
            await self._ask_each(self._items)
            wait = self._stage.talk.wait
            self._tell(await wait("the machine checks", looking, can_go_back=False))
        finally:
            looking.cancel()
        while await self._end() == "again":
            await self._ask_each(self._missing)
            if not self._missing:
                self._say(ALL_CONFIRMED)
        return Next()

    @property
    def _use(self) -> texts.Use:
        return self._session.use

    @property
    def _items(self) -> tuple[texts.Prerequisite, ...]:
        return self._use.items

    @property
    def _missing(self) -> tuple[texts.Prerequisite, ...]:
        return texts.missing(self._items, self._session.ticks)

    def _left(self, items: Sequence[texts.Prerequisite]) -> list[texts.Prerequisite]:
        """Return the items that aren't confirmed."""
        return [p for p in items if p.id not in self._session.ticks]

    async def _ask_each(self, items: Sequence[texts.Prerequisite]) -> None:
        """Ask about each item that isn't confirmed, until the rest is skipped. Raises Left.

        Back leads to every item before, also to a confirmed one.
        """
        coming = self._left(items)
        while coming:
            self._has_asked = True
            item, index = coming[0], items.index(coming[0])
            try:
                answer = await self._stage.talk.choose(self._question(item, items))
            except Left as left:
                if index == 0 or not isinstance(left.outcome, Back):
                    raise
                coming = [items[index - 1]]
                continue
            if answer:
                await self._save({item.id}, are_true=answer in YES)
            elif self._left([item]):
                return
            coming = self._left(items[index + 1 :])

    def _question(self, item: texts.Prerequisite, items: Sequence[texts.Prerequisite]) -> Prompt:
        """Return the prompt about one of some items, with the answer that it already has."""
        said = " Your answer: no." if item.id in self._denied else ""
        rest = self._left(items[items.index(item) + 1 :])
        enter = "skip this and the rest" if rest else "skip it"
        if not self._left([item]):
            said, enter = " Your answer: yes.", "keep it"
        answers = {"yes": "it's true", "no": "not yet", "": enter, "y": "yes", "n": "no"}
        number, count = self._items.index(item) + 1, len(self._items)
        words = (
            f"Item {number} of {count}: {in_full(item)}.{said}"
            f" Type yes or no, or press Enter to {enter}"
        )
        prompt = self._prompt("", answers)
        can_go_back = self._can_go_back or item != items[0]
        return replace(prompt, words=words, help=(item.why, SAYS_USE), can_go_back=can_go_back)

    async def _end(self) -> str:
        """Ask what is next, with what is missing named; only then can all be confirmed at once."""
        open_items = self._missing
        if not open_items and self._has_asked:
            return ""
        answers = {"": "continue"}
        offers = answers | {"use": "choose another grant type"}
        if open_items:
            self._say(texts.unselected(open_items, CONFIRMED), *(f"{p.text}." for p in open_items))
            is_one = len(open_items) == 1
            them, these = ("it", "it") if is_one else ("them", f"these {len(open_items)}")
            offers = answers = {
                "": "continue anyway",
                "again": f"answer {them}",
                "all": f"confirm {these}",
            }
        prompt = self._prompt(f"{self._ticked()}. {offered(offers)}", answers)
        answer = await self._stage.talk.choose(prompt)
        if answer == "all":
            await self._save({item.id for item in open_items})
            self._say(self._state())
        return answer

    def _prompt(self, words: str, answers: dict[str, str]) -> Prompt:
        acts: dict[str, Act] = {"use": self._change_use, "r": self._look_again}
        acts |= {"o": self._open, "open": self._open}
        says = 'Type "open" to open the Console, or "r" to check network, clock, and storage again.'
        prompt = self._stage.prompt(
            Step.PREREQUISITES, words, answers=answers, acts=acts, can_go_back=self._can_go_back
        )
        help = (*prompt.help, SAYS_USE)
        return replace(prompt, help=help, page=(self._use.help, *prompt.page, SAYS_USE, says))

    def _ticked(self) -> str:
        return texts.selected(self._items, self._session.ticks, CONFIRMED)

    def _state(self) -> str:
        """Say how many items are confirmed, and which aren't."""
        left = [str(self._items.index(item) + 1) for item in self._left(self._items)]
        only = "" if self._missing else ", which is only recommended"
        named = f" Not confirmed: item{'s' * (len(left) > 1)} {', '.join(left)}{only}."
        return f"{self._ticked()}.{named if left else ''}"

    async def _save(self, ids: Collection[str], *, are_true: bool = True) -> None:
        if not are_true:
            self._denied.update(ids)
            self._say(DENIED)
        kept = self._session.ticks
        new = tuple(p.id for p in self._items if are_true and p.id in ids and p.id not in kept)
        ticks = (*(id_ for id_ in kept if are_true or id_ not in ids), *new)
        try:
            if ticks != kept:
                await self._session.save_ticks(ticks)
        except SetupError as error:
            self._stage.paper.problem(error.problem)

    # -- other words that can be typed -------------------------------------------------------------

    async def _look_again(self) -> None:
        work = self._stage.wizard_context.upkeep.probe()
        self._tell(await self._stage.talk.wait("the machine checks", work, can_go_back=False))

    def _tell(self, checks: tuple[Check, ...]) -> None:
        """Say what passed in one sentence, and each problem; Authorize says which browser opens."""
        told = [c for c in relevant(checks, self._use.grant_type) if c.id != BROWSER]
        fine = (check for check in told if check.problem is None)
        self._say(*results(fine, "Machine checks"))
        for problem in (check.problem for check in told if check.problem is not None):
            self._stage.paper.problem(replace(problem, is_warning=True))

    async def _open(self) -> None:
        if not await self._stage.wizard_context.services.browser.open(texts.CONSOLE):
            self._say(
                "No browser on this machine. The pages are:", "Twilio Console:", texts.CONSOLE
            )
            self._say("Legacy Console (Twilio Admin):", texts.LEGACY_CONSOLE)

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
    if session.use == before:
        stage.talk.say(UNCHANGED)
        return False
    if step is not Step.PREREQUISITES:
        # There they are asked about.
        stage.talk.say("These items now apply:", *(f"{in_full(p)}." for p in session.use.items))
    return True


def in_full(item: texts.Prerequisite) -> str:
    """Return an item with its note."""
    return f"{item.text} ({item.aside})" if item.aside else item.text


async def ask_use(
    stage: Stage, step: Step, usual: texts.Use | None = None, *, can_go_back: bool = True
) -> None:
    """Ask who will use the credential, and with which grant type. Raises Left.

    Args: `usual`: what Enter chooses; the current use where None.
    """
    session = stage.wizard_context.session
    before, was_asked = session.use.grant_type, session.profile.audience is not None
    names = [_in_words(each) for each in texts.USES]
    listed = [f"{number}. {name}" for number, name in enumerate(names, 1)]
    costs = [f"{GRANT_NAMES[grant_type]}: {text}" for grant_type, text in COSTS.items()]
    is_new = stage.talk.is_news("uses", listed)
    if is_new:
        stage.talk.say(*listed)
    or_list = "" if is_new else '"?" for the list, '
    default = texts.USES.index(usual or session.use) + 1
    named = "" if is_new else f", {names[default - 1]}"
    prompt = stage.prompt(step, answers={"": names[default - 1]}, can_go_back=can_go_back)
    numbers = f"a number from 1 to {len(texts.USES)}"
    words = f"{USE_TITLE} Type {numbers}, {or_list}or press Enter for {default}{named}"

    async def is_here() -> None:
        stage.talk.say(USE_NOW)

    about = (*listed, *costs)
    acts: dict[str, Act] = {"use": is_here}
    prompt = replace(prompt, words=words, help=about, acts=acts, listed=tuple(names))
    chosen = await stage.talk.choose(prompt) or names[default - 1]
    try:
        await session.save_use(texts.USES[names.index(chosen)])
    except SetupError as error:
        stage.paper.problem(error.problem)
    if step is Step.PREREQUISITES and was_asked and session.use.grant_type is not before:
        stage.talk.say(OTHER_ITEMS)


def _in_words(use: texts.Use) -> str:
    return f"{use.audience.title}, with {GRANT_NAMES[use.grant_type].lower()}"


def used_by(use: texts.Use) -> str:
    """Say who uses the credential, and with which grant type."""
    return f"Used by: {use.audience.title}. Grant type: {GRANT_NAMES[use.grant_type]}."
