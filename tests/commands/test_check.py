"""`scim-wizard check` for one profile, against a live server."""

from __future__ import annotations

import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests import system
from tests.commands.consents import (
    EMPTY_LIST,
    at_sandbox,
    at_second,
    held_by,
    told,
)
from tests.commands.stage import (
    ACTIVE,
    PATIENCE,
    as_piped,
    issued,
    now,
    put,
    silent_port,
    start,
    stored,
    wizard,
)
from tests.schemas import CHECK, printed
from tests.second_server import SecondServer
from wizard import wiring
from wizard.commands import check
from wizard.domain.errors.exchange import SECRET_REJECTED_LATER
from wizard.domain.models import CheckStatus, CredentialSet, Endpoints, LastCheck, Profile
from wizard.domain.value import replace
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox
from wizard.store.profiles import LocalProfileStore
from wizard.store.records import LockedProfile

PASSED = FAILURE = printed(CHECK)
SECRETS = ("client-secret-1", "access-1", "refresh-1")


@pytest.fixture
def second() -> Iterator[SecondServer]:
    with SecondServer(redirect_url="https://idp.example.org/callback", users=7) as server:
        yield server


def last_check(home: Path) -> LastCheck | None:
    profile = LocalProfileStore(home).load("default")
    assert profile is not None
    return profile.last_check


# -- passed --------------------------------------------------------------------------------------


def test_json_tells_how_many_users_and_whose(home: Path) -> None:
    sandbox = Sandbox(users=3)
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base))
        run = wizard(home, "check", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    answer = told(run.stdout, PASSED)
    assert (answer["users"], answer["organization"]) == (3, sandbox.organization)
    assert [seen.path for seen in sandbox.seen] == ["/scim/v2/Users"]


def test_second_server_passes_too(home: Path, second: SecondServer) -> None:
    put(home, active=at_second(second, is_expired=True))
    run = wizard(home, "check", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    answer = told(run.stdout, PASSED)
    assert (answer["users"], answer["organization"]) == (7, None)
    assert (second.counts["refreshed"], second.counts["listed"]) == (1, 1)


def test_how_it_ended_is_remembered(home: Path, second: SecondServer) -> None:
    put(home, active=at_second(second))
    answer = told(wizard(home, "check", "--json").stdout, PASSED)
    remembered = last_check(home)
    assert remembered is not None
    assert (remembered.status, remembered.users) == (CheckStatus.PASSED, 7)
    assert f"{remembered.at:%Y-%m-%dT%H:%M:%SZ}" == answer["checked_at"]


def test_words_are_a_line_for_each_check(home: Path, second: SecondServer) -> None:
    put(home, active=at_second(second))
    run = wizard(home, "check")
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [[as_piped("✓"), "passed"]] * 3
    assert "GET /Users responds" in lines[1]
    assert "7 users" in lines[2]


def test_expired_token_is_renewed_and_kept(home: Path) -> None:
    sandbox = Sandbox(rotate=True)
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base, is_expired=True))
        before = stored(home).tokens
        run = wizard(home, "check")
    assert run.returncode == 0, run.stderr
    after = stored(home).tokens
    assert before is not None
    assert after is not None
    assert after.refresh_token != before.refresh_token
    assert [seen.path for seen in sandbox.seen] == ["/v2/token", "/scim/v2/Users"]


def test_pause_that_is_waited_out_is_said(home: Path) -> None:
    sandbox = Sandbox(scenario="throttled")
    sandbox.retry_after = 1
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base))
        run = wizard(home, "check", "--json")
    assert (run.returncode, run.stderr) == (
        0,
        "No usable response yet: too many requests, retrying in 1 s.\n",
    )
    told(run.stdout, PASSED)


def test_another_organization_than_at_the_setup_is_said(home: Path) -> None:
    sandbox, other = Sandbox(), "OR" + "0" * 32
    with serve.serving(sandbox) as base:
        put(home, Profile(organization=other), active=at_sandbox(sandbox, base))
        changed = wizard(home, "check", "--json")
        put(home, Profile(organization=sandbox.organization), active=at_sandbox(sandbox, base))
        same = wizard(home, "check", "--json")
    assert (changed.returncode, same.returncode, same.stderr) == (0, 0, "")
    assert sandbox.organization in changed.stderr
    assert other in changed.stderr
    (warning,) = told(changed.stdout, PASSED)["warnings"]
    assert warning["id"] == "organization-changed"
    assert told(same.stdout, PASSED)["warnings"] == []


# -- failed --------------------------------------------------------------------------------------


def fails(home: Path, code: int, problem: str, *more: str) -> str:
    """Run check --json, require this exit code and problem, and return its words."""
    run = wizard(home, "check", "--json", *more)
    assert run.returncode == code, run.stderr
    error = told(run.stdout, FAILURE)["problem"]
    assert error["id"] == problem
    assert error["title"] + ".\n" in run.stderr
    assert "Traceback" not in run.stderr
    assert not any(secret in run.stdout + run.stderr for secret in SECRETS)
    return run.stderr


@pytest.mark.parametrize(
    ("scenario", "code", "problem"),
    [
        ("missing-permission", 4, "missing-permission"),
        ("not-scim", 1, "not-scim"),
        ("down", 5, "scim-failing"),
    ],
)
def test_what_the_scim_api_says_decides_the_code(
    home: Path, scenario: str, code: int, problem: str
) -> None:
    sandbox = Sandbox(scenario=scenario)
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base))
        fails(home, code, problem)
    remembered = last_check(home)
    assert remembered is not None
    assert (remembered.status, remembered.problem) == (CheckStatus.FAILED, problem)


