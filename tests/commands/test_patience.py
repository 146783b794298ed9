"""A command takes 60 seconds at most, whatever it waits for, and says what that is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from threading import enumerate as enumerate_threads

import pytest

from tests.api.conftest import LoopClock
from tests.api.server import RawServer, Script, reply
from tests.commands.stage import ACTIVE, issued, now, put
from wizard import services
from wizard.commands import check, token
from wizard.domain.models import Endpoints, Profile
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

DRIPS = Script(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", hangs=True)


class Timed(LoopClock):
    """Lets time pass until a command has ended, and knows how much.

    Files are read, written, and locked in threads, which take real time: none passes meanwhile.
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

    def stored(self, *, hours: float) -> Profile:
        """Store tokens that live so long, at the server's endpoints."""
        url = self.server.url
        endpoints = Endpoints(f"{url}/authorize", f"{url}/token", f"{url}/scim")
        active = replace(ACTIVE, endpoints=endpoints, tokens=issued(hours=hours))
        put(self.home, active=active)
        profile = self.store.load("default")
        assert profile is not None
        return profile

    async def checked(self, *, answers: int) -> check.Outcome:
        """Run `check` and let time pass once the server has answered so many times."""
        request = check.CheckRequest("default", {})
        task = asyncio.create_task(
            check._check_each(["default"], request, self.store, services.Connection, now)
        )
        await self.server.until_answered(answers)
        await self.clock.until(task.done)
        [outcome] = await task
        return outcome

    async def token(self, seen: Profile) -> Problem:
        """Run `token`, which fails."""
        request = token.TokenRequest("default", {})
        task = asyncio.create_task(token._ask(request, self.store, seen, services.Connection, now))
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
    outcome = await command.checked(answers=1)
    assert outcome.problem is not None
    assert outcome.problem.id == "timed-out"
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
    outcome = await command.checked(answers=1)
    assert outcome.problem is not None
    assert (outcome.problem.id, "60 s" in outcome.problem.remedy) == ("scim-throttled", True)
    assert len(command.server.requests) == 1


@answering(reply(503, Retry_After="30"))
async def test_pauses_are_waited_for_as_long_as_they_fit(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    command.stored(hours=1)
    outcome = await command.checked(answers=1)
    assert outcome.problem is not None
    assert outcome.problem.id == "scim-failing"
    assert len(command.server.requests) == 2
    assert 30 <= command.clock.passed <= 60
    assert "status 503, again in 30 s" in capsys.readouterr().err


@answering(reply(200))
async def test_lock_that_another_holds_ends_in_time_and_is_named(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = command.stored(hours=-1)
    with LocalProfileStore(command.home).locked("default"):
        outcome = await command.checked(answers=0)
        assert outcome.problem is not None
        assert outcome.problem.id == "lock-busy"
        assert command.clock.passed <= 60
        command.clock.passed = 0
        assert (await command.token(seen)).id == "lock-busy"
        assert command.clock.passed <= 60
    words = "Waiting for another scim-wizard command that uses profile default…"
    assert set(capsys.readouterr().err.splitlines()) == {words}
    assert command.server.requests == []


@answering(reply(200))
async def test_refresh_that_could_not_end_in_time_is_not_begun(command: Command) -> None:
    """Once sent it isn't given up: a rotated refresh token would be lost."""
    seen = command.stored(hours=-1)
    with ExitStack() as held:
        held.enter_context(LocalProfileStore(command.home).locked("default"))
        asking = asyncio.create_task(command.token(seen))
        await command.clock.until(lambda: command.clock.passed >= 40)
        held.close()
        problem = await asking
    assert problem.id == "lock-busy"
    assert "No new access token was asked for" in problem.detail[0]
    assert command.server.requests == []


@answering(DRIPS)
async def test_refresh_that_hangs_is_named(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    command.stored(hours=-1)
    outcome = await command.checked(answers=1)
    assert outcome.problem is not None
    assert outcome.problem.id == "timed-out"
    assert command.clock.passed <= 60
    host = command.server.url.removeprefix("http://")
    assert f"Waiting for {host}…\n" in capsys.readouterr().err
