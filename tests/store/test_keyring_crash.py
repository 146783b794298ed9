"""A process killed around any keyring write or file replacement leaves a complete profile, and no
keyring entry that the next save doesn't find."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no fork", allow_module_level=True)

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests import system
from tests.store.forking import Work, forking
from tests.store.keyrings import FileKeyring, keyring_on
from tests.store.samples import credentials
from wizard.domain.models import Profile, StoreKind
from wizard.store.profiles import LocalProfileStore

RING: Final = "ring.json"

WORKER = """
import os, signal, sys
from pathlib import Path
from tests.store.samples import credentials
from tests.store.test_keyring_crash import store_on
from wizard.domain.models import Profile

def work(home, kind, number):
    countdown = int(number)
    store = store_on(Path(home))
    store.load("default")

    def watch(event, args):
        nonlocal countdown
        # Each replacement of a file (the keyring is one too) and each removal.
        if event in {"os.rename", "os.remove"} and home in str(args[0]):
            countdown -= 1
            if countdown == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with store.locked("default") as held:
        sys.addaudithook(watch)
        if kind == "forget":
            held.remove()
        else:
            held.save(
                held.profile or Profile(),
                active=credentials("new"),
                draft=credentials("new-draft"),
                to_files=kind == "move",
            )
"""


@pytest.fixture
def work() -> Iterator[Work]:
    with forking(WORKER) as order:
        yield order


def store_on(home: Path) -> LocalProfileStore:
    """Return a store whose keyring outlives the process."""
    home.mkdir(exist_ok=True)
    return LocalProfileStore(home, None, keyring_on(FileKeyring(home / RING)))


def killed_runs(work: Work, tmp_path: Path, kind: str, *, is_first: bool = False) -> Iterator[Path]:
    """Do the work in new homes, killed before each of its steps in turn, then not at all."""
    for number in range(1, 100):
        home = tmp_path / str(number)
        if not is_first:
            save(store_on(home), active=credentials("old"), draft=credentials("old-draft"))
        code = work(home, kind, number)
        assert code in (0, -system.SIGKILL)
        yield home
        if code == 0:
            assert number > 5, "steps were seen"
            return


def save(store: LocalProfileStore, **sets: Any) -> Profile:
    with store.locked("default") as held:
        return held.save(held.profile or Profile(), **sets)


def entries(home: Path) -> set[str]:
    return set(FileKeyring(home / RING).entries())


def notes(home: Path) -> set[str]:
    return {path.stem for path in (home / "secrets").glob("*.keyring")}


def pointed(profile: Profile | None) -> set[str]:
    profile = profile or Profile()
    return {f"default.{g}" for g in (profile.active, profile.draft) if g is not None}


def assert_every_entry_is_noted_and_the_next_save_sweeps(home: Path) -> None:
    assert entries(home) <= notes(home)
    store = store_on(home)
    current = save(store, active=credentials("next"))
    is_in_keyring = current.store is StoreKind.KEYRING
    assert entries(home) == (pointed(current) if is_in_keyring else set())
    blobs = {path.stem for path in (home / "secrets").glob("*.json")}
    assert blobs == (set() if is_in_keyring else pointed(current))
    assert not list(home.rglob("*.tmp"))
    assert store.active("default", current) == credentials("next")


@pytest.mark.parametrize(("kind", "is_first"), [("save", True), ("save", False), ("move", False)])
def test_killed_save_leaves_the_old_or_the_new(
    work: Work, tmp_path: Path, kind: str, is_first: bool
) -> None:
    old = (None, None) if is_first else (credentials("old"), credentials("old-draft"))
    seen: list[bool] = []
    for home in killed_runs(work, tmp_path, kind, is_first=is_first):
        with store_on(home).locked("default") as held:
            state = (held.active(), held.draft())
        is_new = state == (credentials("new"), credentials("new-draft"))
        assert is_new or state == old
        seen.append(is_new)
        assert_every_entry_is_noted_and_the_next_save_sweeps(home)
    assert seen == sorted(seen), "once new, never old again"
    assert (seen[0], seen[-1]) == (False, True)


def test_killed_forget_drops_the_record_only_after_the_secrets(work: Work, tmp_path: Path) -> None:
    for home in killed_runs(work, tmp_path, "forget"):
        store = store_on(home)
        assert entries(home) <= notes(home)
        assert store.load("default") is not None or not entries(home)
        with store.locked("default") as held:
            held.remove()
        assert entries(home) == set()
        assert store.names() == []
