"""Local errors as the commands meet them: files, variables, and arguments."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import httpx
import pytest

from tests import system
from tests.book.row import Face, Row, says
from tests.book.stage import Stage
from tests.commands.stage import issued
from tests.fakes import World
from tests.users import pass_for_ordinary
from wizard.api import http
from wizard.domain.models import TWILIO
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import replace
from wizard.flow.context import WizardContext
from wizard.flow.session import Session
from wizard.flow.upkeep import Upkeep
from wizard.store import lock
from wizard.store.profiles import LocalProfileStore

Make = Callable[[Stage], None]


@dataclass(frozen=True, kw_only=True)
class CommandRow(Row):
    """How to prepare the stage, and which command meets the entry."""

    make: Make = lambda _stage: None
    args: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    faces: Face = Face.COMMAND


def without_windows(_stage: Stage) -> None:
    """Skip the row on Windows, where a folder whose name is too long just doesn't exist."""
    if sys.platform == "win32":
        pytest.skip("On Windows, a folder whose name is too long just doesn't exist")


def active(stage: Stage) -> None:
    """Store a working set."""
    stage.put_active(hours=1)


def record(stage: Stage) -> Path:
    """Return the file of the default profile."""
    return stage.home / "profiles" / "default.json"


def blob(stage: Stage) -> Path:
    """Return the only file that has secrets."""
    (path,) = (stage.home / "secrets").glob("*.json")
    return path


def with_record(change: Callable[[Path], object]) -> Make:
    """Return a function that changes the record of a working set."""

    def make(stage: Stage) -> None:
        active(stage)
        change(record(stage))

    return make


def with_blob(change: Callable[[Path], object]) -> Make:
    """Return a function that changes the secrets file of a working set."""

    def make(stage: Stage) -> None:
        active(stage)
        change(blob(stage))

    return make


def linked_away(path: Path) -> None:
    """Replace a file with a symbolic link."""
    if sys.platform == "win32":
        pytest.skip("On Windows, symbolic links need a privilege")
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def piped(path: Path) -> None:
    """Replace a file with a named pipe."""
    path.unlink()
    system.mkfifo(path)


def set_aside(stage: Stage) -> None:
    """Damage the record of a working set, and read it once."""
    active(stage)
    record(stage).write_text("{", encoding="utf-8")
    with suppress(SetupError):
        LocalProfileStore(stage.home).load("default")


def of_the_future(path: Path) -> None:
    """Write a record as a later version would."""
    path.write_text(
        json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"version": 99}), encoding="utf-8"
    )


def moved(token_url: str, path: Path) -> None:
    """Have a record, or the secrets themselves, name another token endpoint."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored.get("credentials", stored)["endpoints"]["token_url"] = token_url
    path.write_text(json.dumps(stored), encoding="utf-8")


def in_the_keyring(path: Path) -> None:
    """State in a record that its secrets are in the system keyring."""
    path.write_text(
        json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"store": "keyring"}),
        encoding="utf-8",
    )


def unfinished(stage: Stage) -> None:
    """Store a draft only."""
    stage.put(draft=stage.credentials())


def opened(stage: Stage) -> None:
    """Let every user write to the wizard's folder."""
    active(stage)
    stage.home.chmod(0o777)
    # Root can work anywhere.
    pass_for_ordinary(stage.monkeypatch, stage.home)


