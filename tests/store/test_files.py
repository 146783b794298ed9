"""Private files: modes, atomic replacement, rejected files, and the problem of each failure."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from tests import system
from tests.masks import umask
from tests.users import FIRST, as_user, common_folder, pass_for_ordinary
from wizard.domain.errors.store import STORE_FAILED
from wizard.domain.problems import SetupError
from wizard.store import files
from wizard.store.access import access
from wizard.store.files import PrivateFolder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def failing(number: int) -> object:
    def fail(*_args: object, **_names: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.fixture
def folder(tmp_path: Path) -> PrivateFolder:
    return PrivateFolder(tmp_path / "home" / "secrets")


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277, 0o777])
def test_modes_are_private_whatever_the_umask(folder: PrivateFolder, mask: int) -> None:
    with umask(mask):
        folder.write("a", b"one")
        folder.write("a", b"two")
    assert folder.read("a") == b"two"
    assert mode(folder.path / "a") == 0o600
    assert mode(folder.path) == mode(folder.path.parent) == 0o700
    assert not folder.tightened


def test_temp_file_is_private_from_its_first_moment(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    seen: list[int] = []
    fchmod = os.fchmod

    def spy(descriptor: int, wanted: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fchmod(descriptor, wanted)

    monkeypatch.setattr(os, "fchmod", spy)
    folder.make()
    seen.clear()
    with umask(0):
        folder.write("a", b"one")
    assert seen == [0o600]


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_existing_folder_above_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    PrivateFolder(tmp_path / "secrets").write("a", b"one")
    assert mode(tmp_path) == 0o755


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_open_permissions_are_tightened_and_noted(folder: PrivateFolder) -> None:
    folder.write("a", b"one")
    (folder.path / "a").chmod(0o644)
    folder.path.chmod(0o755)
    assert folder.read("a") == b"one"
    assert folder.tightened == [folder.path, folder.path / "a"]
    assert (mode(folder.path), mode(folder.path / "a")) == (0o700, 0o600)


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_reading_goes_on_when_permissions_cannot_be_tightened(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"one")
    (folder.path / "a").chmod(0o644)
    monkeypatch.setattr(os, "fchmod", failing(errno.EROFS))
    assert folder.read("a") == b"one"
    assert not folder.tightened
    assert folder.is_open


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_open_permissions_that_stay_are_never_told_as_tightened(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a Windows drive in WSL: setting a mode succeeds, but changes nothing."""
    folder.write("a", b"one")
    (folder.path / "a").chmod(0o777)
    for path in (folder.path, folder.path.parent):
        path.chmod(0o777)
    monkeypatch.setattr(os, "fchmod", lambda *_args: None)
    for _ in range(3):
        assert folder.read("a") == b"one"
        folder.write("a", b"one")
    assert (folder.tightened, folder.is_open) == ([], True)


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
@pytest.mark.parametrize("bits", [0o777, 0o757, 0o772])
def test_folder_that_others_may_replace_is_neither_read_nor_written(
    folder: PrivateFolder, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"one")
    home = folder.path.parent
    pass_for_ordinary(monkeypatch, home)
    home.chmod(bits)
    works: tuple[Callable[[], object], ...] = (
        lambda: folder.read("a"),
        lambda: folder.write("a", b"two"),
        folder.names,
    )
    for work in works:
        with pytest.raises(SetupError, match="folder-not-safe") as caught:
            work()
        assert str(home) in caught.value.problem.cause
    # With the sticky bit, users can't remove files of other users.
    home.chmod(bits | stat.S_ISVTX)
    assert folder.read("a") == b"one"
    home.chmod(0o755)
    home.parent.chmod(bits)
    with pytest.raises(SetupError, match="folder-not-safe"):
        folder.read("a")


