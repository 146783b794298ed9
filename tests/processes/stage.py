"""An expired set of the second server, and processes that all need its token."""

from __future__ import annotations

import http.client
import os
import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests import system
from tests.commands.consents import at_second
from tests.commands.stage import Process, put, start
from tests.processes.watched import WATCHED
from tests.second_server import USERS, SecondServer
from wizard.domain.models import CredentialSet
from wizard.store.profiles import LocalProfileStore

PATIENCE = 90.0
"""Seconds after which waiting fails; no test measures it."""


@contextmanager
def expired(home: Path) -> Iterator[tuple[SecondServer, CredentialSet]]:
    """Serve with rotating refresh tokens and reuse detection, and store an expired set.

    Yields the server, with its requests and counts cleared, and the stored set.
    """
    redirect_url = "https://idp.example.invalid/callback"
    with SecondServer(redirect_url=redirect_url, rotate=True, theft=True) as server:
        active = at_second(server, is_expired=True)
        put(home, active=active)
        server.requests.clear()
        server.counts.clear()
        yield server, active


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def accepts(server: SecondServer, access_token: str) -> bool:
    """Return whether the server's SCIM API accepts a token."""
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=PATIENCE)
    try:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/scim+json"}
        connection.request("GET", USERS, headers=headers)
        return connection.getresponse().status == 200
    finally:
        connection.close()


def tried(server: SecondServer) -> int:
    """Return how many requests reached the token endpoint."""
    return sum(request.method == "POST" for request in server.requests)


class Crowd:
    """`token` processes that are started together."""

    def __init__(self, home: Path, size: int) -> None:
        pipe = home.parent / "queue"
        system.mkfifo(pipe)
        # Open for reading and writing, so that neither end waits for the other.
        self._queue = os.open(pipe, os.O_RDWR)
        env = {"WATCH_QUEUE": str(pipe)}
        self._processes = [start(home, "token", env=env, python=WATCHED) for _ in range(size)]

    def is_at_the_lock(self) -> None:
        """Wait until each process has read the record and is waiting for the lock."""
        arrived = 0
        while arrived < len(self._processes):
            ready, _, _ = select.select([self._queue], [], [], PATIENCE)
            assert ready, f"only {arrived} of them came"
            arrived += len(os.read(self._queue, len(self._processes)))

    def ended(self, patience: float = PATIENCE) -> list[tuple[int, str, str]]:
        """Wait for all; return each one's exit code, stdout, and stderr."""
        written = [process.communicate(timeout=patience) for process in self._processes]
        codes = (process.wait() for process in self._processes)
        return [(code, out, words) for code, (out, words) in zip(codes, written, strict=True)]

    def disperse(self) -> None:
        """End the processes that still run."""
        os.close(self._queue)
        kill(self._processes)


@contextmanager
def crowd(home: Path, size: int) -> Iterator[Crowd]:
    """Start this many `token` processes at once, and end those that still run afterwards."""
    them = Crowd(home, size)
    try:
        yield them
    finally:
        them.disperse()


@contextmanager
def crowd_at_the_lock(home: Path, size: int) -> Iterator[Crowd]:
    """Start them while the profile is locked, and unlock it when all of them wait for it."""
    with ExitStack() as stack:
        with LocalProfileStore(home).locked("default"):
            them = stack.enter_context(crowd(home, size))
            them.is_at_the_lock()
        yield them


def kill(processes: Sequence[Process]) -> None:
    """Kill processes (SIGKILL), and wait until they have ended."""
    for process in processes:
        process.kill()
    for process in processes:
        with process:
            process.wait()


def leftovers(home: Path) -> set[str]:
    """Save once more, and return all files but the record, the lock, and the set in use."""
    with LocalProfileStore(home).locked("default") as held:
        assert held.profile is not None
        saved = held.save(held.profile)
    wanted = {"default.json", "default.lock", f"default.{saved.active}.json"}
    return {path.name for path in home.rglob("*") if path.is_file()} - wanted
