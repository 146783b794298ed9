"""Step 5 in plain mode: each line of the check said once it is known."""

from __future__ import annotations

from wizard.domain.checks import Check, Status, pause
from wizard.domain.steps import Step
from wizard.flow.reports import Report, Verdict
from wizard.flow.runs import ActiveRun, DraftRun
from wizard.flow.state import GoTo, Outcome, Verified
from wizard.plain.stage import Stage

OPEN = (Status.WAITING, Status.RUNNING)


class CheckStep:
    """Runs, says how it went, and asks what to do where it failed."""

    def __init__(self, stage: Stage, run: DraftRun | ActiveRun) -> None:
        self._stage = stage
        self._run = run
        self._lines: tuple[Check, ...] = ()
        self._said: dict[str, Check] = {}
        self._has_said_wait = False

    async def run(self) -> Outcome:
        """Run until it passed, or somebody goes elsewhere. Raises Left."""
        self._stage.head(Step.CHECK)
        report = await self._check(is_retry=False)
        while report.verdict is not Verdict.PASSED:
            match await self._ask(report):
                case "hour" | "new":
                    report = await self._run.accept(report)
                case "authorize" | "credentials" | "prerequisites":
                    if report.step is not None:
                        return GoTo(report.step, report.problem)
                case "files" if not await self._stage.use_file():
                    continue
                case _:
                    report = await self._check(is_retry=True)
        if report.organization:
            self._stage.talk.say(f"Organization {report.organization}")
        return Verified()

    async def _check(self, *, is_retry: bool) -> Report:
        self._lines, self._said, self._has_said_wait = (), {}, False
        work = self._run.run(self._show, is_retry=is_retry)
        report = await self._stage.talk.wait("Twilio's answers", work)
        self._say_ended()
        for problem in report.warnings:
            self._stage.talk.say(f"! {problem.title}. {problem.cause} {problem.remedy}")
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

    async def _ask(self, report: Report) -> str:
        """Say what is wrong, and ask what to do; "" tries again."""
        answers = self._stage.failed(report.problem) if report.problem else {}
        step, is_again = report.step, report.is_tried_again
        if report.verdict is Verdict.UNRENEWABLE:
            answers["hour"] = "uses it for its hour"
        if report.verdict is Verdict.OTHER_ORGANIZATION:
            answers["new"] = "uses the new one"
        elsewhere = _word(step) if step is not None else ""
        if step is not None and is_again:
            answers[elsewhere] = step.towards
        elif report.can_retry:
            answers["again"] = "tries again"
        primary = "tries again" if is_again else f"is {elsewhere}"
        words = (f"Enter {primary}", *answers)
        prompt = self._stage.prompt(Step.CHECK, *words, answers={"": primary, **answers})
        chosen = await self._stage.talk.choose(prompt)
        return chosen if chosen or is_again else elsewhere


def _word(step: Step) -> str:
    """What is typed to go there; neither used code nor link helps where a check failed."""
    return Step.AUTHORIZE.value if step is Step.REDIRECT else step.value
