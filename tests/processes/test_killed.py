"""`token` is killed at each of its steps, and the next `token` succeeds or says what to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from pathlib import Path

from tests import system
from tests.commands.stage import stored, wizard
from tests.processes.stage import accepts, expired, leftovers, tried, until
from tests.processes.watched import WATCHED

NEW_FILE = ["create", "fsync", "replace", "fsync", "unlink"]
"""Written beside, synced, renamed, and the folder synced; the last step finds nothing to remove."""
PROOF = ["create", "fsync", "unlink"]
"""Written and removed again."""
STEPS = [
    *(PROOF + PROOF),
    *NEW_FILE,
    *("send", "sent", "send", "sent"),
    *(NEW_FILE + NEW_FILE),
    *("unlink", "fsync"),
]
"""The steps of a refresh.

It tests whether set and record can be written, notes the refresh in the record, and sends the
request. Then it writes the new set, writes the record, and removes the old set.
"""


class Next(IntEnum):
    """The result of a `token` after one that was killed, ordered by how far that one came."""

    REFRESHES = 0
    """The server had no request yet, so the old refresh token is still valid."""
    IS_REFUSED = 1
    """The server rotated the refresh token, and the new one never reached the disk."""
    FINDS_IT = 2
    """The new set is whole on disk, wherever the record points, so no request is sent."""


def test_killed_refresh_leaves_a_good_token_or_words(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    home = tmp_path / "whole" / "home"
    with expired(home):
        run = wizard(home, "token", python=WATCHED, env={"WATCH_TRACE": str(trace)})
    assert (run.returncode, run.stderr) == (0, "")
    assert trace.read_text(encoding="utf-8").split() == STEPS
    numbers = range(1, len(STEPS) + 1)
    with ThreadPoolExecutor(2) as pool:
        nexts = list(pool.map(lambda number: _killed_at(tmp_path / str(number), number), numbers))
    assert nexts == sorted(nexts), "once asked or stored, for good"
    assert set(nexts) == set(Next)
    assert nexts.index(Next.IS_REFUSED) == _last("sent"), "asked with the last piece sent"
    new_set = _last("sent") + 1
    assert STEPS[new_set] == "create"
    assert nexts.index(Next.FINDS_IT) == new_set + 1, "kept as soon as its file is written"


def _last(step: str) -> int:
    return len(STEPS) - 1 - STEPS[::-1].index(step)


def _killed_at(folder: Path, number: int) -> Next:
    """Kill a `token` at a step, run another, and return the result of that one."""
    home = folder / "home"
    with expired(home) as (server, before):
        run = wizard(home, "token", python=WATCHED, env={"WATCH_KILL": str(number)})
        assert (run.returncode, run.stdout) == (-system.SIGKILL, ""), run.stderr
        if "sent" in STEPS[:number]:
            # What was sent arrives, although the sender was killed.
            until(lambda: server.counts.total())
        is_rotated, is_asked = bool(server.counts["refreshed"]), tried(server)
        found = stored(home)
        run = wizard(home, "token")
        is_asked = tried(server) - is_asked
        if run.returncode == 0:
            assert accepts(server, run.stdout.strip())
            assert is_rotated is (not is_asked)
            way = Next.FINDS_IT if is_rotated else Next.REFRESHES
            assert (found == before) is (way is Next.REFRESHES)
        else:
            assert (run.returncode, run.stdout) == (4, "")
            assert "The response to an earlier refresh was lost" in run.stderr
            assert "Authorize again" in run.stderr
            assert is_rotated
            assert is_asked == 1
            assert stored(home) == found == before
            way = Next.IS_REFUSED
    assert leftovers(home) == set()
    return way
