"""A valid token for every caller: one refresh for all, and never a loss of stored tokens."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import NOW, FakeClock, FakeTokenEndpoint, tokens
from tests.flow.stage import COMPLETE, NAME, PROBLEM, UNREACHABLE, Stage, error, read
from tests.system import full_disk
from wizard.domain.errors.exchange import (
    ODD_TOKENS,
    REFRESH_REFUSED,
    TOKEN_SERVER_FAILING,
    TOKEN_THROTTLED,
    WRONG_CLIENT,
)
from wizard.domain.errors.network import TIMED_OUT
from wizard.domain.models import CredentialSet, Profile, RefreshFailure, TokenSet
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import replace
from wizard.flow.refresh import fresh_tokens
from wizard.store.profiles import LocalProfileStore

EXPIRED = tokens("old", at=NOW - timedelta(hours=1))
SECOND = timedelta(seconds=1)


async def ask(
    stage: Stage, at_least: timedelta | None = None, *, is_forced: bool = False
) -> TokenSet:
    """Ask for valid tokens through a separate store, as another process would."""
    world = stage.world
    store = LocalProfileStore(stage.home)
    return await fresh_tokens(
        NAME, store, world.tokens, world.clock, at_least=at_least, is_forced=is_forced
    )


def files(home: Path) -> dict[str, tuple[int, bytes]]:
    """Return all files in a home, with their times and contents."""
    found = (path for path in home.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def failing(stage: Stage, failure: RefreshFailure) -> None:
    """Record a rejection, as another process would."""
    with LocalProfileStore(stage.home).locked(NAME) as held:
        assert held.profile is not None
        held.save(replace(held.profile, refresh_failure=failure))


# -- when a refresh is needed --------------------------------------------------------------------


async def test_valid_tokens_are_given_and_nothing_is_written(stage: Stage) -> None:
    stage.active(tokens("old"))
    before = files(stage.home)
    with full_disk():
        assert await ask(stage) == tokens("old")
    assert files(stage.home) == before
    assert stage.world.tokens.sent == []


@pytest.mark.parametrize(
    ("left", "at_least", "is_refreshed"),
    [
        (timedelta(seconds=61), None, False),
        (timedelta(seconds=60), None, True),
        (timedelta(minutes=10), timedelta(minutes=10), True),
        (timedelta(minutes=10), timedelta(minutes=10) - SECOND, False),
        (timedelta(seconds=30), timedelta(0), True),
    ],
)
async def test_tokens_are_refreshed_when_too_little_life_is_left(
    stage: Stage, left: timedelta, at_least: timedelta | None, is_refreshed: bool
) -> None:
    stage.active(tokens("old", at=NOW + left - timedelta(hours=1)))
    stage.world.tokens.refreshes = [tokens("new")]
    given = await ask(stage, at_least)
    assert stage.world.tokens.sent == (["refresh"] if is_refreshed else [])
    assert given.access_token.reveal() == ("access-new" if is_refreshed else "access-old")


async def test_valid_tokens_are_refreshed_when_that_is_forced(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    renewed = tokens("new", refresh="refresh-2", at=NOW + SECOND)
    stage.world.tokens.refreshes = [renewed]
    assert await ask(stage, is_forced=True) == renewed
    assert stage.world.tokens.calls[0][1] == active
    profile, _, kept = stage.on_disk()
    assert kept == replace(active, tokens=renewed)
    assert profile.expires_at == renewed.expires_at


async def test_refresh_that_worked_ends_a_recorded_failure(stage: Stage) -> None:
    stage.active(EXPIRED)
    failing(stage, RefreshFailure("refresh-refused", NOW - SECOND))
    stage.world.tokens.refreshes = [tokens("new")]
    assert await ask(stage) == tokens("new")
    assert stage.on_disk()[0].refresh_failure is None


@pytest.mark.parametrize("is_forced", [False, True])
async def test_draft_is_left_alone(stage: Stage, is_forced: bool) -> None:
    stage.active(EXPIRED)
    await stage.session.save_draft(COMPLETE)
    stage.world.tokens.refreshes = [tokens("new")]
    await ask(stage, is_forced=is_forced)
    assert stage.on_disk()[1] == COMPLETE


# -- failures ------------------------------------------------------------------------------------


async def test_profile_that_is_not_set_up_has_no_tokens(stage: Stage) -> None:
    with pytest.raises(SetupError, match="not-set-up"):
        await ask(stage)
    await stage.session.save_draft(replace(COMPLETE, tokens=tokens()))
    with pytest.raises(SetupError, match="not-set-up"):
        await ask(stage)
    stage.put(Profile(), active=COMPLETE)
    with pytest.raises(SetupError, match="not-set-up"):
        await ask(stage)


async def test_expired_tokens_without_a_refresh_token_are_the_end(stage: Stage) -> None:
    active = stage.active(replace(EXPIRED, refresh_token=None))
    with pytest.raises(SetupError, match="no-refresh-token"):
        await ask(stage)
    assert stage.on_disk()[2] == active
    assert stage.world.tokens.sent == []


async def test_nothing_is_sent_when_the_answer_could_not_be_saved(stage: Stage) -> None:
    active = stage.active(EXPIRED)
    with full_disk(), pytest.raises(SetupError, match="store-failed"):
        await ask(stage)
    assert stage.world.tokens.sent == []
    assert stage.on_disk()[2] == active


@pytest.mark.parametrize("problem", [REFRESH_REFUSED, WRONG_CLIENT])
async def test_refusal_is_recorded_and_deletes_nothing(stage: Stage, problem: Problem) -> None:
    active = stage.active(EXPIRED)
    stage.world.tokens.refreshes = [error(problem)]
    with pytest.raises(SetupError, match=problem.id):
        await ask(stage)
    profile, _, kept = stage.on_disk()
    assert kept == active
    assert profile.refreshable
    assert profile.refresh_failure == RefreshFailure(problem.id, NOW, problem.words)


async def test_refusal_is_told_even_where_it_cannot_be_recorded(stage: Stage) -> None:
    stage.active(EXPIRED)
    disk = full_disk()

    async def fill() -> None:
        disk.__enter__()

    stage.world.tokens.on_call = fill
    stage.world.tokens.refreshes = [error(REFRESH_REFUSED)]
    try:
        with pytest.raises(SetupError, match="refresh-refused"):
            await ask(stage)
    finally:
        disk.__exit__(None, None, None)


@pytest.mark.parametrize("problem", [UNREACHABLE, PROBLEM])
async def test_failure_on_the_way_is_no_rejection_and_changes_no_credentials(
    stage: Stage, problem: Problem
) -> None:
    active = stage.active(EXPIRED)
    stage.world.tokens.refreshes = [error(problem), tokens("new")]
    with pytest.raises(SetupError, match=problem.id):
        await ask(stage)
    profile, _, kept = stage.on_disk()
    assert profile.refresh_failure is None
    assert kept == active
    assert await ask(stage) == tokens("new")
    profile = stage.on_disk()[0]
    assert (profile.refresh_error, profile.is_refresh_open) == (None, False)


# -- when a response is lost ---------------------------------------------------------------------


async def test_refresh_is_noted_on_disk_while_it_is_under_way(stage: Stage) -> None:
    stage.active(EXPIRED)
    seen: list[bool] = []

    async def look() -> None:
        profile = LocalProfileStore(stage.home).load(NAME)
        assert profile is not None
        seen.append(profile.is_refresh_open)

    stage.world.tokens.on_call = look
    stage.world.tokens.refreshes = [tokens("new")]
    await ask(stage)
    assert (seen, stage.on_disk()[0].is_refresh_open) == ([True], False)


@pytest.mark.parametrize("lost", [TIMED_OUT, TOKEN_SERVER_FAILING, ODD_TOKENS])
async def test_rejection_after_a_lost_response_names_that_as_its_cause(
    stage: Stage, lost: Problem
) -> None:
    stage.active(EXPIRED)
    rejected = error(REFRESH_REFUSED.with_detail("400: invalid_grant"))
    stage.world.tokens.refreshes = [error(lost), rejected, rejected]
    with pytest.raises(SetupError, match=lost.id):
        await ask(stage)
    # However often it is retried.
    for _ in range(2):
        with pytest.raises(SetupError, match="refresh-response-lost") as caught:
            await ask(stage)
        assert caught.value.problem.detail == ("400: invalid_grant",)
    failure = stage.on_disk()[0].refresh_failure
    assert failure is not None
    assert failure.problem == "refresh-response-lost"


@pytest.mark.parametrize(
    "answered",
    [error(TOKEN_THROTTLED), error(WRONG_CLIENT), SetupError(TIMED_OUT, is_unsent=True)],
    ids=["throttled", "refused", "unsent"],
)
async def test_rejection_after_a_request_that_brought_nothing_has_its_usual_cause(
    stage: Stage, answered: SetupError
) -> None:
    stage.active(EXPIRED)
    stage.world.tokens.refreshes = [answered, error(REFRESH_REFUSED)]
    with pytest.raises(SetupError, match=answered.problem.id):
        await ask(stage)
    with pytest.raises(SetupError, match="refresh-refused"):
        await ask(stage)


async def test_refresh_that_works_after_a_lost_response_ends_the_note(stage: Stage) -> None:
    stage.active(EXPIRED)
    stage.world.tokens.refreshes = [error(TIMED_OUT), tokens("new"), error(REFRESH_REFUSED)]
    with pytest.raises(SetupError, match="timed-out"):
        await ask(stage)
    await ask(stage)
    with pytest.raises(SetupError, match="refresh-refused"):
        await ask(stage, is_forced=True)


# -- concurrent refreshes ------------------------------------------------------------------------


@pytest.mark.parametrize("is_forced", [False, True])
async def test_two_at_once_refresh_once(home: Path, is_forced: bool) -> None:
    clock = FakeClock()
    endpoint = FakeTokenEndpoint(refreshes=[tokens("new", refresh="r-2", at=NOW + 2 * SECOND)])

    async def take_time() -> None:
        clock.move(seconds=1)
        # Let the other task run, which then waits for the lock.
        await asyncio.sleep(0)

    endpoint.on_call = take_time
    Stage(home).active(EXPIRED)
    asking = (
        fresh_tokens(NAME, LocalProfileStore(home), endpoint, clock, is_forced=is_forced)
        for _ in range(2)
    )
    given = await asyncio.gather(*asking)
    assert [one.access_token.reveal() for one in given] == ["access-new", "access-new"]
    assert endpoint.sent == ["refresh"]
    kept = read(home)[2]
    assert kept is not None
    assert kept.tokens == given[0]


async def test_two_at_once_are_refused_once(home: Path) -> None:
    clock = FakeClock()
    endpoint = FakeTokenEndpoint(refreshes=[error(REFRESH_REFUSED)])

    async def take_time() -> None:
        clock.move(seconds=1)
        await asyncio.sleep(0)

    endpoint.on_call = take_time
    Stage(home).active(EXPIRED)
    asking = (fresh_tokens(NAME, LocalProfileStore(home), endpoint, clock) for _ in range(2))
    ended = await asyncio.gather(*asking, return_exceptions=True)
    problems = [one.problem for one in ended if isinstance(one, SetupError)]
    assert problems == [REFRESH_REFUSED, REFRESH_REFUSED]
    assert endpoint.sent == ["refresh"]


async def test_tokens_saved_while_waiting_are_good_however_short_their_life(
    stage: Stage,
) -> None:
    active = stage.active(EXPIRED)
    short = tokens("short", at=NOW + SECOND, seconds=30)
    with LocalProfileStore(stage.home).locked(NAME) as held:
        asking = asyncio.create_task(ask(stage, timedelta(hours=2), is_forced=True))
        await asyncio.sleep(0)
        stage.world.clock.move(seconds=1)
        assert held.profile is not None
        held.save(held.profile, active=replace(active, tokens=short))
    assert await asking == short
    assert stage.world.tokens.sent == []


async def test_tokens_saved_while_waiting_are_no_good_once_expired(stage: Stage) -> None:
    active = stage.active(EXPIRED)
    short = tokens("short", at=NOW + SECOND, seconds=30)
    with LocalProfileStore(stage.home).locked(NAME) as held:
        asking = asyncio.create_task(ask(stage))
        await asyncio.sleep(0)
        stage.world.clock.move(seconds=31)
        assert held.profile is not None
        held.save(held.profile, active=replace(active, tokens=short))
    stage.world.tokens.refreshes = [tokens("new", at=NOW + 31 * SECOND)]
    assert (await asking).access_token.reveal() == "access-new"


@pytest.mark.parametrize("problem", [TIMED_OUT, TOKEN_THROTTLED, TOKEN_SERVER_FAILING])
async def test_six_at_once_share_one_failure(home: Path, problem: Problem) -> None:
    clock = FakeClock()
    endpoint = FakeTokenEndpoint(refreshes=[error(problem)])
    Stage(home).active(EXPIRED)
    started: list[None] = []
    all_wait = asyncio.Event()

    async def ask() -> TokenSet:
        started.append(None)
        if len(started) == 6:
            all_wait.set()
        # It continues without a pause until it has read the record and waits for the lock.
        return await fresh_tokens(NAME, LocalProfileStore(home), endpoint, clock)

    async def until_all_wait() -> None:
        await all_wait.wait()

    endpoint.on_call = until_all_wait
    ended = await asyncio.gather(*(ask() for _ in range(6)), return_exceptions=True)
    assert [one.problem.id for one in ended if isinstance(one, SetupError)] == [problem.id] * 6
    assert endpoint.sent == ["refresh"]


async def test_request_that_was_given_up_is_nobody_elses_failure(stage: Stage) -> None:
    stage.active(EXPIRED)
    given_up, may_end = asyncio.Event(), asyncio.Event()
    endpoint = stage.world.tokens

    async def hold() -> None:
        given_up.set()
        await may_end.wait()

    endpoint.on_call = hold
    endpoint.refreshes = [SetupError(TIMED_OUT, is_unsent=True)]
    first = asyncio.create_task(ask(stage))
    await given_up.wait()
    first.cancel()
    # Let it run, so that it notices.
    await asyncio.sleep(0)
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    profile = stage.on_disk()[0]
    assert (profile.refresh_error, profile.is_refresh_open) == (None, False)


@pytest.mark.parametrize(
    ("recorded", "told"),
    [("wrong-client", "wrong-client"), ("of-a-newer-version", "refresh-refused")],
)
async def test_failure_recorded_while_waiting_is_mine_too(
    stage: Stage, recorded: str, told: str
) -> None:
    stage.active(EXPIRED)
    with LocalProfileStore(stage.home).locked(NAME) as held:
        asking = asyncio.create_task(ask(stage))
        await asyncio.sleep(0)
        assert held.profile is not None
        held.save(replace(held.profile, refresh_failure=RefreshFailure(recorded, NOW)))
    with pytest.raises(SetupError, match=told):
        await asking
    assert stage.world.tokens.sent == []


async def test_failure_from_before_is_tried_again(stage: Stage) -> None:
    stage.active(EXPIRED)
    failing(stage, RefreshFailure("refresh-refused", NOW - SECOND))
    stage.world.tokens.refreshes = [tokens("new")]
    assert await ask(stage) == tokens("new")


async def test_profile_forgotten_while_waiting_is_not_set_up(stage: Stage) -> None:
    stage.active(EXPIRED)
    with LocalProfileStore(stage.home).locked(NAME) as held:
        asking = asyncio.create_task(ask(stage))
        await asyncio.sleep(0)
        held.remove()
    with pytest.raises(SetupError, match="not-set-up"):
        await asking


async def test_caller_that_gives_up_before_the_request_is_nobody_elses_failure(
    stage: Stage,
) -> None:
    """A keyring may be slow between the two times that a caller is asked."""
    stage.active(EXPIRED)
    world, asked = stage.world, []

    def on_ask(_: CredentialSet) -> None:
        asked.append(True)
        if len(asked) > 1:
            raise error()

    with pytest.raises(SetupError, match=PROBLEM.id):
        await fresh_tokens(NAME, world.store, world.tokens, world.clock, on_ask=on_ask)
    assert world.tokens.sent == []
    profile = stage.on_disk()[0]
    assert (profile.refresh_error, profile.is_refresh_open) == (None, False)
