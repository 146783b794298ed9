"""Disk failures of a command: a message, exit code 6, and unchanged files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import system
from tests.commands.consents import set_up
from tests.commands.stage import ACTIVE, issued, put, wizard
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.value import replace
from wizard.sandbox.twilio import Sandbox
from wizard.store.paths import Preferences

IS_ROOT = system.user_id() == 0
BOUND = (
    ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")
    if IS_ROOT
    else ()
)
"""Runs a command as a user whom permissions bind; root has capabilities that bypass them."""
NO_ROOM = ("sh", "-c", 'ulimit -f 0; exec "$@"', "-")


def files(home: Path) -> dict[str, bytes]:
    """Return the contents of stored files by name, without the empty locks."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    put(home, active=replace(ACTIVE, tokens=issued(hours=1)))
    return home


def record(home: Path) -> Path:
    return home / "profiles" / "default.json"


def blob(home: Path) -> Path:
    (path,) = (home / "secrets").glob("default.*.json")
    return path


OURS: dict[str, Callable[[Path], Path]] = {
    "profiles": lambda home: home / "profiles",
    "secrets": lambda home: home / "secrets",
    "record": record,
    "set": blob,
    "lock": lambda home: home / "profiles" / "default.lock",
}


def assert_told(run: subprocess.CompletedProcess[str], title: str) -> None:
    assert run.returncode == 6, (run.returncode, run.stdout, run.stderr)
    assert title in run.stderr
    for unwanted in ("Traceback", "client-secret-1", "access-1", "refresh-1"):
        assert unwanted not in run.stdout + run.stderr


# -- full or read-only -----------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 512 KiB, or a normal folder if this user can't mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", str(place)]
    is_mounted = IS_ROOT and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield place
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("args", [("token", "--json"), ("check",)], ids=" ".join)
def test_full_disk_is_found_before_anything_is_sent(
    small_disk: Path, args: tuple[str, ...]
) -> None:
    home, sandbox = small_disk / "home", Sandbox(rotate=True)
    with set_up(sandbox, home):
        before = files(home)
        is_small = os.path.ismount(small_disk)
        if is_small:
            with pytest.raises(OSError, match="No space left"):
                (small_disk / "filler").write_bytes(bytes(1 << 20))
        run = wizard(home, *args, under=() if is_small else NO_ROOM)
        assert_told(run, "The disk is full" if is_small else "Storing or reading failed")
        assert files(home) == before
        assert not [seen for seen in sandbox.seen if seen.path == "/v2/token"]
        (small_disk / "filler").unlink(missing_ok=True)
        # The refresh token wasn't wasted: the command works once there is room.
        assert wizard(home, "token").returncode == 0


@pytest.mark.parametrize("args", [("token",), ("check",), ("forget", "--yes")], ids=" ".join)
def test_folder_that_takes_no_files_is_told_and_kept(tmp_path: Path, args: tuple[str, ...]) -> None:
    home, sandbox = tmp_path / "home", Sandbox(rotate=True)
    with set_up(sandbox, home):
        before = files(home)
        for folder in (home / "profiles", home / "secrets"):
            folder.chmod(0o500)
        try:
            run = wizard(home, *args, under=BOUND)
        finally:
            for folder in (home / "profiles", home / "secrets"):
                folder.chmod(0o700)
        assert_told(run, "Can't write to the wizard's folder")
        assert files(home) == before
        assert not [seen for seen in sandbox.seen if seen.path == "/v2/token"]


