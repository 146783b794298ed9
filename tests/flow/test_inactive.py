"""Why a profile has no active set, and what is wrong with where secrets are kept."""

from __future__ import annotations

import pytest

from tests.fakes import NOW
from tests.flow.stage import COMPLETE, NAME, PROBLEM, Stage
from wizard.domain.errors.store import CANNOT_KEEP_OUT, FILE_SET_ASIDE
from wizard.domain.models import CheckStatus, LastCheck, Profile
from wizard.domain.problems import SetupError
from wizard.domain.value import replace
from wizard.flow.inactive import is_open, lost, no_profiles, not_set_up, standing, why_inactive


def test_nothing_saved_is_told_with_the_folder_that_was_searched(stage: Stage) -> None:
    store = stage.world.store
    folder, user = store.whereabouts
    problem = why_inactive(NAME, store, None)
    assert problem == not_set_up(store)
    assert problem.id == "not-set-up"
    assert problem.cause == f"User {user} has no saved credentials for this profile in {folder}."
    assert no_profiles(store).cause == f"User {user} has no profile in {folder}."


def test_unfinished_setup_is_told_with_the_check_that_failed(stage: Stage) -> None:
    stage.put(draft=COMPLETE)
    profile = stage.session.profile
    assert why_inactive(NAME, stage.world.store, profile).detail == ()
    failed = LastCheck(CheckStatus.FAILED, NOW, None, PROBLEM.id, PROBLEM.words)
    told = why_inactive(NAME, stage.world.store, replace(profile, draft_check=failed))
    assert told.id == "left-unfinished"
    # Its ID is of no entry, as that of a newer version.
    assert told.detail == ()
    known = LastCheck(CheckStatus.FAILED, NOW, None, "wrong-client")
    told = why_inactive(NAME, stage.world.store, replace(profile, draft_check=known))
    assert "Twilio rejected the Client ID or Client Secret" in told.detail[0]


def test_damaged_record_is_told_until_it_is_replaced(stage: Stage) -> None:
    stage.put(draft=COMPLETE)
    [record] = (stage.home / "profiles").glob(f"{NAME}.json")
    record.write_text("{", encoding="utf-8")
    with pytest.raises(SetupError, match="file-damaged"):
        stage.world.store.load(NAME)
    problem = why_inactive(NAME, stage.world.store, Profile())
    assert problem.id == FILE_SET_ASIDE.id
    assert lost(NAME, stage.world.store, Profile(draft="1")) is None


def test_only_problems_of_the_store_stand(stage: Stage) -> None:
    class Noticing:
        notices = (PROBLEM, CANNOT_KEEP_OUT)

    store = Noticing()
    assert standing(store) == (CANNOT_KEEP_OUT,)  # type: ignore[arg-type]
    assert is_open(store)  # type: ignore[arg-type]
    assert not is_open(stage.world.store)
