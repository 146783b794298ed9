"""Prompts and waiting in plain mode, and the words that every prompt accepts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from wizard.domain.oauth.authorization_response import Reading
from wizard.domain.problems import Problem, SetupError
from wizard.domain.rules import clean
from wizard.domain.secret import Secret
from wizard.domain.steps import STEPS, Step, step_number
from wizard.domain.texts.guide import TYPED, page
from wizard.domain.texts.questions import Question
from wizard.domain.texts.wording import IN_FILES, can_use_files, or_files
from wizard.domain.value import Value, field
from wizard.flow.context import WizardContext
from wizard.flow.state import Back, Outcome, Quit
from wizard.flow.upkeep import Upkeep
from wizard.plain.paper import Paper, Reader

T = TypeVar("T")

Act = Callable[[], Awaitable[object]]

NOT_HERE: Final = {
    "back": "You can't go back from here.",
    "open": "There's nothing to open here.",
    "copy": "There's nothing to copy here.",
    "link": "There's no link here. The Authorize step creates it.",
    "new link": "There's no link here. The Authorize step creates it.",
}
ALWAYS: Final = 'At every prompt, you can type "?", "back", "open", "copy", "new link", or "quit".'
EARLY: Final = (
    "Enter was ignored because it came with the pasted text. Press Enter again if you meant it."
)
NO_CHOICE: Final = 'Enter one of the choices in the prompt. For help, type "?".'
YES: Final = ("y", "yes")
NO: Final = ("n", "no", "")


class Left(Exception):
    """The user left a prompt for another place; the caller decides where that is."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Prompt(Value):
    """A question, and the words that may be typed instead of an answer."""

    words: str
    help: Sequence[str] = ()
    """Paragraphs."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Words that are answers, each with what it does in the imperative; said by the help."""
    acts: Mapping[str, Act] = field(default_factory=dict)
    """What words do without answering."""
    can_go_back: bool = True
    is_shown: bool = True
    """What is typed is echoed; not so where it may be a secret."""
    listed: Sequence[str] = ()
    """The answers that were listed with a number, which can be typed, too."""


def offered(answers: Mapping[str, str]) -> str:
    """Return a sentence that offers answers: `Press Enter to go back, or type "save" to save`."""
    ways = [
        f'type "{word}" to {does}' if word else f"press Enter to {does}"
        for word, does in answers.items()
    ]
    *first, last = sorted(ways, key=lambda way: way.startswith("type"))
    words = f"{', '.join(first)}, or {last}" if first else last
    return words[0].upper() + words[1:]


class Dialogue:
    """Asks the user questions through a paper and a reader."""

    def __init__(self, paper: Paper, reader: Reader) -> None:
        self.paper = paper
        self.say = paper.say
        self._reader = reader
        self._enter_from = 0.0
        """The event loop's time before which an Enter alone is no answer."""

    def expect_new_enter(self, after: float) -> None:
        """Ignore an Enter alone until `after` seconds from now: it belongs to a paste."""
        self._enter_from = asyncio.get_running_loop().time() + after

    async def ask(self, prompt: Prompt) -> str:
        """Ask until there is an answer; return it, cleaned. Raises Left."""
        return (await self._ask(prompt)).reveal()

    async def ask_secret(self, prompt: Prompt) -> Secret:
        """The same for what must not be seen."""
        return await self._ask(prompt)

    async def ask_or(
        self, prompt: Prompt, caught: Callable[[], Awaitable[Reading]]
    ) -> Secret | Reading:
        """Ask while listening: a response at the listener ends the question. Raises Left."""
        asking = asyncio.ensure_future(self._ask(prompt))
        listening = asyncio.ensure_future(caught())
        await _first_of(asking, listening)
        if listening.cancelled():
            return asking.result()
        self.say("")
        return listening.result()

    async def choose(self, prompt: Prompt) -> str:
        """Ask for one of the prompt's answers, or the number of a listed one. Raises Left."""
        while True:
            answer = (await self.ask(prompt)).lower()
            if answer in prompt.answers:
                return answer
            if answer.isdecimal() and 0 < int(answer) <= len(prompt.listed):
                return prompt.listed[int(answer) - 1]
            self.say(NO_CHOICE)

    async def confirm(self, question: Question) -> bool:
        """Ask a question; back and Enter alone mean no. Raises Left on quit."""
        self.say(question.title, question.text)
        while True:
            try:
                words = f"{question.yes}? Type yes, or press Enter for no"
                answer = await self.ask(Prompt(words, (question.text,)))
            except Left as left:
                if isinstance(left.outcome, Back):
                    return False
                raise
            if answer.lower() in (*YES, *NO):
                return answer.lower() in YES
            self.say(NO_CHOICE)

    async def wait(
        self,
        what: str,
        work: Awaitable[T],
        *,
        can_go_back: bool = True,
        keep: Callable[[Secret], None] | None = None,
    ) -> T:
        """Say once what is waited for, and wait; back and quit end the wait. Raises Left.

        Args: `keep`: called with every other line that is typed while waiting.
        """
        self.say(f"Waiting for {what}…")
        working = asyncio.ensure_future(work)
        leaving = asyncio.ensure_future(self._told_to_leave(can_go_back=can_go_back, keep=keep))
        await _first_of(working, leaving)
        if working.cancelled():
            raise Left(leaving.result())
        return working.result()

    async def _told_to_leave(
        self, *, can_go_back: bool, keep: Callable[[Secret], None] | None
    ) -> Outcome:
        while True:
            line = await self._reader.line(is_shown=False)
            word = "quit" if line is None else clean(line).lower()
            if word == "quit":
                return Quit()
            if word == "back" and can_go_back:
                return Back()
            if keep is not None and line and word:
                keep(Secret(clean(line)))

    async def _ask(self, prompt: Prompt) -> Secret:
        while True:
            self._reader.forget()
            self.paper.prompt(prompt.words)
            line = await self._reader.line(is_shown=prompt.is_shown)
            answer = Secret("quit" if line is None else clean(line))
            word = answer.reveal().lower()
            is_word = word in ("?", "quit", *NOT_HERE, *prompt.acts, *prompt.answers)
            self.say(word if is_word and not prompt.is_shown else "")
            if line == "" and asyncio.get_running_loop().time() < self._enter_from:
                self.say(EARLY)
            elif word == "?":
                self._help(prompt)
            elif word == "quit":
                raise Left(Quit())
            elif word in prompt.acts:
                await prompt.acts[word]()
            elif word == "back" and prompt.can_go_back:
                raise Left(Back())
            elif word in NOT_HERE:
                self.say(NOT_HERE[word])
            else:
                return answer

    def _help(self, prompt: Prompt) -> None:
        self.say(*prompt.help)
        if prompt.answers:
            self.say(_choices(prompt))
        self.say(ALWAYS)


