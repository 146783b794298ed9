"""Where secrets are saved: in the keyring or in files, chosen once, never changed silently."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.keyrings import (
    PATIENCE,
    ClingingKeyring,
    ForgetfulKeyring,
    HangingKeyring,
    LockedKeyring,
    MemoryKeyring,
    RefusingKeyring,
    SmallKeyring,
    let_answer,
)
from tests.store.samples import credentials
from wizard.domain.models import CredentialSet, Profile, StoreKind
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.texts import summary
from wizard.domain.value import replace
from wizard.store.keyring import Entries, SystemKeyring
from wizard.store.profiles import LocalProfileStore

FILE, KEYRING = StoreKind.FILE, StoreKind.KEYRING
NAME = "default"

BAD = pytest.mark.parametrize(
    ("make", "id_"),
    [
        (LockedKeyring, "keyring-locked"),
        (HangingKeyring, "keyring-hangs"),
        (ForgetfulKeyring, "keyring-failed"),
        (SmallKeyring, "value-too-large"),
        (RefusingKeyring, "keyring-failed"),
    ],
)


def store_on(
    home: Path, backend: MemoryKeyring | None, preferred: StoreKind | None = None
) -> LocalProfileStore:
    """Return a store as a new process has it."""
    limit = 0.05 if isinstance(backend, HangingKeyring) else PATIENCE
    return LocalProfileStore(home, preferred, SystemKeyring(limit, lambda: backend, Entries()))


def save(store: LocalProfileStore, *, to_files: bool = False, **sets: CredentialSet) -> Profile:
    with store.locked(NAME) as held:
        return held.save(held.profile or Profile(), to_files=to_files, **sets)


def sets(store: LocalProfileStore) -> tuple[CredentialSet | None, CredentialSet | None]:
    with store.locked(NAME) as held:
        return held.active(), held.draft()


def files(home: Path) -> list[str]:
    """Return the file endings in the folder for secrets."""
    folder = home / "secrets"
    return sorted(p.suffix for p in folder.iterdir()) if folder.exists() else []


def pointed(profile: Profile | None) -> set[str]:
    profile = profile or Profile()
    return {f"{NAME}.{g}" for g in (profile.active, profile.draft) if g is not None}


def names(backend: MemoryKeyring) -> set[str]:
    return {name for _service, name in backend.entries}


def on_disk(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def let_go(backend: MemoryKeyring) -> None:
    if isinstance(backend, HangingKeyring):
        let_answer(backend)


# -- a new profile -------------------------------------------------------------------------------


@pytest.mark.parametrize("preferred", [None, KEYRING])
def test_new_profile_goes_to_a_keyring_that_works(
    tmp_path: Path, preferred: StoreKind | None
) -> None:
    backend = MemoryKeyring()
    store = store_on(tmp_path, backend, preferred)
    profile = save(store, active=credentials("one"), draft=credentials("two"))
    assert profile.store is KEYRING
    assert names(backend) == pointed(profile)
    assert b"hush" not in on_disk(tmp_path)
    assert files(tmp_path) == [".keyring", ".keyring"]
    assert list(store.notices) == []
    other = store_on(tmp_path, backend, FILE)
    assert other.load(NAME) == profile
    assert other.active(NAME, profile) == credentials("one")
    assert sets(other) == (credentials("one"), credentials("two"))


def test_new_profile_goes_to_files_where_they_are_preferred_and_asks_no_keyring(
    tmp_path: Path,
) -> None:
    backend = MemoryKeyring()
    for store in (store_on(tmp_path, backend, FILE), LocalProfileStore(tmp_path)):
        profile = save(store, active=credentials())
        assert profile.store is FILE
        with store.locked(NAME) as held:
            held.prove_writable()
            held.remove()
    assert backend.calls == 0


def test_new_profile_goes_to_files_where_there_is_no_keyring(tmp_path: Path) -> None:
    store = store_on(tmp_path, None)
    assert save(store, active=credentials()).store is FILE
    assert list(store.notices) == []
    assert sets(store) == (credentials(), None)


@BAD
def test_new_profile_goes_to_files_and_says_so_where_the_keyring_does_not_work(
    tmp_path: Path, make: Callable[[], MemoryKeyring], id_: str
) -> None:
    backend = make()
    store = store_on(tmp_path, backend)
    profile = save(store, active=credentials())
    assert profile.store is FILE
    assert sets(store) == (credentials(), None)
    (notice,) = store.notices
    assert notice.id == "keyring-passed-over"
    assert "keyring" in notice.cause
    let_go(backend)
    if id_ != "keyring-failed":
        assert files(tmp_path) == [".json"], "the keyring will not be asked again"
    assert save(store_on(tmp_path, MemoryKeyring()), active=credentials("two")).store is FILE


@BAD
def test_keyring_that_was_asked_for_is_not_replaced_by_files(
    tmp_path: Path, make: Callable[[], MemoryKeyring], id_: str
) -> None:
    backend = make()
    store = store_on(tmp_path, backend, KEYRING)
    with pytest.raises(SetupError, match=id_):
        save(store, draft=CredentialSet("OQ", Secret("hush")))
    assert store.load(NAME) is None
    assert ".json" not in files(tmp_path)
    let_go(backend)


def test_keyring_that_was_asked_for_and_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="keyring-absent") as caught:
        save(store_on(tmp_path, None, KEYRING), active=credentials())
    problem = caught.value.problem
    assert problem.cause == "SCIM_WIZARD_STORE=keyring requires one. No secret is saved yet."
    assert problem.remedy.startswith("Unset SCIM_WIZARD_STORE, or set it to file, then run")


def test_full_disk_is_not_taken_for_a_bad_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    store = store_on(tmp_path, MemoryKeyring())
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SetupError, match="disk-full"):
        save(store, active=credentials())
    assert list(store.notices) == []


def test_choice_is_made_with_the_first_secret_not_before(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    store = store_on(tmp_path, backend)
    with store.locked(NAME) as held:
        held.save(Profile(ticks=("owner",)))
        assert backend.calls == 0
        assert held.save(held.profile or Profile(), draft=credentials()).store is KEYRING


def test_keyring_unlocked_meanwhile_is_used_after_all(tmp_path: Path) -> None:
    backend = LockedKeyring()
    store = store_on(tmp_path, backend)
    with store.locked(NAME) as held:
        held.prove_writable()
        assert len(store.notices) == 1
        backend.is_locked = False
        held.prove_writable()
        assert list(store.notices) == []
        assert held.save(Profile(), draft=credentials()).store is KEYRING


# -- a profile with a chosen store -----------------------------------------------------------------


@pytest.mark.parametrize("preferred", [FILE, KEYRING, None])
@pytest.mark.parametrize("first", [FILE, KEYRING])
def test_profile_stays_where_it_is_whatever_is_preferred_later(
    tmp_path: Path, first: StoreKind, preferred: StoreKind | None
) -> None:
    backend = MemoryKeyring()
    save(store_on(tmp_path, backend, first), active=credentials("one"))
    store = store_on(tmp_path, backend, preferred)
    with store.locked(NAME) as held:
        # The store named in a caller's record is ignored.
        record = replace(held.profile or Profile(), store=FILE)
        assert held.save(record, active=credentials("two")).store is first
    assert sets(store) == (credentials("two"), None)
    assert len(backend.entries) == (first is KEYRING)


@BAD
def test_write_the_keyring_refuses_changes_nothing(
    tmp_path: Path, make: Callable[[], MemoryKeyring], id_: str
) -> None:
    good, bad = MemoryKeyring(), make()
    before = save(store_on(tmp_path, good, KEYRING), active=credentials("one"))
    store = store_on(tmp_path, bad)
    large = replace(credentials("two"), client_secret=Secret("x" * 4000))
    with pytest.raises(SetupError, match=id_), store.locked(NAME) as held:
        held.prove_writable()
    with pytest.raises(SetupError, match=id_):
        save(store, active=large)
    assert store.load(NAME) == before
    assert sets(store_on(tmp_path, good)) == (credentials("one"), None)
    assert ".json" not in files(tmp_path)
    let_go(bad)


@pytest.mark.parametrize("backend", [None, LockedKeyring()])
def test_secrets_out_of_reach_are_told_and_looked_for_nowhere_else(
    tmp_path: Path, backend: MemoryKeyring | None
) -> None:
    profile = save(store_on(tmp_path, MemoryKeyring(), KEYRING), active=credentials())
    (tmp_path / "secrets" / f"{NAME}.{profile.active}.json").write_bytes(b"{}")
    store = store_on(tmp_path, backend, FILE)
    id_ = "keyring-locked" if backend else "keyring-absent"
    with pytest.raises(SetupError, match=id_):
        store.active(NAME, profile)
    with pytest.raises(SetupError, match=id_):
        sets(store)
    assert store.load(NAME) == profile, "what is no secret can be read all the same"


def test_secrets_that_are_gone_from_the_keyring_are_named(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    profile = save(store_on(tmp_path, backend, KEYRING), active=credentials())
    backend.entries.clear()
    with pytest.raises(SetupError) as caught:
        store_on(tmp_path, backend).active(NAME, profile)
    assert caught.value.problem.id == "secrets-missing"
    assert "system keyring" in caught.value.problem.cause


def test_reader_overtaken_by_a_save_or_a_move_gets_the_successor(tmp_path: Path) -> None:
    store = store_on(tmp_path, MemoryKeyring(), KEYRING)
    first = save(store, active=credentials("one"))
    second = save(store, active=credentials("two"))
    assert store.active(NAME, first) == credentials("two")
    save(store, to_files=True)
    assert store.active(NAME, second) == credentials("two")


def test_proof_of_writing_leaves_nothing_in_the_keyring(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    store = store_on(tmp_path, backend)
    with store.locked(NAME) as held:
        held.prove_writable()
    assert (backend.entries, files(tmp_path)) == ({}, [])
    profile = save(store, active=credentials())
    with store.locked(NAME) as held:
        held.prove_writable()
    assert names(backend) == pointed(profile)


# -- nothing is left behind ----------------------------------------------------------------------


def test_late_write_overwrites_nothing_and_is_swept(tmp_path: Path) -> None:
    good, slow = MemoryKeyring(), HangingKeyring()
    slow.entries = good.entries
    save(store_on(tmp_path, good, KEYRING), active=credentials("one"))
    with pytest.raises(SetupError, match="keyring-hangs"):
        save(store_on(tmp_path, slow), active=credentials("late"))
    # Another process continues before the write completes.
    current = save(store_on(tmp_path, good), active=credentials("two"))
    let_answer(slow)
    assert len(good.entries) == 2, "the write has landed"
    assert sets(store_on(tmp_path, good)) == (credentials("two"), None)
    assert store_on(tmp_path, good).load(NAME) == current
    current = save(store_on(tmp_path, good), active=credentials("three"))
    assert names(good) == pointed(current)
    assert files(tmp_path) == [".keyring"]


def test_keyring_that_hangs_in_the_sweep_does_not_undo_the_save(tmp_path: Path) -> None:
    class HangingInDelete(HangingKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            return self.entries.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.entries[service, username] = password

    good, slow = MemoryKeyring(), HangingInDelete()
    slow.entries = good.entries
    save(store_on(tmp_path, good, KEYRING), active=credentials("one"))
    store = store_on(tmp_path, slow)
    save(store, active=credentials("two"))
    assert slow.hung == 1
    assert sets(store_on(tmp_path, good)) == (credentials("two"), None)
    let_answer(slow)
    current = save(store_on(tmp_path, good))
    assert names(good) == pointed(current)


def test_removal_that_failed_is_tried_again_at_the_next_save(tmp_path: Path) -> None:
    backend = ClingingKeyring()
    store = store_on(tmp_path, backend, KEYRING)
    save(store, active=credentials("one"))
    save(store, active=credentials("two"))
    assert len(backend.entries) > 1
    backend.is_clinging = False
    current = save(store)
    assert names(backend) == pointed(current)
    assert files(tmp_path) == [".keyring"]


def test_entry_that_cannot_be_removed_keeps_no_other(tmp_path: Path) -> None:
    class ClingingToOne(MemoryKeyring):
        kept = ""

        def delete_password(self, service: str, username: str) -> None:
            self.kept = self.kept or username
            if username != self.kept:
                super().delete_password(service, username)

    good, bad = MemoryKeyring(), ClingingToOne()
    bad.entries = good.entries
    save(store_on(tmp_path, good, KEYRING), active=credentials("1"))
    save(store_on(tmp_path, good), draft=credentials("2"))
    current = save(store_on(tmp_path, bad), active=credentials("3"), draft=credentials("4"))
    assert names(good) == pointed(current) | {bad.kept}
    assert bad.kept not in pointed(current)


def test_entry_whose_note_was_lost_is_removed_with_its_profile(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    store = store_on(tmp_path, backend, KEYRING)
    save(store, active=credentials("one"), draft=credentials("two"))
    for note in (tmp_path / "secrets").iterdir():
        note.unlink()
    current = save(store, active=credentials("three"))
    assert names(backend) == pointed(current)
    with store.locked(NAME) as held:
        held.remove()
    assert backend.entries == {}


def test_forgetting_empties_the_keyring_and_keeps_neighbors(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    store = store_on(tmp_path, backend, KEYRING)
    with store.locked("default-2") as held:
        neighbor = held.save(Profile(), active=credentials("other"))
    save(store, active=credentials("one"), draft=credentials("two"))
    with store.locked(NAME) as held:
        held.remove()
    assert store.names() == ["default-2"]
    assert names(backend) == {f"default-2.{neighbor.active}"}
    assert files(tmp_path) == [".keyring"]


def test_record_stays_while_the_keyring_keeps_a_secret(tmp_path: Path) -> None:
    backend = LockedKeyring()
    backend.is_locked = False
    store = store_on(tmp_path, backend, KEYRING)
    profile = save(store, active=credentials())
    backend.is_locked = True
    with store.locked(NAME) as held, pytest.raises(SetupError, match="keyring-locked"):
        held.remove()
    assert store.load(NAME) == profile
    backend.is_locked = False
    with store.locked(NAME) as held:
        held.remove()
    assert (store.names(), backend.entries, files(tmp_path)) == ([], {}, [])


def test_damaged_record_keeps_its_entries_until_it_is_forgotten(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    store = store_on(tmp_path, backend, KEYRING)
    save(store, active=credentials("one"))
    (tmp_path / "profiles" / f"{NAME}.json").write_bytes(b"?")
    with pytest.raises(SetupError, match="file-damaged"):
        store.load(NAME)
    save(store, active=credentials("two"))
    save(store, active=credentials("three"))
    assert len(backend.entries) == 2
    with store.locked(NAME) as held:
        held.remove()
    assert backend.entries == {}


# -- a requested move from the keyring to files --------------------------------------------------


def test_profile_moves_to_files_with_all_it_keeps(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    store = store_on(tmp_path, backend, KEYRING)
    before = save(store, active=credentials("one"), draft=credentials("two"))
    after = save(store, to_files=True, draft=credentials("three"))
    assert replace(after, active=before.active, draft=before.draft, store=KEYRING) == before
    assert after.store is FILE
    assert sets(store) == (credentials("one"), credentials("three"))
    assert (backend.entries, files(tmp_path)) == ({}, [".json", ".json"])
    assert save(store_on(tmp_path, None, KEYRING), active=credentials("four")).store is FILE
    with store.locked(NAME) as held:
        held.remove()
    assert save(store, active=credentials()).store is KEYRING, "it was moved, not every next one"


def test_draft_that_is_dropped_does_not_move(tmp_path: Path) -> None:
    store = store_on(tmp_path, MemoryKeyring(), KEYRING)
    profile = save(store, active=credentials("one"), draft=credentials("two"))
    with store.locked(NAME) as held:
        held.save(replace(profile, draft=None), to_files=True)
    assert sets(store) == (credentials("one"), None)
    assert files(tmp_path) == [".json"]


def test_draft_goes_to_a_file_while_the_keyring_hangs(tmp_path: Path) -> None:
    backend = HangingKeyring()
    store = store_on(tmp_path, backend, KEYRING)
    with pytest.raises(SetupError, match="keyring-hangs"):
        save(store, draft=credentials())
    assert save(store, to_files=True, draft=credentials()).store is FILE
    assert sets(store) == (None, credentials())
    let_answer(backend)
    assert (backend.entries, files(tmp_path)) == ({}, [".json"])


def test_profile_does_not_move_without_what_it_keeps(tmp_path: Path) -> None:
    backend = LockedKeyring()
    backend.is_locked = False
    store = store_on(tmp_path, backend, KEYRING)
    before = save(store, active=credentials("one"))
    backend.is_locked = True
    with pytest.raises(SetupError, match="keyring-locked"):
        save(store, to_files=True, draft=credentials("two"))
    assert store.load(NAME) == before
    backend.is_locked = False
    assert save(store, to_files=True, draft=credentials("two")).store is FILE
    assert sets(store) == (credentials("one"), credentials("two"))


def test_moved_profiles_entry_is_removed_when_the_keyring_lets_go(tmp_path: Path) -> None:
    backend = ClingingKeyring()
    store = store_on(tmp_path, backend, KEYRING)
    save(store, active=credentials("one"))
    save(store, to_files=True)
    assert backend.entries
    backend.is_clinging = False
    save(store)
    assert (backend.entries, files(tmp_path)) == ({}, [".json"])


def test_place_of_the_secrets_has_words() -> None:
    assert summary.storage_name(KEYRING) == "the system keyring"
    assert summary.storage_name(FILE) == "files only you can read"
