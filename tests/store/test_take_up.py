"""Sets that a killed process left beside the record: only refreshed tokens are recovered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.samples import NOW, credentials
from wizard.domain.models import CredentialSet, Profile, RefreshFailure
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

NAME = "default"
KILLED = RefreshFailure("timed-out", NOW)


def save_without_the_pointer(home: Path, save: Callable[[LocalProfileStore], Profile]) -> Path:
    """Save like a process that is killed just before it replaces the record.

    Returns the file of the new set.
    """
    before = {path: path.read_bytes() for path in home.rglob("*.json")}
    save(LocalProfileStore(home))
    [new] = set((home / "secrets").iterdir()) - set(before)
    for path, content in before.items():
        path.write_bytes(content)
    return new


def set_up(home: Path) -> None:
    with LocalProfileStore(home).locked(NAME) as held:
        held.save(Profile(is_refresh_open=True, refresh_error=KILLED), active=credentials("old"))


def renew(store: LocalProfileStore) -> Profile:
    with store.locked(NAME) as held:
        assert held.profile is not None
        return held.save(held.profile, active=credentials("new"))


def as_temp(path: Path, *, is_whole: bool = True) -> None:
    """Leave a file like a write that is killed before it renames the file."""
    content = path.read_bytes()
    path.unlink()
    temp = path.with_name(f"{path.name}.0123456789abcdef.tmp")
    temp.write_bytes(content if is_whole else content[:-1])


def active(home: Path) -> CredentialSet | None:
    with LocalProfileStore(home).locked(NAME) as held:
        return held.active()


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "temp"])
def test_whole_renewed_set_is_taken_up_under_the_next_lock(tmp_path: Path, is_named: bool) -> None:
    set_up(tmp_path)
    new = save_without_the_pointer(tmp_path, renew)
    if not is_named:
        as_temp(new)
    assert active(tmp_path) == credentials("new")
    store = LocalProfileStore(tmp_path)
    profile = store.load(NAME)
    assert profile is not None
    assert store.active(NAME, profile) == credentials("new")
    assert profile.client_id == credentials("new").client_id
    assert (profile.is_refresh_open, profile.refresh_error) == (False, None)
    renew(store)
    assert len(list((tmp_path / "secrets").iterdir())) == 1


def test_half_a_set_is_not_taken_up(tmp_path: Path) -> None:
    set_up(tmp_path)
    as_temp(save_without_the_pointer(tmp_path, renew), is_whole=False)
    assert active(tmp_path) == credentials("old")
    renew(LocalProfileStore(tmp_path))
    assert len(list((tmp_path / "secrets").iterdir())) == 1


def test_another_setup_counts_only_once_the_record_says_so(tmp_path: Path) -> None:
    def swap(store: LocalProfileStore) -> Profile:
        with store.locked(NAME) as held:
            assert held.profile is not None
            return held.save(replace(held.profile, set_up_at=NOW), active=credentials("other"))

    set_up(tmp_path)
    save_without_the_pointer(tmp_path, swap)
    assert active(tmp_path) == credentials("old")


def test_draft_is_taken_up_as_it_was_last_saved(tmp_path: Path) -> None:
    def enter(mark: str) -> Callable[[LocalProfileStore], Profile]:
        def save(store: LocalProfileStore) -> Profile:
            with store.locked(NAME) as held:
                return held.save(held.profile or Profile(), draft=credentials(mark))

        return save

    enter("one")(LocalProfileStore(tmp_path))
    save_without_the_pointer(tmp_path, enter("two"))
    with LocalProfileStore(tmp_path).locked(NAME) as held:
        assert held.draft() == credentials("two")


def test_set_that_an_older_one_left_behind_is_not_taken_up(tmp_path: Path) -> None:
    set_up(tmp_path)
    [old] = (tmp_path / "secrets").iterdir()
    content = old.read_bytes()
    renew(LocalProfileStore(tmp_path))
    # As if it could not be removed.
    old.write_bytes(content)
    assert active(tmp_path) == credentials("new")


def test_set_whose_token_was_refused_is_taken_up_with_its_failure(tmp_path: Path) -> None:
    def refuse(store: LocalProfileStore) -> Profile:
        with store.locked(NAME) as held:
            assert held.profile is not None
            refused = replace(credentials("new"), tokens=None)
            return held.save(held.profile, active=refused)

    set_up(tmp_path)
    save_without_the_pointer(tmp_path, refuse)
    assert active(tmp_path) == replace(credentials("new"), tokens=None)
    profile = LocalProfileStore(tmp_path).load(NAME)
    assert profile is not None
    assert (profile.is_refresh_open, profile.refresh_error) == (True, KILLED)
