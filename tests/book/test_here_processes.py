"""Local errors as separate processes meet them, some of them on a terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests import system
from tests.book.row import Face, Row, says
from tests.book.stage import Stage
from tests.book.test_here_commands import active, in_the_keyring, record
from tests.commands.stage import ROOT, as_piped, environment, wizard
from tests.terminal.harness import Terminal, ctrl
from tests.terminal.walk import WIZARD
from tests.ui.playing import unframed
from wizard.domain.errors.store import KEYRING_HANGS
from wizard.run import BUSY, SLOW, UNLOCK
from wizard.store.profiles import LocalProfileStore

BROKEN: Final = Path(__file__).parent / "broken"
"""Folders of modules that replace a library and fail as it might."""

UNPRIVILEGED: Final = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if system.user_id() == 0 else ()
)
"""Removes the capabilities that let root ignore file modes."""


@dataclass(frozen=True, kw_only=True)
class ModeRow(Row):
    """Modes that deny access even to the owner."""

    modes: Mapping[str, int]
    args: tuple[str, ...]
    faces: Face = Face.COMMAND


@dataclass(frozen=True, kw_only=True)
class KeyringRow(Row):
    """How the Secret Service fails."""

    fault: str
    args: tuple[str, ...] = ("token",)
    exit_code: int = 6
    faces: Face = Face.COMMAND


@dataclass(frozen=True, kw_only=True)
class TerminalRow(Row):
    """What a wizard that doesn't open, or ends, prints on the normal screen."""

    args: tuple[str, ...] = ()
    modules: str = ""
    """A folder under BROKEN."""
    faces: Face = Face.SCREEN


MODES: Final = (
    ModeRow(
        entry="folder-not-writable",
        modes={"profiles": 0o500, "secrets": 0o500},
        args=("token", "--force"),
        exit_code=6,
    ),
    ModeRow(
        entry="file-not-readable",
        modes={"profiles/default.json": 0},
        args=("status",),
        exit_code=6,
    ),
)
KEYRINGS: Final = (
    KeyringRow(entry="keyring-locked", fault="locked"),
    KeyringRow(entry="keyring-hangs", fault="hangs"),
    KeyringRow(entry="keyring-failed", fault="fails"),
    KeyringRow(entry="value-too-large", fault="small", args=("token", "--force")),
)
TERMINALS: Final = (
    TerminalRow(entry="no-scenario", args=("--scenario", "utopia"), exit_code=2),
    TerminalRow(
        entry="internal-error", modules="library", exit_code=6, faces=Face.SCREEN | Face.COMMAND
    ),
)
FULL: Final = Row(entry="disk-full", exit_code=6, faces=Face.COMMAND)
PASSED_OVER: Final = Row(entry="keyring-passed-over", faces=Face.SCREEN)

ENTRIES: Final = (*MODES, *KEYRINGS, *TERMINALS, FULL, PASSED_OVER)


@pytest.mark.posix("Windows has no file modes")
@pytest.mark.parametrize("row", MODES, ids=str)
def test_modes(row: ModeRow, stage: Stage) -> None:
    active(stage)
    for name, mode in row.modes.items():
        (stage.home / name).chmod(mode)
    ended = wizard(stage.home, *row.args, "--json", under=UNPRIVILEGED)
    for name in row.modes:
        (stage.home / name).chmod(0o700)
    is_told(row, ended)


def test_home_that_cannot_be_made_is_told_with_the_folder_that_is_there(
    stage: Stage, tmp_path: Path
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(0o500)
    env = {"SCIM_WIZARD_HOME": str(locked / "a" / "b")}
    with on_terminal(stage, env, under=UNPRIVILEGED) as terminal:
        assert terminal.wait_exit() == 6
        said = "".join(terminal.screen().split())
    assert f"{locked}/a/b/profilescan'tbecreated:" in said
    assert f"permissiontocreatefoldersin{locked}." in said
    assert "SetSCIM_WIZARD_HOMEtoanotherfolder" in said


@pytest.mark.parametrize(("hours", "code"), [(1, 0), (-1, 6)], ids=["valid", "expired"])
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["words", "json"])
def test_check_on_files_that_cannot_be_written_tells_what_it_learns(
    stage: Stage, hours: float, code: int, as_json: tuple[str, ...]
) -> None:
    """As on a disk mounted read-only: not even a lock can be taken."""
    stage.put_active(hours=hours)
    profiles = stage.home / "profiles"
    with read_only(profiles, *profiles.iterdir()):
        ended = wizard(stage.home, "check", *as_json, under=UNPRIVILEGED)
    assert ended.returncode == code, ended
    assert says(ended.stderr, "folder-not-writable")
    assert f"permission to write to {profiles}." in ended.stderr
    learnt = "The result of this check couldn't be saved."
    nothing = "The wizard didn't request a new access token, because it couldn't have saved it."
    assert (learnt if code == 0 else nothing) in ended.stderr.splitlines()
    assert (nothing if code == 0 else learnt) not in ended.stderr.splitlines()
    if as_json:
        answer = json.loads(ended.stdout)
        assert (answer["users"], answer["status"]) == ((25, "passed"), (None, "failed"))[code > 0]
    else:
        assert ended.stdout.count(as_piped("✓ passed")) == (3 if code == 0 else 0)


