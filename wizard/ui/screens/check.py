"""Step 5: the check, line by line, and what to do if it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from wizard.domain.problems import Check, Status
from wizard.domain.steps import Step
from wizard.flow.check.lines import DRAFT_LINES, SAVED
from wizard.flow.check.report import (
    Action,
    AfterCheck,
    Offer,
    Report,
    Verdict,
    after_check,
)
from wizard.flow.check.runner import Run
from wizard.flow.state import Verified
from wizard.ui.step_bases import FILES, NEW_LINK, IntoFilesScreen
from wizard.ui.widgets.buttons import Button, offered
from wizard.ui.widgets.layout import Banner, Gap
from wizard.ui.widgets.problem_panel import ProblemPanel
from wizard.ui.widgets.results import CheckLines

ACCEPT: Final = "accept"
ELSEWHERE: Final = "elsewhere"
"""The ids of the buttons of the choices beside the primary one."""


VERDICTS: Final = {
    Verdict.PASSED: ("✓ Check passed.", " Your SCIM credentials work.", "success"),
    Verdict.FAILED: ("✗ Check failed.", "", "error"),
}
KEPT: Final = " Your tokens are saved."
"""What a check that failed says, too, once they are."""
UNDECIDED: Final = ("! Almost done.", " Your decision is needed.", "warning")
RUNNING: Final = ("Checking…", "", "foreground")


class CheckScreen(IntoFilesScreen):
    """Runs by itself; one reactive holds the report, one watcher paints it."""

    STEP = Step.CHECK
    BINDINGS: ClassVar[list[BindingType]] = [
        # A button does the same: the row of keys keeps room to copy the problem for support.
        replace(NEW_LINK, show=False),
        offered("f,f7", "use_file", "Use a file", "keyring.file", FILES, "f"),
    ]
    AUTO_FOCUS = "#next"
    FILES_KEY = "f"

    report: var[Report | None] = var(None)
    """None while the check runs."""

    def __init__(self, banner: Banner, check: Run, use_file: Callable[[], Awaitable[None]]) -> None:
        """Args: `use_file`: see IntoFilesScreen."""
        super().__init__(banner, use_file)
        self._check = check
        self._is_accepting = False
        self._before: tuple[Report, tuple[Check, ...]] | None = None
        """The report and the lines before the retry that is running."""
        self._others: dict[str, Offer] = {}
        """What the buttons beside the primary one do, by their ids."""

    def compose_body(self) -> ComposeResult:
        """Yield the lines and what may be wrong."""
        yield Static("", id="verdict", classes="pane")
        yield Gap(rank=0)
        yield CheckLines()
        yield Gap()
        yield ProblemPanel()
        yield Gap(rank=0)
        yield Static("", id="organization", classes="muted spare", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield Cancel while it runs; what is next once it is known."""
        yield Button("", id=ELSEWHERE, classes="other")
        yield Button("Cancel", id="back")
        yield Button("", id=ACCEPT)
        yield Button("Checking…", id="next", variant="primary", disabled=True)

    def on_mount(self) -> None:
        """Begin."""
        super().on_mount()
        self.query(f"#{ACCEPT}, #{ELSEWHERE}, #organization").set(display=False)
        self._run()

    def can_go_on(self) -> bool:
        """Whether the check has ended, so that there is something to do."""
        return self.report is not None

    @property
    def _is_decided(self) -> bool:
        """Whether it has passed, or is being taken as it is."""
        has_passed = self.report is not None and self.report.verdict is Verdict.PASSED
        return has_passed or self._is_accepting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no way back from what is done: there is no step before it any more."""
        if action == "back" and self._is_decided:
            return False
        if action == "fresh_link" and self._new_link is None:
            return False
        return super().check_action(action, parameters)

    @work(exclusive=True, group="check")
    async def _run(self, is_retry: bool = False) -> None:
        self._before = (self.report, self.query_one(CheckLines).checks) if self.report else None
        self.report = None
        self.report = await self._check.run(self._show_lines, is_retry=is_retry)

    def action_back(self) -> None:
        """Cancel a retry, and show the report before it again; otherwise go back."""
        if self.report is None and self._before is not None:
            self.workers.cancel_group(self, "check")
            report, self.query_one(CheckLines).checks = self._before
            self.report = report
        else:
            super().action_back()

    def _show_lines(self, checks: tuple[Check, ...]) -> None:
        # The exchange is finished and saved even if this screen was left.
        if self.is_here:
            self.query_one(CheckLines).checks = checks

    def watch_report(self, report: Report | None) -> None:
        """Paint the end of the check, or that it runs."""
        if not self.is_here:
            return
        self.query_one(CheckLines).has_ended = report is not None
        self._say_verdict(report)
        after = after_check(report) if report else None
        label = _button_of(after.primary) if after else "Checking…"
        self.set_primary(label, is_enabled=after is not None)
        self._offer_others(after)
        back = self.query_one("#back", Button)
        back.label = "Cancel" if report is None else "‹ Back"
        back.display = not self._is_decided
        told = report.told if report else ()
        self.show_failure(next(iter(told), None), also=told[1:])
        if report is not None and report.organization:
            organization = self.query_one("#organization", Static)
            organization.display = True
            organization.update(f"Organization {report.organization}")
        self.expect_new_enter()
        if report is not None:
            self.set_focus(self.query_one("#next"))

    def _say_verdict(self, report: Report | None) -> None:
        """Say how it ended; that it runs needs no color."""
        short, long, kind = VERDICTS.get(report.verdict, UNDECIDED) if report else RUNNING
        has_failed = kind == "error"
        done = [c.title for c in self.query_one(CheckLines).checks if c.status is Status.PASSED]
        if has_failed and DRAFT_LINES[SAVED] in done:
            long = KEPT
        line = self.query_one("#verdict", Static)
        line.update(Content.assemble((short, f"bold ${kind}"), (long, "bold")))
        line.set_classes(f"pane -{kind}")
        line.set_class(bool(report and report.told) and not has_failed, "spare")

    def _offer_others(self, after: AfterCheck | None) -> None:
        """Give each other choice its button: one to accept the report, one for the rest."""
        others = after.others if after else ()
        self._others = {ACCEPT if o.action is Action.ACCEPT else ELSEWHERE: o for o in others}
        for id_ in (ACCEPT, ELSEWHERE):
            offer, button = self._others.get(id_), self.query_one(f"#{id_}", Button)
            button.display = offer is not None
            button.label = offer.label if offer else ""

    async def go_on_in_files(self) -> None:
        """Run again."""
        if self.is_here:
            self._run(is_retry=True)

    def action_primary(self) -> None:
        """Continue, try again, or go to the step that fixes the problem."""
        report = self.report
        if report is None:
            return
        if self._is_decided:
            self.leave(Verified())
        else:
            self._do(after_check(report).primary, report)

    @property
    def _new_link(self) -> Offer | None:
        """The offer that leads to a new link, if there is one."""
        if self.report is None or self._is_decided:
            return None
        after = after_check(self.report)
        offers = (after.primary, *after.others)
        return next((offer for offer in offers if offer.action is Action.AUTHORIZE), None)

    def action_fresh_link(self) -> None:
        """Go to Authorize for a new link."""
        if self.report is not None and self._new_link is not None:
            self._do(self._new_link, self.report)

    @on(Button.Pressed, f"#{ACCEPT}, #{ELSEWHERE}")
    def _other_pressed(self, event: Button.Pressed) -> None:
        offer = self._others.get(event.button.id or "")
        if self.report is not None and offer is not None:
            self._do(offer, self.report)

    def _do(self, offer: Offer, report: Report) -> None:
        outcome = offer.outcome(report)
        if offer.action is Action.ACCEPT:
            # A decision can't be repeated or left while it is being saved.
            self._is_accepting, self.report = True, None
            self._accept(report)
        elif outcome is None:
            self._run(is_retry=True)
        else:
            self.leave(outcome)

    @work(group="check")
    async def _accept(self, report: Report) -> None:
        taken = await self._check.accept(report)
        self._is_accepting, self.report = False, taken


def _button_of(offer: Offer) -> str:
    """Return the label of the primary button, with an arrow if that is forward."""
    is_back = offer.action in (Action.CREDENTIALS, Action.PREREQUISITES)
    return offer.label if is_back else f"{offer.label} ›"
