"""The actions of Overview, where each one leads, and what follows a rotation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import World
from tests.flow.test_credentials import WHOLE
from tests.ui.journeys import make_journey
from wizard.domain.errors.exchange import CODE_USED, WRONG_CLIENT
from wizard.domain.errors.store import KEYRING_LOCKED, SECRETS_MISSING
from wizard.domain.models import CheckStatus, LastCheck, Profile, RefreshFailure
from wizard.domain.problems import Problem
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.questions import (
    AUTHORIZE_AGAIN,
    CONSENT_NEEDED,
    DISCARD,
    DISCARD_CHANGE,
    DISCARD_NEW_SECRET,
    NO_ROTATED,
    ROTATE_TITLE,
    Question,
)
from wizard.domain.value import replace
from wizard.flow.context import Demo
from wizard.flow.overview import Confirm, Overview, profile_names
from wizard.flow.state import Change, CheckNow, Discarded, GoTo, Outcome, Quit, Resume, StartOver
from wizard.flow.upkeep import Rotation
from wizard.store.profiles import LocalProfileStore

NEW = Secret("the-new-rotated-secret")


def overview(
    *, is_active: bool = True, draft: Secret | None = None, trouble: Problem | None = None
) -> Overview:
    """Return Overview with or without an active set, and with a draft if a secret is given."""
    wizard_context = make_journey()
    session = wizard_context.session
    active = WHOLE if is_active else None
    now = session.clock()
    session.profile = Profile(
        active="1" if is_active else None,
        draft="2" if draft else None,
        draft_saved_at=now if draft else None,
        draft_step=Step.AUTHORIZE if draft else None,
    )
    session.active = None if trouble else active
    session.draft = replace(WHOLE, client_secret=draft) if draft else None
    session.trouble = trouble
    return Overview(wizard_context)


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("check", CheckNow()),
        ("change", Change(Step.CREDENTIALS)),
        ("resume", Resume()),
        ("start-over", StartOver()),
        ("quit", Quit()),
        ("rotate", None),
        ("sheet", None),
        ("profiles", None),
        ("retry", None),
    ],
)
def test_action_leads_on_or_has_more_to_ask(action: str, outcome: Outcome | None) -> None:
    assert overview().do(action) == outcome


@pytest.mark.parametrize(
    ("is_active", "secret", "question"),
    [
        (False, WHOLE.client_secret, DISCARD),
        (True, WHOLE.client_secret, DISCARD_CHANGE),
        (True, NEW, DISCARD_NEW_SECRET),
    ],
)
def test_discarding_asks_about_what_would_be_lost(
    is_active: bool, secret: Secret, question: Question
) -> None:
    decided = overview(is_active=is_active, draft=secret).do("discard")
    assert isinstance(decided, Confirm)
    assert decided.question == question


async def test_confirmed_action_is_done_and_leads_on() -> None:
    stands = overview(draft=NEW)
    dropped: list[bool] = []

    async def discard() -> None:
        dropped.append(True)

    stands.wizard_context.session.discard_draft = discard  # type: ignore[method-assign]
    authorize, discarding = stands.do("authorize"), stands.do("discard")
    assert isinstance(authorize, Confirm)
    assert isinstance(discarding, Confirm)
    assert (authorize.question, dropped) == (AUTHORIZE_AGAIN, [])
    assert await authorize.then() == Change(Step.AUTHORIZE)
    assert await discarding.then() == Discarded()
    assert dropped == [True]


async def test_rotated_secret_is_checked_or_verified_by_authorizing() -> None:
    stands = overview()
    staged = []

    async def save(draft: object) -> None:
        staged.append(draft)

    stands.wizard_context.session.save_draft = save  # type: ignore[method-assign]
    assert stands.after_rotation(Rotation.KEPT, NEW) == CheckNow()
    decided = stands.after_rotation(Rotation.NEEDS_CONSENT, NEW)
    assert isinstance(decided, Confirm)
    assert (decided.question, staged) == (CONSENT_NEEDED, [])
    assert await decided.then() == Change(Step.AUTHORIZE)
    assert staged == [replace(WHOLE, client_secret=NEW)]


def test_rotated_secret_is_asked_for_as_twilio_shows_it() -> None:
    assert overview().refuse(" ") == NO_ROTATED
    assert "Client ID" in (overview().refuse(WHOLE.client_id) or "")
    assert overview().refuse(NEW.reveal()) is None


def test_another_profile_is_opened_next_and_the_same_one_is_not() -> None:
    stands = overview()
    assert stands.switch("default") is None
    assert stands.switch("acme") == Quit()
    assert stands.wizard_context.next_profile == "acme"


@pytest.mark.parametrize(
    ("is_active", "words"), [(True, "Unfinished change"), (False, "Unfinished setup")]
)
def test_draft_is_called_a_change_where_something_is_set_up(is_active: bool, words: str) -> None:
    assert overview(is_active=is_active, draft=NEW).about_draft().startswith(words)
    assert overview(is_active=is_active).about_draft() == ""


@pytest.mark.parametrize(
    ("problem", "first", "remedy"),
    [
        (KEYRING_LOCKED, ["retry"], "Unlock it, then press r."),
        (SECRETS_MISSING, ["retry", "start-over"], ""),
    ],
)
def test_secrets_out_of_reach_are_read_again_first(
    problem: Problem, first: list[str], remedy: str
) -> None:
    stands = overview(trouble=problem)
    assert stands.lost is not None
    assert [item.id for item in stands.items][: len(first)] == first
    [shown] = stands.shown("press r")
    assert (shown.remedy, stands.problems) == (remedy or problem.remedy, (problem,))
    assert stands.can("retry")
    assert not stands.can("check")


def test_draft_whose_client_was_rejected_resumes_at_credentials() -> None:
    wizard_context = make_journey()
    now = wizard_context.session.clock()
    check = LastCheck(CheckStatus.FAILED, now, problem="wrong-client")
    wizard_context.session.profile = Profile(
        draft="2", draft_saved_at=now, draft_step=Step.CHECK, draft_check=check
    )
    wizard_context.session.draft = WHOLE
    decided = Overview(wizard_context).do("resume")
    assert isinstance(decided, GoTo)
    assert decided.step is Step.CREDENTIALS


def test_draft_that_cannot_be_read_is_told_of() -> None:
    shown = overview()
    shown.wizard_context.session.draft_trouble = SECRETS_MISSING
    lost = Overview(shown.wizard_context)
    assert lost.about_draft() == "An unfinished change can't be read. Nothing was removed."
    assert lost.shown("press r") == (SECRETS_MISSING,)


@pytest.mark.parametrize(
    ("problem", "step", "outcome"),
    [
        (WRONG_CLIENT, Step.CREDENTIALS, GoTo(Step.CREDENTIALS, WRONG_CLIENT)),
        (CODE_USED, Step.AUTHORIZE, Resume()),
    ],
)
def test_draft_whose_check_failed_resumes_where_that_is_fixed(
    problem: Problem, step: Step, outcome: Outcome
) -> None:
    context = overview(draft=NEW).wizard_context
    failed = LastCheck(CheckStatus.FAILED, context.session.clock(), None, problem.id, problem.words)
    context.session.profile = replace(
        context.session.profile, draft_step=Step.CHECK, draft_check=failed
    )
    draft = Overview(context).unfinished
    assert draft is not None
    assert (draft.step, draft.outcome) == (step, outcome)
    assert problem.title in draft.failed


MINUTES, DAYS = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "age", "users", "words"),
    [
        (
            CheckStatus.PASSED,
            2 * MINUTES,
            25,
            "✓ SCIM works. Last check passed 2 minutes ago, 25 users.",
        ),
        (CheckStatus.PASSED, 2 * MINUTES, None, "✓ SCIM works. Last check passed 2 minutes ago."),
        (CheckStatus.PASSED, 3 * DAYS, 1, "✓ Last check passed 3 days ago, 1 user."),
        (CheckStatus.FAILED, 3 * DAYS, None, "✗ Last check failed 3 days ago."),
    ],
)
def test_verdict_says_how_long_ago_the_last_check_ended_and_how(
    status: CheckStatus, age: timedelta, users: int | None, words: str
) -> None:
    verdict = at_last(status, age, users).verdict
    assert verdict is not None
    assert f"{verdict.status.value[0]} {verdict.title} {verdict.note}".rstrip() == words


def test_verdict_is_left_out_where_another_problem_is_worse() -> None:
    failure = RefreshFailure(WRONG_CLIENT.id, make_journey().session.clock())
    assert at_last(CheckStatus.PASSED, MINUTES, failure=failure).verdict is None
    assert overview().verdict is None
    assert overview(trouble=KEYRING_LOCKED).verdict is None


def at_last(
    status: CheckStatus,
    age: timedelta,
    users: int | None = None,
    failure: RefreshFailure | None = None,
) -> Overview:
    """Return Overview a while after a check."""
    context = overview().wizard_context
    problem = WRONG_CLIENT.id if status is CheckStatus.FAILED else None
    last = LastCheck(status, context.session.clock() - age, users, problem)
    context.session.profile = replace(
        context.session.profile, last_check=last, refreshable=True, refresh_failure=failure
    )
    return Overview(context)


def test_discard_is_the_last_action_on_a_draft() -> None:
    for is_active in (True, False):
        drafts = [
            item.id for item in overview(is_active=is_active, draft=NEW).items if not item.group
        ]
        assert (drafts[0], drafts[-1]) == ("resume", "discard")


@pytest.mark.posix("Windows has no file modes")
def test_folder_that_cannot_be_read_any_more_is_out_of_reach(home: Path) -> None:
    world = World(LocalProfileStore(home))
    with world.store.locked("default") as held:
        held.save(Profile(), draft=WHOLE)
    context = make_journey(world)
    context.session.open()
    assert profile_names(context) == ["default"]
    (home / "profiles").rename(home / "gone")
    (home / "profiles").symlink_to(home / "gone")
    shown = Overview(context)
    assert shown.lost is not None
    assert profile_names(context) == ["default"]


@pytest.mark.parametrize(
    ("is_active", "is_demo", "trouble"),
    [
        (True, False, None),
        (True, True, None),
        (False, False, None),
        (True, False, KEYRING_LOCKED),
    ],
)
def test_help_names_only_the_actions_that_are_offered(
    is_active: bool, is_demo: bool, trouble: Problem | None
) -> None:
    shown = overview(is_active=is_active, draft=NEW, trouble=trouble)
    if is_demo:
        shown.wizard_context.demo = Demo(WHOLE, approve)
        shown = Overview(shown.wizard_context)
    page = "\n".join(shown.page.help)
    titles = {item.title for item in shown.items}
    every = {
        "Try again",
        "Resume",
        "Check now",
        "Authorize again",
        "Change credentials",
        ROTATE_TITLE,
    }
    assert {title for title in every if title in page} == every & titles


async def approve(_link: str) -> str:
    """Approve nothing."""
    return ""
