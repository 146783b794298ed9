"""`scim-wizard token`: one valid access token on stdout, or an error message and an exit code."""

from __future__ import annotations

import getpass
import json
import re
import signal
import socket
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests import schemas
from tests.commands.consents import set_up
from tests.commands.stage import (
    ACTIVE,
    PATIENCE,
    issued,
    now,
    put,
    silent_port,
    start,
    stored,
    wizard,
)
from wizard.domain.errors.exchange import SECRET_REJECTED_LATER
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.models import Endpoints, TokenSet
from wizard.domain.value import replace
from wizard.host.process import started
from wizard.sandbox.twilio import Sandbox

VALID = replace(ACTIVE, tokens=issued(hours=1))
EXPIRED = replace(ACTIVE, tokens=issued(hours=-1))
HOUR = timedelta(hours=1)
SECRETS = ("client-secret-1", "access-1", "refresh-1")

UNUSED = {"textual", "rich", "httpx", "keyring", "filelock", "truststore", "platformdirs"}
"""Modules that printing a valid token must not import."""


def at(port: int) -> Endpoints:
    return Endpoints(token_url=f"http://127.0.0.1:{port}/v2/token")


def files(home: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in home.rglob("*")}


# -- a valid token -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "line"), [((), "access-1"), (("--header",), "Authorization: Bearer access-1")]
)
def test_valid_token_is_one_line(home: Path, option: tuple[str, ...], line: str) -> None:
    put(home, active=VALID)
    run = wizard(home, "token", *option)
    assert (run.returncode, run.stdout, run.stderr) == (0, f"{line}\n", "")


def test_json_tells_when_the_token_expires(home: Path) -> None:
    put(home, active=VALID)
    run = wizard(home, "token", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    told = json.loads(run.stdout)
    schemas.validate(told, schemas.printed(schemas.ACCESS_TOKEN))
    assert (told["status"], told["problem"]) == ("passed", None)
    assert (told["access_token"], told["token_type"]) == ("access-1", "Bearer")
    assert VALID.tokens is not None
    assert told["expires_at"].endswith("Z")
    assert datetime.fromisoformat(told["expires_at"]) == VALID.tokens.expires_at


def test_valid_token_needs_no_lock_no_write_and_no_network_import(home: Path) -> None:
    put(home, active=VALID)
    for lock in home.rglob("*.lock"):
        lock.unlink()
    before = files(home)
    run = wizard(home, "token", python=("-X", "importtime"))
    assert (run.returncode, run.stdout) == (0, "access-1\n")
    assert files(home) == before
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert {"wizard", "click", "msgspec"} <= imported
    assert not imported & UNUSED


def test_profile_is_chosen_before_or_after_the_command_or_by_variable(home: Path) -> None:
    put(home, active=EXPIRED)
    put(home, name="acme", active=VALID)
    runs = (
        wizard(home, "--profile", "acme", "token"),
        wizard(home, "token", "--profile", "acme"),
        wizard(home, "token", env={"SCIM_WIZARD_PROFILE": "acme"}),
    )
    assert [run.stdout for run in runs] == ["access-1\n"] * 3


def test_empty_name_of_a_profile_does_not_mean_the_default_one(home: Path) -> None:
    put(home, active=VALID)
    run = wizard(home, "token", "--profile", "")
    assert (run.returncode, run.stdout) == (2, "")


# -- a refresh -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["happy", "rotating"])
def test_expired_token_is_refreshed_once_and_kept(home: Path, scenario: str) -> None:
    sandbox = Sandbox(scenario=scenario)
    with set_up(sandbox, home):
        before = stored(home)
        first, second = (wizard(home, "token") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    after = stored(home)
    assert before.tokens is not None
    assert after.tokens is not None
    assert first.stdout == f"{after.tokens.access_token.reveal()}\n"
    is_rotated = after.tokens.refresh_token != before.tokens.refresh_token
    assert is_rotated is (scenario == "rotating")
    assert [seen.path for seen in sandbox.seen] == ["/v2/token"]


def test_min_ttl_and_force_refresh_a_valid_token(home: Path) -> None:
    sandbox = Sandbox(token_seconds=3600)
    with set_up(sandbox, home):
        tokens = [
            wizard(home, "token", *options).stdout
            for options in ((), ("--min-ttl", "3000"), ("--force",))
        ]
    assert len(sandbox.seen) == 2
    assert tokens[0] == tokens[1] != tokens[2]


def test_min_ttl_refreshes_a_token_that_ends_sooner(home: Path) -> None:
    sandbox = Sandbox(token_seconds=3600)
    with set_up(sandbox, home):
        active = stored(home)
        assert active.tokens is not None
        soon = replace(active.tokens, expires_at=now() + timedelta(minutes=10))
        put(home, active=replace(active, tokens=replace(soon, obtained_at=now() - HOUR)))
        run = wizard(home, "token", "--min-ttl", "3500")
    assert (run.returncode, run.stderr) == (0, "")
    assert len(sandbox.seen) == 1


@pytest.mark.parametrize("hours", [1, -1])
@pytest.mark.parametrize("options", [(), ("--header",)])
def test_min_ttl_no_token_can_have_is_told_and_no_refresh_is_spent(
    home: Path, hours: float, options: tuple[str, ...]
) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=hours), endpoints=at(silent_port())))
    before = files(home)
    run = wizard(home, "token", "--min-ttl", "86400", *options)
    assert (run.returncode, run.stdout) == (2, "")
    assert "--min-ttl asks for 86400 seconds" in run.stderr
    assert files(home) == before
    longest = re.search(r"--min-ttl (\d+) or less", run.stderr)
    assert longest is not None
    if hours > 0:
        # The lifetime that the message names can be requested: 1 hour remains here.
        assert wizard(home, "token", "--min-ttl", longest[1]).stdout == "access-1\n"


