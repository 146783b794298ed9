"""Many processes need a token at the same moment: one of them asks the server for all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.commands.stage import start, stored, wizard
from tests.processes.stage import (
    PATIENCE,
    accepts,
    crowd,
    crowd_at_the_lock,
    expired,
    kill,
    leftovers,
    tried,
    until,
)

WAITING: Final = "Waiting for another scim-wizard command that is using profile default…\n"

FEW: Final = 8
"""Processes that wait for one lock, in tests where their number makes no difference."""


def lines(ended: Iterable[tuple[int, str, str]]) -> set[str]:
    """Return all lines on stderr of processes that ended."""
    return {line for _, _, words in ended for line in words.splitlines(keepends=True)}


def test_fifty_at_once_refresh_once(home: Path) -> None:
    with expired(home) as (server, before):
        server.delay = 1.0
        with crowd(home, 50) as them:
            ended = them.ended()
        server.delay = 0.0
        assert {code for code, _, _ in ended} == {0}, ended
        # A process that waits for more than 2 seconds says why, and nothing else.
        host = urlsplit(server.base_url).netloc
        assert lines(ended) <= {WAITING, f"Waiting for {host}…\n"}, ended
        (line,) = {out for _, out, _ in ended}
        assert (tried(server), server.counts["refreshed"]) == (1, 1)
        after = stored(home).tokens
        assert before.tokens is not None
        assert after is not None
        assert line == f"{after.access_token.reveal()}\n"
        assert line != f"{before.tokens.access_token.reveal()}\n"
        assert accepts(server, line.strip())
        # Only the newest refresh token is valid: the use of an earlier one counts as theft.
        again = wizard(home, "token", "--force")
        assert again.returncode == 0, again.stderr
        assert accepts(server, again.stdout.strip())
    assert leftovers(home) == set()


def test_refused_refresh_is_asked_for_once_by_all_who_wait(home: Path) -> None:
    with expired(home) as (server, before):
        server.revoke()
        with crowd_at_the_lock(home, FEW) as them:
            ended = them.ended()
        assert {(code, out) for code, out, _ in ended} == {(4, "")}, ended
        assert all("Authorize again" in words for _, _, words in ended), ended
        assert (tried(server), server.counts["refused"]) == (1, 1)
    assert stored(home) == before


@pytest.mark.parametrize("status", [429, 503])
def test_server_that_is_busy_is_asked_once_by_all_who_wait(home: Path, status: int) -> None:
    with expired(home) as (server, before):
        server.fail_next(status)
        with crowd_at_the_lock(home, FEW) as them:
            ended = them.ended()
        assert {(code, out) for code, out, _ in ended} == {(5, "")}, ended
        assert len({words.removeprefix(WAITING) for _, _, words in ended}) == 1
        assert tried(server) == 1
    assert stored(home) == before


def test_refresher_killed_before_the_server_looked_is_followed_by_one(home: Path) -> None:
    with expired(home) as (server, _):
        # The response is prepared and held; the request itself isn't examined.
        server.fail_next(503)
        server.delay = PATIENCE
        first = start(home, "token")
        until(lambda: tried(server))
        with crowd(home, FEW) as them:
            them.is_at_the_lock()
            server.delay = 0.0
            kill([first])
            ended = them.ended()
        assert {code for code, _, _ in ended} == {0}, ended
        # A process that waits for more than 2 seconds says why, and nothing else.
        host = urlsplit(server.base_url).netloc
        assert lines(ended) <= {WAITING, f"Waiting for {host}…\n"}, ended
        (line,) = {out for _, out, _ in ended}
        assert accepts(server, line.strip())
        assert (tried(server), server.counts["refreshed"]) == (2, 1)
    assert leftovers(home) == set()


def test_refresher_killed_after_the_server_rotated_costs_one_refusal(home: Path) -> None:
    with expired(home) as (server, before):
        server.delay = PATIENCE
        first = start(home, "token")
        until(lambda: server.counts["refreshed"])
        with crowd(home, FEW) as them:
            them.is_at_the_lock()
            server.delay = 0.0
            kill([first])
            ended = them.ended()
        assert {(code, out) for code, out, _ in ended} == {(4, "")}, ended
        lost = "The response to an earlier refresh was lost"
        assert all(lost in words and "Authorize again" in words for _, _, words in ended), ended
        assert (tried(server), server.counts["refused"]) == (2, 1)
    assert stored(home) == before
    assert leftovers(home) == set()