def _choices(prompt: Prompt) -> str:
    said = (f"{word or 'Enter'}: {does}" for word, does in prompt.answers.items())
    return "; ".join(said) + "."


async def _first_of(*tasks: asyncio.Future[Any]) -> None:
    """Wait until one task has ended; cancel the others, also if canceled itself."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            # Retrieve the exception, so that it isn't logged onto the terminal.
            _ = task.cancelled() or task.exception()


NO_CLIPBOARD: Final = "No clipboard is available here."


class Stage(Value):
    """What the steps of plain mode share: the wizard and its dialogue."""

    wizard_context: WizardContext
    upkeep: Upkeep
    talk: Dialogue

    @property
    def paper(self) -> Paper:
        """Where is written."""
        return self.talk.paper

    def head(self, step: Step, aside: str = "") -> None:
        """Say which step this is, whose, and what it is about."""
        about = page(step, self.wizard_context.grant_type).naming(TYPED)
        where = f"{self._number(step)}, {step.title}" if step in STEPS else step.title
        title = about.heading if about.heading != step.title else ""
        parts = [where, title, f"Profile {self.wizard_context.session.name}", aside]
        parts += ["Demo: nothing is saved"] if self.wizard_context.demo else []
        self.talk.say("", ". ".join(part for part in parts if part) + ".")
        if self.wizard_context.foreign_hosts:
            self.talk.say(f"! not Twilio: {', '.join(self.wizard_context.foreign_hosts)}")
        if about.intro:
            self.talk.say(about.intro)

    def _number(self, step: Step) -> str:
        return step_number(step, self.wizard_context.grant_type.steps)

    def prompt(
        self,
        step: Step,
        *sentences: str,
        answers: Mapping[str, str] | None = None,
        acts: Mapping[str, Act] | None = None,
        can_go_back: bool = True,
        is_shown: bool = True,
    ) -> Prompt:
        """Return a prompt of a step, with the step's help."""
        return Prompt(
            ". ".join((self._number(step), *sentences)),
            page(step, self.wizard_context.grant_type).naming(TYPED).help,
            answers or {},
            acts or {},
            can_go_back=can_go_back,
            is_shown=is_shown,
        )

    def failed(self, problem: Problem, *, is_chosen: bool = False) -> dict[str, str]:
        """Say a problem; return the answer that offers files, where the keyring is in the way.

        Args: `is_chosen`: files were chosen already.
        """
        self.paper.problem(or_files(problem, 'type "files"', is_chosen=is_chosen))
        return {"files": "use a file instead"} if can_use_files(problem) else {}

    async def copy(self, text: str, what: str = "") -> bool:
        """Copy to this machine's clipboard; say where none takes it, and return whether one did.

        Args: `what`: what is said to have been sent there; "" where the caller tells it.
        """
        is_taken = await self.wizard_context.services.clipboard.copy(text)
        if not is_taken:
            self.talk.say(NO_CLIPBOARD)
        elif what:
            self.talk.say(f"{what} sent to the clipboard.")
        return is_taken

    async def use_file(self) -> bool:
        """Keep the secrets in files from now on; whether that could be done."""
        try:
            await self.wizard_context.session.use_file()
        except SetupError as error:
            self.failed(error.problem, is_chosen=True)
            return False
        self.talk.say(IN_FILES)
        return True
