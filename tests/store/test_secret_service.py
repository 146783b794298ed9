"""Profiles in a real Secret Service, used by real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.store.desktop import MISSING, PATIENCE, Desktop, desktop
from wizard.store.keyring import SERVICE

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (Debian: dbus gnome-keyring)"
)

ROOT: Final = Path(__file__).parents[2]
PASSWORD: Final = "open sesame"

SAVE: Final = """
import sys
from datetime import datetime, timedelta
from tests.store.samples import credentials
from wizard import wiring
from wizard.domain.models import Profile, TokenSet
from wizard.domain.secret import Secret
from wizard.domain.value import replace

mark, until = sys.argv[1], datetime.fromisoformat(sys.argv[2])
tokens = TokenSet(Secret("hush-access-" + mark), until, until - timedelta(hours=1))
store = wiring.store()
with store.locked("default") as held:
    saved = held.save(
        held.profile or Profile(),
        active=replace(credentials(mark), tokens=tokens),
        draft=credentials("draft-" + mark),
    )
print(saved.store.value, *(notice.id for notice in store.notices))
"""

FORGET: Final = """
from wizard import wiring
with wiring.store().locked("default") as held:
    held.remove()
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Desktop]:
    (tmp_path / "user").mkdir()
    with desktop(tmp_path / "user") as running:
        yield running


def run(
    session: Desktop, home: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**session.environ, "SCIM_WIZARD_HOME": str(home), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def save(session: Desktop, home: Path, mark: str = "one", **variables: str) -> str:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    saved = run(session, home, "-c", SAVE, mark, until, **variables)
    assert (saved.returncode, saved.stderr) == (0, "")
    return saved.stdout.strip()


def record(home: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(
        (home / "profiles" / "default.json").read_text(encoding="utf-8")
    )
    return read


def pointed(home: Path) -> set[str]:
    return {f"default.{record(home)[which]}" for which in ("active", "draft")}


def test_commands_find_what_was_kept_there(session: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with session.keyring(PASSWORD):
        assert save(session, home) == "keyring"
        assert save(session, home, "two") == "keyring"
        assert session.entries(SERVICE) == pointed(home), "one for each set, none left behind"
        token = run(session, home, "-m", "wizard", "token")
        status = run(session, home, "-m", "wizard", "status", "--json")
    assert (token.returncode, token.stdout, token.stderr) == (0, "hush-access-two\n", "")
    assert json.loads(status.stdout)["secrets"] == {"store": "keyring"}
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"hush" not in kept, "nor in the keyring's own files"


def test_secrets_outlive_the_keyrings_process_and_go_with_the_profile(
    session: Desktop, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with session.keyring(PASSWORD):
        save(session, home)
    with session.keyring(PASSWORD):
        assert run(session, home, "-m", "wizard", "token").stdout == "hush-access-one\n"
        forgotten = run(session, home, "-c", FORGET)
        assert (forgotten.returncode, forgotten.stderr) == (0, "")
        assert session.entries(SERVICE) == set()
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["default.lock"]


def test_locked_keyring_is_told_in_words(session: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with session.keyring(PASSWORD):
        save(session, home)
    with session.keyring(None):
        token = run(session, home, "-m", "wizard", "token", "--json")
        status = run(session, home, "-m", "wizard", "status")
    assert token.returncode == 6
    # Which of the two occurs depends on whether a program could ask for the password.
    assert json.loads(token.stdout)["problem"]["id"] in ("keyring-locked", "keyring-hangs")
    assert "Unlock it" in token.stderr
    assert "Traceback" not in token.stderr
    assert status.returncode == 0, "needs no secret"


def test_new_profile_is_not_kept_waiting_by_a_locked_keyring(
    session: Desktop, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with session.keyring(PASSWORD):
        save(session, tmp_path / "other")
    with session.keyring(None):
        assert save(session, home) == "file keyring-passed-over"
        assert run(session, home, "-m", "wizard", "token").stdout == "hush-access-one\n"


def test_profile_in_a_keyring_is_not_looked_for_without_one(
    session: Desktop, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with session.keyring(PASSWORD):
        save(session, home)
        alone = {"DBUS_SESSION_BUS_ADDRESS": "", "SCIM_WIZARD_STORE": "file"}
        token = run(session, home, "-m", "wizard", "token", **alone)
    assert token.returncode == 6
    assert token.stderr.startswith("Profile default: No system keyring found.")


def test_files_are_used_when_they_are_asked_for(session: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with session.keyring(PASSWORD):
        assert save(session, home, SCIM_WIZARD_STORE="file") == "file"
        assert session.entries(SERVICE) == set()
