"""Two changes to one profile at the same time, in either order: each one takes effect whole."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.fakes import NOW, FakeClock, World, tokens
from tests.processes.stage import PATIENCE
from tests.store.samples import credentials
from wizard.commands import forget as forget_command
from wizard.commands import token as token_command
from wizard.domain.errors.exchange import REFRESH_REFUSED
from wizard.domain.models import (
    AuthorizationAttempt,
    CheckStatus,
    CredentialSet,
    LastCheck,
    Profile,
    TokenSet,
)
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.refresh import fresh_tokens
from wizard.flow.services import Connect, Network
from wizard.flow.session import Session
from wizard.flow.upkeep import rotate_secret
from wizard.store.profiles import LocalProfileStore
from wizard.store.records import LockedProfile

NAME: Final = "default"
CLOCK: Final = FakeClock()
NEW_SECRET: Final = Secret("hush-secret-rotated")


def issued(mark: str, **at: float) -> TokenSet:
    return tokens(mark, refresh=f"refresh-{mark}", at=NOW + timedelta(**at))


OLD: Final = replace(credentials("old"), tokens=issued("old", hours=-2), attempts=())
DRAFT: Final = replace(credentials("new"), tokens=issued("new"))


class Server:
    """Rotates refresh tokens, and records in `faults` what no honest client would send."""

    def __init__(self, seen: Profile | None) -> None:
        self.seen = seen
        """The record as read by the processes that needed a token before any change."""
        self.asked_as: list[str] = []
        """The client ID of each request."""
        self.faults: list[str] = []
        self.during: Callable[[], None] = lambda: None
        """Called during a request."""
        self.newest = {OLD.client_id: "refresh-old", DRAFT.client_id: "refresh-new"}
        self._secrets = {
            OLD.client_id: {OLD.client_secret, NEW_SECRET},
            DRAFT.client_id: {DRAFT.client_secret},
        }

    def drop_unsent(self) -> None:
        """Do nothing: this fake sends everything at once."""

    async def refresh(self, credentials: CredentialSet) -> TokenSet:
        assert credentials.tokens is not None
        assert credentials.tokens.refresh_token is not None
        client, refresh = credentials.client_id, credentials.tokens.refresh_token.reveal()
        self.asked_as.append(client)
        if credentials.client_secret not in self._secrets[client]:
            self.faults.append(f"another client's secret for {client}")
        if refresh != self.newest[client]:
            self.faults.append(f"{refresh} is not {client}'s newest")
            raise SetupError(REFRESH_REFUSED)
        self.newest[client] = f"{refresh}+"
        await asyncio.to_thread(self.during)
        return tokens(f"renewed-{client}", refresh=f"{refresh}+", at=NOW)

    async def exchange(
        self,
        credentials: CredentialSet,
        attempt: AuthorizationAttempt,
        code: Secret,
        on_wait: Callable[[str, float], None],
    ) -> TokenSet:
        raise AssertionError("no code is exchanged here")

    def check_whole(self, home: Path) -> CredentialSet | None:
        """Return the stored set, whose parts must match; None if no set is left."""
        store = LocalProfileStore(home)
        profile = store.load(NAME)
        active = None if profile is None else store.active(NAME, profile)
        if profile is None or active is None:
            assert profile is None
            assert list((home / "secrets").iterdir()) == []
            return None
        assert active.client_secret in self._secrets[active.client_id]
        assert (
            active.redirect_url
            == (OLD if active.client_id == OLD.client_id else DRAFT).redirect_url
        )
        assert (profile.client_id, profile.redirect_url) == (active.client_id, active.redirect_url)
        assert active.tokens is not None
        assert profile.expires_at == active.tokens.expires_at
        return active


class Gate:
    """A place where one thread stops until another lets it continue; it starts open."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()
        self._open.set()

    def close(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def __call__(self) -> None:
        self.reached.set()
        assert self._open.wait(PATIENCE)

    def is_reached(self) -> None:
        assert self.reached.wait(PATIENCE)


class GatedStore(LocalProfileStore):
    """A process's store, with gates before the lock, and under it before and after the work."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.before, self.locked_in, self.done = Gate(), Gate(), Gate()

    @contextmanager
    def locked(self, name: str, timeout: float = PATIENCE) -> Iterator[LockedProfile]:
        self.before()
        with super().locked(name, timeout) as held:
            self.locked_in()
            yield held
            self.done()

    @asynccontextmanager
    async def locked_async(
        self,
        name: str,
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> AsyncIterator[LockedProfile]:
        self.before()
        async with super().locked_async(name, timeout) as held:
            await asyncio.to_thread(self.locked_in)
            yield held
            await asyncio.to_thread(self.done)


Change = Callable[[LocalProfileStore, Server], object]


def refresh(store: LocalProfileStore, server: Server) -> object:
    return asyncio.run(fresh_tokens(NAME, store, server, CLOCK, seen=server.seen))


def force(store: LocalProfileStore, server: Server) -> object:
    return asyncio.run(fresh_tokens(NAME, store, server, CLOCK, seen=server.seen, is_forced=True))


def rotate(store: LocalProfileStore, server: Server) -> object:
    return asyncio.run(rotate_secret(NAME, store, server, NEW_SECRET))


def forget(store: LocalProfileStore, server: Server) -> object:
    return forget_command.run(NAME, store, CLOCK, is_asking=False)


def swap(store: LocalProfileStore, server: Server) -> object:
    # A wizard with a proven draft that was opened before the other change.
    session = Session(NAME, store, CLOCK)
    session.profile, session.draft = server.seen or Profile(), DRAFT
    return asyncio.run(session.swap(LastCheck(CheckStatus.PASSED, NOW, 3), "OR1"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with LocalProfileStore(home).locked(NAME) as held:
        held.save(Profile(), active=OLD, draft=DRAFT)
    return home


@pytest.fixture
def server(home: Path) -> Server:
    return Server(LocalProfileStore(home).load(NAME))


RENEWALS = (refresh, force)
ORDERS = [
    pair
    for renewal in RENEWALS
    for other in (swap, forget, rotate)
    for pair in ((renewal, other), (other, renewal))
]
STOPS = [
    (*order, stop)
    for order in ORDERS
    for stop in ("locked", "asking", "done")
    # The other two changes send no request.
    if stop != "asking" or order[0] in (*RENEWALS, rotate)
]


def both(
    home: Path, server: Server, first: Change, second: Change, stop: str
) -> tuple[object, object]:
    """Stop a change under its lock, let another reach the lock, then let both continue.

    Returns what they returned, or the id of the problem that ended them.
    """

    def run(change: Change, store: LocalProfileStore) -> object:
        try:
            return change(store, server)
        except SetupError as error:
            return error.problem.id

    one, other = GatedStore(home), GatedStore(home)
    request = Gate()
    gate = {"locked": one.locked_in, "asking": request, "done": one.done}[stop]
    server.during = request
    gate.close()
    with ThreadPoolExecutor(2) as pool:
        try:
            running = pool.submit(run, first, one)
            gate.is_reached()
            waiting = pool.submit(run, second, other)
            other.before.is_reached()
            server.check_whole(home)
            assert not other.locked_in.reached.is_set()
        finally:
            gate.open()
        return running.result(PATIENCE), waiting.result(PATIENCE)


@pytest.mark.parametrize(("first", "second", "stop"), STOPS)
def test_two_at_once_are_one_after_the_other(
    home: Path, server: Server, first: Change, second: Change, stop: str
) -> None:
    results = dict(zip((first, second), both(home, server, first, second, stop), strict=True))
    renewed = next(results[renewal] for renewal in RENEWALS if renewal in results)
    is_renewed_first = first in RENEWALS
    assert server.faults == []
    kept = server.check_whole(home)
    # A rotation also asks the server, but a process that waited for another's save doesn't.
    asked = is_renewed_first + (rotate in results)
    assert server.asked_as == [OLD.client_id] * asked
    if forget in results:
        assert kept is None
        assert LocalProfileStore(home).names() == []
        assert results[forget] == 0
        assert is_renewed_first or renewed == "not-set-up"
        return
    assert kept is not None
    assert kept.tokens is not None
    assert kept.tokens.refresh_token == Secret(server.newest[kept.client_id])
    if swap in results:
        assert kept == replace(DRAFT, attempts=())
    else:
        assert (kept.client_id, kept.client_secret) == (OLD.client_id, NEW_SECRET)
    assert is_renewed_first or renewed == kept.tokens, "as fresh as it gets"


def test_forget_leaves_a_profile_that_a_wizard_works_on(home: Path, server: Server) -> None:
    with LocalProfileStore(home).wizard_lock(NAME):
        with pytest.raises(SetupError, match="another-wizard"):
            forget(LocalProfileStore(home), server)
        swap(LocalProfileStore(home), server)
    assert server.check_whole(home) == replace(DRAFT, attempts=())


class OvertakenStore(LocalProfileStore):
    """A store in which another process makes a whole change just before one call."""

    def __init__(self, home: Path, moment: str, change: Callable[[], object]) -> None:
        super().__init__(home)
        self._moment = moment
        self._change = change

    def load(self, name: str) -> Profile | None:
        self._pass("load")
        return super().load(name)

    def active(self, name: str, profile: Profile) -> CredentialSet | None:
        self._pass("active")
        return super().active(name, profile)

    @asynccontextmanager
    async def locked_async(
        self,
        name: str,
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> AsyncIterator[LockedProfile]:
        await asyncio.to_thread(self._pass, "lock")
        async with super().locked_async(name, timeout) as held:
            yield held

    def _pass(self, moment: str) -> None:
        if moment == self._moment:
            self._moment = ""
            self._change()


@pytest.mark.parametrize("moment", ["load", "active", "lock"])
@pytest.mark.parametrize("change", [swap, forget, rotate, refresh])
def test_token_that_is_overtaken_gives_what_the_other_stored(
    home: Path, server: Server, change: Change, moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(LocalProfileStore(home))

    @asynccontextmanager
    async def connecting() -> AsyncIterator[Connect]:
        async def connect() -> Network:
            return Network(server, world.metadata, world.users, world.reach)

        yield connect

    store = OvertakenStore(home, moment, lambda: change(LocalProfileStore(home), server))
    request = token_command.TokenRequest(NAME, {})
    if change is forget:
        with pytest.raises(SetupError, match="not-set-up"):
            token_command.run(request, store, connecting, CLOCK)
        assert server.check_whole(home) is None
        assert capsys.readouterr().out == ""
        return
    assert token_command.run(request, store, connecting, CLOCK) == 0
    kept = server.check_whole(home)
    assert kept is not None
    assert kept.tokens is not None
    assert capsys.readouterr().out == f"{kept.tokens.access_token.reveal()}\n"
    assert server.asked_as == ([] if change is swap else [OLD.client_id])
    assert server.faults == []
