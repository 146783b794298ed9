"""Both journeys are killed at each of their steps, and lose nothing that was reported as saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests import system
from tests.commands.consents import at_second
from tests.commands.stage import now
from tests.processes.stage import accepts, until
from tests.processes.travel import Journeys, Told, journeys
from tests.second_server import SecondServer
from tests.store.keyrings import FileKeyring, keyring_on
from wizard.domain.credential_fields import CredentialField, has_changed
from wizard.domain.models import (
    CredentialSet,
    Endpoints,
    GrantType,
    Profile,
    StoreKind,
    TokenSet,
)
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

REDIRECT_URL = "https://scim.example.invalid/landing"


# Each one kills hundreds of processes, while other tests run beside it.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def server() -> Iterator[SecondServer]:
    with SecondServer(redirect_url=REDIRECT_URL, rotate=True, theft=True) as server:
        yield server


@pytest.fixture
def walked(server: SecondServer, tmp_path: Path) -> Iterator[Journeys]:
    with journeys(server, tmp_path) as walked:
        yield walked


class Place:
    """A home and its contents."""

    def __init__(self, home: Path, kind: StoreKind) -> None:
        self.home, self.kind = home, kind
        home.mkdir()
        self._ring = FileKeyring(home / "ring.json")
        self.store = LocalProfileStore(home, kind, keyring_on(self._ring))

    def look(self) -> tuple[CredentialSet | None, CredentialSet | None]:
        """Return the active set and the draft."""
        with self.store.locked("default") as held:
            return held.active(), held.draft()

    def put(self, active: CredentialSet) -> None:
        with self.store.locked("default") as held:
            held.save(Profile(), active=active)

    def leftovers(self) -> set[str]:
        """Save once more, and return files and entries that nothing refers to."""
        with self.store.locked("default") as held:
            assert held.profile is not None
            saved = held.save(held.profile)
        sets = {f"default.{name}" for name in (saved.active, saved.draft) if name}
        ending = ".json" if self.kind is StoreKind.FILE else ".keyring"
        wanted = {"default.json", "default.lock", *(name + ending for name in sets)}
        if self.kind is StoreKind.KEYRING:
            wanted |= {"ring.json", *(f"entry {n}" for n in self._ring.entries())}
            assert len(self._ring.entries()) == len(sets)
        # An empty note stays for a day, because the write that it announces may come late.
        found = (path for path in self.home.rglob("*") if path.is_file())
        return {p.name for p in found if p.suffix != ".keyring" or p.stat().st_size} - wanted


def values(server: SecondServer) -> dict[str, str]:
    fields = {
        "client-id": server.client_id,
        "client-secret": server.client_secret,
        "redirect-url": REDIRECT_URL,
    }
    endpoints = [server.authorize_url, server.token_url, server.scim_url]
    return {"fields": json.dumps(fields), "endpoints": json.dumps(endpoints)}


@pytest.mark.parametrize(
    ("has_active", "kind"),
    [(False, StoreKind.KEYRING), (True, StoreKind.FILE)],
    ids=["setup", "change"],
)
def test_journey_killed_anywhere_loses_nothing_that_was_saved(
    server: SecondServer, walked: Journeys, tmp_path: Path, kind: StoreKind, has_active: bool
) -> None:
    trace = tmp_path / "trace"
    whole = Place(tmp_path / "whole", kind)
    old = earlier(server, whole) if has_active else None
    told = walked.order("travel", whole.home, kind.value, trace=str(trace), **values(server))
    assert told.ended == 0
    assert told.saved == (["redirect-url"] if old else list(json.loads(values(server)["fields"])))
    steps = trace.read_text(encoding="utf-8").split()
    assert {"replace", "send", "sent"} <= set(steps)
    assert ({"put", "delete"} <= set(steps)) is (kind is StoreKind.KEYRING)
    for number in moments(steps):
        place = Place(tmp_path / str(number), kind)
        _kill(server, walked, place, number, earlier(server, place) if has_active else None)
        if steps[number - 1] in ("send", "sent"):
            _go_on(server, walked, place, number)


def earlier(server: SecondServer, place: Place) -> CredentialSet:
    """Store a set that is active before the journey, and return it.

    Each place has its own authorization: the server's tokens expire before all journeys are done.
    """
    old = replace(at_second(server), redirect_url="https://old.example.invalid/landing")
    place.put(old)
    return old


@pytest.mark.parametrize("kind", StoreKind, ids=lambda kind: kind.value)
def test_rotated_secret_killed_anywhere_is_kept_or_can_be_tried_again(
    server: SecondServer, walked: Journeys, tmp_path: Path, kind: StoreKind
) -> None:
    trace = tmp_path / "trace"
    rotated(server, walked, Place(tmp_path / "whole", kind), trace=str(trace))
    steps = trace.read_text(encoding="utf-8").split()
    assert {"send", "sent", "put" if kind is StoreKind.KEYRING else "replace"} <= set(steps)
    ways = []
    for number in moments(steps):
        place = Place(tmp_path / str(number), kind)
        old, told, refreshed = rotated(server, walked, place, kill=str(number))
        assert told.ended == -system.SIGKILL, number
        if steps[:number].count("sent") == steps.count("sent"):
            # What was sent arrives, although the sender was killed.
            until(partial(_has_refreshed, server, refreshed))
        is_rotated = _has_refreshed(server, refreshed)
        active, _ = place.look()
        code, words = token(walked, place)
        if active != old:
            ways.append("kept")
            assert (code, is_rotated) == (0, True), (number, words)
            assert accepts(server, words.strip()), number
        else:
            # The old secret is rejected; the new one works, unless the response was lost.
            ways.append("lost" if is_rotated else "untouched")
            assert code == 4, (number, words)
            again = walked.order("rotate", place.home, kind.value, secret=server.client_secret)
            assert again.rotation == ("needs authorization" if is_rotated else "kept"), number
        assert place.leftovers() == set(), number
    assert ways == sorted(ways, key=["untouched", "lost", "kept"].index)
    assert set(ways) == {"untouched", "lost", "kept"}


@pytest.mark.parametrize("kind", StoreKind, ids=lambda kind: kind.value)
def test_rotated_secret_of_an_app_killed_anywhere_loses_nothing(
    tmp_path: Path, kind: StoreKind
) -> None:
    of_app = GrantType.CLIENT_CREDENTIALS
    with (
        SecondServer(redirect_url="", grant_type=of_app.value) as server,
        journeys(server, tmp_path) as walked,
    ):
        endpoints = Endpoints(server.authorize_url, server.token_url, server.scim_url)
        old = TokenSet(Secret("old"), now() - timedelta(hours=1), now() - timedelta(hours=2))

        def rotated_at(place: Place, **more: str) -> Told:
            secret = Secret(server.client_secret)
            active = CredentialSet(server.client_id, secret, "", endpoints, tokens=old)
            place.put(replace(active, grant_type=of_app))
            new = server.rotate_secret()
            return walked.order("rotate", place.home, kind.value, secret=new, **more)

        trace = tmp_path / "trace"
        assert rotated_at(Place(tmp_path / "whole", kind), trace=str(trace)).rotation == "kept"
        ways = []
        for number in moments(trace.read_text(encoding="utf-8").split()):
            place = Place(tmp_path / str(number), kind)
            assert rotated_at(place, kill=str(number)).ended == -system.SIGKILL, number
            code, words = token(walked, place)
            ways.append("untouched" if code else "kept")
            if code:
                # The old secret is rejected, and no response can be lost for good.
                assert code == 4, (number, words)
                new = server.client_secret
                again = walked.order("rotate", place.home, kind.value, secret=new)
                assert again.rotation == "kept", number
                code, words = token(walked, place)
            assert code == 0, (number, words)
            assert accepts(server, words.strip()), number
            assert place.leftovers() == set(), number
        assert ways == sorted(ways, reverse=True)
        assert set(ways) == {"untouched", "kept"}


def _has_refreshed(server: SecondServer, before: int) -> bool:
    return server.counts["refreshed"] > before


def rotated(
    server: SecondServer, walked: Journeys, place: Place, **more: str
) -> tuple[CredentialSet, Told, int]:
    """Try a rotated secret on an expired set.

    Returns the set, the journey's report, and how many refreshes had succeeded before it.
    """
    old = at_second(server, is_expired=True)
    place.put(old)
    secret, refreshed = server.rotate_secret(), server.counts["refreshed"]
    told = walked.order("rotate", place.home, place.kind.value, secret=secret, **more)
    return old, told, refreshed


def moments(steps: list[str]) -> list[int]:
    """Return the numbers of the steps with effects outside the process, and the number after them.

    A journey is killed just before a step. The changes between two of these steps, such as the
    removal of an old file, are covered by tests/store/test_crash.py, which kills at every call.
    """
    seen = {"replace", "put", "delete", "send", "sent"}
    numbers = [number for number, step in enumerate(steps, start=1) if step in seen]
    return [*numbers, numbers[-1] + 1]


def _kill(
    server: SecondServer, walked: Journeys, place: Place, number: int, old: CredentialSet | None
) -> None:
    first = walked.order("travel", place.home, place.kind.value, kill=str(number), **values(server))
    assert first.ended == -system.SIGKILL, number
    active, draft = place.look()
    kept = draft or active
    for name in first.saved:
        text = json.loads(values(server)["fields"])[name]
        assert kept, (number, name)
        assert not has_changed(kept, CredentialField(name), text), (number, name)
    is_swapped = draft is None and active is not None and active != old
    if old and not is_swapped:
        assert active == old, number
    if active:
        code, words = token(walked, place)
        assert code == 0, (number, words)
        assert accepts(server, words.strip()), number
    if active or draft:
        assert place.leftovers() == set(), number


def _go_on(server: SecondServer, walked: Journeys, place: Place, number: int) -> None:
    _, draft = place.look()
    is_answered = any(a.code_sent_at for a in draft.attempts) if draft else False
    before = server.counts["refused"]
    again = walked.order("travel", place.home, place.kind.value, **values(server))
    assert again.ended == 0, number
    assert server.counts["refused"] == before or is_answered, (number, "a used code or token")
    active, draft = place.look()
    assert draft is None
    assert active is not None
    assert active.tokens is not None
    assert accepts(server, active.tokens.access_token.reveal()), number
    assert place.leftovers() == set(), number


def token(walked: Journeys, place: Place) -> tuple[int, str]:
    """Run `token`, and return its exit code and its output."""
    out = place.home.parent / f"{place.home.name}.out"
    told = walked.order("token", place.home, place.kind.value, out=str(out))
    return told.ended, out.read_text(encoding="utf-8")
