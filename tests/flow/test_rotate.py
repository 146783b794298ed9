"""A rotated secret is saved only after a refresh has proven it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import NOW, tokens
from tests.flow.stage import COMPLETE, NAME, UNREACHABLE, Stage, error
from tests.system import full_disk
from wizard.domain.errors.exchange import REFRESH_REFUSED, WRONG_CLIENT
from wizard.domain.models import RefreshFailure
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.upkeep import Rotation, rotate_secret

NEW = Secret("client-secret-new")


async def rotate(stage: Stage) -> Rotation:
    return await rotate_secret(NAME, stage.world.store, stage.world.tokens, NEW)


async def test_secret_that_works_is_kept_with_the_tokens_it_gave(stage: Stage) -> None:
    active = stage.active(tokens("old", at=NOW - timedelta(days=30)))
    failure = RefreshFailure("wrong-client", NOW)
    stage.put(replace(stage.session.profile, refresh_failure=failure))
    await stage.session.save_draft(COMPLETE)
    renewed = tokens("new", refresh="refresh-2")
    stage.world.tokens.refreshes = [renewed]
    assert await rotate(stage) is Rotation.KEPT
    asked = stage.world.tokens.calls[0][1]
    assert asked == replace(active, client_secret=NEW)
    profile, draft, kept = stage.on_disk()
    assert kept == replace(active, client_secret=NEW, tokens=renewed)
    assert draft == COMPLETE
    assert profile.refresh_failure is None


async def test_grant_without_a_refresh_token_needs_a_consent(stage: Stage) -> None:
    active = stage.active(tokens("old", refresh=None))
    assert await rotate(stage) is Rotation.NEEDS_CONSENT
    assert stage.on_disk()[2] == active


async def test_dead_refresh_token_needs_a_consent(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    before = stage.on_disk()
    stage.world.tokens.refreshes = [error(REFRESH_REFUSED)]
    assert await rotate(stage) is Rotation.NEEDS_CONSENT
    assert stage.on_disk() == before
    assert before[2] == active


@pytest.mark.parametrize("problem", [WRONG_CLIENT, UNREACHABLE])
async def test_secret_that_is_not_proven_changes_nothing(stage: Stage, problem: Problem) -> None:
    stage.active(tokens("old"))
    before = stage.on_disk()
    stage.world.tokens.refreshes = [error(problem)]
    with pytest.raises(SetupError, match=problem.id):
        await rotate(stage)
    # Except for the note that a response may have been lost.
    noted = replace(before[0], is_refresh_open=problem is UNREACHABLE)
    assert stage.on_disk() == (noted, *before[1:])


async def test_nothing_is_sent_when_it_could_not_be_saved(stage: Stage) -> None:
    stage.active(tokens("old"))
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await rotate(stage)
    assert stage.world.tokens.sent == []


async def test_profile_that_is_not_set_up_has_no_secret_to_rotate(stage: Stage) -> None:
    with pytest.raises(SetupError, match="not-set-up"):
        await rotate(stage)
    await stage.session.save_draft(COMPLETE)
    with pytest.raises(SetupError, match="not-set-up"):
        await rotate(stage)
