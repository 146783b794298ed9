"""Overview: what is set up or unfinished, which actions it offers, and where they lead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from wizard.domain.errors.store import SECRETS_DAMAGED, SECRETS_MISSING
from wizard.domain.problems import Check, Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.text import day, moment
from wizard.domain.texts import overview as texts
from wizard.domain.texts import questions, summary
from wizard.domain.texts.guide import Page
from wizard.domain.texts.questions import Question
from wizard.domain.texts.wording import of_saved, or_retry
from wizard.domain.value import Value, replace
from wizard.flow import state
from wizard.flow.check.report import on_overview
from wizard.flow.context import WizardContext
from wizard.flow.upkeep import Rotation, rotate_secret


class Unfinished(Value):
    """A draft that can be resumed."""

    saved: str
    """When its last field was saved, in words."""
    step: Step
    """The step at which it continues."""
    failed: str = ""
    """When its check failed; for a change also how, as Overview shows a setup's problem in full."""
    outcome: state.Outcome = state.Resume()
    """The outcome that resumes it."""


class Confirm(Value):
    """An action to confirm first."""

    question: Question
    then: Callable[[], Awaitable[state.Outcome]]
    """Performs the action and returns its outcome. Raises SetupError."""


def profile_names(wizard_context: WizardContext) -> Sequence[str]:
    """Return the names of all profiles, in order; only the open one if the store can't be read."""
    names = {wizard_context.session.name}
    with suppress(SetupError):
        names.update(wizard_context.services.store.names())
    return sorted(names)


