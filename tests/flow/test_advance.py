"""Every transition of the flow, compared with a handwritten table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import NOW
from wizard.domain.errors.exchange import WRONG_CLIENT
from wizard.domain.models import CredentialSet
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.oauth.authorization_response import BareCode, Received
from wizard.domain.secret import Secret
from wizard.domain.steps import STEPS, Step
from wizard.domain.value import replace
from wizard.flow.state import (
    Back,
    Change,
    CheckNow,
    CodeReceived,
    Delivery,
    Discarded,
    GoTo,
    LinkTaken,
    Next,
    Outcome,
    Quit,
    Resume,
    StartOver,
    Subject,
    Unchanged,
    Verified,
    WizardState,
    advance,
)

ATTEMPT = begin(CredentialSet("OQ", Secret("s"), "https://a.example/"), None, NOW)
CODE = Received(Secret("code"), ATTEMPT)
BARE = BareCode(Secret("code"), ATTEMPT)

EVERY = (Step.OVERVIEW, *STEPS)
NOT_ABOUT_THE_DRAFT = (Step.OVERVIEW, Step.CHECK, Step.DONE)
OUTCOMES: tuple[Outcome, ...] = (
    Next(),
    Back(),
    *map(GoTo, EVERY),
    GoTo(Step.CREDENTIALS, WRONG_CLIENT),
    *map(LinkTaken, Delivery),
    LinkTaken(Delivery.APPROVED, Secret("https://a.edu/cb?code=1&state=2")),
    CodeReceived(CODE),
    CodeReceived(BARE),
    Verified(),
    Resume(),
    StartOver(),
    Discarded(),
    CheckNow(),
    Change(Step.CREDENTIALS),
    Change(Step.AUTHORIZE),
    Quit(),
    Unchanged(),
)

Changes = Callable[[WizardState, Any], dict[str, object] | None]
"""The changes that an outcome makes to a state; None: no change at all."""


def to(step: Step, **more: object) -> Changes:
    """Enter a step without a code; before Check, it always concerns the draft."""

    def changes(state: WizardState, outcome: Outcome) -> dict[str, object]:
        subject = state.subject if step in NOT_ABOUT_THE_DRAFT else Subject.DRAFT
        return {"step": step, "answer": None, "because": None, "subject": subject} | more

    return changes


def where(condition: Callable[[WizardState], bool], then: Changes, otherwise: Changes) -> Changes:
    return lambda state, outcome: (then if condition(state) else otherwise)(state, outcome)


def nothing(state: WizardState, outcome: Outcome) -> None:
    return None


def leave(state: WizardState, outcome: Outcome) -> dict[str, object]:
    return {"has_left": True}


def resume(state: WizardState, outcome: Outcome) -> dict[str, object] | None:
    return state.resume_at and {
        "step": state.resume_at,
        "answer": None,
        "subject": Subject.DRAFT,
    }


def hand_out(state: WizardState, outcome: LinkTaken) -> dict[str, object]:
    arrived = {"step": Step.REDIRECT, "answer": None, "subject": Subject.DRAFT}
    return arrived | {"delivery": outcome.delivery, "landed": outcome.landed}


def take_code(state: WizardState, outcome: CodeReceived) -> dict[str, object]:
    return {"step": Step.CHECK, "answer": outcome.answer}


def change(state: WizardState, outcome: Change) -> dict[str, object] | None:
    return to(outcome.step, is_change=True)(state, outcome)


def has_active(state: WizardState) -> bool:
    return state.has_active


def has_overview(state: WizardState) -> bool:
    return state.has_active or state.resume_at is not None


def is_change(state: WizardState) -> bool:
    return state.is_change


def is_active(state: WizardState) -> bool:
    return state.subject is Subject.ACTIVE


PROVEN = to(Step.DONE, has_active=True, is_change=True, resume_at=None)
TABLE: dict[tuple[Step, type], Changes] = {
    (Step.OVERVIEW, Resume): resume,
    (Step.OVERVIEW, StartOver): to(Step.PREREQUISITES),
    (Step.OVERVIEW, Discarded): where(
        has_active,
        to(Step.OVERVIEW, resume_at=None),
        to(Step.PREREQUISITES, resume_at=None),
    ),
    (Step.OVERVIEW, CheckNow): where(
        has_active, to(Step.CHECK, subject=Subject.ACTIVE), otherwise=nothing
    ),
    (Step.OVERVIEW, Change): change,
    (Step.PREREQUISITES, Next): to(Step.CREDENTIALS),
    (Step.PREREQUISITES, Back): where(has_overview, to(Step.OVERVIEW), otherwise=nothing),
    (Step.CREDENTIALS, Next): to(Step.AUTHORIZE),
    (Step.CREDENTIALS, Unchanged): where(
        has_active, to(Step.CHECK, subject=Subject.ACTIVE), otherwise=nothing
    ),
    (Step.CREDENTIALS, Back): where(is_change, to(Step.OVERVIEW), to(Step.PREREQUISITES)),
    (Step.AUTHORIZE, LinkTaken): hand_out,
    (Step.AUTHORIZE, CodeReceived): take_code,
    (Step.AUTHORIZE, Back): to(Step.CREDENTIALS),
    (Step.REDIRECT, LinkTaken): hand_out,
    (Step.REDIRECT, CodeReceived): take_code,
    (Step.REDIRECT, Back): to(Step.AUTHORIZE),
    (Step.CHECK, Verified): where(is_active, to(Step.OVERVIEW), PROVEN),
    (Step.CHECK, Back): where(is_active, to(Step.OVERVIEW), to(Step.AUTHORIZE)),
    (Step.DONE, Next): leave,
    (Step.DONE, Back): to(Step.OVERVIEW),
}
"""All pairs of step and outcome that change something; all others change nothing."""


def states() -> Iterator[WizardState]:
    """Return every kind of state that a wizard can be in."""
    for step, active, changing, resumes, subject, delivery in product(
        EVERY,
        (False, True),
        (False, True),
        (None, Step.CREDENTIALS, Step.REDIRECT, Step.CHECK),
        Subject,
        (Delivery.SHOWN, Delivery.COPIED),
    ):
        if subject is Subject.ACTIVE and step not in NOT_ABOUT_THE_DRAFT:
            continue
        has_answer = step is Step.CHECK and subject is Subject.DRAFT
        for answer in (None, CODE, BARE) if has_answer else (None,):
            yield WizardState(step, active, changing, resumes, delivery, answer, subject)


def expected(state: WizardState, outcome: Outcome) -> WizardState:
    if isinstance(outcome, Quit):
        return replace(state, has_left=True)
    if isinstance(outcome, GoTo):
        changes = to(outcome.step, because=outcome.because)(state, outcome)
    else:
        changes = TABLE.get((state.step, type(outcome)), nothing)(state, outcome)
    return replace(state, **(changes or {}))  # type: ignore[arg-type]


@pytest.mark.parametrize("step", EVERY)
@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: repr(outcome)[:40])
def test_advance_follows_the_table(step: Step, outcome: Outcome) -> None:
    here = [state for state in states() if state.step is step]
    assert here
    for state in here:
        assert advance(state, outcome) == expected(state, outcome), state


def test_table_names_no_step_or_outcome_that_is_not_walked() -> None:
    assert {step for step, _ in TABLE} == set(EVERY)
    assert {kind for _, kind in TABLE} | {GoTo, Quit} == {type(outcome) for outcome in OUTCOMES}


def ways(start: WizardState) -> dict[WizardState, set[WizardState]]:
    """Return where each state reached from a start leads, without a jump or an early end."""
    outcomes = [o for o in OUTCOMES if not isinstance(o, (GoTo, Quit))]
    graph: dict[WizardState, set[WizardState]] = {}
    todo = [start]
    while todo:
        state = todo.pop()
        if state not in graph:
            graph[state] = set() if state.has_left else {advance(state, o) for o in outcomes}
            todo += graph[state]
    return graph


def leading_to(goals: set[WizardState], graph: dict[WizardState, set[WizardState]]) -> set[object]:
    """Return the states from which one of the goals can be reached."""
    found: set[object] = set()
    new: set[WizardState] = goals
    while new:
        found |= new
        new = {state for state, onward in graph.items() if onward & new and state not in found}
    return found


STARTS = (
    WizardState(Step.PREREQUISITES),
    WizardState(Step.OVERVIEW, resume_at=Step.REDIRECT),
    WizardState(Step.OVERVIEW, has_active=True, is_change=True),
    WizardState(Step.OVERVIEW, has_active=True, is_change=True, resume_at=Step.CREDENTIALS),
)


@pytest.mark.parametrize("start", STARTS)
def test_every_step_is_reached_from_every_start(start: WizardState) -> None:
    assert {state.step for state in ways(start)} == set(EVERY)


@pytest.mark.parametrize("start", STARTS)
def test_done_and_the_way_out_are_reached_from_everywhere(start: WizardState) -> None:
    graph = ways(start)
    on = {state for state in graph if not state.has_left}
    assert on <= leading_to({state for state in on if state.step is Step.DONE}, graph)
    assert on <= leading_to(set(graph) - on, graph)
    assert all(advance(state, Quit()).has_left for state in on)


def test_used_code_is_never_gone_back_to() -> None:
    check = WizardState(Step.CHECK, answer=CODE)
    assert advance(check, Back()) == WizardState(Step.AUTHORIZE)


@given(st.sampled_from(STARTS), st.lists(st.sampled_from(OUTCOMES), max_size=30))
def test_no_sequence_of_outcomes_breaks_what_always_holds(
    start: WizardState, outcomes: list[Outcome]
) -> None:
    state = start
    for outcome in outcomes:
        before, state = state, advance(state, outcome)
        assert state.answer is None or state.step is Step.CHECK
        assert state.answer is None or state.subject is Subject.DRAFT
        assert state.subject is Subject.DRAFT or state.step in NOT_ABOUT_THE_DRAFT
        assert state.has_active or not before.has_active
        assert state.has_left or not before.has_left
