"""Profiles on disk: saved values are there, and damaged or newer records aren't lost."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from tests.masks import umask
from tests.store.samples import NOW, credentials
from tests.store.test_lock import another_process_holding
from wizard.domain.models import CredentialSet, Endpoints, Profile, TokenSet
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow import ports
from wizard.store.profiles import LocalProfileStore

NEWER = b'{"version": 2, "active": "elsewhere", "shape": "unknown"}'


@pytest.fixture
def store(tmp_path: Path) -> LocalProfileStore:
    return LocalProfileStore(tmp_path)


def record(store_home: Path, name: str = "default") -> Path:
    return store_home / "profiles" / f"{name}.json"


def secret_files(store_home: Path) -> list[str]:
    folder = store_home / "secrets"
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def set_up(store: LocalProfileStore, mark: str = "one", name: str = "default") -> Profile:
    with store.locked(name) as held:
        return held.save(held.profile or Profile(), active=credentials(mark))


def test_store_is_what_the_flow_asks_for(store: LocalProfileStore) -> None:
    asked: ports.ProfileStore = store
    with store.locked("default") as held:
        locked: ports.Locked = held
        assert locked.profile is None
    assert asked.names() == []


def test_profile_that_is_not_there_is_none(store: LocalProfileStore, tmp_path: Path) -> None:
    assert store.load("default") is None
    assert store.active("default", Profile()) is None
    assert store.names() == []
    assert not list(tmp_path.iterdir())
    with store.locked("default") as held:
        assert (held.profile, held.active(), held.draft()) == (None, None, None)


def test_saved_sets_are_there_for_another_process(store: LocalProfileStore, tmp_path: Path) -> None:
    with store.locked("default") as held:
        written = held.save(
            Profile(draft_step=Step.REDIRECT, draft_saved_at=NOW, ticks=("owner",)),
            active=credentials("one"),
            draft=credentials("two"),
        )
        assert held.profile == written
    other = LocalProfileStore(tmp_path)
    assert other.names() == ["default"]
    assert other.load("default") == written
    assert other.active("default", written) == credentials("one")
    with other.locked("default") as held:
        assert held.profile == written
        assert (held.active(), held.draft()) == (credentials("one"), credentials("two"))


def test_record_repeats_the_active_set_and_holds_no_secret(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    endpoints = Endpoints("https://a.example/1", "https://a.example/2", "https://a.example/3")
    with store.locked("default") as held:
        profile = held.save(Profile(), active=replace(credentials(), endpoints=endpoints))
        held.save(profile, draft=credentials("two"))
    assert (profile.client_id, profile.redirect_url) == ("OQ-one", "https://example.org/one")
    assert profile.endpoints == endpoints
    assert profile.expires_at == credentials().tokens.expires_at  # type: ignore[union-attr]
    assert profile.refreshable
    assert b"hush" not in record(tmp_path).read_bytes()
    assert len(secret_files(tmp_path)) == 2


@pytest.mark.parametrize("tokens", [None, TokenSet(Secret("a"), NOW, NOW)])
def test_record_is_not_refreshable_without_a_refresh_token(
    store: LocalProfileStore, tokens: TokenSet | None
) -> None:
    profile = set_up(store)
    with store.locked("default") as held:
        profile = held.save(profile, active=replace(credentials(), tokens=tokens))
    assert not profile.refreshable
    assert profile.expires_at == (NOW if tokens else None)


def test_draft_leaves_what_is_said_of_the_active_set(store: LocalProfileStore) -> None:
    before = set_up(store)
    with store.locked("default") as held:
        after = held.save(before, draft=credentials("two"))
        assert held.active() == credentials("one")
    assert replace(after, draft=None) == before


@pytest.mark.posix("Windows has no file modes, and symbolic links need a privilege")
def test_files_are_private_whatever_the_umask(store: LocalProfileStore, tmp_path: Path) -> None:
    with umask(0):
        set_up(LocalProfileStore(tmp_path / "deep" / "home"))
    for path in (tmp_path / "deep").rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


@pytest.mark.posix("Windows has no file modes, and symbolic links need a privilege")
def test_what_was_open_to_others_is_closed_and_said(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    profile = set_up(store)
    secret = tmp_path / "secrets" / secret_files(tmp_path)[0]
    secret.chmod(0o640)
    assert list(store.notices) == []
    store.active("default", profile)
    (notice,) = store.notices
    assert notice.id == "permissions-too-open"
    assert str(secret.name)[:20] in notice.title
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_set_not_given_keeps_its_generation_and_a_replaced_one_goes(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    with store.locked("default") as held:
        first = held.save(Profile(), active=credentials("one"), draft=credentials("two"))
        second = held.save(first, active=credentials("three"))
        assert second.draft == first.draft
        assert second.active != first.active
        assert (held.active(), held.draft()) == (credentials("three"), credentials("two"))
    assert len(secret_files(tmp_path)) == 2


def test_draft_is_dropped_by_a_record_without_it(store: LocalProfileStore, tmp_path: Path) -> None:
    with store.locked("default") as held:
        profile = held.save(Profile(), active=credentials("one"), draft=credentials("two"))
        held.save(replace(profile, draft=None))
        assert held.draft() is None
        assert held.active() == credentials("one")
    assert len(secret_files(tmp_path)) == 1


def test_record_from_before_anothers_save_is_refused(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    stale = set_up(store, "one")
    set_up(store, "two")
    kept = record(tmp_path).read_bytes()
    with store.locked("default") as held:
        with pytest.raises(SetupError, match="profile-changed"):
            held.save(stale, draft=credentials("three"))
        assert held.active() == credentials("two")
    assert record(tmp_path).read_bytes() == kept


def test_leftovers_are_swept_at_the_next_save_and_neighbors_kept(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    set_up(store, "other", name="default-2")
    set_up(store)
    secrets, records = tmp_path / "secrets", tmp_path / "profiles"
    left = [
        secrets / f"default.{'0' * 32}.json",
        secrets / f"default.{'0' * 32}.json.12ab.tmp",
        records / "default.json.12ab.tmp",
    ]
    others = [
        secrets / f"default-2.{'0' * 32}.json.12ab.tmp",
        secrets / "note.txt",
        secrets / "default.txt",
    ]
    for path in (*left, *others):
        path.write_bytes(b"")
    profile = set_up(store, "two")
    assert not [path for path in left if path.exists()]
    assert not [path for path in others if not path.exists()]
    assert store.active("default", profile) == credentials("two")
    neighbor = store.load("default-2")
    assert neighbor is not None
    assert store.active("default-2", neighbor) == credentials("other")


def test_save_that_cannot_sweep_has_still_succeeded(
    store: LocalProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(store)
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", fail_with(errno.EACCES))
        profile = set_up(store, "two")
    assert store.active("default", profile) == credentials("two")
    assert len(secret_files(tmp_path)) == 2
    set_up(store, "three")
    assert len(secret_files(tmp_path)) == 1


def test_reader_overtaken_by_a_save_gets_the_successor(store: LocalProfileStore) -> None:
    seen = set_up(store, "one")
    set_up(store, "two")
    assert store.active("default", seen) == credentials("two")


def test_reader_overtaken_by_one_save_after_another_finds_the_newest(
    store: LocalProfileStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen, load, marks = set_up(store, "one"), store.load, iter(["two", "three", "four"])
    set_up(store, "next")

    def overtaken(name: str) -> Profile | None:
        profile = load(name)
        if mark := next(marks, None):
            set_up(LocalProfileStore(tmp_path), mark)
        return profile

    monkeypatch.setattr(store, "load", overtaken)
    assert store.active("default", seen) == credentials("four")


def test_reader_overtaken_by_forgetting_gets_nothing(store: LocalProfileStore) -> None:
    seen = set_up(store, "one")
    with store.locked("default") as held:
        held.remove()
    assert store.active("default", seen) is None


def test_secrets_that_are_gone_are_named(store: LocalProfileStore, tmp_path: Path) -> None:
    profile = set_up(store)
    (tmp_path / "secrets" / secret_files(tmp_path)[0]).unlink()
    with pytest.raises(SetupError, match="secrets-missing"):
        store.active("default", profile)
    with store.locked("default") as held, pytest.raises(SetupError, match="secrets-missing"):
        held.active()


def test_damaged_secrets_are_named_and_left(store: LocalProfileStore, tmp_path: Path) -> None:
    profile = set_up(store)
    (file,) = (tmp_path / "secrets").iterdir()
    damaged = file.read_bytes()[:-9]
    file.write_bytes(damaged)
    with pytest.raises(SetupError) as caught:
        store.active("default", profile)
    assert caught.value.problem.id == "secrets-damaged"
    assert "hush" not in repr(caught.value.problem) + str(caught.value.__cause__)
    assert file.read_bytes() == damaged


@pytest.mark.parametrize("garbage", [b"", b"\0" * 500, b"\xff{", b"{}", b"[" * 100_000])
@pytest.mark.parametrize("is_locked", [False, True])
def test_damaged_record_is_set_aside_and_its_secrets_survive(
    store: LocalProfileStore, tmp_path: Path, garbage: bytes, is_locked: bool
) -> None:
    def read() -> None:
        if is_locked:
            with store.locked("default"):
                pass
        else:
            store.load("default")

    set_up(store)
    first_secret = secret_files(tmp_path)
    for number in (1, 2):
        record(tmp_path).write_bytes(garbage)
        with pytest.raises(SetupError) as caught:
            read()
        problem = caught.value.problem
        assert problem.id == "file-damaged"
        assert problem.detail, "the reason"
        kept = record(tmp_path).with_name(f"default.json.damaged-{number}")
        assert kept.read_bytes() == garbage
        assert store.set_aside("default") == str(kept)
    assert store.load("default") is None
    assert store.names() == ["default"]
    for mark in ("two", "three"):
        set_up(store, mark)
    assert set(first_secret) < set(secret_files(tmp_path))
    assert len(secret_files(tmp_path)) == 2


def test_damaged_record_is_left_to_who_holds_the_lock(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    set_up(store)
    record(tmp_path).write_bytes(b"?")
    with another_process_holding(tmp_path / "profiles" / "default.lock"):
        with pytest.raises(SetupError, match="file-damaged"):
            store.load("default")
        assert record(tmp_path).read_bytes() == b"?"


def test_newer_record_is_refused_and_left_byte_for_byte(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    set_up(store)
    files = secret_files(tmp_path)
    record(tmp_path).write_bytes(NEWER)
    with pytest.raises(SetupError, match="file-newer"):
        store.load("default")
    with pytest.raises(SetupError, match="file-newer"), store.locked("default"):
        pass
    assert record(tmp_path).read_bytes() == NEWER
    assert secret_files(tmp_path) == files
    assert store.names() == ["default"]


@pytest.mark.posix("Windows has no file modes, and symbolic links need a privilege")
def test_link_in_place_of_a_record_is_refused(store: LocalProfileStore, tmp_path: Path) -> None:
    set_up(store)
    record(tmp_path).rename(tmp_path / "moved.json")
    record(tmp_path).symlink_to(tmp_path / "moved.json")
    with pytest.raises(SetupError, match="file-is-link"):
        store.load("default")


def test_forgetting_leaves_nothing_but_locks_and_neighbors(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    set_up(store, "other", name="default-2")
    profile = set_up(store)
    (tmp_path / "profiles" / "default.json.damaged-1").write_bytes(b"?")
    (tmp_path / "secrets" / f"default.{'0' * 32}.json").write_bytes(b"")
    (tmp_path / "secrets" / "default.x.tmp").write_bytes(b"")
    with store.locked("default") as held:
        held.save(profile, draft=credentials("two"))
        held.remove()
        assert (held.profile, held.active(), held.draft()) == (None, None, None)
    left = {path.name for path in (tmp_path / "profiles").iterdir()}
    assert left == {"default.lock", "default-2.lock", "default-2.json"}
    assert [name.partition(".")[0] for name in secret_files(tmp_path)] == ["default-2"]


def test_record_stays_when_a_secret_cannot_be_removed(
    store: LocalProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = set_up(store)
    with monkeypatch.context() as patch, store.locked("default") as held:
        patch.setattr(os, "unlink", fail_with(errno.EACCES))
        with pytest.raises(SetupError, match="folder-not-writable"):
            held.remove()
    assert store.load("default") == profile
    with store.locked("default") as held:
        held.remove()
    assert store.names() == []


def test_full_disk_keeps_the_old_state(
    store: LocalProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set_up(store)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail_with(errno.ENOSPC))
        with store.locked("default") as held:
            with pytest.raises(SetupError, match="disk-full"):
                held.prove_writable()
            with pytest.raises(SetupError, match="disk-full"):
                held.save(before, active=credentials("two"))
            assert held.active() == credentials("one")
    assert store.load("default") == before
    assert len(secret_files(tmp_path)) == 1


def test_set_that_reads_back_differently_is_not_pointed_at(
    store: LocalProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set_up(store)
    replace_file = os.replace

    def rot(source: Path, target: Path) -> None:
        if target.parent.name == "secrets":
            source.write_bytes(source.read_bytes()[:-1] + b" ")
        replace_file(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", rot)
        with pytest.raises(SetupError, match="store-failed"):
            set_up(store, "two")
    assert store.load("default") == before
    assert store.active("default", before) == credentials("one")


def test_proof_of_writing_leaves_nothing(store: LocalProfileStore, tmp_path: Path) -> None:
    with store.locked("default") as held:
        held.prove_writable()
    assert secret_files(tmp_path) == []
    assert [path.name for path in (tmp_path / "profiles").iterdir()] == ["default.lock"]


def test_bad_names_are_refused_everywhere(store: LocalProfileStore, tmp_path: Path) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.load("../x"),
        lambda: store.active("../x", Profile()),
        lambda: store.locked("../x").__enter__(),
        lambda: store.wizard_lock("../x").__enter__(),
    ]
    for call in calls:
        with pytest.raises(SetupError, match="bad-profile-name"):
            call()
    (tmp_path / "profiles").mkdir(mode=0o700)
    for name in ("Acme.json", "x", "a.b.json", "b.json", "a.json"):
        (tmp_path / "profiles" / name).write_bytes(b"")
    assert store.names() == ["a", "b"]


def test_second_wizard_is_told_at_once_and_the_profile_stays_usable(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    with store.wizard_lock("default"):
        with (
            pytest.raises(SetupError, match="another-wizard"),
            LocalProfileStore(tmp_path).wizard_lock("default"),
        ):
            pass
        set_up(store)
        with store.wizard_lock("default-2"):
            pass
    with store.wizard_lock("default"):
        pass


def test_profile_under_lock_is_as_the_one_before_left_it(store: LocalProfileStore) -> None:
    is_at_the_door = threading.Event()
    seen: list[Profile | None] = []

    def wait_and_look() -> None:
        is_at_the_door.set()
        with store.locked("default") as held:
            seen.append(held.profile)

    thread = threading.Thread(target=wait_and_look)
    with store.locked("default") as held:
        thread.start()
        assert is_at_the_door.wait(10)
        written = held.save(Profile(), active=credentials())
    thread.join(10)
    assert seen == [written]


async def test_profile_is_locked_for_tasks_too(store: LocalProfileStore) -> None:
    async with store.locked_async("default") as held:
        held.save(Profile(), draft=CredentialSet(client_id="OQ"))
        with pytest.raises(SetupError, match="lock-busy"):
            async with store.locked_async("default", timeout=0.06):
                pass
    async with store.locked_async("default") as held:
        assert held.draft() == CredentialSet(client_id="OQ")


def fail_with(number: int) -> Callable[..., NoReturn]:
    def fail(*_args: object, **_names: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


def test_client_ids_are_read_past_a_damaged_record(
    store: LocalProfileStore, tmp_path: Path
) -> None:
    """The damaged record stays in place, so that its own user gets the notice."""
    assert store.client_ids() == {}
    set_up(store, name="acme")
    set_up(store, name="zeta")
    with store.locked("unfinished") as held:
        held.save(Profile(), draft=credentials())
    record(tmp_path, "broken").write_text("{", encoding="utf-8")
    record(tmp_path, "later").write_bytes(NEWER)
    assert set(store.client_ids()) == {"acme", "zeta"}
    assert record(tmp_path, "broken").read_text(encoding="utf-8") == "{"