def write_in(home: str) -> str:
    """Write a first file, and return the problem that occurs."""
    try:
        PrivateFolder(Path(home) / "secrets").write("a", b"hush")
    except SetupError as error:
        return error.problem.id
    return ""


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_folder_that_others_may_replace_gets_nothing_at_all() -> None:
    with common_folder() as common:
        common.chmod(0o777)
        assert as_user(FIRST, write_in, common / "home") == "folder-not-safe"
        assert not list(common.iterdir())


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_folder_behind_a_link_is_the_one_it_led_to_at_first(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir(0o700)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "one")
    folder = PrivateFolder(link / "secrets")
    link.unlink()
    link.symlink_to(tmp_path / "two")
    folder.write("a", b"hush")
    assert (tmp_path / "one" / "secrets" / "a").exists()
    assert not list((tmp_path / "two").iterdir())


def test_file_with_a_second_name_is_refused(folder: PrivateFolder, tmp_path: Path) -> None:
    folder.write("a", b"one")
    os.link(folder.path / "a", tmp_path / "elsewhere")
    with pytest.raises(SetupError, match="file-is-link") as caught:
        folder.read("a")
    assert "a hard link" in caught.value.problem.cause


def test_absent_is_none_and_reading_makes_nothing(folder: PrivateFolder) -> None:
    assert folder.read("a") is None
    assert folder.names() == []
    folder.delete("a")
    assert not folder.path.parent.exists()
    folder.write("a", b"one")
    assert folder.read("b") is None


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_links_are_refused_and_not_followed(folder: PrivateFolder, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    folder.write("b", b"one")
    (folder.path / "a").symlink_to(target)
    with pytest.raises(SetupError, match="file-is-link"):
        folder.read("a")
    folder.write("a", b"mine")
    assert folder.read("a") == b"mine"
    assert target.read_bytes() == b"theirs"


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_link_that_came_after_the_look_is_refused_by_the_system(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("b", b"one")
    (folder.path / "a").symlink_to(folder.path / "b")
    monkeypatch.setattr(Path, "lstat", Path.stat)
    with pytest.raises(SetupError, match="store-failed"):
        folder.read("a")


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_link_in_place_of_the_folder_is_refused(folder: PrivateFolder, tmp_path: Path) -> None:
    folder.path.parent.mkdir()
    (tmp_path / "elsewhere").mkdir()
    folder.path.symlink_to(tmp_path / "elsewhere")
    acts: list[Callable[[], object]] = [
        lambda: folder.read("a"),
        lambda: folder.write("a", b"one"),
    ]
    for act in acts:
        with pytest.raises(SetupError, match="file-is-link"):
            act()
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("make", [system.mkfifo, os.mkdir])
def test_other_than_plain_files_are_refused_without_waiting(
    folder: PrivateFolder, make: object
) -> None:
    folder.write("b", b"one")
    assert callable(make)
    make(folder.path / "a")
    with pytest.raises(SetupError, match="file-not-plain"):
        folder.read("a")


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_files_of_another_user_are_refused(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"one")
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(SetupError, match="file-not-ours"):
        folder.read("a")


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
@pytest.mark.parametrize("act", ["read", "make"])
def test_home_that_another_user_has_shut_is_told_as_that_users(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """As sudo leaves it: the contents of the folder can't even be listed."""
    folder.path.parent.mkdir(exist_ok=True)
    lstat, mkdir = Path.lstat, Path.mkdir

    def shut(real: Callable[..., object]) -> Callable[..., object]:
        def call(path: Path, *args: object) -> object:
            if path == folder.path:
                raise PermissionError(errno.EACCES, "Permission denied")
            return real(path, *args)

        return call

    monkeypatch.setattr(Path, "lstat", shut(lstat))
    monkeypatch.setattr(Path, "mkdir", shut(mkdir))
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(SetupError) as caught:
        folder.read("a") if act == "read" else folder.make()
    problem = caught.value.problem
    assert problem.id == "file-not-ours"
    assert problem.shell == f"sudo chown -R 54321 {folder.path.parent}"


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EROFS, "folder-not-writable"),
        (errno.EACCES, "folder-not-writable"),
        (errno.EPERM, "folder-not-writable"),
        (errno.EIO, "store-failed"),
    ],
)
@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
def test_failed_write_is_named_keeps_the_old_and_leaves_no_temp(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch, call: str, number: int, problem: str
) -> None:
    folder.write("a", b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(number))
        patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=12_345))
        with pytest.raises(SetupError) as caught:
            folder.write("a", b"new")
    assert caught.value.problem.id == problem
    assert str(folder.path) in caught.value.problem.cause
    left = ("Free space: 12 kB",) if number == errno.ENOSPC else ()
    assert caught.value.problem.detail == (os.strerror(number), *left)
    assert folder.names() == ["a"]
    assert folder.read("a") == b"old"