@pytest.mark.parametrize("row", KEYRINGS, ids=str)
def test_keyring(row: KeyringRow, stage: Stage, tmp_path: Path) -> None:
    if sys.platform == "win32" and row.fault == "small":
        pytest.skip("On Windows, the keyring has several entries for one value")
    env = kept_in_a_keyring(stage, tmp_path, row.fault)
    is_told(row, wizard(stage.home, *row.args, "--json", env=env))


@system.requires_full_device
def test_stdout_on_a_full_disk(stage: Stage) -> None:
    active(stage)
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*WIZARD, "token"],
            env=environment(stage.home),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == FULL.exit_code
    assert says(ended.stderr, FULL.entry)


@pytest.mark.parametrize("row", TERMINALS, ids=str)
def test_terminal(row: TerminalRow, stage: Stage) -> None:
    env = {"PYTHONPATH": str(BROKEN / row.modules)} if row.modules else {}
    with on_terminal(stage, env, *row.args) as terminal:
        assert terminal.wait_exit() == row.exit_code
        assert says(terminal.screen(), row.entry), terminal.screen()
        assert not terminal.leftovers


def test_fault_of_its_own_in_a_command(stage: Stage) -> None:
    (row,) = (row for row in TERMINALS if Face.COMMAND in row.faces)
    active(stage)
    ended = wizard(stage.home, "check", "--json", env={"PYTHONPATH": str(BROKEN / row.modules)})
    is_told(row, ended)
    assert "truststore.py" in ended.stderr
    assert "planted-secret" not in ended.stdout + ended.stderr


def test_keyring_that_is_passed_over_is_named_before_anything_is_saved(
    stage: Stage, tmp_path: Path
) -> None:
    with on_terminal(stage, keyring("locked", tmp_path)) as terminal:
        terminal.wait_for("How to fix")
        terminal.send("d")
        terminal.wait_for(lambda screen: says(unframed(screen), PASSED_OVER.entry))


def test_keyring_that_hangs_is_waited_for_in_words_and_then_told_on_overview(
    stage: Stage, tmp_path: Path
) -> None:
    with on_terminal(stage, kept_in_a_keyring(stage, tmp_path, "hangs")) as terminal:
        terminal.wait_for(SLOW.format(name="default"))
        terminal.wait_for(UNLOCK)
        terminal.wait_for(
            lambda screen: KEYRING_HANGS.title in screen and "Unlock it, then press r." in screen
        )
        terminal.wait_for("Try again")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 6
        assert not terminal.leftovers


def test_profile_that_a_command_works_on_is_waited_for_in_words(stage: Stage) -> None:
    active(stage)
    with ExitStack() as stack:
        with LocalProfileStore(stage.home).locked("default"):
            terminal = stack.enter_context(on_terminal(stage, {}))
            for line in (BUSY[0].format(name="default"), *BUSY[1:]):
                terminal.wait_for(line)
            assert SLOW.format(name="default") not in terminal.screen()
        terminal.wait_for("Check now")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 0
        assert not terminal.leftovers


@contextmanager
def read_only(*paths: Path) -> Iterator[None]:
    """Remove the owner's write permission from these paths."""
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def kept_in_a_keyring(stage: Stage, folder: Path, fault: str) -> dict[str, str]:
    """Store a set as if in a keyring that then fails, and return the variables of its desktop."""
    active(stage)
    entries = folder / "entries"
    entries.mkdir()
    (blob,) = (stage.home / "secrets").glob("*.json")
    blob.rename(entries / blob.name.removesuffix(".json"))
    in_the_keyring(record(stage))
    return keyring(fault, entries)


def keyring(fault: str, entries: Path) -> dict[str, str]:
    """Return the variables of a desktop whose Secret Service fails this way."""
    return {
        "PYTHONPATH": str(BROKEN / "keyring"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
        "KEYRING_FAULT": fault,
        "KEYRING_ENTRIES": str(entries),
    }


def on_terminal(
    stage: Stage, env: Mapping[str, str], *args: str, under: tuple[str, ...] = ()
) -> Terminal:
    """Return the wizard on a terminal with room for a whole page; `under` is the launcher."""
    variables = environment(stage.home) | dict(env)
    endpoints = stage.wire.endpoints
    if args == ():
        variables |= {
            "SCIM_WIZARD_AUTHORIZE_URL": endpoints.authorize_url,
            "SCIM_WIZARD_TOKEN_URL": endpoints.token_url,
            "SCIM_WIZARD_SCIM_URL": endpoints.scim_url,
        }
    command = [*under, sys.executable, "-m", "wizard", *args]
    return Terminal(command, env=variables, cwd=ROOT, rows=40, cols=100)


def is_told(row: Row, ended: subprocess.CompletedProcess[str]) -> None:
    """Check a command's result, as words and as JSON."""
    assert ended.returncode == row.exit_code, ended
    assert says(ended.stderr, row.entry), ended
    assert json.loads(ended.stdout)["problem"]["id"] == row.entry
