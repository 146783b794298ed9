"""What the steps of plain mode share: how a step begins, its prompts, and its problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from wizard.domain.problems import Problem, SetupError
from wizard.domain.steps import STEPS, Step, step_number
from wizard.domain.texts.guide import GUIDE, TYPED, Page, page
from wizard.domain.texts.handoff_formats import markdown
from wizard.domain.texts.wording import IN_FILES, can_use_files, or_files
from wizard.domain.value import Value
from wizard.flow.context import WizardContext
from wizard.plain.dialogue import Act, Dialogue, Prompt, offered
from wizard.plain.paper import Paper

NO_CLIPBOARD: Final = "No clipboard is available here."
ABOUT: Final = {
    Step.CREDENTIALS: "Copy these from your OAuth app.",
    Step.AUTHORIZE: "Open the link in a private window. Sign in as an Organization Owner or Admin"
    " who doesn't use SSO, and click Approve access.",
    Step.CHECK: "The wizard sends Twilio a live, read-only request.",
}
"""What a step is about, where its help page says it in words for the screens."""


class Stage(Value):
    """What the steps of plain mode share: the wizard and its dialogue."""

    wizard_context: WizardContext
    talk: Dialogue

    @property
    def paper(self) -> Paper:
        """Where is written."""
        return self.talk.paper

    def head(self, step: Step, *sentences: str, is_led_back: bool = False) -> None:
        """Say which step this is; the first time, and if a problem led back, also what to do."""
        context, talk = self.wizard_context, self.talk
        number = self._number(step)
        where = number if number == step.title else f"{number}, {step.title}"
        parts = [f"{where}."]
        name = context.session.name
        if talk.is_news("profile", name):
            parts.append(f"Profile {name}.")
        if context.demo:
            parts.append("Demo: nothing is saved." if talk.is_news("demo", said=True) else "Demo.")
        is_news = talk.is_news(f"step {step.value}", context.grant_type)
        if is_news or is_led_back:
            parts += sentences or self.about(step)
        if is_news or step in STEPS:
            # The prompt of Overview says where it is.
            talk.say(" ".join(parts))
        hosts = context.foreign_hosts
        if hosts and talk.is_news("hosts", hosts):
            self.paper.warn(f"These servers aren't Twilio's: {', '.join(hosts)}.")

    def about(self, step: Step) -> tuple[str, ...]:
        """Return what a step is about, in few words."""
        full = self.full(step)
        # A grant type may have words of its own.
        return (ABOUT[step],) if step in ABOUT and full == (GUIDE[step].intro,) else full

    def full(self, step: Step) -> tuple[str, ...]:
        """Return what the screens say a step is about."""
        intro = self._page(step).intro
        return (intro,) if intro else ()

    def _number(self, step: Step) -> str:
        """Return "Step 2 of 6", or the title of a step outside a setup."""
        is_alone = self.wizard_context.is_about_active
        return step_number(step, () if is_alone else self.wizard_context.grant_type.steps)

    def _page(self, step: Step) -> Page:
        return page(step, self.wizard_context.grant_type).naming(TYPED)

    def prompt(
        self,
        step: Step,
        *sentences: str,
        help: Sequence[str] = (),
        answers: Mapping[str, str] | None = None,
        acts: Mapping[str, Act] | None = None,
        can_go_back: bool = True,
        is_shown: bool = True,
    ) -> Prompt:
        """Return a prompt of a step, which begins with the step's number, with the step's help."""
        return Prompt(
            ". ".join((self._number(step), *sentences)),
            help or self.about(step),
            self._page(step).help,
            answers or {},
            acts or {},
            can_go_back=can_go_back,
            is_shown=is_shown,
        )

    async def offer(self, step: Step, answers: Mapping[str, str]) -> str:
        """Offer answers at a prompt of a step; return the one that was chosen. Raises Left."""
        return await self.talk.choose(self.prompt(step, offered(answers), answers=answers))

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

    async def read_sheet(self) -> None:
        """Read out the handoff sheet; copy and save it if asked to. Raises SetupError and Left."""
        sheet = self.wizard_context.upkeep.sheet()
        self.paper.sheet(sheet)
        answers = {"": "go back", "save": "save the sheet as a new file in this folder"}
        prompt = Prompt(
            f"End of the sheet. {offered({**answers, 'copy': 'copy the sheet'})}",
            answers=answers,
            acts={"copy": partial(self.copy, markdown(sheet), "Sheet")},
        )
        if await self.talk.choose(prompt) == "save":
            self.talk.say("Saved as", await self.wizard_context.upkeep.save_sheet())

    async def use_file(self) -> bool:
        """Keep the secrets in files from now on; whether that could be done."""
        try:
            await self.wizard_context.session.use_file()
        except SetupError as error:
            self.failed(error.problem, is_chosen=True)
            return False
        self.talk.say(IN_FILES)
        return True
