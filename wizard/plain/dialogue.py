"""Prompts and waiting in plain mode, and the words that every prompt accepts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from wizard.domain.oauth.authorization_response import Reading
from wizard.domain.rules import clean
from wizard.domain.secret import Secret
from wizard.domain.texts.questions import Question
from wizard.domain.value import Value, field
from wizard.flow.state import Back, Outcome, Quit
from wizard.plain.paper import Paper, Reader

T = TypeVar("T")

Act = Callable[[], Awaitable[object]]

NOT_HERE: Final = {
    "back": 'You can\'t go back from here. To leave the wizard, type "quit".',
    "open": "There's nothing to open here.",
    "copy": "There's nothing to copy here.",
    "link": "There's no link here. The Authorize step creates it.",
    "new link": "There's no link here. The Authorize step creates it.",
    "use": 'To choose who uses the credential, type "back" until you reach Prerequisites.',
}
ALWAYS: Final = 'At every prompt, you can type "?", "back", or "quit".'
MORE: Final = 'For the whole help page, type "help".'
EARLY: Final = (
    "Enter was ignored because it came with the pasted text. Press Enter again if you meant it."
)
NO_CHOICE: Final = 'That isn\'t one of the choices. To list them, type "?".'
KEEP: Final = "press Enter to keep"
UNCHANGED: Final = "Nothing was changed."
YES: Final = ("y", "yes")
NO: Final = ("n", "no", "")
QUIET: Final = 1.0
"""Seconds of silence after which plain mode says what it waits for."""


class Left(Exception):
    """The user left a prompt for another place; the caller decides where that is."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Prompt(Value):
    """A question, and the words that may be typed instead of an answer."""

    words: str
    help: Sequence[str] = ()
    """Paragraphs about this prompt, read out after "?"."""
    page: Sequence[str] = ()
    """Paragraphs of the step's help page, read out after "help"."""
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


def numbered(answer: str, listed: Sequence[str]) -> str:
    """Return the listed item that was answered by its number, such as "2" or "2."; "" if none."""
    number = answer.removesuffix(".")
    is_number = number.isdecimal() and 0 < int(number) <= len(listed)
    return listed[int(number) - 1] if is_number else ""


class Dialogue:
    """Asks the user questions through a paper and a reader."""

    def __init__(self, paper: Paper, reader: Reader) -> None:
        self.paper = paper
        self.say = paper.say
        self._reader = reader
        self._enter_from = 0.0
        """The event loop's time before which an Enter alone is no answer."""
        self._said: dict[str, object] = {}
        """What was read out last, by what it is about."""

    def is_news(self, about: str, said: object) -> bool:
        """Whether this was not yet read out; from now on it was: nothing is read out twice."""
        is_new = self._said.get(about) != said
        self._said[about] = said
        return is_new

    def expect_new_enter(self, after: float) -> None:
        """Ignore an Enter alone until `after` seconds from now: it belongs to a paste."""
        self._enter_from = asyncio.get_running_loop().time() + after

    async def ask(self, prompt: Prompt) -> str:
        """Ask until there is an answer; return it, cleaned. Raises Left."""
        return (await self.ask_secret(prompt)).reveal()

    async def ask_or(
        self, prompt: Prompt, caught: Callable[[], Awaitable[Reading]]
    ) -> Secret | Reading:
        """Ask while listening: a response at the listener ends the question. Raises Left."""
        asking = asyncio.ensure_future(self.ask_secret(prompt))
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
            if listed := numbered(answer, prompt.listed):
                return listed
            self.say(NO_CHOICE)

    async def confirm(self, question: Question) -> bool:
        """Ask a question; back and Enter alone mean no. Raises Left on quit."""
        self.say(question.text)
        words = f"{question.title} Type yes, or press Enter for no"
        answers = {"yes": question.yes.lower(), "": question.no.lower()}
        while True:
            try:
                answer = await self.ask(Prompt(words, (question.text,), answers=answers))
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
        """Wait, and say what for if it takes long; back and quit end the wait. Raises Left.

        Args: `keep`: called with every other line that is typed while waiting.
        """
        working = asyncio.ensure_future(work)
        leaving = asyncio.ensure_future(self._told_to_leave(can_go_back=can_go_back, keep=keep))
        loop = asyncio.get_running_loop()
        telling = loop.call_later(QUIET, self.say, f"Waiting for {what}…")
        try:
            await _first_of(working, leaving)
        finally:
            telling.cancel()
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

    async def ask_secret(self, prompt: Prompt) -> Secret:
        """Do the same for what must not be seen."""
        while True:
            self._reader.forget()
            self.paper.prompt(prompt.words)
            line = await self._reader.line(is_shown=prompt.is_shown)
            answer = Secret("quit" if line is None else clean(line))
            word = answer.reveal().lower()
            is_word = word in ("?", "help", "quit", *NOT_HERE, *prompt.acts, *prompt.answers)
            self.say(word if is_word and not prompt.is_shown else "")
            if line == "" and asyncio.get_running_loop().time() < self._enter_from:
                self.say(EARLY)
            elif word == "?":
                self._help(prompt)
            elif word == "help":
                self.say(*(prompt.page or prompt.help), ALWAYS)
            elif word == "quit":
                raise Left(Quit())
            elif word in prompt.acts:
                await prompt.acts[word]()
            elif word == "back" and prompt.can_go_back:
                raise Left(Back())
            elif word in NOT_HERE and word not in prompt.answers:
                self.say(NOT_HERE[word])
            else:
                return answer

    def _help(self, prompt: Prompt) -> None:
        self.say(*prompt.help)
        if choices := _choices(prompt):
            self.say(choices)
        self.say(MORE if prompt.page else ALWAYS)


def _choices(prompt: Prompt) -> str:
    """Return the answers with what they do, except short forms and those that the list has."""
    listed = [prompt.answers.get(word) for word in prompt.listed]
    said = [
        f"{word or 'Enter'}: {does}"
        for word, does in prompt.answers.items()
        if not word or (len(word) > 1 and does not in listed)
    ]
    return "; ".join(said) + "." if said else ""


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
