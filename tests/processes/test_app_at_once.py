"""`token` with client credentials: one request for all, and nothing that a kill could lose."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tests import system
from tests.commands.stage import now, put, stored, wizard
from tests.processes.stage import accepts, crowd, leftovers, tried
from tests.processes.watched import WATCHED
from tests.second_server import SecondServer
from wizard.domain.models import CredentialSet, Endpoints, GrantType, TokenSet
from wizard.domain.secret import Secret

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


def test_rotated_secret_is_an_action_in_twilio(home: Path) -> None:
    with expired(home) as server:
        server.rotate_secret()
        run = wizard(home, "token")
        assert (run.returncode, run.stdout) == (4, "")
        assert "Enter a rotated secret" in run.stderr
        assert tried(server) == 1


def test_wrong_grant_type_is_named_by_check(home: Path) -> None:
    with expired(home) as server:
        server.grant_type = "authorization_code"
        run = wizard(home, "check")
        assert run.returncode == 4
        assert "This OAuth app can't use client credentials" in run.stderr
        assert "Authorization code" in run.stderr
