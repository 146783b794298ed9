"""Where a wizard opens, and where an unfinished draft continues."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import NOW, tokens
from tests.flow.stage import COMPLETE
from wizard.domain.models import LINK_LIFE, CredentialSet, GrantType, Profile
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.state import Subject, WizardState, resume_step, start, steps_back

GENERATION = "0" * 32
LIVE = begin(COMPLETE, None, NOW - LINK_LIFE + timedelta(seconds=1))
DEAD = begin(COMPLETE, None, NOW - LINK_LIFE)
SENT = replace(LIVE, code_sent_at=NOW)
LATER = replace(LIVE, code_sent_at=NOW + timedelta(seconds=1))

HALF = replace(COMPLETE, redirect_url="")
WITH_TOKENS = replace(COMPLETE, tokens=tokens())


@pytest.mark.parametrize(
    ("reached", "draft", "step"),
    [
        (None, CredentialSet(), Step.CREDENTIALS),
        (None, COMPLETE, Step.CREDENTIALS),
        (None, WITH_TOKENS, Step.CREDENTIALS),
        (Step.PREREQUISITES, CredentialSet(), Step.PREREQUISITES),
        (Step.PREREQUISITES, COMPLETE, Step.PREREQUISITES),
        (Step.CREDENTIALS, HALF, Step.CREDENTIALS),
        (Step.CREDENTIALS, COMPLETE, Step.CREDENTIALS),
        (Step.AUTHORIZE, HALF, Step.CREDENTIALS),
        (Step.REDIRECT, replace(HALF, attempts=(LIVE,)), Step.CREDENTIALS),
        (Step.CHECK, replace(HALF, tokens=tokens()), Step.CREDENTIALS),
        (Step.AUTHORIZE, COMPLETE, Step.AUTHORIZE),
        (Step.AUTHORIZE, replace(COMPLETE, attempts=(LIVE,)), Step.AUTHORIZE),
        (Step.REDIRECT, replace(COMPLETE, attempts=(LIVE,)), Step.REDIRECT),
        (Step.REDIRECT, replace(COMPLETE, attempts=(LIVE, DEAD)), Step.REDIRECT),
        (Step.REDIRECT, replace(COMPLETE, attempts=(DEAD,)), Step.AUTHORIZE),
        (Step.REDIRECT, replace(COMPLETE, attempts=(SENT,)), Step.AUTHORIZE),
        (Step.REDIRECT, COMPLETE, Step.AUTHORIZE),
        (Step.CHECK, replace(COMPLETE, attempts=(SENT,)), Step.AUTHORIZE),
        (Step.CHECK, replace(COMPLETE, attempts=(LIVE,)), Step.AUTHORIZE),
        (Step.CHECK, WITH_TOKENS, Step.CHECK),
        (Step.CHECK, replace(WITH_TOKENS, attempts=(SENT,)), Step.CHECK),
        # A later code was sent and lost: the tokens come from an earlier authorization.
        (Step.CHECK, replace(WITH_TOKENS, attempts=(LATER,)), Step.AUTHORIZE),
        (Step.AUTHORIZE, WITH_TOKENS, Step.AUTHORIZE),
        (Step.REDIRECT, replace(WITH_TOKENS, attempts=(LIVE,)), Step.REDIRECT),
    ],
)
def test_draft_goes_on_where_no_used_code_is_needed(
    reached: Step | None, draft: CredentialSet, step: Step
) -> None:
    assert resume_step(reached, draft, NOW) is step


@pytest.mark.parametrize(
    ("profile", "draft", "state"),
    [
        (Profile(), None, WizardState(Step.PREREQUISITES)),
        (Profile(ticks=("admin",)), None, WizardState(Step.PREREQUISITES)),
        (
            Profile(active=GENERATION),
            None,
            WizardState(Step.OVERVIEW, has_active=True, is_change=True),
        ),
        (
            Profile(draft=GENERATION, draft_step=Step.AUTHORIZE),
            COMPLETE,
            WizardState(Step.OVERVIEW, resume_at=Step.AUTHORIZE),
        ),
        (
            Profile(draft=GENERATION),
            HALF,
            WizardState(Step.OVERVIEW, resume_at=Step.CREDENTIALS),
        ),
        (
            Profile(active=GENERATION, draft=GENERATION, draft_step=Step.CHECK),
            WITH_TOKENS,
            WizardState(Step.OVERVIEW, has_active=True, is_change=True, resume_at=Step.CHECK),
        ),
    ],
)
def test_wizard_opens_with_overview_when_there_is_something_to_come_back_to(
    profile: Profile, draft: CredentialSet | None, state: WizardState
) -> None:
    assert start(profile, draft, NOW) == state


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        (WizardState(Step.PREREQUISITES), []),
        (WizardState(Step.CREDENTIALS), [Step.PREREQUISITES]),
        (WizardState(Step.CREDENTIALS, has_active=True), [Step.PREREQUISITES]),
        (WizardState(Step.CREDENTIALS, has_active=True, is_change=True), []),
        (WizardState(Step.REDIRECT), [Step.AUTHORIZE, Step.CREDENTIALS, Step.PREREQUISITES]),
        (WizardState(Step.CHECK), [Step.AUTHORIZE, Step.CREDENTIALS, Step.PREREQUISITES]),
        (
            WizardState(Step.CHECK, grant_type=GrantType.CLIENT_CREDENTIALS),
            [Step.CREDENTIALS, Step.PREREQUISITES],
        ),
        (WizardState(Step.CHECK, has_active=True, subject=Subject.ACTIVE), []),
        (WizardState(Step.DONE, has_active=True), []),
    ],
)
def test_back_leads_over_steps_as_far_as_overview(state: WizardState, steps: list[Step]) -> None:
    assert steps_back(state) == steps