def without_locks(stage: Stage) -> None:
    """Keep a profile on a file system that has no locks."""

    fcntl = pytest.importorskip("fcntl")

    def refuse(*_args: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    active(stage)
    stage.monkeypatch.setattr(fcntl, "flock", refuse)


OTHER_URL: Final = "https://elsewhere.example/token"

ROWS: Final = (
    CommandRow(
        entry="store-failed",
        make=without_windows,
        env={"SCIM_WIZARD_HOME": "/tmp/" + "x" * 300},
        args=("status",),
        exit_code=6,
    ),
    CommandRow(
        entry="bad-home",
        env={"SCIM_WIZARD_HOME": str(Path(__file__, "x"))},
        args=("token",),
        exit_code=2,
    ),
    CommandRow(entry="folder-not-safe", make=opened, args=("status",), exit_code=6),
    CommandRow(entry="file-is-link", make=with_record(linked_away), args=("status",), exit_code=6),
    CommandRow(entry="file-not-plain", make=with_record(piped), args=("status",), exit_code=6),
    CommandRow(
        entry="file-damaged",
        make=with_record(lambda path: path.write_text("{", encoding="utf-8")),
        args=("status",),
        exit_code=6,
    ),
    CommandRow(entry="file-set-aside", make=set_aside, args=("status",), exit_code=6),
    CommandRow(entry="file-set-aside", make=set_aside, args=("check",), exit_code=6),
    CommandRow(entry="file-set-aside", make=set_aside, args=("token",), exit_code=6),
    CommandRow(
        entry="secrets-damaged",
        make=with_blob(lambda path: path.write_text("{}", encoding="utf-8")),
        args=("token",),
        exit_code=6,
    ),
    CommandRow(entry="secrets-missing", make=with_blob(Path.unlink), args=("check",), exit_code=6),
    CommandRow(entry="file-newer", make=with_record(of_the_future), args=("status",), exit_code=6),
    *(
        CommandRow(
            entry="endpoints-differ",
            make=with_record(partial(moved, OTHER_URL)),
            args=(command,),
            exit_code=6,
        )
        for command in ("check", "token")
    ),
    CommandRow(
        entry="secrets-damaged",
        make=with_blob(partial(moved, "https://192.0.2.1:99999/token")),
        args=("check",),
        exit_code=6,
    ),
    CommandRow(
        entry="keyring-absent", make=with_record(in_the_keyring), args=("token",), exit_code=6
    ),
    CommandRow(
        entry="endpoints-conflict",
        make=active,
        args=("--token-url", OTHER_URL, "token"),
        exit_code=2,
    ),
    CommandRow(
        entry="bad-endpoint",
        make=active,
        env={"SCIM_WIZARD_SCIM_URL": "ftp://iam.example"},
        args=("status",),
        exit_code=2,
    ),
    CommandRow(entry="bad-profile-name", args=("status", "--profile", "../default"), exit_code=2),
    CommandRow(
        entry="bad-store", env={"SCIM_WIZARD_STORE": "cloud"}, args=("status",), exit_code=2
    ),
    *(
        CommandRow(entry="bad-log", env={"SCIM_WIZARD_LOG": path}, args=("status",), exit_code=6)
        for path in ("/tmp", "/dev/full", "/nowhere/log", "/proc/self/cwd")
    ),
    CommandRow(entry="no-file-locks", make=without_locks, args=("token", "--force"), exit_code=6),
    CommandRow(entry="not-set-up", args=("token",), exit_code=3),
    CommandRow(entry="left-unfinished", make=unfinished, args=("check",), exit_code=3),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_command(row: CommandRow, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    row.make(stage)
    for name, value in row.env.items():
        stage.monkeypatch.setenv(name, value)
    stage.meets(capsys, row.entry, row.exit_code, *row.args)


# -- faults that involve more than one file --------------------------------------------------


OPEN: Final = Row(entry="cannot-keep-others-out", exit_code=0, faces=Face.COMMAND)
TIGHTENED: Final = Row(entry="permissions-too-open", exit_code=0, faces=Face.COMMAND)
NO_TERMINAL: Final = Row(entry="not-a-terminal", exit_code=2, faces=Face.COMMAND)
UNCONFIRMED: Final = Row(entry="unconfirmed", exit_code=2, faces=Face.COMMAND)
TOO_LONG: Final = Row(entry="min-ttl-too-long", exit_code=2, faces=Face.COMMAND)
BUSY: Final = Row(entry="lock-busy", exit_code=6, faces=Face.COMMAND)
ANOTHER: Final = Row(entry="another-wizard", exit_code=6, faces=Face.COMMAND)
CHANGED: Final = Row(entry="profile-changed", exit_code=6, faces=Face.COMMAND)
ANOTHERS: Final = Row(entry="file-not-ours", exit_code=6, faces=Face.COMMAND)
NO_HOME: Final = Row(entry="no-home-folder", exit_code=6, faces=Face.COMMAND)
NO_PROFILES: Final = Row(entry="no-profiles", exit_code=3, faces=Face.COMMAND)
ENTRIES: Final = (
    *ROWS,
    NO_HOME,
    OPEN,
    NO_PROFILES,
    TIGHTENED,
    ANOTHERS,
    NO_TERMINAL,
    UNCONFIRMED,
    TOO_LONG,
    BUSY,
    ANOTHER,
    CHANGED,
)


def test_user_without_a_home_folder_is_told_what_to_set(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    pwd = pytest.importorskip("pwd")

    def unknown(number: int) -> NoReturn:
        raise KeyError(number)

    stage.monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("SCIM_WIZARD_HOME", "HOME", "XDG_DATA_HOME"):
        stage.monkeypatch.delenv(name, raising=False)
    stage.meets(capsys, NO_HOME.entry, NO_HOME.exit_code, "token")


@pytest.mark.parametrize("command", ["status", "check"])
def test_no_profiles_at_all(command: str, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    ended = stage.run(capsys, command, "--all")
    assert (ended.code, ended.out) == (NO_PROFILES.exit_code, "")
    assert says(ended.words, NO_PROFILES.entry)


@pytest.mark.posix("Windows has no file modes")
def test_open_permissions_are_mended_and_said(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    active(stage)
    record(stage).chmod(0o644)
    ended = stage.run(capsys, "token")
    assert (ended.code, ended.out) == (TIGHTENED.exit_code, "access-1\n")
    assert says(ended.words, TIGHTENED.entry)


@pytest.mark.posix("Windows has no file modes")
def test_folder_that_cannot_keep_others_out_is_told_once(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a Windows drive in WSL: setting a mode succeeds, but changes nothing."""
    active(stage)
    for path in (stage.home, *stage.home.rglob("*")):
        path.chmod(0o777)
    stage.monkeypatch.setattr(os, "fchmod", lambda *_args: None)
    for args in (("token",), ("status",), ("check",)):
        ended = stage.run(capsys, *args)
        assert (ended.code, says(ended.words, OPEN.entry)) == (OPEN.exit_code, True), ended
        assert ended.words.count("Other users can access this folder") == 1
        assert "tightened" not in ended.words
        assert "only you can read" not in ended.out
    for args in (("status",), ("check",)):
        told = json.loads(stage.run(capsys, *args, "--json").out)
        assert [warning["id"] for warning in told["warnings"]] == [OPEN.entry]
    world = World(LocalProfileStore(stage.home))
    session = Session("default", world.store, world.clock)
    lines = asyncio.run(Upkeep(WizardContext(session, world.services)).probe())
    [kept] = [line for line in lines if line.id == "storage"]
    assert kept.problem is not None
    assert kept.problem.id == OPEN.entry


def test_file_of_another_user_is_told_with_both_names(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user without a name plays the other user: only root can give a file away."""
    pwd = pytest.importorskip("pwd")
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    active(stage)
    owner = pwd.getpwuid(system.user_id()).pw_name
    stage.monkeypatch.setattr(os, "geteuid", lambda: 54321)
    ended = stage.meets(capsys, ANOTHERS.entry, ANOTHERS.exit_code, "status")
    assert f"belongs to {owner}, but you're running as user 54321" in ended.words
    assert f"Run the wizard as {owner}, who owns the folder," in ended.words
    assert ended.words.endswith(f"Run:\n  sudo chown -R 54321 {stage.home}\n")


def test_file_that_sudo_left_in_a_folder_of_ours_is_not_its_owners_to_mend(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    pwd = pytest.importorskip("pwd")
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    active(stage)
    me, lstat = system.user_id(), Path.lstat

    def left_by_sudo(path: Path) -> os.stat_result:
        status = lstat(path)
        is_it = path == record(stage)
        return os.stat_result((*status[:4], 54321, *status[5:])) if is_it else status

    stage.monkeypatch.setattr(Path, "lstat", left_by_sudo)
    ended = stage.run(capsys, "status")
    assert ended.code == ANOTHERS.exit_code
    assert "belongs to user 54321" in ended.words
    command = f"sudo chown -R {pwd.getpwuid(me).pw_name} {stage.home}"
    assert ended.words.endswith(f"may have changed the owner.\nRun:\n  {command}\n")
    assert "Run the wizard as" not in ended.words


def test_record_that_was_set_aside_is_named_until_it_is_replaced_or_forgotten(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, kept = "file-set-aside", f"{record(stage)}.damaged-1"
    set_aside(stage)
    sheet = stage.run(capsys, "handoff")
    assert (sheet.code, sheet.out) == (6, "")
    assert says(sheet.words, entry)
    assert kept in sheet.words
    every = stage.run(capsys, "status", "--all")
    assert every.code == 6
    assert says(every.words, entry)
    active(stage)
    assert stage.run(capsys, "status").code == 0
    record(stage).unlink()
    forgotten = stage.run(capsys, "forget", "--yes")
    assert forgotten.code == 0
    assert kept in forgotten.words
    assert not Path(kept).exists()
    stage.meets(capsys, "not-set-up", 3, "status")


def test_field_that_is_damaged_is_named(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    active(stage)
    record(stage).write_text(
        json.dumps(json.loads(record(stage).read_text(encoding="utf-8")) | {"expires_at": 5}),
        encoding="utf-8",
    )
    words = stage.run(capsys, "status").words
    assert "\nexpires_at isn't valid\n" in words


def test_endpoint_is_called_what_it_was_given_by(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.monkeypatch.setenv("SCIM_WIZARD_TOKEN_URL", "http://a.example")
    words = stage.run(capsys, "status").words
    assert words.startswith("SCIM_WIZARD_TOKEN_URL can't be used.\n")
    words = stage.run(capsys, "--token-url", "http://b.example", "status").words
    assert words.startswith("--token-url can't be used.\n")


def test_home_that_is_a_file_is_named(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.home.write_text("", encoding="utf-8")
    stage.monkeypatch.setenv("SCIM_WIZARD_HOME", str(stage.home))
    words = stage.run(capsys, "status").words
    assert words.startswith(f"SCIM_WIZARD_HOME can't be used as a folder.\n{stage.home} is a file")


def test_both_servers_are_named_where_record_and_secrets_differ(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    active(stage)
    whole = record(stage).read_bytes()
    moved(OTHER_URL, record(stage))
    for _ in range(2):
        ended = stage.run(capsys, "handoff", "--show-secrets")
        assert ended.code == 6
        assert f"is for {OTHER_URL}, but the secrets are for {stage.wire.base}" in ended.words
    record(stage).write_bytes(whole)
    assert stage.run(capsys, "token").out == "access-1\n"


def test_wizard_needs_a_terminal(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    ended = stage.run(capsys)
    assert (ended.code, ended.out) == (NO_TERMINAL.exit_code, "")
    assert says(ended.words, NO_TERMINAL.entry)


def test_removing_asks_first(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    active(stage)
    ended = stage.run(capsys, "forget")
    assert (ended.code, ended.out) == (UNCONFIRMED.exit_code, "")
    assert says(ended.words, UNCONFIRMED.entry)


def test_min_ttl_that_cannot_be_met(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    active(stage)
    stage.meets(capsys, TOO_LONG.entry, TOO_LONG.exit_code, "token", "--min-ttl", "86400")


@pytest.mark.parametrize("row", [BUSY, ANOTHER], ids=str)
def test_lock_of_another_process(
    row: Row, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    active(stage)
    give_up_soon(stage.monkeypatch)
    with holding(stage.home, row):
        ended = stage.run(capsys, "forget", "--yes")
    assert (ended.code, ended.out) == (row.exit_code, "")
    assert says(ended.words, row.entry)
    assert record(stage).exists()


def test_profile_that_changed_while_it_was_checked(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record was read and a client is being created when another set is stored."""
    stage.put_active(hours=-1)
    elsewhere = replace(stage.credentials(TWILIO), tokens=issued(hours=1))
    connect = http.open_client

    def change(ca_file: Path | None) -> httpx.AsyncClient:
        stage.put(active=elsewhere)
        return connect(ca_file)

    stage.monkeypatch.setattr(http, "open_client", change)
    stage.meets(capsys, CHANGED.entry, CHANGED.exit_code, "check")


@contextmanager
def holding(home: Path, row: Row) -> Iterator[None]:
    """Hold the lock of this row."""
    store = LocalProfileStore(home)
    with store.locked("default") if row is BUSY else store.wizard_lock("default"):
        yield


def give_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a lock only briefly: these tests don't cover how long a wait is."""

    def hold(path: Path, timeout: float, busy: Problem) -> AbstractContextManager[None]:
        return lock.hold(path, min(timeout, 0.1), busy)

    monkeypatch.setattr("wizard.store.profiles.hold", hold)
