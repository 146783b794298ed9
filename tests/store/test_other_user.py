"""Another user of the machine can't read from the store or put anything into it.

If the tests run as root, two ordinary users act. Otherwise the ownership of files is simulated, and
the files' modes show what other users can't read.
"""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no user IDs", allow_module_level=True)

import concurrent.futures
import encodings.ascii
import fcntl
import grp
import os
import pwd
import shlex
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import filelock

from tests import system
from tests.commands.stage import ACTIVE, issued, put
from tests.users import FIRST, IS_ROOT, SECOND, as_user, common_folder
from wizard.domain.models import Profile
from wizard.domain.problems import SetupError
from wizard.domain.value import replace
from wizard.store.paths import Preferences
from wizard.store.profiles import LocalProfileStore

LOADED: Final = (concurrent.futures, encodings.ascii, filelock, grp, pwd, shlex)
"""Modules that the product imports late, when the user might no longer be able to read them."""
NAME: Final = "default"
THEIRS: Final = '{"version": 1, "client_id": "OQ-of-another"}'
"""A record that would be accepted if it belonged to this user."""


@pytest.fixture
def common() -> Iterator[Path]:
    with common_folder() as folder:
        yield folder


# -- actions of the two users --------------------------------------------------------------------


def set_up(home: str) -> str:
    """Create every kind of file that the store has."""
    store = LocalProfileStore(Path(home))
    put(Path(home), active=replace(ACTIVE, tokens=issued(hours=1)), draft=ACTIVE)
    Preferences(Path(home)).save_theme("textual-light")
    with store.wizard_lock(NAME):
        return ""


def use(home: str) -> str:
    """Read and write everything; return the problem that occurs, or the token."""
    store = LocalProfileStore(Path(home))
    try:
        profile = store.load(NAME)
        active = store.active(NAME, profile) if profile else None
        with store.wizard_lock(NAME), store.locked(NAME) as held:
            held.save(held.profile or Profile(), draft=ACTIVE)
    except SetupError as error:
        problem = error.problem
        return "\n".join((problem.id, problem.title, problem.cause, problem.remedy))
    assert active is not None
    assert active.tokens is not None
    return active.tokens.access_token.reveal()


def _lock(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)


def _put_in_place(path: Path) -> None:
    mine = Path(path.parents[-3], f"of-{system.user_id()}-{os.getpid()}")
    mine.write_text(THEIRS, encoding="utf-8")
    try:
        mine.replace(path)
    finally:
        mine.unlink(missing_ok=True)


WAYS: Final[dict[str, Callable[[Path], object]]] = {
    "read": lambda path: list(path.iterdir()) if path.is_dir() else path.read_bytes(),
    "hold the lock": _lock,
    "write": lambda path: os.close(os.open(path, os.O_WRONLY)),
    "make a file beside it": lambda path: (path.parent / "acme.lock").touch(),
    "open it to all": lambda path: path.chmod(0o777),
    "give it a second name": lambda path: os.link(path, path.parents[-3] / "second-name"),
    "replace": _put_in_place,
    "rename": lambda path: path.rename(f"{path}-away"),
    "remove": lambda path: path.rmdir() if path.is_dir() else path.unlink(),
}


def attack(*paths: str) -> str:
    """Try every attack on each path, and return those that worked."""
    done: list[str] = []
    for path in map(Path, paths):
        for way, work in WAYS.items():
            # In the common folder, every user can create files beside the home.
            if way == "make a file beside it" and path.parent == path.parents[-3]:
                continue
            with suppress(OSError):
                work(path)
                done.append(f"{way}: {path}\n")
    return "".join(done)


def leave(kind: str, place: str, theirs: str) -> str:
    """Put one of the attacker's own files where a file of the wizard belongs."""
    path, mine = Path(place), Path(theirs)
    with suppress(FileNotFoundError, IsADirectoryError):
        path.unlink()
    match kind:
        case "file":
            path.write_text(THEIRS, encoding="utf-8")
        case "folder":
            path.mkdir()
            path.chmod(0o777)
        case "link":
            mine.write_text(THEIRS, encoding="utf-8")
            mine.chmod(0o644)
            path.symlink_to(mine)
        case "second name":
            mine.write_text(THEIRS, encoding="utf-8")
            mine.chmod(0o644)
            path.hardlink_to(mine)
        case "link to a folder":
            mine.mkdir()
            mine.chmod(0o777)
            path.symlink_to(mine)
    return ""