def test_file_that_may_not_be_read_is_named(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"one")
    monkeypatch.setattr(os, "open", failing(errno.EACCES))
    with pytest.raises(SetupError, match="file-not-readable"):
        folder.read("a")


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_file_in_place_of_a_folder_is_an_honest_failure(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    folder = PrivateFolder(tmp_path / "home" / "secrets")
    acts: list[Callable[[], object]] = [
        lambda: folder.read("a"),
        lambda: folder.write("a", b"one"),
    ]
    for act in acts:
        with pytest.raises(SetupError, match="store-failed"):
            act()


def test_write_cut_short_by_the_system_keeps_the_old(folder: PrivateFolder) -> None:
    resource = pytest.importorskip("resource")
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    folder.write("a", b"old")
    script = (
        "import resource, sys; from pathlib import Path;"
        "from wizard.domain.problems import SetupError;"
        "from wizard.store.files import PrivateFolder;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (1000, {resource.RLIM_INFINITY}))\n"
        "try: PrivateFolder(Path(sys.argv[1])).write('a', bytes(5000))\n"
        "except SetupError as error: print(error)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(folder.path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (run.stdout, run.stderr) == ("store-failed\n", "")
    assert folder.names() == ["a"]
    assert folder.read("a") == b"old"


def test_folder_that_cannot_be_synced_is_no_failure(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def like_a_network_folder(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not here")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", like_a_network_folder)
    folder.write("a", b"one")
    assert folder.read("a") == b"one"


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_content_is_synced_before_the_name_and_the_folder_after(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"old")
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def spy_fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        calls.append("sync folder" if is_folder else "sync file")
        fsync(descriptor)

    def spy_replace(source: Path, target: Path) -> None:
        calls.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(os, "replace", spy_replace)
    folder.write("a", b"new")
    assert calls == ["sync file", "replace", "sync folder"]


@pytest.mark.parametrize("is_supported", [True, False])
def test_files_on_macos_are_written_through_to_the_disk(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch, is_supported: bool
) -> None:
    """fsync alone leaves them in the disk's own memory there."""
    fcntl = pytest.importorskip("fcntl")
    calls: list[str] = []

    def control(_descriptor: int, command: int) -> None:
        assert command == 51
        calls.append("F_FULLFSYNC")
        if not is_supported:
            raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: calls.append("fsync"))
    folder.make()
    calls.clear()
    with folder._temp("a", b"one"):
        assert calls == ["F_FULLFSYNC", *([] if is_supported else ["fsync"])]


@pytest.mark.parametrize("name", ["replace", "open", "unlink", "stat"])
def test_file_that_another_process_uses_is_tried_again_where_the_system_wants_it(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder.write("a", b"one")
    refusals = iter([True, True])

    def refuse_twice(real: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if str(args[0]).startswith(str(folder.path / "a")) and next(refusals, False):
            raise PermissionError(errno.EACCES, "in use")
        return real(*args, **named)

    monkeypatch.setattr(access, "RETRY_FOR", 30.0)
    # From Python 3.14 on, Path.lstat calls os.lstat.
    for each in (name, "lstat") if name == "stat" else (name,):
        monkeypatch.setattr(os, each, partial(refuse_twice, getattr(os, each)))
    assert folder.read("a") == b"one"
    if name != "open":
        folder.write("a", b"two")
        assert folder.read("a") == b"two"
    folder.delete("a")
    assert folder.read("a") is None
    assert next(refusals, None) is None


def test_file_that_stays_in_use_is_a_failure(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"one")
    monkeypatch.setattr(access, "RETRY_FOR", 0.05)
    monkeypatch.setattr(os, "replace", failing(errno.EACCES))
    with pytest.raises(SetupError, match="folder-not-writable"):
        folder.write("a", b"two")
    assert folder.read("a") == b"one"


def test_only_the_temps_of_a_prefix_are_removed(folder: PrivateFolder) -> None:
    for name in ("a.json", "a.json.1.tmp", "ab.json.1.tmp", "a.lock"):
        folder.write(name, b"")
    folder.delete_temps("a.")
    assert folder.names() == ["a.json", "a.lock", "ab.json.1.tmp"]


def test_proof_of_writing_leaves_nothing(folder: PrivateFolder) -> None:
    folder.prove_writable("a", 100_000)
    assert folder.names() == []


def test_proof_of_writing_fails_on_a_full_disk(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC))
    folder.path.mkdir(parents=True, mode=0o700)
    with pytest.raises(SetupError, match="disk-full"):
        folder.prove_writable("a", 100_000)
    assert folder.names() == []


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_folder_that_fails_to_sync_is_a_failure(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"old")
    fsync = os.fsync

    def broken_disk(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "broken")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", broken_disk)
    with pytest.raises(SetupError, match="store-failed"):
        folder.write("a", b"new")


def test_folder_that_another_process_makes_meanwhile_is_fine(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.path.mkdir(parents=True, mode=0o700)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_dir", lambda path: path != folder.path)
        folder.write("a", b"one")
    assert folder.read("a") == b"one"


def test_folder_that_cannot_be_made_is_told_from_one_that_cannot_be_written(
    tmp_path: Path,
) -> None:
    for path, is_made in ((tmp_path / "new", False), (tmp_path, True)):
        with pytest.raises(SetupError) as caught, files.telling(path):
            raise PermissionError(errno.EACCES, "denied")
        assert ("can't be created" in caught.value.problem.cause) is not is_made


def test_full_disk_of_unknown_size_is_named_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", failing(errno.ESTALE))
    with pytest.raises(SetupError, match="disk-full") as caught, files.telling(tmp_path):
        raise OSError(errno.ENOSPC, "full")
    assert caught.value.problem.detail == ("full",)


def test_folder_that_others_may_replace_is_not_left_behind(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_named: object) -> NoReturn:
        raise SetupError(STORE_FAILED)

    monkeypatch.setattr(access, "refuse_unsafe", refuse)
    with pytest.raises(SetupError, match="store-failed"):
        folder.write("a", b"")
    assert not folder.path.exists()


def test_folder_that_the_system_denies_is_told(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "make_folder", failing(errno.EACCES))
    with pytest.raises(SetupError, match="folder-not-writable") as caught:
        folder.write("a", b"")
    assert "can't be created" in caught.value.problem.cause


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_folder_that_cannot_be_opened_stays_open_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", failing(errno.EACCES))
    assert not access.close_to_others(tmp_path)


@pytest.mark.posix("Windows has no file modes, owners, or O_NOFOLLOW")
def test_file_that_was_replaced_after_the_look_is_not_appended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.touch()
    os.link(path, tmp_path / "second name")
    monkeypatch.setattr(files, "refuse_unfit", lambda _: None)
    usual, opened = os.open, list[int]()

    def remember(*given: Any) -> int:
        opened.append(usual(*given))
        return opened[-1]

    monkeypatch.setattr(os, "open", remember)
    with pytest.raises(SetupError, match="file-is-link"):
        files.open_for_appending(path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_new_file_replaces_nothing_and_is_not_left_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with umask(0o777):
        assert files.write_new("sheet", "whole") == str(tmp_path / "sheet")
    with pytest.raises(SetupError, match="file-not-made"):
        files.write_new("sheet", "other")
    with pytest.raises(UnicodeEncodeError):
        files.write_new("half", "\ud800")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [
        ("sheet", "whole")
    ]
