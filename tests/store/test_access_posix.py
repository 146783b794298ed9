"""Folders above the wizard's: which owners and groups are rejected, warned of, or accepted."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no user IDs and groups", allow_module_level=True)

import grp
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from tests import system
from tests.store.samples import credentials
from tests.users import IS_ROOT, pass_for_ordinary
from wizard.domain.models import Profile
from wizard.domain.problems import Problem, SetupError
from wizard.store import access_posix
from wizard.store.profiles import LocalProfileStore

NAME, OWNER, GROUP = "default", 7001, 7002
"""Numbers that no user or group has on this machine."""


def own(
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
    *,
    user: int | None = None,
    group: int | None = None,
) -> None:
    """Give a folder to another owner, as only root could."""
    lstat = Path.lstat

    def given_away(each: Path) -> os.stat_result:
        status = lstat(each)
        if each != path:
            return status
        owner = status.st_uid if user is None else user
        return os.stat_result(
            (*status[:4], owner, status.st_gid if group is None else group, *status[6:])
        )

    monkeypatch.setattr(Path, "lstat", given_away)


def know(monkeypatch: pytest.MonkeyPatch, *, users: dict[int, str], groups: dict[int, str]) -> None:
    """Add these users and groups to the system's own; "a, b" is a group with these members."""
    getpwuid, getgrgid = pwd.getpwuid, grp.getgrgid

    def user(number: int) -> object:
        named = SimpleNamespace(pw_name=users.get(number), pw_uid=number, pw_gid=number)
        return named if number in users else getpwuid(number)

    def group(number: int) -> object:
        if number not in groups:
            return getgrgid(number)
        name, _, members = groups[number].partition(":")
        return SimpleNamespace(gr_name=name, gr_mem=members.split())

    monkeypatch.setattr(pwd, "getpwuid", user)
    monkeypatch.setattr(grp, "getgrgid", group)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder like a volume, with a saved profile."""
    home = tmp_path.resolve() / "data"
    with LocalProfileStore(home).locked(NAME) as held:
        held.save(Profile(), draft=credentials())
    return home


def opened(home: Path) -> tuple[Problem, ...]:
    """Read the stored profile, and return the store's notices."""
    store = LocalProfileStore(home)
    assert store.load(NAME) is not None
    assert store.has_files(NAME)
    return store.notices


def is_warned(home: Path, *words: str) -> None:
    """Read the stored profile, and require one warning with these words."""
    (notice,) = opened(home)
    assert notice.id == "cannot-keep-others-out"
    for word in (*words, str(home)):
        assert word in notice.cause
    assert "container" in notice.remedy


def is_refused(home: Path) -> Problem:
    with pytest.raises(SetupError, match="folder-not-safe") as caught:
        opened(home)
    assert str(home) in caught.value.problem.cause
    return caught.value.problem


Case = Callable[[pytest.MonkeyPatch, Path], None]


def another_known(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    know(monkeypatch, users={OWNER: "another"}, groups={})
    own(monkeypatch, home, user=OWNER)


def world_writable(_monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    home.chmod(0o777)


def shared_group(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    home.chmod(0o775)
    know(monkeypatch, users={}, groups={GROUP: "team:another"})
    own(monkeypatch, home, group=GROUP)


@pytest.mark.parametrize("case", [another_known, world_writable, shared_group])
def test_root_works_anywhere_and_is_warned_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    """As in GitHub's runners, where home belongs to another user, and on a mounted folder."""
    if not IS_ROOT:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr("wizard.store.files.refuse", lambda *_args: None)
    case(monkeypatch, home)
    is_warned(home)


@pytest.mark.parametrize("case", [another_known, world_writable, shared_group])
def test_folder_that_another_user_can_really_replace_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    pass_for_ordinary(monkeypatch, home)
    case(monkeypatch, home)
    problem = is_refused(home)
    is_owners = case is another_known
    assert ("chmod" in problem.remedy) is not is_owners
    assert (problem.shell or "").startswith("sudo chown ") is is_owners


def test_volume_of_a_group_without_a_name_is_used_with_a_warning(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with the fsGroup of Kubernetes: the folder belongs to root and has mode 2775."""
    pass_for_ordinary(monkeypatch, home)
    home.chmod(0o2775)
    own(monkeypatch, home, user=0, group=GROUP)
    is_warned(home, f"group {GROUP}")


def test_folder_of_an_owner_without_a_name_is_used_with_a_warning(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_for_ordinary(monkeypatch, home)
    own(monkeypatch, home, user=OWNER)
    is_warned(home, f"user {OWNER}")


def test_number_that_a_platform_gives_with_the_group_of_root_is_let_work(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As OpenShift does in an image's home: owned by the image's user, and open to root's group."""
    pass_for_ordinary(monkeypatch, home)
    monkeypatch.setattr(os, "getegid", lambda: 0)
    home.chmod(0o775)
    know(monkeypatch, users={OWNER: "default"}, groups={0: "root:"})
    own(monkeypatch, home, user=OWNER, group=0)
    is_warned(home, "default")


def test_folder_without_a_name_that_everybody_may_change_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_for_ordinary(monkeypatch, home)
    home.chmod(0o777)
    own(monkeypatch, home, user=OWNER, group=GROUP)
    is_refused(home)


def test_group_of_this_user_alone_is_no_matter(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_for_ordinary(monkeypatch, home)
    home.chmod(0o775)
    know(monkeypatch, users={system.user_id(): "me"}, groups={GROUP: "me:me root"})
    own(monkeypatch, home, group=GROUP)
    assert opened(home) == ()


def test_group_with_no_known_member_is_warned_of(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a directory that lists no members, and in images that share a group "users"."""
    pass_for_ordinary(monkeypatch, home)
    home.chmod(0o2775)
    know(monkeypatch, users={system.user_id(): "me"}, groups={GROUP: "users:"})
    own(monkeypatch, home, group=GROUP)
    is_warned(home, "group users")


def test_bits_that_an_access_control_list_stands_behind_lock_nobody_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_for_ordinary(monkeypatch, home)
    shared_group(monkeypatch, home)
    monkeypatch.setattr(os, "getxattr", lambda *_args: b"\2\0\0\0", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    is_warned(home, "group team")


def test_link_above_leads_to_where_it_leads(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As /var does on macOS, which leads to /private/var."""
    pass_for_ordinary(monkeypatch, home)
    link = home.parent / "var"
    link.symlink_to(home.parent)
    assert opened(link / home.name) == ()


@pytest.mark.parametrize(
    ("uid_map", "is_fine"), [("0 0 4294967295", False), ("0 1000 1", True), (None, False)]
)
def test_owner_that_a_container_does_not_know_is_no_matter_there(
    home: Path, monkeypatch: pytest.MonkeyPatch, uid_map: str | None, is_fine: bool
) -> None:
    read_text = Path.read_text

    def read(path: Path, **named: str) -> str:
        if str(path) != "/proc/self/uid_map":
            return read_text(path, **named)
        if uid_map is None:
            raise FileNotFoundError
        return uid_map

    pass_for_ordinary(monkeypatch, home)
    own(monkeypatch, home, user=65534)
    know(monkeypatch, users={65534: "nobody"}, groups={})
    monkeypatch.setattr(Path, "read_text", read)
    if is_fine:
        assert opened(home) == ()
    else:
        is_refused(home)


def test_store_says_where_it_is_and_whose(home: Path) -> None:
    assert LocalProfileStore(home).whereabouts == (
        str(home),
        access_posix.name_of(system.user_id()),
    )
