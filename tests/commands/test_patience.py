"""A command takes at most 60 seconds per profile, and says what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import enumerate as enumerate_threads

import pytest

from tests.api.conftest import LoopClock
from tests.api.server import RawServer, Script, reply
from tests.commands.stage import ACTIVE, issued, now, put
from wizard import wiring
from wizard.commands import check, token
from wizard.commands.network import LONGEST_REFRESH, Patience
from wizard.domain.models import Endpoints, Profile
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.domain.value import replace
from wizard.store.keyring import LIMIT
from wizard.store.profiles import LocalProfileStore
from wizard.store.records import LockedProfile

DRIPS = Script(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", hangs=True)


class Timed(LoopClock):
    """Lets time pass until a command has ended, and measures that time.

    Files are read, written, and locked in threads, which take real time, so no fake time passes
    then.
    """

    def __init__(self, usual: Callable[[], float], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(usual)
        self.passed = 0.0
        self._in_threads = 0
        in_thread = asyncio.to_thread

        async def counted(
            function: Callable[..., object], *args: object, **named: object
        ) -> object:
            self._in_threads += 1
            try:
                return await in_thread(function, *args, **named)
            finally:
                self._in_threads -= 1

        monkeypatch.setattr(asyncio, "to_thread", counted)

    def pass_by(self, seconds: float) -> None:
        """Let this much time pass in a thread."""
        self._ahead += seconds
        self.passed += seconds

    async def until(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            if self._in_threads or any(thread.name == "lock" for thread in enumerate_threads()):
                await asyncio.sleep(0)
            else:
                await self.skip(1)
                self.passed += 1


class Command:
    """A command on a stored profile, against a server that misbehaves."""

    def __init__(self, home: Path, server: RawServer, clock: Timed) -> None:
        self.home = home
        self.store = LocalProfileStore(home)
        self.server = server
        self.clock = clock

    def stored(self, *, hours: float, name: str = "default") -> Profile:
        """Store tokens with this lifetime, and the server's endpoints."""
        url = self.server.url
        endpoints = Endpoints(f"{url}/authorize", f"{url}/token", f"{url}/scim")
        active = replace(ACTIVE, endpoints=endpoints, tokens=issued(hours=hours))
        put(self.home, name=name, active=active)
        profile = self.store.load(name)
        assert profile is not None
        return profile

    async def checked(self, *, answers: int, is_quiet: bool = False) -> check.Outcome:
        """Run `check`, and let time pass after the server has responded this many times."""
        [outcome] = await self.all_checked(["default"], answers=answers, is_quiet=is_quiet)
        return outcome

    async def failed(self, *, answers: int) -> Problem:
        """Run `check` in the same way, and require that it fails."""
        outcome = await self.checked(answers=answers)
        assert outcome.problem is not None
        return outcome.problem

    async def all_checked(
        self, names: Sequence[str], *, answers: int, is_quiet: bool = False
    ) -> list[check.Outcome]:
        """Run `check --all` in the same way."""
        request = check.CheckRequest("default", {}, is_quiet=is_quiet)
        task = asyncio.create_task(
            check._check_each(names, request, self.store, wiring.Connection, now)
        )
        await self.server.until_answered(answers)
        await self.clock.until(task.done)
        return await task

    async def token(self, seen: Profile, *, is_quiet: bool = False) -> Problem:
        """Run `token`, and require that it fails."""
        request = token.TokenRequest("default", {}, is_quiet=is_quiet)
        task = asyncio.create_task(
            token._refreshed(request, self.store, seen, wiring.Connection, now)
        )
        await self.clock.until(task.done)
        with pytest.raises(SetupError) as caught:
            await task
        return caught.value.problem


@pytest.fixture
async def command(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Command]:
    scripts: tuple[Script, ...] = request.param
    server = RawServer(*scripts)
    await server.start()
    loop = asyncio.get_running_loop()
    clock = Timed(loop.time, monkeypatch)
    monkeypatch.setattr(loop, "time", clock)
    yield Command(tmp_path / "home", server, clock)
    await server.stop()


def answering(*scripts: Script) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("command", [scripts], indirect=True)


