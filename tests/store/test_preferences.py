"""Saved display preferences: private to this user, and never a reason to fail."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.masks import umask
from wizard.domain.errors.store import FOLDER_NOT_WRITABLE
from wizard.domain.models import Profile
from wizard.domain.problems import SetupError
from wizard.store.paths import Preferences
from wizard.store.profiles import LocalProfileStore


def file(home: Path) -> Path:
    return home / "preferences" / "wizard.json"


@pytest.mark.posix("Windows has no file modes, and symbolic links need a privilege")
def test_a_theme_is_remembered_in_a_file_of_its_owners(home: Path) -> None:
    with umask(0):
        Preferences(home).save_theme("scim-dark")
        Preferences(home).save_theme("scim-light")
    assert Preferences(home).theme() == "scim-light"
    assert stat.S_IMODE(file(home).stat().st_mode) == 0o600
    assert stat.S_IMODE(file(home).parent.stat().st_mode) == 0o700
    assert [path.name for path in file(home).parent.iterdir()] == ["wizard.json"]


def test_forgetting_a_profile_leaves_the_theme_which_is_for_all_of_them(home: Path) -> None:
    Preferences(home).save_theme("scim-light")
    with LocalProfileStore(home).locked("default") as held:
        held.save(Profile())
        held.remove()
    assert Preferences(home).theme() == "scim-light"


def test_none_is_known_before_and_nothing_is_made_by_looking(home: Path) -> None:
    preferences = Preferences(home)
    assert (preferences.theme(), preferences.trouble) == ("", "")
    assert not home.exists()


def truncate(path: Path) -> None:
    path.write_bytes(b'{"theme": "no')


def fill_with_bytes(path: Path) -> None:
    path.write_bytes(b'{"theme": "\xff\xfe"}')


def nest(path: Path) -> None:
    path.write_bytes(b'{"theme":' + b"[" * 100_000)


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("elsewhere"))


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.posix("Windows has no file modes, and symbolic links need a privilege")
@pytest.mark.parametrize("spoil", [truncate, fill_with_bytes, nest, link, make_folder])
def test_what_cannot_be_read_is_done_without_and_told(
    home: Path, spoil: Callable[[Path], None]
) -> None:
    Preferences(home).save_theme("scim-light")
    spoil(file(home))
    preferences = Preferences(home)
    assert preferences.theme() == ""
    assert preferences.trouble.startswith("Your theme couldn't be read: ")


def test_what_cannot_be_written_is_told_by_its_caller(home: Path) -> None:
    home.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(SetupError) as caught:
        Preferences(home).save_theme("scim-light")
    assert caught.value.problem.id != FOLDER_NOT_WRITABLE.id
    assert str(home) in caught.value.problem.cause
