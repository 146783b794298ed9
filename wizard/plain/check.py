"""Step 5 in plain mode: each line of the check is printed once it is known."""

from __future__ import annotations

from wizard.domain.problems import Check, Status, pause
from wizard.domain.steps import Step
from wizard.flow.check.report import Action, Offer, Report, Verdict, after_check
from wizard.flow.check.runner import ActiveRun, DraftRun
from wizard.flow.state import Outcome, Verified
from wizard.plain.dialogue import Stage, offered

OPEN = (Status.WAITING, Status.RUNNING)


class CheckStep:
    """Runs the check, prints its result, and asks what to do if it failed."""

    def __init__(self, stage: Stage, run: DraftRun | ActiveRun) -> None:
        self._stage = stage
        self._run = run
        self._lines: tuple[Check, ...] = ()
        self._said: dict[str, Check] = {}
        self._has_said_wait = False

    async def run(self) -> Outcome:
        """Run until the check passes or the user goes elsewhere. Raises Left."""
        self._stage.head(Step.CHECK)
        report = await self._check(is_retry=False)
        while report.verdict is not Verdict.PASSED:
            offer = await self._ask(report)
            outcome = offer.outcome(report) if offer else None
            if outcome is not None:
                return outcome
            if offer is not None and offer.action is Action.ACCEPT:
                report = await self._run.accept(report)
            elif offer is not None or await self._stage.use_file():
                report = await self._check(is_retry=True)
        if report.organization:
            self._stage.talk.say(f"Organization {report.organization}")
        return Verified()

    async def _check(self, *, is_retry: bool) -> Report:
        self._lines, self._said, self._has_said_wait = (), {}, False
        work = self._run.run(self._show, is_retry=is_retry)
        report = await self._stage.talk.wait("Twilio's response", work)
        self._say_ended()
        for problem in report.warnings:
            self._stage.paper.notice(problem)
        return report

    def _show(self, lines: tuple[Check, ...]) -> None:
        self._lines = lines
        if any(line.status is Status.RUNNING for line in lines):
            # Only now: a line may end first, and get its note then.
            self._say_ended()
        if not self._has_said_wait and (words := pause(lines)):
            self._has_said_wait = True
            self._stage.talk.say(words)

    def _say_ended(self) -> None:
        for line in self._lines:
            if line.status not in OPEN and self._said.get(line.id) != line:
                self._said[line.id] = line
                self._stage.talk.say(line.in_a_line)

    async def _ask(self, report: Report) -> Offer | None:
        """Say what is wrong, and ask what to do; None: files were chosen."""
        files = self._stage.failed(report.problem) if report.problem else {}
        after = after_check(report)
        offers = {offer.action.value: offer for offer in after.others} | {"": after.primary}
        answers = {word: offer.does for word, offer in offers.items()} | files
        prompt = self._stage.prompt(Step.CHECK, offered(answers), answers=answers)
        return offers.get(await self._stage.talk.choose(prompt))
