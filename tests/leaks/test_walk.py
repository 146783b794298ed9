"""A whole setup on a real terminal, then every command: where its secrets are afterwards."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.terminal.hands import Keyboard, set_up_app
from tests.terminal.harness import ENTER, ctrl
from tests.terminal.walk import fill_in, finish, run, started, tick_all, variables
from wizard.cli import cli
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox

REDIRECT_URL = "https://scim.example.invalid/landing"

RECORDER = """#!/bin/sh
# Writes down its own arguments and variables, and those of what started it.
{{ printf '%s\\n' "$@"; env; cat /proc/$PPID/cmdline /proc/$PPID/environ; }} >{log}.part
cat >{log}.stdin
mv {log}.part {log}
"""

COMMANDS = (
    ("status",),
    ("status", "--json"),
    ("status", "--all"),
    ("status", "--all", "--json"),
    ("check",),
    ("check", "--json"),
    ("check", "--all"),
    ("check", "--all", "--json"),
    *(("handoff", "--format", form) for form in ("markdown", "json", "env", "curl")),
    *(("handoff", "--for", name) for name in ("script", "okta", "entra", "other")),
    ("token", "--profile", "none"),
    ("token", "--profile", "none", "--json"),
    ("token", "--min-ttl", "2"),
    ("token", "--force"),
    ("token", "--header"),
    ("token", "--json"),
    ("forget", "--yes"),
)
SHOWS_THE_TOKEN = "token"
"""The command whose result is an access token; it may show only that secret."""


@dataclass
class Walked:
    """What a setup left behind, and the secrets that were issued."""

    folder: Path
    sandbox: Sandbox
    state: str = ""
    printed: bytes = b""
    """All output to the terminal."""
    link: str = ""
    kept: dict[Path, bytes] = field(default_factory=dict)
    """All files after the setup."""
    modes: dict[Path, int] = field(default_factory=dict)
    commands: dict[tuple[str, ...], subprocess.CompletedProcess[str]] = field(default_factory=dict)
    log: str = ""
    forgotten: dict[Path, bytes] = field(default_factory=dict)
    """All files at the end."""

    @property
    def verifier(self) -> str:
        return next(s.form["code_verifier"] for s in self.sandbox.seen if s.form.get("code"))

    @property
    def tokens(self) -> list[str]:
        grants = self.sandbox.grants
        return [*grants._access, *grants._refresh]

    @property
    def secrets(self) -> list[str]:
        """The values that must not appear anywhere."""
        codes = list(self.sandbox.grants._codes)
        return [self.sandbox.client_secret, self.verifier, *codes, *self.tokens]


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def recorder(folder: Path, name: str) -> Path:
    """Put a program in a folder, and return the path that it writes to."""
    folder.mkdir(exist_ok=True)
    log = folder.parent / f"{name}.seen"
    (folder / name).write_text(RECORDER.format(log=log), encoding="utf-8")
    (folder / name).chmod(0o755)
    return log


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    folder = tmp_path_factory.mktemp("walked")
    browser = recorder(folder / "bin", "browser")
    recorder(folder / "bin", "xclip")
    sandbox = Sandbox(redirect_url=REDIRECT_URL, rotate=True)
    walked = Walked(folder, sandbox)
    with serve.serving(sandbox) as base:
        server = SimpleNamespace(
            authorize_url=serve.authorize_url(base),
            token_url=serve.token_url(base),
            scim_url=serve.scim_url(base),
        )
        env = variables(folder / "user" / "home", server) | {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "BROWSER": "browser",
            # There the browser gets the link itself, and elsewhere a page that leads to it.
            "container": "podman",
            "DISPLAY": ":99",
            "SCIM_WIZARD_STORE": "file",
            "SCIM_WIZARD_LOG": str(folder / "log"),
        }
        with started(env, umask=0) as terminal:
            tick_all(terminal)
            fill_in(terminal, sandbox.client_id, sandbox.client_secret, REDIRECT_URL)
            terminal.wait_for("Approve access")
            terminal.wait_for(lambda screen: "state=" in screen.replace("\n", ""))
            terminal.send(ENTER)
            terminal.wait_for("paste it here")
            walked.link = browser.read_text(encoding="utf-8").partition("\n")[0]
            terminal.send(ctrl("y"))
            terminal.wait_for("copied")
            walked.state = parse_qs(urlsplit(walked.link).query)["state"][0]
            terminal.paste(sandbox.approve(walked.link))
            assert finish(terminal) == 0
            walked.printed = terminal.raw
            assert not terminal.clipboard
        walked.kept = files(folder)
        walked.modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (folder / "user").rglob("*")}
        walked.commands = {command: run(env, *command) for command in COMMANDS}
        walked.log = (folder / "log").read_text(encoding="utf-8")
        walked.forgotten = files(folder)
        yield walked


def assert_none(walked: Walked, text: str, *more: str) -> None:
    """Assert that a text has none of the secrets, and none of the texts in `more`."""
    for secret in (*walked.secrets, *more):
        assert secret not in text


def test_walk_had_secrets_of_every_kind(walked: Walked) -> None:
    grants = walked.sandbox.grants
    assert len(walked.verifier) >= 43
    assert len(walked.state) >= 20
    assert grants._codes
    assert len(grants._access) >= 3
    assert len(grants._refresh) >= 3


def test_terminal_shows_none(walked: Walked) -> None:
    printed = walked.printed.decode("utf-8", "replace")
    assert_none(walked, printed)
    # A long secret may be drawn in pieces, and all JWTs have the same head.
    for secret in walked.secrets:
        assert secret[:30] not in printed


def test_browser_is_told_the_link_alone(walked: Walked) -> None:
    told = walked.kept[walked.folder / "browser.seen"].decode()
    assert told.startswith(f"{walked.link}\n")
    assert_none(walked, told)
    assert told.count(walked.state) == 1, "the state stands in the link and nowhere else"


def test_clipboard_helpers_are_told_nothing_but_through_their_input(walked: Walked) -> None:
    assert_none(walked, walked.kept[walked.folder / "xclip.seen"].decode(), walked.state)
    assert walked.kept[walked.folder / "xclip.seen.stdin"].decode() == walked.link


def test_only_the_credential_sets_hold_any(walked: Walked) -> None:
    secrets = walked.folder / "user" / "home" / "secrets"
    holders = {
        path
        for path, content in walked.kept.items()
        if any(secret.encode() in content for secret in walked.secrets)
    }
    assert [path.parent for path in holders] == [secrets]
    assert holders.pop().suffix == ".json"


def test_code_state_and_verifier_are_gone_once_they_were_used(walked: Walked) -> None:
    for path, content in walked.kept.items():
        if "user" in path.parts:
            for spent in (walked.verifier, walked.state, *walked.sandbox.grants._codes):
                assert spent.encode() not in content, path


def test_files_are_their_owners_alone(walked: Walked) -> None:
    assert walked.modes
    for path, mode in walked.modes.items():
        assert mode == (0o700 if path.suffix == "" and path.is_dir() else 0o600), path


def test_every_command_is_covered() -> None:
    assert {command[0] for command in COMMANDS} == set(cli.commands)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_command_tells_none(walked: Walked, command: tuple[str, ...]) -> None:
    told = walked.commands[command]
    assert told.returncode == (3 if "none" in command else 0), told.stderr
    assert_none(walked, told.stderr, walked.state)
    if command[0] != SHOWS_THE_TOKEN or told.returncode:
        assert_none(walked, told.stdout, walked.state)
        return
    given = [token for token in walked.tokens if token in told.stdout]
    assert given
    assert set(given) <= set(walked.sandbox.grants._access)
    assert_none_but(walked, told.stdout, given)


def assert_none_but(walked: Walked, text: str, given: list[str]) -> None:
    for token in given:
        text = text.replace(token, "")
    assert_none(walked, text, walked.state)


def test_log_at_its_most_talkative_holds_none(walked: Walked) -> None:
    assert "DEBUG" in walked.log
    assert "wizard step check" in walked.log
    for command in {command[0] for command in COMMANDS}:
        assert f"scim-wizard {command} begins" in walked.log
    assert_none(walked, walked.log, walked.state)


def test_forgetting_leaves_none(walked: Walked) -> None:
    for path, content in walked.forgotten.items():
        for secret in walked.secrets:
            assert secret.encode() not in content, path


def test_setup_of_an_app_leaves_its_secrets_in_its_set_alone(tmp_path: Path) -> None:
    sandbox = Sandbox(grant_types={"client_credentials"})
    with serve.serving(sandbox) as base:
        server = SimpleNamespace(
            authorize_url=serve.authorize_url(base),
            token_url=serve.token_url(base),
            scim_url=serve.scim_url(base),
        )
        log = tmp_path / "log"
        stored = {"SCIM_WIZARD_STORE": "file", "SCIM_WIZARD_LOG": str(log)}
        env = variables(tmp_path / "user" / "home", server) | stored
        with started(env) as terminal:
            hand = Keyboard(terminal)
            set_up_app(hand, sandbox.client_id, sandbox.client_secret)
            hand.press("Finish")
            assert terminal.wait_exit() == 0
            printed = terminal.raw.decode("utf-8", "replace")
        kept = files(tmp_path / "user")
        commands = (
            ("status", "--json"),
            ("check", "--json"),
            ("handoff",),
            ("handoff", "--for=entra"),
        )
        told = [run(env, *command) for command in commands]
    issued = list(sandbox.grants._access)
    assert len(issued) == 2
    words = "".join(ended.stdout + ended.stderr for ended in told)
    for secret in (sandbox.client_secret, *issued):
        assert secret not in words + log.read_text(encoding="utf-8")
        # A long secret may be drawn in pieces.
        assert secret not in printed
    assert sandbox.client_secret[:30] not in printed
    (holder,) = (path for path, data in kept.items() if sandbox.client_secret.encode() in data)
    assert holder.parent.name == "secrets"
    # The first token was replaced by the second.
    assert [path for path, data in kept.items() if issued[0].encode() in data] == []
    assert [path for path, data in kept.items() if issued[1].encode() in data] == [holder]
