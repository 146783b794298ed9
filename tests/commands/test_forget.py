"""`scim-wizard forget`: it removes all of one profile, and nothing of any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.stage import (
    ACTIVE,
    issued,
    put,
    run_on_terminal,
    stored,
    wizard,
)
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.models import Profile
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

VALID = replace(ACTIVE, tokens=issued(hours=1))


def files(home: Path, name: str = "default") -> list[str]:
    """Return a profile's files, except its locks, which are empty and stay."""
    return sorted(p.name for p in home.rglob(f"{name}.*") if p.suffix != ".lock")


def test_profile_goes_with_draft_and_secrets_and_others_stay(home: Path) -> None:
    put(home, active=VALID, draft=ACTIVE)
    # Both profile names have the same beginning.
    put(home, name="default-2", active=VALID, draft=ACTIVE)
    others = files(home, "default-2")
    assert (len(files(home)), len(others)) == (3, 3)
    run = wizard(home, "forget", "--yes")
    assert (run.returncode, run.stdout) == (0, "")
    assert files(home) == []
    assert all(p.stat().st_size == 0 for p in home.rglob("default.*lock"))
    assert files(home, "default-2") == others
    assert stored(home, "default-2") == VALID
    assert wizard(home, "status").returncode == 3


def test_what_remains_to_be_done_at_twilio_is_said(home: Path) -> None:
    put(home, active=VALID)
    words = wizard(home, "forget", "--yes").stderr
    assert words.startswith("Profile default was removed from this machine.\n")
    assert ACTIVE.client_id in words
    assert "delete" in words
    assert "rotate its secret" in words
    assert "access token works until" in words


def test_expired_token_is_not_said_to_be_good(home: Path) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=-1)))
    words = wizard(home, "forget", "--yes").stderr
    assert "access token" not in words
    assert "refresh token works" in words


def test_unfinished_setup_can_be_forgotten(home: Path) -> None:
    put(home, draft=ACTIVE)
    assert wizard(home, "forget", "--yes").returncode == 0
    assert files(home) == []


@pytest.mark.parametrize("is_seen_before", [False, True])
def test_damaged_record_can_be_forgotten(home: Path, is_seen_before: bool) -> None:
    put(home, active=VALID)
    (home / "profiles" / "default.json").write_text("{", encoding="utf-8")
    if is_seen_before:
        # This sets the record aside.
        assert wizard(home, "status").returncode == 6
    run = wizard(home, "forget", "--yes")
    assert run.returncode == 0
    assert "default.json.damaged-1" in run.stderr
    assert files(home) == []


def test_record_of_a_newer_version_is_left_alone(home: Path) -> None:
    put(home, active=VALID)
    (home / "profiles" / "default.json").write_text('{"version": 99}', encoding="utf-8")
    before = files(home)
    assert wizard(home, "forget", "--yes").returncode == 6
    assert files(home) == before


def test_profile_is_kept_until_its_secrets_are_gone(home: Path) -> None:
    put(home, active=VALID)
    (secret,) = (home / "secrets").iterdir()
    secret.unlink()
    secret.mkdir()
    run = wizard(home, "forget", "--yes")
    assert run.returncode == 6
    assert "default.json" in files(home)


def test_profile_a_wizard_has_open_is_refused(home: Path) -> None:
    put(home, active=VALID)
    before = files(home)
    with LocalProfileStore(home).wizard_lock("default"):
        run = wizard(home, "forget", "--yes")
    assert (run.returncode, run.stdout) == (6, "")
    assert "Another wizard" in run.stderr
    assert files(home) == before


@pytest.mark.parametrize("args", [("--yes",), ()])
@pytest.mark.parametrize("has_ticks", [False, True])
def test_nothing_set_up(home: Path, args: tuple[str, ...], has_ticks: bool) -> None:
    if has_ticks:
        put(home, Profile(ticks=("admin",)))
    run = wizard(home, "forget", *args)
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.startswith(f"Profile default: {NOT_SET_UP.title}.\n")
    assert bool(files(home)) is (has_ticks and not args)


@pytest.mark.parametrize("other", [None, "acme"])
def test_where_nothing_is_kept_nothing_is_made(home: Path, other: str | None) -> None:
    if other is not None:
        put(home, name=other, active=VALID)
    before = sorted(home.rglob("*"))
    assert wizard(home, "forget", "--yes").returncode == 3
    assert sorted(home.rglob("*")) == before


def test_without_a_terminal_yes_must_be_said(home: Path) -> None:
    put(home, active=VALID)
    run = wizard(home, "forget")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Removing a profile needs your confirmation.\n")
    assert "Add --yes" in run.stderr
    assert files(home)


def on_a_terminal(home: Path, answer: bytes) -> tuple[int, str]:
    """Run it on a terminal with a typed answer; return the exit code and the messages."""
    code, words, printed = run_on_terminal(home, "forget", typed=answer)
    assert printed == b""
    return code, words


@pytest.mark.parametrize("answer", [b"y\n", b"Yes\n"])
def test_yes_on_a_terminal_removes_it(home: Path, answer: bytes) -> None:
    put(home, active=VALID)
    code, words = on_a_terminal(home, answer)
    assert code == 0
    assert "Client ID, Client Secret, and tokens of profile default" in words
    assert files(home) == []


@pytest.mark.parametrize("answer", [b"\n", b"n\n", b"what\n", b"\x04"], ids=repr)
def test_anything_else_keeps_it(home: Path, answer: bytes) -> None:
    put(home, active=VALID)
    before = files(home)
    code, words = on_a_terminal(home, answer)
    assert code == 0
    assert "Nothing was removed." in words
    assert files(home) == before


def test_nothing_to_ask_about(home: Path) -> None:
    code, words = on_a_terminal(home, b"y\n")
    assert code == 3
    assert "Remove" not in words
    assert not home.exists()