class Overview:
    """The state of the profile when Overview opens, and the actions on it."""

    def __init__(self, wizard_context: WizardContext) -> None:
        self.wizard_context = wizard_context
        self._session = wizard_context.session
        self._services = wizard_context.services
        profile = self._session.profile
        self.facts = wizard_context.facts() if profile.active else ()
        self.since = day(profile.set_up_at) if profile.set_up_at else ""
        """When it was set up."""
        self.unfinished = self._unfinished()
        self.lost = self._out_of_reach()
        """What is saved but can't be read; None if everything can."""
        self.problems = self._problems()
        """The known problems, the worst first: unreadable secrets, failed refresh, failed check."""
        self.verdict = self._verdict()
        """How the last check ended; None without one, or where another problem is worse."""
        self.items = self._offers()
        """The actions, in order."""

    @property
    def page(self) -> Page:
        """The help of Overview as it is now."""
        offered = [item.id for item in self.items]
        return texts.help_page(self.wizard_context.grant_type, offered)

    def can(self, action: str) -> bool:
        """Whether an action is offered."""
        return any(item.id == action for item in self.items)

    def shown(self, retry: str) -> tuple[Problem, ...]:
        """Return the problems as the screens or plain mode show them.

        Args: `retry`: how the secrets are read again, such as "press r".
        """
        if self.lost is None:
            return self.problems
        return tuple(or_retry(problem, retry) for problem in self.problems)

    def about_draft(self) -> str:
        """Return the line about an unfinished draft; "" without one."""
        what = "change" if self.facts else "setup"
        if self.unfinished is not None:
            draft = self.unfinished
            return texts.unfinished(what, draft.saved, draft.step.title, draft.failed)
        return texts.unreadable(what) if self.lost and not self.lost.is_active else ""

    def do(self, action: str) -> state.Outcome | Confirm | None:
        """Return an action's outcome, or the question before it; None if more input is needed.

        More input is needed to read the secrets again, enter a rotated one, show the handoff sheet,
        and open another profile.
        """
        match action:
            case "resume":
                return self.unfinished.outcome if self.unfinished else state.Resume()
            case "check":
                return state.CheckNow()
            case "change":
                return state.Change(Step.CREDENTIALS)
            case "start-over":
                return state.StartOver()
            case "quit":
                return state.Quit()
            case "authorize":
                return Confirm(questions.AUTHORIZE_AGAIN, self._authorize)
            case "discard":
                return Confirm(self._discarding(), self._discard)
            case "forget":
                return Confirm(
                    texts.question(self._session.name, is_demo=bool(self.wizard_context.demo)),
                    self._forget,
                )
            case _:
                return None

    @property
    def about_rotation(self) -> str:
        """What to enter for a rotated secret, and what the wizard does with it."""
        return questions.ROTATE_IN_DEMO if self.wizard_context.demo else questions.ROTATE

    @property
    def rotated(self) -> str:
        """What to say once a rotated secret works."""
        return questions.ROTATED_IN_DEMO if self.wizard_context.demo else questions.ROTATED

    def refuse(self, secret: str) -> str | None:
        """Return why a rotated secret can't be tested, or None."""
        from wizard.domain import rules

        problem = rules.client_secret(secret) if rules.clean(secret) else questions.NO_ROTATED
        if problem or self.wizard_context.demo is None:
            return problem
        from wizard.flow.credentials import too_short

        return too_short(secret)

    async def rotate(self, secret: Secret) -> Rotation:
        """Test a rotated secret and save it if it works. Raises SetupError."""
        session, services = self._session, self._services
        if (demo := self.wizard_context.demo) is not None:
            self.wizard_context.demo = demo.rotated(secret)
        network = await services.connect()
        rotation = await session.protected.run(
            rotate_secret(session.name, services.store, network.tokens, secret)
        )
        # The result is known; if it can't be read again, the next step reports that.
        with suppress(SetupError):
            await session.reload()
        return rotation

    def after_rotation(self, rotation: Rotation, secret: Secret) -> state.Outcome | Confirm:
        """Return what follows: a check if the secret was saved, else a new authorization."""
        if rotation is Rotation.KEPT:
            return state.CheckNow()
        return Confirm(questions.CONSENT_NEEDED, partial(self._stage, secret))

    async def retry(self) -> state.Outcome:
        """Read the saved secrets again. Raises SetupError."""
        await self._session.try_again()
        # No step precedes Overview, so this opens it again.
        return state.Back()

    def switch(self, name: str) -> state.Outcome | None:
        """Open another profile next; return None if it is the open one."""
        if name == self._session.name:
            return None
        self.wizard_context.next_profile = name
        return state.Quit()

    # -- after a confirmation ----------------------------------------------------------------------

    async def _authorize(self) -> state.Outcome:
        return state.Change(Step.AUTHORIZE)

    async def _stage(self, secret: Secret) -> state.Outcome:
        """Save a rotated secret in the draft; an authorization then verifies it."""
        session = self._session
        await session.save_draft(replace(session.working_draft(), client_secret=secret))
        return state.Change(Step.AUTHORIZE)

    async def _discard(self) -> state.Outcome:
        await self._session.discard_draft()
        return state.Discarded()

    async def _forget(self) -> state.Outcome:
        """Remove the profile and its secrets."""
        words = texts.remains(self._session.profile, self._services.clock())
        await self._session.forget()
        self.wizard_context.last_words = words
        return state.Quit()

    def _discarding(self) -> Question:
        """Return the question before the draft is removed."""
        session = self._session
        if session.profile.active is None:
            return questions.DISCARD
        draft, active = session.draft, session.active
        # A draft that can't be read may hold a new secret, too.
        is_same = draft and active and draft.client_secret in (None, active.client_secret)
        return questions.DISCARD_CHANGE if is_same else questions.DISCARD_NEW_SECRET

    # -- state ------------------------------------------------------------------------

    def _unfinished(self) -> Unfinished | None:
        profile, step = self._session.profile, self._session.resume_at()
        last, saved = profile.draft_check, profile.draft_saved_at
        if step is None or saved is None:
            return None
        problem = summary.problem_of(last, self._session.use.grant_type)
        if last is None or problem is None:
            return Unfinished(moment(saved), step)
        outcome: state.Outcome = state.Resume()
        # A link with the rejected settings would only be rejected again.
        if profile.draft_step is Step.CHECK and problem.step in (
            Step.PREREQUISITES,
            Step.CREDENTIALS,
        ):
            step, outcome = problem.step, state.GoTo(problem.step, problem)
        # The problem of a setup is shown in full by itself.
        how = f"Check failed {moment(last.at)}" + (f": {problem.title}" if profile.active else "")
        return Unfinished(moment(saved), step, how, outcome)

    def _out_of_reach(self) -> texts.OutOfReach | None:
        session = self._session
        problem = session.trouble or session.draft_trouble or self._store_trouble()
        if problem is None:
            return None
        is_gone = problem.id in (SECRETS_DAMAGED.id, SECRETS_MISSING.id)
        return texts.OutOfReach(
            problem,
            is_active=session.trouble is not None or session.draft_trouble is None,
            can_start_over=is_gone and session.draft_trouble is None,
        )

    def _store_trouble(self) -> Problem | None:
        """Return why the wizard's folder can't be read, though the record could be read earlier."""
        try:
            self._services.store.names()
        except SetupError as error:
            return error.problem
        return None

    def _problems(self) -> tuple[Problem, ...]:
        profile = self._session.profile
        if self.lost:
            return (self.lost.problem,)
        if profile.active is None:
            failed = summary.problem_of(profile.draft_check, profile.grant_type)
            return (failed,) if failed else ()
        found = summary.problems(profile, self._services.clock())
        return tuple(map(of_saved, found))

    def _verdict(self) -> Check | None:
        profile, worst = self._session.profile, next(iter(self.problems), None)
        last, of_last = profile.last_check, summary.problem_of(profile.last_check)
        is_worse = worst and not worst.is_warning and (of_last is None or worst.id != of_last.id)
        if profile.active is None or last is None or is_worse:
            return None
        return texts.verdict(last, self._services.clock())

    def _offers(self) -> list[texts.Item]:
        return texts.offers(
            has_active=self._session.profile.active is not None,
            has_draft=self.unfinished is not None,
            is_demo=self.wizard_context.demo is not None,
            first=on_overview(next(iter(self.problems), None)),
            lost=self.lost,
            is_of_app=not self._session.profile.grant_type.needs_approval,
        )
