"""The session: its values are on disk even if the caller is canceled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fakes import NOW, tokens
from tests.flow.stage import COMPLETE, NAME, PROBLEM, Stage
from tests.system import full_disk
from wizard.domain.credential_fields import CredentialField, with_field
from wizard.domain.models import (
    CheckStatus,
    CredentialSet,
    Endpoints,
    GrantType,
    LastCheck,
    Profile,
    RefreshFailure,
)
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import STEPS, Step
from wizard.domain.texts.prerequisites import use
from wizard.domain.value import replace
from wizard.store.codec import encode_profile
from wizard.store.profiles import LocalProfileStore

EMPTY = CredentialSet()
PASSED = LastCheck(CheckStatus.PASSED, NOW, users=25)


async def enter(stage: Stage, field: CredentialField, text: str) -> None:
    session = stage.session
    await session.save_draft(with_field(session.working_draft(), field, text))


def is_saved(stage: Stage) -> bool:
    return stage.session.is_draft_saved


async def test_fields_outlive_the_session(home: Path) -> None:
    first = Stage(home, EMPTY)
    await enter(first, CredentialField.CLIENT_ID, COMPLETE.client_id)
    await enter(first, CredentialField.CLIENT_SECRET, "client-secret-1")
    second = Stage(home, EMPTY)
    assert second.session.draft == replace(COMPLETE, redirect_url="")
    await enter(second, CredentialField.REDIRECT_URL, COMPLETE.redirect_url)
    await second.session.note_step(Step.AUTHORIZE)
    third = Stage(home, EMPTY).session
    assert third.draft == COMPLETE
    assert third.resume_at() is Step.AUTHORIZE
    assert third.profile.draft_saved_at == NOW


async def test_fields_saved_at_once_are_both_kept(home: Path) -> None:
    stage = Stage(home, EMPTY)
    await asyncio.gather(
        enter(stage, CredentialField.CLIENT_ID, COMPLETE.client_id),
        enter(stage, CredentialField.CLIENT_SECRET, "client-secret-1"),
    )
    _, draft, _ = stage.on_disk()
    assert draft == stage.session.draft == replace(COMPLETE, redirect_url="")


async def test_writes_happen_one_after_the_other_in_the_order_they_were_asked_for(
    stage: Stage,
) -> None:
    drafts = [replace(COMPLETE, client_id=f"OQ-{number}") for number in range(8)]
    saves = [stage.session.save_draft(draft) for draft in drafts]
    await asyncio.gather(*saves, stage.session.save_ticks(("admin",)))
    profile, draft, _ = stage.on_disk()
    assert draft == drafts[-1]
    assert profile.ticks == ("admin",)
    assert profile == stage.session.profile


async def test_ticks_count_before_they_are_saved(stage: Stage) -> None:
    saving = asyncio.create_task(stage.session.save_ticks(("admin",)))
    await asyncio.sleep(0)
    assert stage.session.ticks == ("admin",)
    assert not stage.session.profile.ticks
    await saving
    assert stage.session.ticks == stage.session.profile.ticks == ("admin",)


async def test_ticks_and_audience_are_kept_without_a_draft(stage: Stage) -> None:
    await stage.session.save_ticks(("admin", "app"))
    await stage.session.save_use(use("okta", GrantType.AUTHORIZATION_CODE))
    profile, draft, active = stage.on_disk()
    assert (profile.ticks, profile.audience) == (("admin", "app"), "okta")
    assert draft is active is None


async def test_grant_type_that_was_chosen_is_that_of_the_next_draft(stage: Stage) -> None:
    chosen = use("script", GrantType.CLIENT_CREDENTIALS)
    await stage.session.save_use(chosen)
    await stage.session.save_ticks(("admin",))
    again = Stage(stage.home, EMPTY).session
    assert again.use == stage.session.use == chosen
    assert again.draft is None
    await again.save_draft(replace(again.working_draft(), client_id="OQ-1"))
    profile, draft, _ = stage.on_disk()
    assert draft == CredentialSet("OQ-1", grant_type=GrantType.CLIENT_CREDENTIALS)
    assert profile.grant_type is GrantType.CLIENT_CREDENTIALS


async def test_grant_type_that_was_chosen_counts_before_it_is_saved(stage: Stage) -> None:
    chosen = use("entra", GrantType.CLIENT_CREDENTIALS)
    with LocalProfileStore(stage.home).locked(NAME):
        saving = asyncio.create_task(stage.session.save_use(chosen))
        await asyncio.sleep(0)
        assert stage.session.use == chosen
        assert stage.session.working_draft().grant_type is GrantType.CLIENT_CREDENTIALS
    await saving
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await stage.session.save_use(use("okta", GrantType.AUTHORIZATION_CODE))
    assert stage.session.use == use("okta", GrantType.AUTHORIZATION_CODE)


async def test_grant_type_of_a_draft_is_changed_with_its_links(stage: Stage) -> None:
    attempt = begin(COMPLETE, None, NOW)
    await stage.session.save_draft(replace(COMPLETE, tokens=tokens("1"), attempts=(attempt,)))
    await stage.session.save_use(use("entra", GrantType.CLIENT_CREDENTIALS))
    profile, draft, _ = stage.on_disk()
    assert draft == replace(COMPLETE, grant_type=GrantType.CLIENT_CREDENTIALS)
    assert profile.audience == "entra"
    await stage.session.save_use(use("okta", GrantType.AUTHORIZATION_CODE))
    assert stage.on_disk()[1] == COMPLETE


async def test_another_grant_type_is_staged_beside_the_active_set(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    await stage.session.save_use(use("script", GrantType.CLIENT_CREDENTIALS))
    profile, draft, kept = stage.on_disk()
    assert kept == active
    assert profile.grant_type is GrantType.AUTHORIZATION_CODE
    assert draft is not None
    assert draft.grant_type is GrantType.CLIENT_CREDENTIALS
    assert draft.tokens is None


async def test_another_audience_alone_changes_no_set(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    await stage.session.save_use(use("other", GrantType.AUTHORIZATION_CODE))
    profile, draft, kept = stage.on_disk()
    assert (profile.audience, draft, kept) == ("other", None, active)


async def test_write_goes_on_to_its_end_when_its_awaiter_is_cancelled(stage: Stage) -> None:
    with LocalProfileStore(stage.home).locked(NAME):
        saving = asyncio.create_task(stage.session.save_draft(COMPLETE))
        await asyncio.sleep(0)
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
        closing = asyncio.create_task(stage.session.protected.close())
        await asyncio.sleep(0)
        assert not closing.done()
    await closing
    _, draft, _ = stage.on_disk()
    assert draft == COMPLETE


async def test_draft_that_cannot_be_saved_stays_in_memory_and_is_saved_later(
    stage: Stage,
) -> None:
    await stage.session.save_draft(replace(COMPLETE, client_id="OQ-old"))
    assert is_saved(stage)
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await stage.session.save_draft(COMPLETE)
    assert stage.session.draft == COMPLETE
    assert not is_saved(stage)
    assert stage.on_disk()[1] == replace(COMPLETE, client_id="OQ-old")
    await stage.session.save_draft(COMPLETE)
    assert is_saved(stage)
    assert stage.on_disk()[1] == COMPLETE


async def test_swap_makes_the_draft_active_and_drops_it_in_one_record(stage: Stage) -> None:
    old = stage.active(tokens("old"))
    attempt = begin(COMPLETE, None, NOW)
    failure = RefreshFailure("refresh-refused", NOW)
    stage.put(replace(stage.session.profile, refresh_failure=failure, audience="script"))
    await stage.session.save_draft(replace(COMPLETE, tokens=tokens("new"), attempts=(attempt,)))
    await stage.session.note_step(Step.CHECK)
    assert stage.on_disk()[2] == old
    stage.world.clock.move(seconds=5)
    await stage.session.swap(PASSED, "OR" + "1" * 32)

    proven = replace(COMPLETE, tokens=tokens("new"))
    profile, draft, active = stage.on_disk()
    assert (draft, active) == (None, proven)
    assert (stage.session.draft, stage.session.active) == (None, proven)
    assert profile == stage.session.profile
    assert profile.last_check == PASSED
    assert profile.organization == "OR" + "1" * 32
    assert profile.set_up_at == stage.world.clock()
    assert (profile.client_id, profile.audience) == (COMPLETE.client_id, "script")
    assert (profile.draft, profile.draft_step, profile.draft_saved_at) == (None, None, None)
    assert profile.refresh_failure is None
    assert len(list((stage.home / "secrets").iterdir())) == 1


async def test_swap_that_fails_leaves_both_as_they_were(stage: Stage) -> None:
    old = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await stage.session.swap(PASSED, None)
    assert (stage.session.draft, stage.session.active) == (COMPLETE, old)
    assert stage.on_disk()[1:] == (COMPLETE, old)


async def test_swap_without_a_draft_is_refused(stage: Stage) -> None:
    with pytest.raises(SetupError, match="not-set-up"):
        await stage.session.swap(PASSED, None)


@pytest.mark.parametrize("kind", ["swap", "discard"])
async def test_memory_follows_a_write_whose_awaiter_is_gone(stage: Stage, kind: str) -> None:
    await stage.session.save_draft(COMPLETE)
    work = stage.session.swap(PASSED, None) if kind == "swap" else stage.session.discard_draft()
    with LocalProfileStore(stage.home).locked(NAME):
        task = asyncio.create_task(work)
        await asyncio.sleep(0)
        task.cancel()
    await stage.session.protected.close()
    assert stage.session.draft is None
    assert is_saved(stage)
    assert stage.session.active == (COMPLETE if kind == "swap" else None)
    assert stage.on_disk()[1:] == (None, stage.session.active)


@pytest.mark.parametrize("kind", ["swap", "discard"])
async def test_draft_begun_while_the_old_one_goes_is_kept(stage: Stage, kind: str) -> None:
    await stage.session.save_draft(COMPLETE)
    work = stage.session.swap(PASSED, None) if kind == "swap" else stage.session.discard_draft()
    changed = replace(COMPLETE, redirect_url="https://other.example.org/")
    await asyncio.gather(work, stage.session.save_draft(changed))
    assert stage.session.draft == changed
    assert is_saved(stage)
    assert stage.on_disk()[1] == changed


async def test_discarded_draft_is_gone_with_its_secrets(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    await stage.session.save_draft(replace(COMPLETE, tokens=tokens("new")))
    await stage.session.note_step(Step.CHECK)
    await stage.session.discard_draft()
    assert stage.session.draft is None
    assert stage.session.resume_at() is None
    profile, draft, kept = stage.on_disk()
    assert (draft, kept) == (None, active)
    assert (profile.draft_step, profile.draft_saved_at) == (None, None)
    files = "".join(path.read_text(encoding="utf-8") for path in (stage.home / "secrets").iterdir())
    assert "client-secret-1" not in files


async def test_draft_that_cannot_be_discarded_stays(stage: Stage) -> None:
    await stage.session.save_draft(COMPLETE)
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await stage.session.discard_draft()
    assert stage.session.draft == COMPLETE
    assert stage.on_disk()[1] == COMPLETE


async def test_change_of_an_active_set_begins_without_its_tokens(stage: Stage) -> None:
    assert stage.session.working_draft() == COMPLETE
    active = stage.active(tokens("old"))
    assert stage.session.working_draft() == replace(active, tokens=None)
    await stage.session.save_draft(COMPLETE)
    assert stage.session.working_draft() is stage.session.draft


@pytest.mark.parametrize("step", [Step.OVERVIEW, *STEPS])
async def test_step_is_noted_for_an_existing_draft_on_the_road(stage: Stage, step: Step) -> None:
    await stage.session.note_step(step)
    assert stage.on_disk()[0] == Profile()
    await stage.session.save_draft(COMPLETE)
    await stage.session.note_step(Step.REDIRECT)
    await stage.session.note_step(step)
    noted = stage.on_disk()[0].draft_step
    assert noted is (Step.REDIRECT if step is Step.OVERVIEW else step)


async def test_step_that_is_noted_already_is_not_written_again(stage: Stage) -> None:
    await stage.session.save_draft(COMPLETE)
    await stage.session.note_step(Step.AUTHORIZE)
    with full_disk():
        await stage.session.note_step(Step.AUTHORIZE)


async def test_check_is_recorded_beside_what_another_process_changed(stage: Stage) -> None:
    stage.active(tokens("old"))
    refreshed = replace(tokens("new"), refresh_token=None)
    with LocalProfileStore(stage.home).locked(NAME) as held:
        assert held.profile is not None
        active = held.active()
        assert active is not None
        held.save(held.profile, active=replace(active, tokens=refreshed))
    await stage.session.record_check(PASSED)
    profile, _, kept = stage.on_disk()
    assert profile.last_check == PASSED
    assert not profile.refreshable
    assert kept == replace(active, tokens=refreshed)


async def test_reload_sees_what_changed_and_leaves_the_draft(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    await stage.session.save_draft(COMPLETE)
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await stage.session.save_draft(replace(COMPLETE, client_id="OQ-unsaved"))
    rotated = replace(active, client_secret=Secret("rotated"))
    with LocalProfileStore(stage.home).locked(NAME) as held:
        assert held.profile is not None
        held.save(replace(held.profile, ticks=("admin",)), active=rotated)
    await stage.session.reload()
    assert stage.session.active == rotated
    assert stage.session.profile.ticks == ("admin",)
    assert stage.session.draft == replace(COMPLETE, client_id="OQ-unsaved")


async def test_store_is_proven_writable_without_a_change(stage: Stage) -> None:
    await stage.session.save_draft(COMPLETE)
    before = stage.on_disk()
    await stage.session.prove_writable()
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await stage.session.prove_writable()
    assert stage.on_disk() == before


async def test_every_kept_secret_is_known(stage: Stage) -> None:
    assert stage.session.known_secrets() == ()
    stage.active(tokens("old", refresh=None))
    await stage.session.save_draft(replace(COMPLETE, tokens=tokens("new", refresh="renew")))
    known = {secret.reveal() for secret in stage.session.known_secrets()}
    assert known == {
        *("client-secret-0", "access-old"),
        *("client-secret-1", "access-new", "renew"),
    }
    assert Secret("") not in stage.session.known_secrets()


async def test_new_draft_takes_no_endpoints_from_a_record_without_its_secrets(home: Path) -> None:
    """Otherwise, whoever can write the record could get the next Client Secret."""
    stage = Stage(home, EMPTY)
    stage.put(active=COMPLETE)
    with stage.world.store.locked(NAME) as held:
        assert held.profile is not None
        collect = Endpoints(token_url="https://collect.example.net/token")
        record = replace(held.profile, active="0" * 32, endpoints=collect)
    (home / "profiles" / "default.json").write_bytes(encode_profile(record))
    asked = replace(EMPTY, endpoints=Endpoints(scim_url="http://127.0.0.1:9/scim/v2"))
    for initial in (EMPTY, asked):
        session = Stage(home, initial).session
        assert session.trouble is not None
        assert session.working_draft() == initial


async def test_draft_that_cannot_be_read_is_not_overwritten(stage: Stage) -> None:
    stage.session.draft_trouble = PROBLEM
    with pytest.raises(SetupError, match=PROBLEM.id):
        await stage.session.save_draft(COMPLETE)
    assert stage.session.draft is None


@pytest.mark.parametrize(
    ("redirect_url", "is_link_out", "is_dropped"),
    [
        (COMPLETE.redirect_url, False, True),
        (COMPLETE.redirect_url, True, False),
        ("https://b.example.org/", False, False),
    ],
)
async def test_draft_that_changes_nothing_is_dropped_unless_its_link_is_out(
    stage: Stage, redirect_url: str, is_link_out: bool, is_dropped: bool
) -> None:
    session = stage.session
    active = stage.active(tokens())
    attempt = begin(active, None, NOW)
    draft = replace(active, redirect_url=redirect_url, tokens=None, attempts=(attempt,))
    await session.save_draft(draft)
    await session.drop_idle_draft(is_link_out=is_link_out)
    assert (session.draft is None) is is_dropped


async def test_without_a_draft_none_is_dropped(stage: Stage) -> None:
    stage.active(tokens())
    before = stage.on_disk()
    await stage.session.drop_idle_draft(is_link_out=False)
    assert stage.on_disk() == before