def test_force_gets_a_token_of_a_lifetime_that_became_longer(home: Path) -> None:
    sandbox = Sandbox(token_seconds=10_800)
    with set_up(sandbox, home):
        active = stored(home)
        assert active.tokens is not None
        put(
            home,
            active=replace(
                active, tokens=replace(issued(hours=1), refresh_token=active.tokens.refresh_token)
            ),
        )
        refused = wizard(home, "token", "--min-ttl", "7200")
        forced = wizard(home, "token", "--min-ttl", "7200", "--force")
        later = wizard(home, "token", "--min-ttl", "7200")
    assert refused.returncode == 2
    assert "run the command once with --force" in refused.stderr
    assert (forced.returncode, forced.stderr) == (0, "")
    assert later.stdout == forced.stdout
    assert len(sandbox.seen) == 1


def test_lifetime_that_became_shorter_costs_one_refresh(home: Path) -> None:
    sandbox = Sandbox(token_seconds=600)
    with set_up(sandbox, home):
        runs = [wizard(home, "token", "--min-ttl", "3000", "--json") for _ in range(2)]
    for run in runs:
        refused(run, 2, "min-ttl-too-long", "No token is valid that long")
    assert len(sandbox.seen) == 1


def test_many_at_once_refresh_once(home: Path) -> None:
    sandbox = Sandbox(scenario="rotating")
    with set_up(sandbox, home):
        processes = [start(home, "token") for _ in range(4)]
        ended = [process.communicate(timeout=PATIENCE) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, ended
    assert len({out for out, _ in ended}) == 1
    assert len(sandbox.seen) == 1


# -- failures ------------------------------------------------------------------------------------


def refused(run: subprocess.CompletedProcess[str], code: int, problem: str, title: str) -> None:
    """Check that a run with --json failed as expected, and showed no secret."""
    assert run.returncode == code, run.stderr
    told = json.loads(run.stdout)
    schemas.validate(told, schemas.printed(schemas.ACCESS_TOKEN))
    assert told["problem"]["id"] == problem
    assert title in told["problem"]["title"]
    whose = "" if problem == "min-ttl-too-long" else "Profile default: "
    assert run.stderr.startswith(f"{whose}{told['problem']['title']}.\n")
    assert told["problem"]["cause"] in run.stderr
    assert told["problem"]["remedy"] in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert not any(secret in run.stdout + run.stderr for secret in SECRETS)


def test_nothing_set_up(home: Path) -> None:
    refused(wizard(home, "token", "--json"), 3, "not-set-up", NOT_SET_UP.title)
    assert not home.exists()


def test_setup_left_unfinished(home: Path) -> None:
    put(home, draft=VALID)
    refused(wizard(home, "token", "--json"), 3, "left-unfinished", "isn't finished")


def test_failure_without_json_is_words_on_stderr_alone(home: Path) -> None:
    run = wizard(home, "token")
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.splitlines() == [
        f"Profile default: {NOT_SET_UP.title}.",
        f"User {getpass.getuser()} has no saved credentials for this profile in {home}.",
        NOT_SET_UP.remedy,
        "Run:",
        f"  {started().command()}",
    ]


@pytest.mark.parametrize("command", ["token", "check", "status", "handoff"])
def test_failure_names_the_profile_and_the_command_that_opens_it(home: Path, command: str) -> None:
    run = wizard(home, "--profile", "nope", command)
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.startswith(f"Profile nope: {NOT_SET_UP.title}.\n")
    assert run.stderr.endswith(f"\nRun:\n  {started().command(profile='nope')}\n")


def test_two_forms_at_once_are_misuse(home: Path) -> None:
    run = wizard(home, "token", "--json", "--header")
    assert (run.returncode, run.stdout) == (2, "")
    assert "--header and --json" in run.stderr


def test_refused_refresh_keeps_what_is_stored(home: Path) -> None:
    sandbox = Sandbox()
    with set_up(sandbox, home):
        before = stored(home)
        sandbox.grants.revoke()
        run = wizard(home, "token", "--json")
    refused(run, 4, "refresh-refused", "refresh token")
    assert stored(home) == before


def test_rotated_secret(home: Path) -> None:
    sandbox = Sandbox()
    with set_up(sandbox, home):
        sandbox.rotate_secret()
        run = wizard(home, "token", "--json")
    refused(run, 4, "wrong-client", "Client ID or Client Secret")
    assert f"{SECRET_REJECTED_LATER.remedy}\nRun:\n  " in run.stderr


def test_expired_token_that_cannot_be_renewed(home: Path) -> None:
    put(home, active=replace(ACTIVE, tokens=issued(hours=-1, refresh=None)))
    refused(wizard(home, "token", "--json"), 4, "no-refresh-token", "no refresh token")


def test_nobody_answers(home: Path) -> None:
    put(home, active=replace(EXPIRED, endpoints=at(silent_port())))
    refused(wizard(home, "token", "--json"), 5, "nobody-there", "No response from")


@pytest.mark.parametrize(
    ("content", "problem", "title"),
    [("{", "file-damaged", "damaged"), ('{"version": 99}', "file-newer", "newer version")],
)
def test_record_that_cannot_be_read(home: Path, content: str, problem: str, title: str) -> None:
    put(home, active=VALID)
    (home / "profiles" / "default.json").write_text(content, encoding="utf-8")
    refused(wizard(home, "token", "--json"), 6, problem, title)


@pytest.mark.posix("Windows has no limit on a file's size")
def test_nothing_is_sent_when_the_answer_could_not_be_saved(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        put(home, active=replace(EXPIRED, endpoints=at(server.getsockname()[1])))
        shell = ("sh", "-c", 'ulimit -f 0; exec "$@"', "-")
        run = wizard(home, "token", "--json", under=shell)
        assert not has_visitor(server)
    refused(run, 6, "store-failed", "Couldn't read or write")


def test_proxy_that_cannot_be_understood(home: Path) -> None:
    put(home, active=EXPIRED)
    run = wizard(home, "token", "--json", env={"HTTPS_PROXY": "socks4://user:pass@127.0.0.1:1"})
    refused(run, 6, "proxy-misspelled", "HTTPS_PROXY")
    assert "pass" not in run.stderr


def test_missing_ca_file(home: Path, tmp_path: Path) -> None:
    put(home, active=EXPIRED)
    run = wizard(home, "token", "--json", "--ca-file", str(tmp_path / "none.pem"))
    refused(run, 6, "ca-file-unusable", "--ca-file")


# -- settings from outside can't redirect a secret -----------------------------------------------


def has_visitor(server: socket.socket) -> bool:
    """Return whether anyone has connected."""
    server.setblocking(False)
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("way", ["variable", "option"])
@pytest.mark.parametrize("tokens", [issued(hours=1), issued(hours=-1)], ids=["valid", "expired"])
def test_stored_secret_is_not_sent_elsewhere(home: Path, way: str, tokens: TokenSet) -> None:
    put(home, active=replace(ACTIVE, tokens=tokens))
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        url = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/v2/token"
        if way == "variable":
            run = wizard(home, "token", "--json", env={"SCIM_WIZARD_TOKEN_URL": url})
        else:
            run = wizard(home, "--token-url", url, "token", "--json")
        assert not has_visitor(elsewhere)
    refused(run, 2, "endpoints-conflict", "other endpoints")
    assert url in run.stderr
    assert ACTIVE.endpoints.token_url in run.stderr


def test_stored_endpoints_may_be_named_again(home: Path) -> None:
    put(home, active=VALID)
    run = wizard(home, "token", env={"SCIM_WIZARD_TOKEN_URL": ACTIVE.endpoints.token_url})
    assert (run.returncode, run.stdout) == (0, "access-1\n")


# -- interrupted ---------------------------------------------------------------------------------


BODY = b'{"access_token": "newer-token", "token_type": "Bearer", "expires_in": 3600}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


@pytest.mark.posix("A console of Windows has events for this; see tests/windows")
def test_interrupt_ends_it_with_130_and_without_a_traceback(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        put(home, active=replace(EXPIRED, endpoints=at(server.getsockname()[1])))
        server.settimeout(PATIENCE)
        with start(home, "token") as process, server.accept()[0] as connection:
            connection.recv(65536)
            process.send_signal(signal.SIGINT)
            # The refresh token may already be used, so the response is awaited and saved.
            connection.sendall(ANSWER)
            out, words = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert words.strip() == ""
    assert b"newer-token" in b"".join(path.read_bytes() for path in (home / "secrets").iterdir())


@pytest.mark.parametrize("life", ["9" * 20, "-1", "1h"])
def test_life_asked_for_is_a_number_within_bounds(home: Path, life: str) -> None:
    run = wizard(home, "token", "--min-ttl", life)
    assert (run.returncode, run.stdout) == (2, "")
    assert f"'--min-ttl': '{life}' isn't a number of seconds from 0 to" in run.stderr