# -- the tests -----------------------------------------------------------------------------------


def test_another_user_can_do_nothing_with_any_file(common: Path) -> None:
    home = common / "home"
    as_user(FIRST, set_up, home)
    paths = [home, *sorted(home.rglob("*"))]
    assert {path.suffix for path in paths if path.is_file()} == {".json", ".lock"}
    for path in paths:
        status = path.stat()
        assert status.st_uid == (FIRST if IS_ROOT else system.user_id())
        assert not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO), path
    if IS_ROOT:
        assert as_user(SECOND, attack, *paths) == ""
    assert as_user(FIRST, use, home) == "access-1"
    # The owner of the files could do all of it.
    files = [path for path in paths if path.is_file() and path.exists()]
    assert {line.split(":")[0] for line in as_user(FIRST, attack, *files).splitlines()} >= {
        "read",
        "write",
        "hold the lock",
        "make a file beside it",
        "rename",
    }


RECORD, LOCK, WIZARDS = (f"profiles/{NAME}{end}" for end in (".json", ".lock", ".wizard.lock"))
SECRET: Final = "secrets/*.json"


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("file", "file-not-ours"), ("link", "file-is-link"), ("second name", "file-is-link")],
)
@pytest.mark.parametrize("place", [RECORD, SECRET, LOCK, WIZARDS])
def test_file_that_another_user_left_is_refused_by_name(
    common: Path, monkeypatch: pytest.MonkeyPatch, place: str, kind: str, problem: str
) -> None:
    """It was created while the folders were open to all, as after a wrong chmod."""
    home, theirs = common / "home", common / "theirs"
    as_user(FIRST, set_up, home)
    profile = LocalProfileStore(home).load(NAME) if not IS_ROOT else None
    active = profile.active if profile else as_user(FIRST, active_of, home)
    path = home / place.replace("*", f"{NAME}.{active}")
    for folder in (home, home / "profiles", home / "secrets"):
        folder.chmod(0o777)
    as_user(SECOND, leave, kind, path, theirs)
    home.chmod(0o700)
    simulate(monkeypatch, path, kind)

    said = as_user(FIRST, use, home)

    assert said.splitlines()[0] == problem
    assert str(path) in said
    assert path.read_text(encoding="utf-8") == THEIRS
    assert stat.S_IMODE(path.stat().st_mode) in (0o644, 0o664)


def active_of(home: str) -> str:
    profile = LocalProfileStore(Path(home)).load(NAME)
    assert profile is not None
    assert profile.active is not None
    return profile.active


@pytest.mark.parametrize(
    ("place", "kind", "problem"),
    [
        ("home", "folder", "folder-not-safe"),
        ("home", "link to a folder", "folder-not-safe"),
        ("profiles", "folder", "file-not-ours"),
        ("secrets", "folder", "file-not-ours"),
        ("profiles", "link to a folder", "file-is-link"),
        ("secrets", "link to a folder", "file-is-link"),
    ],
)
def test_folder_that_another_user_made_first_is_refused_by_name(
    common: Path, monkeypatch: pytest.MonkeyPatch, place: str, kind: str, problem: str
) -> None:
    """In a folder where every user can create one, such as /tmp."""
    home = common / "home" if place == "home" else common
    path, theirs = common / place, common / "theirs"
    as_user(SECOND, leave, kind, path, theirs)
    found = theirs if kind == "link to a folder" else path
    simulate(monkeypatch, found, "folder" if place == "home" else kind)

    said = as_user(FIRST, use, home)

    assert said.splitlines()[0] == problem
    assert str(found if problem == "folder-not-safe" else path) in said
    assert list(found.iterdir()) == []


def simulate(monkeypatch: pytest.MonkeyPatch, path: Path, kind: str) -> None:
    """Have a file or folder belong to the second user when there is only one."""
    lstat = Path.lstat

    def given_away(each: Path) -> os.stat_result:
        status = lstat(each)
        return os.stat_result((*status[:4], SECOND, *status[5:])) if each == path else status

    if not IS_ROOT and kind in ("file", "folder"):
        monkeypatch.setattr(Path, "lstat", given_away)
