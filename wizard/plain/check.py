"""Step 5 in plain mode: what the check found, in as few sentences as possible."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from wizard.domain.problems import Check, Status, pause
from wizard.domain.steps import Step
from wizard.flow.check.lines import UNDONE
from wizard.flow.check.report import Action, Offer, Report, Verdict, after_check
from wizard.flow.check.runner import Run
from wizard.flow.state import Outcome, Verified
from wizard.plain import dialogue
from wizard.plain.stage import Stage

ENDED: Final = {
    Status.PASSED: "Passed",
    Status.WARNING: "Warning",
    Status.FAILED: "Failed",
    Status.SKIPPED: "Skipped",
}


PASSED: Final = "Check passed. Your SCIM credentials work."


def results(lines: Iterable[Check], what: str = "") -> list[str]:
    """Return what is known of the lines: those with the same status in one paragraph.

    Args: `what`: what was checked, where the step doesn't say it.
    """
    ended = (line for line in lines if line.status in ENDED)
    return [
        f"{f'{what} {ENDED[status].lower()}' if what else ENDED[status]}:"
        f" {' '.join(_in_a_sentence(line) for line in same)}"
        for status, same in groupby(ended, key=lambda line: line.status)
    ]


def _in_a_sentence(line: Check) -> str:
    is_done = line.status is Status.PASSED
    title = line.title if is_done else UNDONE.get(line.title, line.title)
    return f"{title}: {line.note}." if line.note else f"{title}."


class CheckStep:
    """Runs the check, prints its result, and asks what to do if it failed."""

    def __init__(self, stage: Stage, run: Run) -> None:
        self._stage = stage
        self._run = run
        self._lines: tuple[Check, ...] = ()
        self._said: set[str] = set()
        self._passed: set[str] = set()
        """What has passed in this or an earlier try, and isn't said again where it is skipped."""
        self._said_at = 0.0
        """The event loop's time when something was said last."""
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
        if report.is_of_active:
            self._stage.talk.say(PASSED)
        return Verified()

    async def _check(self, *, is_retry: bool) -> Report:
        self._lines, self._said, self._has_said_wait = (), set(), False
        self._said_at = asyncio.get_running_loop().time()
        work = self._run.run(self._show, is_retry=is_retry)
        report = await self._stage.talk.wait("Twilio's response", work)
        self._say_ended()
        for problem in report.warnings:
            self._stage.paper.notice(problem)
        return report

    def _show(self, lines: tuple[Check, ...]) -> None:
        self._lines = lines
        words = "" if self._has_said_wait else pause(lines)
        is_slow = asyncio.get_running_loop().time() > self._said_at + dialogue.QUIET
        # A line may end first and get its note then, so only once the next one is running.
        if words or (is_slow and any(line.status is Status.RUNNING for line in lines)):
            self._say_ended()
        if words:
            self._has_said_wait = True
            self._stage.talk.say(words)

    def _say_ended(self) -> None:
        new = [
            each
            for each in self._lines
            if each.status in ENDED
            and each.id not in self._said
            and not (each.status is Status.SKIPPED and each.id in self._passed)
        ]
        if new:
            self._passed.update(line.id for line in new if line.status is Status.PASSED)
            self._said.update(line.id for line in new)
            self._said_at = asyncio.get_running_loop().time()
            self._stage.talk.say(*results(new))

    async def _ask(self, report: Report) -> Offer | None:
        """Say what is wrong, and ask what to do; None: files were chosen."""
        files = self._stage.failed(report.problem) if report.problem else {}
        after = after_check(report)
        offers = {offer.action.value: offer for offer in after.others} | {"": after.primary}
        answers = {word: offer.does for word, offer in offers.items()} | files
        return offers.get(await self._stage.offer(Step.CHECK, answers))
