"""Commands on a keyring that doesn't respond: one wait, one message, and no change."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.commands.stage import ACTIVE, issued, silent_port
from tests.store.keyrings import HangingKeyring, MemoryKeyring, keyring_on, let_answer
from wizard import wiring
from wizard.cli import cli
from wizard.domain.errors.store import KEYRING_HANGS
from wizard.domain.models import CredentialSet, Endpoints, Profile, StoreKind
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

LIMIT: Final = 0.05
"""Seconds; the length of the wait makes no difference here."""


class HangingInWrites(HangingKeyring):
    """A keyring that reads normally, but never finishes a write."""

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))


@pytest.fixture
def good() -> MemoryKeyring:
    """The keyring as other processes see it, and as it was before."""
    return MemoryKeyring()


def expired() -> CredentialSet:
    nobody = f"http://127.0.0.1:{silent_port()}"
    endpoints = Endpoints(f"{nobody}/authorize", f"{nobody}/token", f"{nobody}/scim")
    return replace(ACTIVE, endpoints=endpoints, tokens=issued(hours=-1))


def store_on(home: Path, backend: MemoryKeyring) -> LocalProfileStore:
    return LocalProfileStore(home, StoreKind.KEYRING, keyring_on(backend))


def put(home: Path, good: MemoryKeyring, active: CredentialSet, name: str = "default") -> Profile:
    with store_on(home, good).locked(name) as held:
        return held.save(Profile(), active=active)


def active_of(home: Path, good: MemoryKeyring) -> CredentialSet | None:
    with store_on(home, good).locked("default") as held:
        return held.active()


def run(monkeypatch: pytest.MonkeyPatch, home: Path, backend: HangingKeyring, *args: str) -> int:
    """Run a command line on a keyring, as a new process would."""
    keyring = keyring_on(backend, LIMIT)
    store = LocalProfileStore(home, StoreKind.KEYRING, keyring)
    monkeypatch.setattr(wiring, "store", lambda: store)
    code = cli(list(args), prog_name="scim-wizard", standalone_mode=False)
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize("args", [("token",), ("token", "--force"), ("check",)], ids=" ".join)
def test_command_waits_once_for_a_keyring_that_does_not_answer_and_says_so_once(
    args: tuple[str, ...],
    home: Path,
    good: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    active = expired()
    put(home, good, active)
    slow = HangingKeyring()
    slow.entries = good.entries
    assert run(monkeypatch, home, slow, *args) == 6
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count(KEYRING_HANGS.title) == 1
    assert (slow.hung, slow.calls) == (1, 0), "one call waited; no other was made"
    let_answer(slow)
    assert active_of(home, good) == active


@pytest.mark.parametrize("args", [("token",), ("check",)], ids=" ".join)
def test_renewal_that_cannot_be_kept_is_not_begun_and_its_late_write_changes_nothing(
    args: tuple[str, ...],
    home: Path,
    good: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    active = expired()
    before = put(home, good, active)
    slow = HangingInWrites()
    slow.entries = good.entries
    assert run(monkeypatch, home, slow, *args) == 6
    assert capsys.readouterr().err.count(KEYRING_HANGS.title) == 1
    assert slow.hung == 1, "the proof of writing; after it nothing was asked for"
    let_answer(slow)
    assert len(good.entries) == 2, "it has landed, under a name of its own"
    after = store_on(home, good).load("default")
    assert after is not None
    assert after.active == before.active
    assert active_of(home, good) == active
    with store_on(home, good).locked("default") as held:
        current = held.save(after)
    assert {name for _, name in good.entries} == {f"default.{current.active}"}, "swept"


def test_all_profiles_wait_together_for_one_call(
    home: Path,
    good: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ("a", "b", "c")
    for name in names:
        put(home, good, expired(), name)
    slow = HangingKeyring()
    slow.entries = good.entries
    assert run(monkeypatch, home, slow, "check", "--all") == 6
    told = capsys.readouterr()
    assert [told.err.count(f"{name}: {KEYRING_HANGS.title}.") for name in names] == [1, 1, 1]
    assert (slow.hung, slow.calls) == (1, 0)
    let_answer(slow)