@answering(DRIPS)
async def test_answer_that_drips_ends_in_time_and_is_named(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    command.stored(hours=1)
    problem = await command.failed(answers=1)
    assert problem.id == "timed-out"
    assert command.clock.passed <= 60
    host = command.server.url.removeprefix("http://")
    assert capsys.readouterr().err == f"Waiting for {host}…\n"
    kept = command.store.load("default")
    assert kept is not None
    assert kept.last_check is not None
    assert kept.last_check.problem == "timed-out"


@answering(reply(429, Retry_After="60"))
async def test_pause_that_does_not_fit_is_told_instead_of_waited_for(command: Command) -> None:
    command.stored(hours=1)
    problem = await command.failed(answers=1)
    assert (problem.id, "60 s" in problem.remedy) == ("scim-throttled", True)
    assert len(command.server.requests) == 1


@answering(reply(503, Retry_After="30"))
async def test_pauses_are_waited_for_as_long_as_they_fit(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    command.stored(hours=1)
    problem = await command.failed(answers=1)
    assert problem.id == "scim-failing"
    assert len(command.server.requests) == 2
    assert 30 <= command.clock.passed <= 60
    assert "status 503, retrying in 30 s" in capsys.readouterr().err


@answering(reply(200))
async def test_lock_that_another_holds_ends_in_time_and_is_named(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = command.stored(hours=-1)
    with LocalProfileStore(command.home).locked("default"):
        problem = await command.failed(answers=0)
        assert problem.id == "lock-busy"
        assert command.clock.passed <= 60
        command.clock.passed = 0
        assert (await command.token(seen)).id == "lock-busy"
        assert command.clock.passed <= 60
    words = "Waiting for another scim-wizard command that is using profile default…"
    assert set(capsys.readouterr().err.splitlines()) == {words}
    assert command.server.requests == []


@answering(reply(200))
async def test_refresh_that_could_not_end_in_time_is_not_begun(command: Command) -> None:
    """A refresh can't be canceled once it is sent: a rotated refresh token would be lost."""
    seen = command.stored(hours=-1)
    with ExitStack() as held:
        held.enter_context(LocalProfileStore(command.home).locked("default"))
        asking = asyncio.create_task(command.token(seen))
        await command.clock.until(lambda: command.clock.passed >= 40)
        held.close()
        problem = await asking
    assert (problem.id, problem.exit_code) == ("timed-out", ExitCode.UNREACHABLE)
    assert "60-second limit" in problem.cause
    assert command.server.requests == []
    assert command.store.load("default") == seen, "nothing was lost, and nobody else is told"


@answering(reply(200))
async def test_refresh_is_not_sent_if_the_keyring_took_the_time_for_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow keyring is read three times before the request, and three times after it."""
    seen = command.stored(hours=-1)

    def slow(_: LockedProfile) -> None:
        command.clock.pass_by(3 * LIMIT)

    monkeypatch.setattr(LockedProfile, "prove_writable", slow)
    with ExitStack() as held:
        held.enter_context(LocalProfileStore(command.home).locked("default"))
        asking = asyncio.create_task(command.token(seen))
        await command.clock.until(lambda: command.clock.passed >= 12)
        held.close()
        problem = await asking
    assert problem.id == "timed-out"
    assert command.clock.passed + LONGEST_REFRESH > 55
    assert command.server.requests == []
    assert command.store.load("default") == seen, "nothing was lost, and nobody else is told"


@answering(reply(429, Retry_After="26"), reply(401, b"{}", Content_Type="application/json"))
async def test_slow_server_is_not_taken_for_another_command(command: Command) -> None:
    command.stored(hours=0.5)
    outcome = await command.checked(answers=1)
    assert outcome.problem is not None
    assert (outcome.problem.id, outcome.code) == ("timed-out", ExitCode.UNREACHABLE)
    assert "60-second limit" in outcome.problem.cause
    assert len(command.server.requests) == 2


@answering(reply(200))
async def test_work_under_the_lock_is_kept_however_long_it_took(command: Command) -> None:
    patience, may_end = Patience(), asyncio.Event()

    async def work() -> str:
        patience.has_lock()
        await may_end.wait()
        return "saved"

    task = asyncio.create_task(patience.for_lock(work(), "default"))
    await command.clock.skip(100)
    await command.clock.skip(0)
    may_end.set()
    assert await task == "saved"


@answering(DRIPS)
async def test_each_profile_has_its_own_time(command: Command) -> None:
    names = [f"profile-{number:02}" for number in range(2 * check.AT_ONCE + 1)]
    for name in names:
        command.stored(hours=1, name=name)
    outcomes = await command.all_checked(names, answers=check.AT_ONCE)
    assert {outcome.problem and outcome.problem.id for outcome in outcomes} == {"timed-out"}
    assert len(command.server.requests) == len(names), "the last was asked as well"


@answering(DRIPS)
async def test_quiet_says_nothing_of_waiting(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    command.stored(hours=1)
    await command.checked(answers=1, is_quiet=True)
    seen = command.stored(hours=-1)
    await command.token(seen, is_quiet=True)
    with LocalProfileStore(command.home).locked("default"):
        await command.token(seen, is_quiet=True)
    assert capsys.readouterr().err == ""


@answering(DRIPS)
async def test_refresh_that_hangs_is_named(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    command.stored(hours=-1)
    problem = await command.failed(answers=1)
    assert problem.id == "timed-out"
    assert command.clock.passed <= 60
    host = command.server.url.removeprefix("http://")
    assert f"Waiting for {host}…\n" in capsys.readouterr().err
