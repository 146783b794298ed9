"""`token` with client credentials: one request for all, and nothing that a kill could lose."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests import system
from tests.commands.stage import now, put, stored, wizard
from tests.processes.stage import accepts, crowd, leftovers, tried
from tests.processes.watched import WATCHED
from tests.second_server import SecondServer
from wizard.api.http import open_client
from wizard.api.token import TokenService
from wizard.domain.models import CredentialSet, Endpoints, GrantType, TokenSet
from wizard.domain.secret import Secret
from wizard.flow.upkeep import Rotation, rotate_secret
from wizard.store.profiles import LocalProfileStore

OLD = TokenSet(Secret("old"), now() - timedelta(hours=1), now() - timedelta(hours=2))


@contextmanager
def expired(home: Path) -> Iterator[SecondServer]:
    """Serve an app with client credentials, and store its set with an expired token."""
    grant_type = GrantType.CLIENT_CREDENTIALS
    with SecondServer(redirect_url="", grant_type=grant_type.value) as server:
        endpoints = Endpoints(server.authorize_url, server.token_url, server.scim_url)
        secret = Secret(server.client_secret)
        put(
            home,
            active=CredentialSet(
                server.client_id, secret, "", endpoints, tokens=OLD, grant_type=grant_type
            ),
        )
        yield server


def test_fifty_at_once_send_one_request(home: Path) -> None:
    with expired(home) as server:
        server.delay = 1.0
        with crowd(home, 50) as them:
            ended = them.ended()
        assert {code for code, _, _ in ended} == {0}, ended
        (line,) = {out for _, out, _ in ended}
        assert (tried(server), server.counts["issued"]) == (1, 1)
        kept = stored(home).tokens
        assert kept is not None
        assert line == f"{kept.access_token.reveal()}\n"
        # The server sent one, against RFC 6749 §4.4.3.
        assert kept.refresh_token is None
        assert accepts(server, line.strip())
    assert leftovers(home) == set()


def test_killed_at_any_step_the_next_token_works(tmp_path: Path) -> None:
    def killed(number: int) -> bool:
        home = tmp_path / str(number) / "home"
        home.parent.mkdir()
        with expired(home) as server:
            run = wizard(home, "token", python=WATCHED, env={"WATCH_KILL": str(number)})
            was_killed = run.returncode == -system.SIGKILL
            assert was_killed or run.returncode == 0, run.stderr
            run = wizard(home, "token")
            assert run.returncode == 0, run.stderr
            assert accepts(server, run.stdout.strip())
            assert server.counts["issued"] <= 2
        assert leftovers(home) == set()
        return was_killed

    with ThreadPoolExecutor(4) as pool:
        ways = list(pool.map(killed, range(1, 31)))
    assert ways[:20] == [True] * 20
    assert not ways[-1]


def test_token_is_kept_until_it_expires(home: Path) -> None:
    with expired(home) as server:
        first, second = wizard(home, "token"), wizard(home, "token")
        assert (first.returncode, first.stderr) == (0, "")
        assert (second.stdout, second.returncode) == (first.stdout, 0)
        assert (tried(server), server.counts["issued"]) == (1, 1)
        forced = wizard(home, "token", "--force")
        assert forced.returncode == 0, forced.stderr
        assert forced.stdout != first.stdout
        assert tried(server) == 2
        assert accepts(server, forced.stdout.strip())


async def test_rotated_secret_is_an_action_in_twilio(home: Path) -> None:
    with expired(home) as server:
        new = server.rotate_secret()
        run = wizard(home, "token")
        assert (run.returncode, run.stdout) == (4, "")
        assert "Enter a rotated secret" in run.stderr
        assert tried(server) == 1
        async with open_client() as client:
            endpoint = TokenService(client, now)
            store = LocalProfileStore(home)
            assert await rotate_secret("default", store, endpoint, Secret(new)) is Rotation.KEPT
        assert (tried(server), server.counts["issued"]) == (2, 1)
        run = wizard(home, "token")
        assert (run.returncode, run.stderr) == (0, "")
        assert accepts(server, run.stdout.strip())
        # The request that proved the secret is the only one.
        assert tried(server) == 2
        kept = stored(home)
        assert kept.client_secret == Secret(new)
        assert kept.tokens is not None
        assert kept.tokens.refresh_token is None


@pytest.mark.parametrize("command", ["check", "token"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "unauthorized_client"}),
        (401, {"error": "unauthorized_client"}),
        (400, {"code": 20001, "message": "Bad request", "more_info": "", "status": 400}),
        (401, {"code": 20003, "message": "Invalid credentials", "more_info": "", "status": 401}),
    ],
    ids=["400 oauth", "401 oauth", "400 twilio", "401 twilio"],
)
def test_grant_type_is_among_the_causes_of_every_refusal(
    home: Path, status: int, body: dict[str, object], command: str
) -> None:
    with expired(home) as server:
        server.fail_next(status, body)
        run = wizard(home, command)
        assert run.returncode in (1, 4)
        assert "Authorization code" in " ".join(run.stderr.split())
        assert server.client_secret not in run.stderr + run.stdout
        assert tried(server) == 1


def test_wrong_grant_type_is_named_by_check(home: Path) -> None:
    with expired(home) as server:
        server.grant_type = "authorization_code"
        run = wizard(home, "check")
        assert run.returncode == 4
        assert "This app can't use client credentials" in run.stderr
        assert "Authorization code" in run.stderr
