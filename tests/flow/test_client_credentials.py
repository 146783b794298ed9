"""Client credentials: a token is requested as the app, at the setup and whenever one expires."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.fakes import NOW, tokens
from tests.flow.stage import COMPLETE, NAME, Stage, problem_of
from wizard.domain.errors import scim
from wizard.domain.errors.exchange import WRONG_CLIENT, WRONG_GRANT
from wizard.domain.errors.scim import BAD_TOKEN
from wizard.domain.models import CredentialSet, GrantType, Profile, TokenSet, UserList
from wizard.domain.problems import Problem, SetupError, Status, entries
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts import overview as texts
from wizard.domain.texts import summary
from wizard.domain.texts.wording import for_grant
from wizard.domain.value import replace
from wizard.flow.check.draft import DraftCheck
from wizard.flow.check.lines import EXCHANGE, SAVED, TOKENS, LiveList, draft_lines
from wizard.flow.check.report import Report, Verdict, after_check
from wizard.flow.check.runner import check_active
from wizard.flow.refresh import fresh_tokens
from wizard.flow.upkeep import Rotation, rotate_secret

GRANT = GrantType.CLIENT_CREDENTIALS
OF_APP = replace(COMPLETE, redirect_url="", grant_type=GRANT)


def token(name: str, hours: int = 0) -> TokenSet:
    return tokens(name, refresh=None, at=NOW + timedelta(hours=hours))


async def check(stage: Stage, *, is_retry: bool = False) -> Report:
    lines = LiveList(draft_lines(GRANT), stage._show, stage.world.timer)
    run = DraftCheck(stage.session, stage.world.tokens, stage.world.users, lines)
    return await run.run(None, is_retry=is_retry)


def active(stage: Stage, issued: TokenSet) -> CredentialSet:
    kept = replace(OF_APP, tokens=issued)
    stage.put(Profile(set_up_at=NOW), active=kept)
    return kept


async def test_draft_becomes_active_with_the_second_token(stage: Stage) -> None:
    await stage.session.save_draft(OF_APP)
    stage.world.tokens.refreshes = [token("1"), token("2")]
    stage.world.users.answers = [UserList(25)]
    report = await check(stage)
    assert (report.verdict, report.users) == (Verdict.PASSED, 25)
    assert set(stage.statuses().values()) == {Status.PASSED}
    profile, draft, kept = stage.on_disk()
    assert (draft, kept) == (None, replace(OF_APP, tokens=token("2")))
    assert (profile.grant_type, profile.refreshable) == (GRANT, False)
    assert profile.refresh_failure is None


async def test_first_token_is_saved_and_not_requested_again(stage: Stage) -> None:
    await stage.session.save_draft(OF_APP)
    stage.world.tokens.refreshes = [token("1")]
    stage.world.users.answers = [SetupError(BAD_TOKEN)]
    assert (await check(stage)).verdict is Verdict.FAILED
    assert stage.on_disk()[1] == replace(OF_APP, tokens=token("1"))
    stage.world.tokens.refreshes = [token("2")]
    stage.world.users.answers = [UserList(25)]
    assert (await check(stage, is_retry=True)).verdict is Verdict.PASSED
    assert stage.statuses()[EXCHANGE] is stage.statuses()[SAVED] is Status.SKIPPED
    assert stage.statuses()[TOKENS] is Status.PASSED


async def test_token_of_a_draft_that_was_discarded_meanwhile_is_not_saved(stage: Stage) -> None:
    await stage.session.save_draft(OF_APP)
    stage.world.tokens.on_call = stage.session.discard_draft
    stage.world.tokens.refreshes = [token("1"), token("2")]
    stage.world.users.answers = [UserList(25)]
    assert (await check(stage)).verdict is Verdict.FAILED
    _, draft, kept = stage.on_disk()
    assert draft is kept is None


async def test_wrong_grant_type_leads_to_where_it_is_chosen(stage: Stage) -> None:
    await stage.session.save_draft(OF_APP)
    stage.world.tokens.refreshes = [SetupError(WRONG_GRANT)]
    report = await check(stage)
    assert problem_of(report) == WRONG_GRANT.id
    after = after_check(report)
    assert after.primary.step is Step.PREREQUISITES
    assert [offer.step for offer in after.others] == [Step.CREDENTIALS]
    assert stage.on_disk()[1] == OF_APP


async def test_change_of_the_grant_type_is_swapped_only_when_it_is_proven(stage: Stage) -> None:
    before = stage.active(tokens("old"))
    await stage.session.save_draft(replace(OF_APP, client_id="OQ" + "e" * 32))
    stage.world.tokens.refreshes = [token("1"), SetupError(WRONG_CLIENT)]
    stage.world.users.answers = [UserList(25)]
    assert (await check(stage)).verdict is Verdict.FAILED
    profile, _, kept = stage.on_disk()
    assert (kept, profile.grant_type) == (before, GrantType.AUTHORIZATION_CODE)
    stage.world.tokens.refreshes = [token("2")]
    stage.world.users.answers = [UserList(25)]
    assert (await check(stage)).verdict is Verdict.PASSED
    profile, draft, kept = stage.on_disk()
    assert (draft, profile.grant_type) == (None, GRANT)
    assert kept is not None
    assert kept.tokens == token("2")


async def test_change_back_is_swapped_only_when_it_is_proven(stage: Stage) -> None:
    before = active(stage, token("old"))
    world = stage.world

    async def given() -> TokenSet:
        return await fresh_tokens(NAME, world.store, world.tokens, world.clock)

    await stage.session.save_draft(COMPLETE)
    assert await given() == before.tokens
    code = await stage.code()
    world.tokens.exchanges = [tokens("1")]
    world.users.answers = [SetupError(BAD_TOKEN)]
    assert (await stage.run(code)).verdict is Verdict.FAILED
    assert await given() == before.tokens
    profile, _, kept = stage.on_disk()
    assert (kept, profile.grant_type, profile.refreshable) == (before, GRANT, False)
    world.tokens.refreshes = [tokens("2")]
    world.users.answers = [UserList(25)]
    assert (await stage.run(None, is_retry=True)).verdict is Verdict.PASSED
    assert await given() == tokens("2")
    profile, draft, kept = stage.on_disk()
    assert (profile.grant_type, profile.refreshable) == (GrantType.AUTHORIZATION_CODE, True)
    assert draft is None
    assert kept is not None
    assert kept.redirect_url == COMPLETE.redirect_url


async def test_expired_token_is_replaced_by_one_request(stage: Stage) -> None:
    active(stage, token("old", hours=-2))
    stage.world.tokens.refreshes = [token("new")]
    given = [
        await fresh_tokens(NAME, stage.world.store, stage.world.tokens, stage.world.clock)
        for _ in range(3)
    ]
    assert given == [token("new")] * 3
    assert stage.world.tokens.sent == ["refresh"]


async def test_rotated_secret_is_proven_by_one_request(stage: Stage) -> None:
    active(stage, token("old", hours=-2))
    stage.world.tokens.refreshes = [SetupError(WRONG_CLIENT), token("new")]
    world = stage.world
    with pytest.raises(SetupError, match=WRONG_CLIENT.id):
        await fresh_tokens(NAME, world.store, world.tokens, world.clock)
    assert stage.on_disk()[0].refresh_failure is not None
    secret = Secret("rotated-secret-of-the-app")
    assert await rotate_secret(NAME, world.store, world.tokens, secret) is Rotation.KEPT
    profile, _, kept = stage.on_disk()
    assert kept == replace(OF_APP, client_secret=secret, tokens=token("new"))
    assert profile.refresh_failure is None
    assert len(world.tokens.sent) == 2


async def test_token_that_was_ended_early_is_replaced_in_a_check(stage: Stage) -> None:
    active(stage, token("old"))
    world = stage.world
    world.users.answers = [SetupError(BAD_TOKEN), UserList(3)]
    world.tokens.refreshes = [token("new")]

    async def current(refused: Secret | None) -> TokenSet:
        return await fresh_tokens(NAME, world.store, world.tokens, world.clock, refused=refused)

    stage.world.clock.move(seconds=1)
    session, lines = stage.session, stage.active_lines()
    report = await check_active(
        session.active, world.users, lines, current, session.clock, session.record_check
    )
    assert report.verdict is Verdict.PASSED


@pytest.mark.parametrize("reached", [Step.AUTHORIZE, Step.REDIRECT, Step.CREDENTIALS])
async def test_resume_never_leads_to_a_step_that_is_left_out(stage: Stage, reached: Step) -> None:
    await stage.session.save_draft(OF_APP)
    await stage.session.note_step(reached)
    assert stage.session.resume_at() is Step.CREDENTIALS
    await stage.session.note_step(Step.CHECK)
    assert stage.session.resume_at() is Step.CHECK


@pytest.mark.parametrize("entry", entries(scim), ids=lambda entry: entry.id)
def test_no_problem_of_the_scim_api_asks_anyone_to_authorize_again(entry: Problem) -> None:
    if entry.id == scim.APPROVAL_UNCONFIRMED.id:
        # It asks about an approval, which there is none of here.
        return
    shown = for_grant(entry, GRANT)
    assert "uthorize" not in shown.remedy
    assert "approve" not in f"{shown.cause} {shown.remedy}"
    assert shown.step is not Step.AUTHORIZE
    report = Report(Verdict.FAILED, shown, can_retry=True)
    after = after_check(report)
    assert Step.AUTHORIZE not in [offer.step for offer in (after.primary, *after.others)]


async def test_missing_permission_is_tried_again_in_the_words_of_the_grant(stage: Stage) -> None:
    await stage.session.save_draft(OF_APP)
    stage.world.tokens.refreshes = [token("1")]
    missing = scim.MISSING_PERMISSION.filled(permission="twilio/iam/managed-users/list")
    stage.world.users.answers = [SetupError(missing)]
    report = await check(stage)
    assert report.problem == for_grant(missing, GRANT) != missing
    assert after_check(report).primary.step is None
    profile = stage.on_disk()[0]
    kept = summary.problem_of(profile.draft_check, GRANT)
    assert kept is not None
    assert (kept.remedy, kept.step) == (for_grant(missing, GRANT).remedy, None)


def test_overview_offers_no_authorization() -> None:
    offers = partial(texts.offers, has_active=True, has_draft=False, is_demo=False, first="")
    approved, own = (
        {item.id: item.brief for item in offers(is_of_app=is_of_app)} for is_of_app in (False, True)
    )
    assert set(approved) - set(own) == {"authorize"}
    assert "approval" in approved["rotate"]
    assert "approval" not in own["rotate"]
