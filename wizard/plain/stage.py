"""What every step of plain mode is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wizard.domain.guide import GUIDE, TYPED
from wizard.domain.problems import Problem, SetupError
from wizard.domain.questions import SHEET_TITLE
from wizard.domain.steps import ROAD, Step, place
from wizard.domain.value import Value
from wizard.domain.wording import IN_FILES, can_use_files, or_files
from wizard.flow.journey import Journey
from wizard.flow.upkeep import Upkeep
from wizard.plain.dialogue import Act, Dialogue, Prompt, headed
from wizard.plain.paper import Paper

NO_CLIPBOARD: Final = "No clipboard takes it here."


class Stage(Value):
    """The journey, what is done on it, and the person it is talked about with."""

    journey: Journey
    upkeep: Upkeep
    talk: Dialogue

    @property
    def paper(self) -> Paper:
        """Where is written."""
        return self.talk.paper

    def head(self, step: Step, aside: str = "") -> None:
        """Say which step this is, whose, and what it is about."""
        page = GUIDE[step].naming(TYPED)
        where = f"{place(step)}, {step.title}" if step in ROAD else step.title
        title = page.heading if page.heading != step.title else ""
        parts = [where, title, f"Profile {self.journey.session.name}", aside]
        parts += ["Demo"] if self.journey.demo else []
        self.talk.say("", ". ".join(part for part in parts if part) + ".")
        if self.journey.foreign_hosts:
            self.talk.say(f"! not Twilio: {', '.join(self.journey.foreign_hosts)}")
        if page.intro:
            self.talk.say(page.intro)

    def prompt(
        self,
        step: Step,
        *words: str,
        answers: Mapping[str, str] | None = None,
        acts: Mapping[str, Act] | None = None,
        can_go_back: bool = True,
        is_shown: bool = True,
    ) -> Prompt:
        """Return a prompt of a step, with the step's help."""
        return Prompt(
            headed(step, *words),
            GUIDE[step].naming(TYPED).help,
            answers or {},
            acts or {},
            can_go_back=can_go_back,
            is_shown=is_shown,
        )

    def failed(self, problem: Problem, *, is_chosen: bool = False) -> dict[str, str]:
        """Say a problem; return the answer that offers files, where the keyring is in the way.

        Args: `is_chosen`: files were chosen already.
        """
        self.paper.problem(or_files(problem, "type “files”", is_chosen=is_chosen))
        return {"files": "uses a file instead"} if can_use_files(problem) else {}

    def tell_sheet(self, text: str) -> None:
        """Write a handoff sheet, its commands as they are."""
        self.talk.say(f"{SHEET_TITLE}:", "")
        is_code = False
        for line in text.splitlines():
            is_code ^= line.startswith("```")
            (self.paper.line if is_code else self.talk.say)(line)
        self.talk.say("")

    async def copy(self, text: str, what: str = "") -> bool:
        """Copy to this machine's clipboard; say where none takes it, and return whether one did.

        Args: `what`: what is said to have been sent there; "" where the caller tells it.
        """
        is_taken = await self.journey.services.clipboard.copy(text)
        if not is_taken:
            self.talk.say(NO_CLIPBOARD)
        elif what:
            self.talk.say(f"{what} sent to the clipboard.")
        return is_taken

    async def use_file(self) -> bool:
        """Keep the secrets in files from now on; whether that could be done."""
        try:
            await self.journey.session.use_file()
        except SetupError as error:
            self.failed(error.problem, is_chosen=True)
            return False
        self.talk.say(IN_FILES)
        return True