def test_theme_that_finds_no_room_leaves_the_one_before_and_nothing_half(home: Path) -> None:
    Preferences(home).save_theme("scim-light")
    before = files(home)
    choose = f"Preferences(Path({str(home)!r})).save_theme('scim-dark' * 10_000)"
    code = f"from pathlib import Path\nfrom wizard.store.paths import Preferences\n{choose}"
    run = subprocess.run(
        [*NO_ROOM, sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert "SetupError" in run.stderr
    assert files(home) == before
    assert Preferences(home).theme() == "scim-light"


def test_valid_token_is_read_where_nothing_can_be_written(home: Path) -> None:
    for folder in (home / "profiles", home / "secrets"):
        folder.chmod(0o500)
    run = wizard(home, "token", under=BOUND)
    assert (run.returncode, run.stdout, run.stderr) == (0, "access-1\n", "")


@pytest.mark.parametrize("name", ["profiles", "secrets", "record", "set"])
def test_what_may_not_be_read_is_told(home: Path, name: str) -> None:
    before = files(home)
    path = OURS[name](home)
    mode = path.stat().st_mode
    path.chmod(0)
    run = wizard(home, "token", under=BOUND)
    path.chmod(mode)
    assert_told(run, "Can't read one of the wizard's files")
    assert files(home) == before


# -- missing, damaged, newer -----------------------------------------------------------------------


def test_secrets_that_vanished_are_told_and_the_record_kept(home: Path) -> None:
    before = record(home).read_bytes()
    shutil.rmtree(home / "secrets")
    for args in (("token", "--json"), ("check",)):
        assert_told(wizard(home, *args), "The saved secrets are gone")
        assert record(home).read_bytes() == before


def test_home_that_vanished_is_a_profile_not_set_up_and_is_not_made_again(home: Path) -> None:
    shutil.rmtree(home)
    for args in (("token",), ("status", "--json")):
        run = wizard(home, *args)
        assert run.returncode == 3
        assert NOT_SET_UP.title in run.stderr
        assert not home.exists()


@pytest.mark.parametrize(
    ("which", "content", "title"),
    [
        (record, b'{"version": 99, "unknown": [1]}', "newer version"),
        (blob, b'{"version": 99, "unknown": [1]}', "newer version"),
        (blob, b"", "The saved secrets are damaged"),
        (blob, b"\xff\x00{", "The saved secrets are damaged"),
        (blob, b"[" * 100_000, "The saved secrets are damaged"),
        (blob, b'{"version": 1, "credentials": {"client_id": 5}}', "secrets are damaged"),
    ],
    ids=["newer record", "newer set", "empty", "bytes", "deep", "odd"],
)
def test_file_that_is_not_understood_is_left_as_it_is(
    home: Path, which: Callable[[Path], Path], content: bytes, title: str
) -> None:
    which(home).write_bytes(content)
    before = files(home)
    for args in (("token", "--json"), ("check",)):
        assert_told(wizard(home, *args), title)
        assert files(home) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\x00{", b"[" * 100_000, b'{"version": 1, "a'],
    ids=["empty", "bytes", "deep", "cut"],
)
def test_damaged_record_is_set_aside_whole_and_its_secrets_stay(home: Path, content: bytes) -> None:
    record(home).write_bytes(content)
    secrets = blob(home).read_bytes()
    assert_told(wizard(home, "token"), "file is damaged")
    assert record(home).with_name("default.json.damaged-1").read_bytes() == content
    assert blob(home).read_bytes() == secrets


# -- files of other users ------------------------------------------------------------------------

KINDS = ("link", "foreign") if IS_ROOT else ("link",)
"""Only root can give a file away."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OURS)
def test_link_or_anothers_file_in_place_of_ours_is_refused(
    home: Path, name: str, kind: str
) -> None:
    path, elsewhere = OURS[name](home), home.parent / "elsewhere"
    if kind == "link":
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
    else:
        system.give(path, 65534)
    before = files(home)
    # With --force, the lock is needed too, but no request is sent.
    # Root could open it, but the owner has to be named anyway.
    env = {"HTTPS_PROXY": "http://127.0.0.1:9"}
    run = wizard(home, "token", "--force", env=env, under=BOUND)
    what = "is a symbolic link" if kind == "link" else "belongs to nobody, but you"
    assert_told(run, f"{path} {what}")
    assert files(home) == before


def test_link_that_dangles_in_place_of_a_lock_makes_no_file(home: Path) -> None:
    lock = home / "profiles" / "default.lock"
    lock.unlink()
    lock.symlink_to(home.parent / "made")
    assert_told(wizard(home, "token", "--force"), "is a symbolic link")
    assert not (home.parent / "made").exists()
