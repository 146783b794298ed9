"""Blobs in a keyring: each has a note on disk, so that none is left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.store.keyrings import (
    ClingingKeyring,
    ForgetfulKeyring,
    LockedKeyring,
    MemoryKeyring,
    RefusingKeyring,
    SmallKeyring,
    keyring_on,
)
from wizard.domain.problems import SetupError
from wizard.store.codec import Damaged, decode_blob, new_generation
from wizard.store.files import PrivateFolder
from wizard.store.keyring import SERVICE
from wizard.store.sets import LATE, KeyringVault

ID = new_generation()


class Watched(MemoryKeyring):
    """Records which files exist while it writes and removes entries."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.seen: list[tuple[str, list[str]]] = []

    def set_password(self, service: str, username: str, password: str) -> None:
        self.seen.append(("set", notes(self.folder)))
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self.seen.append(("delete", notes(self.folder)))
        super().delete_password(service, username)


def vault_on(path: Path, backend: MemoryKeyring) -> KeyringVault:
    return KeyringVault(PrivateFolder(path), keyring_on(backend))


def notes(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir())


def test_blob_is_kept_under_its_name_and_its_note_holds_nothing(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    vault = vault_on(tmp_path, backend)
    vault.put("acme", ID, '{"ä": "☃"}'.encode())
    assert backend.entries == {(SERVICE, f"acme.{ID}"): '{"ä": "☃"}'}
    assert vault.get("acme", ID) == '{"ä": "☃"}'.encode()
    assert vault.get("acme", new_generation()) is None
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(f"acme.{ID}.keyring", b"")]
    assert f"acme.{ID}" in vault.place("acme", ID)


def test_note_is_there_before_the_entry_and_until_after_it(tmp_path: Path) -> None:
    backend = Watched(tmp_path)
    vault = vault_on(tmp_path, backend)
    vault.put("acme", ID, b"{}")
    vault.delete("acme", ID)
    note = f"acme.{ID}.keyring"
    assert backend.seen == [("set", [note]), ("delete", [note])]
    assert notes(tmp_path) == []


def test_blobs_are_known_by_their_notes_each_profiles_own(tmp_path: Path) -> None:
    vault = vault_on(tmp_path, MemoryKeyring())
    vault.put("acme", ID, b"{}")
    vault.put("acme-2", new_generation(), b"{}")
    (tmp_path / f"acme.{new_generation()}.json").write_bytes(b"")
    (tmp_path / "acme.x.keyring").write_bytes(b"")
    assert vault.generations("acme") == {ID}
    assert vault.generations("other") == frozenset()


def test_note_without_an_entry_stays_while_a_late_write_may_land(tmp_path: Path) -> None:
    vault = vault_on(tmp_path, MemoryKeyring())
    note = tmp_path / f"acme.{ID}.keyring"
    note.touch()
    vault.delete("acme", ID)
    assert note.exists()
    then = time.time() - LATE - 60
    os.utime(note, (then, then))
    vault.delete("acme", ID)
    assert not note.exists()


def test_note_stays_when_the_entry_cannot_be_removed(tmp_path: Path) -> None:
    backend = ClingingKeyring()
    vault = vault_on(tmp_path, backend)
    vault.put("acme", ID, b"{}")
    with pytest.raises(SetupError, match="keyring-failed"):
        vault.delete("acme", ID)
    assert vault.generations("acme") == {ID}
    backend.is_clinging = False
    vault.delete("acme", ID)
    assert vault.generations("acme") == frozenset()


@pytest.mark.parametrize(
    ("backend", "id_", "is_noted"),
    [
        (LockedKeyring(), "keyring-locked", False),
        (SmallKeyring(), "value-too-large", False),
        (RefusingKeyring(), "keyring-failed", True),
        (ForgetfulKeyring(), "keyring-failed", True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_note_of_a_failed_write_stays_unless_nothing_can_have_been_kept(
    tmp_path: Path, backend: MemoryKeyring, id_: str, is_noted: bool
) -> None:
    vault = vault_on(tmp_path, backend)
    with pytest.raises(SetupError, match=id_):
        vault.put("acme", ID, b"0" * 4000)
    assert vault.generations("acme") == ({ID} if is_noted else frozenset())


def test_entry_that_reads_back_differently_is_not_kept(tmp_path: Path) -> None:
    class CuttingKeyring(MemoryKeyring):
        def set_password(self, service: str, username: str, password: str) -> None:
            super().set_password(service, username, password[:-1])

    with pytest.raises(SetupError) as caught:
        vault_on(tmp_path, CuttingKeyring()).put("acme", ID, b"{}")
    assert caught.value.problem.detail == ("the value read back doesn't match",)


def test_proof_of_writing_is_as_large_as_tokens_and_leaves_nothing(tmp_path: Path) -> None:
    class Measuring(MemoryKeyring):
        longest = 0

        def set_password(self, service: str, username: str, password: str) -> None:
            self.longest = len(password)
            super().set_password(service, username, password)

    backend = Measuring()
    vault_on(tmp_path, backend).prove_writable("acme")
    assert backend.longest >= 16_000
    assert backend.entries == {}
    assert notes(tmp_path) == []


def test_proof_that_cannot_be_removed_has_proven_it_all_the_same(tmp_path: Path) -> None:
    vault = vault_on(tmp_path, ClingingKeyring())
    vault.prove_writable("acme")
    assert len(vault.generations("acme")) == 1


def test_leftover_of_an_interrupted_note_is_tidied(tmp_path: Path) -> None:
    (tmp_path / f"acme.{ID}.keyring.12ab.tmp").touch()
    vault_on(tmp_path, MemoryKeyring()).tidy("acme")
    assert notes(tmp_path) == []


def test_entry_that_was_spoilt_is_damaged_not_a_crash(tmp_path: Path) -> None:
    backend = MemoryKeyring()
    backend.entries[SERVICE, f"acme.{ID}"] = '{"version": 1, "x": "\ud800"'
    blob = vault_on(tmp_path, backend).get("acme", ID)
    assert blob is not None
    with pytest.raises(Damaged):
        decode_blob(blob, "f")
