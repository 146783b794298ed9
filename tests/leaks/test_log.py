"""The log: its file, its contents, and that it has no secret at any level."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import stat
from pathlib import Path

import httpx
import pytest

from tests import system
from tests.commands.consents import at_second
from tests.commands.stage import ACTIVE, issued, put, wizard
from tests.masks import umask
from tests.second_server import SecondServer
from wizard.domain import journal
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.models import CredentialSet, Endpoints, GrantType
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.store.log import keeping

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) +\S+ .*"
)
LIBRARIES = ("httpx", "httpcore.http11", "textual", "asyncio", "keyring.backend")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


# -- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_file_is_private_whatever_the_umask_and_is_added_to(log: Path, mask: int) -> None:
    with umask(mask):
        for words in ("first", "second"):
            with keeping(log):
                journal.note(words)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert [line.rpartition(" ")[2] for line in log.read_text(encoding="utf-8").splitlines()] == [
        "first",
        "second",
    ]


def test_file_others_could_read_is_closed_to_them(log: Path) -> None:
    log.write_text("", encoding="utf-8")
    log.chmod(0o666)
    with keeping(log):
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("link", "it's a symbolic link"),
        ("dangling link", "it's a symbolic link"),
        ("folder", "it isn't a regular file"),
        ("pipe", "it isn't a regular file"),
        ("foreign", "it belongs to another user"),
        ("lost", "the folder {folder} doesn't exist"),
    ],
)
def test_file_that_is_not_ours_is_refused_and_left_alone(
    log: Path, kind: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = log.with_name("target")
    match kind:
        case "link":
            target.write_text("theirs", encoding="utf-8")
            log.symlink_to(target)
        case "dangling link":
            log.symlink_to(target)
        case "folder":
            log.mkdir()
        case "pipe":
            system.mkfifo(log)
        case "foreign":
            log.write_text("theirs", encoding="utf-8")
            monkeypatch.setattr(os, "geteuid", lambda: 54321)
        case "lost":
            log = log.with_name("nowhere") / "log"
    with pytest.raises(SetupError, match="bad-log") as refused, keeping(log):
        raise AssertionError("a log was kept")
    reason = why.format(folder=log.parent)
    assert refused.value.problem.cause == f"Couldn't open {log} (set in SCIM_WIZARD_LOG): {reason}."
    if kind in ("link", "foreign"):
        assert log.read_text(encoding="utf-8") == "theirs"
    else:
        assert not target.exists()


def test_command_goes_on_without_a_log_that_takes_no_more(tmp_path: Path, log: Path) -> None:
    log.write_bytes(bytes(1000))
    put(tmp_path / "home", active=replace(ACTIVE, tokens=issued(hours=1)))
    limited = ("prlimit", "--fsize=1000")
    env = {"SCIM_WIZARD_LOG": str(log)}
    run = wizard(tmp_path / "home", "token", env=env, under=limited)
    assert (run.returncode, run.stdout) == (0, "access-1\n")
    assert run.stderr == f"Can't write to the log file {log}: File too large.\n"
    assert log.stat().st_size == 1000


# -- contents --------------------------------------------------------------------------------------


def test_steps_problems_and_every_librarys_lines_are_in_it(log: Path) -> None:
    with keeping(log):
        journal.note("step check")
        SetupError(NOT_SET_UP)
        for name in LIBRARIES:
            logging.getLogger(name).debug("told by %s", name)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert all(map(LINE.fullmatch, lines))
    assert "INFO    wizard step check" in lines[0]
    assert f"WARNING wizard problem not-set-up: {NOT_SET_UP.title}" in lines[1]
    assert [line.rpartition(" ")[2] for line in lines[2:]] == list(LIBRARIES)


def test_nothing_is_kept_once_it_has_ended(log: Path) -> None:
    with keeping(log):
        pass
    journal.note("later")
    logging.getLogger("httpx").warning("later")
    assert log.read_text(encoding="utf-8") == ""


def test_secret_is_taken_out_of_any_loggers_line(log: Path) -> None:
    with keeping(log):
        planted = Secret("planted-secret")
        journal.note(f"a slip: {planted.reveal()}")
        for name in LIBRARIES:
            logging.getLogger(name).debug("%s %r", planted.reveal(), [planted.reveal().encode()])
    assert "planted" not in log.read_text(encoding="utf-8")
    assert log.read_text(encoding="utf-8").count("•••") == 1 + 2 * len(LIBRARIES)


def test_exception_is_told_by_kind_and_places(log: Path) -> None:
    with keeping(log):
        try:
            raise KeyError("never-a-Secret")
        except KeyError:
            logging.getLogger("asyncio").exception("it failed")
    line = log.read_text(encoding="utf-8")
    assert "it failed | KeyError: " in line
    assert "test_log.py" in line
    assert "never" not in line
    assert line.count("\n") == 1


def test_injected_line_is_part_of_the_one_it_came_in(log: Path) -> None:
    with keeping(log):
        logging.getLogger("httpx").debug("a\n2026-11-20T14:02:00.000Z 1 INFO wizard forged\x1b[2J")
    assert log.read_text(encoding="utf-8").count("\n") == 1
    assert "\x1b" not in log.read_text(encoding="utf-8")


def test_full_disk_costs_lines_and_nothing_else(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.store.log.open_for_appending", lambda _: os.open("/dev/full", 1))
    with keeping(log):
        journal.note("lost")
    assert capsys.readouterr() == ("", "")


async def test_httpx_at_its_most_talkative_tells_no_token(log: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://x.example/cb?code=planted-code&state=planted\r\n"
            b"Set-Cookie: session=planted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with keeping(log):
        async with server, httpx.AsyncClient(trust_env=False) as client:
            headers = {"Authorization": f"Bearer {Secret('planted-token').reveal()}"}
            await client.get(f"http://127.0.0.1:{port}/a?state=planted", headers=headers)
    text = log.read_text(encoding="utf-8")  # noqa: ASYNC240
    assert "httpcore" in text
    assert "302 Found" in text
    assert "planted" not in text


# -- commands ------------------------------------------------------------------------------------


def test_refresh_and_check_are_told_without_a_secret(tmp_path: Path, log: Path) -> None:
    home = tmp_path / "home"
    with SecondServer(redirect_url="https://idp.example.invalid/cb") as server:
        active = at_second(server, is_expired=True)
        put(home, active=active)
        runs = [
            wizard(home, *args, env={"SCIM_WIZARD_LOG": str(log)})
            for args in (("token",), ("check",))
        ]
    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    assert active.tokens is not None
    assert active.tokens.refresh_token is not None
    told = log.read_text(encoding="utf-8")
    assert all(map(LINE.fullmatch, told.splitlines()))
    assert re.search(r"wizard POST http://127\.0\.0\.1:\d+/\S+ 20[01] in \d+ ms", told)
    assert re.search(r"wizard GET http://127\.0\.0\.1:\d+/\S+/Users 200 in \d+ ms", told)
    assert "scim-wizard token begins" in told
    assert "scim-wizard check ends" in told
    secrets = (active.tokens.access_token, active.tokens.refresh_token, active.client_secret)
    for secret in (runs[0].stdout.strip(), *(s.reveal() for s in secrets if s is not None)):
        assert secret not in told


def test_token_of_an_app_is_told_without_a_secret(tmp_path: Path, log: Path) -> None:
    home, of_app = tmp_path / "home", GrantType.CLIENT_CREDENTIALS
    with SecondServer(redirect_url="", grant_type=of_app.value) as server:
        endpoints = Endpoints(server.authorize_url, server.token_url, server.scim_url)
        secret = Secret(server.client_secret)
        expired = issued(hours=-1, refresh=None)
        active = CredentialSet(server.client_id, secret, "", endpoints, tokens=expired)
        put(home, active=replace(active, grant_type=of_app))
        env = {"SCIM_WIZARD_LOG": str(log)}
        token, check = (wizard(home, command, env=env) for command in ("token", "check"))
        server.rotate_secret()
        refused = wizard(home, "token", "--force", env=env)
    assert [run.returncode for run in (token, check, refused)] == [0, 0, 4]
    told = log.read_text(encoding="utf-8")
    assert all(map(LINE.fullmatch, told.splitlines()))
    assert re.search(r"wizard POST http://127\.0\.0\.1:\d+/\S+ 20[01] in \d+ ms", told)
    everything = told + check.stdout + token.stderr + check.stderr + refused.stdout + refused.stderr
    for unwanted in (token.stdout.strip(), "access-1", secret.reveal()):
        assert unwanted not in everything


def test_valid_token_imports_no_logging_without_a_log(tmp_path: Path) -> None:
    put(tmp_path / "home", active=replace(ACTIVE, tokens=issued(hours=1)))
    run = wizard(tmp_path / "home", "token", python=("-X", "importtime"))
    assert run.stdout == "access-1\n"
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert not imported & {"logging", "wizard.store.log", "traceback"}