def test_failure_in_words_shows_how_far_it_came(home: Path) -> None:
    sandbox = Sandbox(scenario="missing-permission")
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base))
        run = wizard(home, "check")
    assert run.returncode == 4
    signs = [line.split()[:2] for line in run.stdout.splitlines()]
    passed, failed, not_run = (as_piped(sign) for sign in "✓✗○")
    assert signs == [[passed, "passed"], [failed, "failed"], [not_run, "not"]]
    assert "managed-users/list" in run.stderr


def test_rotated_secret_is_named_once_the_token_has_expired(home: Path) -> None:
    sandbox = Sandbox()
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base, is_expired=True))
        sandbox.rotate_secret()
        words = fails(home, 4, "wrong-client")
        assert f"{SECRET_REJECTED_LATER.remedy}\nRun:\n  " in words
    assert "secret was probably rotated" in words


def test_dead_refresh_token(home: Path, second: SecondServer) -> None:
    put(home, active=at_second(second, is_expired=True))
    before = stored(home)
    second.revoke()
    fails(home, 4, "refresh-refused")
    assert stored(home) == before


def test_nobody_answers(home: Path) -> None:
    nowhere = Endpoints(token_url=f"http://127.0.0.1:{silent_port()}/v2/token")
    put(home, active=replace(ACTIVE, endpoints=nowhere, tokens=issued(hours=-1)))
    fails(home, 5, "nobody-there")


def test_nothing_set_up(home: Path) -> None:
    fails(home, 3, "not-set-up")
    assert not home.exists()


def test_setup_left_unfinished_is_not_remembered_as_a_failed_check(home: Path) -> None:
    put(home, draft=ACTIVE)
    fails(home, 3, "left-unfinished")
    assert last_check(home) is None


def test_record_that_cannot_be_read(home: Path) -> None:
    put(home, active=ACTIVE)
    (home / "profiles" / "default.json").write_text("{", encoding="utf-8")
    fails(home, 6, "file-damaged")


def test_damaged_draft_does_not_matter(home: Path, second: SecondServer) -> None:
    active = at_second(second)
    put(home, active=active, draft=ACTIVE)
    profile = LocalProfileStore(home).load("default")
    assert profile is not None
    (home / "secrets" / f"default.{profile.draft}.json").write_text("{", encoding="utf-8")
    assert wizard(home, "check").returncode == 0


def test_client_that_cannot_be_made_says_nothing_about_the_profile(home: Path) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    fails(home, 6, "ca-file-unusable", "--ca-file", str(home / "none.pem"))
    assert last_check(home) is None


@pytest.mark.parametrize("name", ["scim", "token"])
def test_nothing_from_outside_moves_a_token(home: Path, name: str) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        url = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"
        run = wizard(home, f"--{name}-url", url, "check", "--json")
        elsewhere.setblocking(False)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert run.returncode == 2
    assert told(run.stdout, FAILURE)["problem"]["id"] == "endpoints-conflict"


def test_name_no_profile_can_have(home: Path) -> None:
    fails(home, 2, "bad-profile-name", "--profile", "../x")


# -- changes during a check ----------------------------------------------------------------------


def test_profile_forgotten_meanwhile_does_not_come_back(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        put(home, active=held_by(server))
        server.settimeout(PATIENCE)
        with start(home, "check") as process:
            connection, _ = server.accept()
            with connection:
                assert wizard(home, "forget", "--yes").returncode == 0
                connection.recv(65536)
                connection.sendall(EMPTY_LIST)
            _, words = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, words
    assert not [path for path in home.rglob("*") if path.suffix == ".json"]


@pytest.mark.parametrize("is_renewed", [False, True])
def test_what_was_found_of_a_set_is_not_remembered_of_its_successor(
    home: Path, is_renewed: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        active, before = held_by(server), Profile(set_up_at=now())
        put(home, before, active=active)
        server.settimeout(PATIENCE)
        with start(home, "check") as process:
            connection, _ = server.accept()
            with connection:
                # A new authorization for the same app, or a token that was refreshed.
                after = before if is_renewed else Profile(set_up_at=now() + timedelta(minutes=1))
                put(home, after, active=replace(active, tokens=issued(hours=1)))
                connection.recv(65536)
                connection.sendall(EMPTY_LIST)
            _, words = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, words
    assert ("Another command changed the profile." in words) is not is_renewed
    assert (last_check(home) is not None) is is_renewed


class SwappingStore(LocalProfileStore):
    """A store in which another set becomes active just before the lock is taken."""

    def __init__(self, home: Path, other: CredentialSet) -> None:
        super().__init__(home)
        self._home = home
        self._other = other

    @asynccontextmanager
    async def locked_async(
        self,
        name: str,
        timeout: float = 60.0,  # noqa: ASYNC109
    ) -> AsyncIterator[LockedProfile]:
        put(self._home, active=self._other)
        async with super().locked_async(name, timeout) as held:
            yield held


def test_token_of_another_set_is_not_sent_to_the_old_address(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        put(home, active=replace(held_by(server), tokens=issued(hours=-1)))
        store = SwappingStore(home, replace(ACTIVE, tokens=issued(hours=1)))
        request = check.CheckRequest("default", {})
        assert check.run(request, store, wiring.Connection, wiring.clock) == 6
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "Another command changed" in capsys.readouterr().err


@pytest.mark.posix("A console of Windows has events for this; see tests/windows")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, system.SIGHUP])
@pytest.mark.parametrize("more", [(), ("--all", "--json")])
def test_signal_ends_it_with_130_and_without_a_traceback(
    home: Path, number: signal.Signals, more: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        put(home, active=held_by(server))
        server.settimeout(PATIENCE)
        with start(home, "check", *more) as process, server.accept()[0]:
            process.send_signal(number)
            out, words = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, words.strip()) == (130, "", "")
    assert last_check(home) is None
