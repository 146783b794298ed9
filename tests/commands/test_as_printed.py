"""Run printed commands unchanged in a shell, against a server and with the real curl."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands.stage import ACTIVE, PATIENCE, environment, issued, put
from tests.second_http import Answer, HttpServer, Request, json_answer
from wizard.domain.models import TWILIO, Endpoints, Profile
from wizard.domain.text import Program, list_users
from wizard.domain.texts import summary
from wizard.domain.value import replace

README = Path(__file__).parents[2] / "README.md"
HOSTILE = "/$(touch${IFS}pwned);touch%20pwned&'`touch${IFS}pwned`/{a,b}[1-2]/"
SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


class Users:
    """A SCIM API at any path, which records the requests and their tokens."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str | None]] = []

    def answer(self, request: Request) -> Answer:
        token = request.headers.get("authorization")
        self.seen.append((request.path, request.query.get("filter", ""), token))
        if token != "Bearer access-1":
            return json_answer(401, {"message": "looks like data"})
        value = {"schemas": [SCHEMA], "totalResults": 0}
        return json_answer(200, value, "application/scim+json")


@pytest.fixture
def users() -> Iterator[tuple[Users, str]]:
    api = Users()
    server = HttpServer(api.answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield api, f"http://127.0.0.1:{server.server_address[1]}{HOSTILE}"
    server.stop()
    thread.join()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program at a path that a shell would split, and that PATH doesn't include."""
    script = tmp_path / "my $HOME tools" / "scim-wizard"
    script.parent.mkdir()
    trampoline = f"#!/bin/sh\n'''exec' '{sys.executable}' -P \"$0\" \"$@\"\n'''\n"
    script.write_text(f"{trampoline}from wizard.__main__ import main\nmain()\n", encoding="utf-8")
    script.chmod(0o755)
    return script


def stored(home: Path, url: str, *, hours: float = 1) -> Profile:
    """Store a profile called acme with this SCIM API."""
    active = replace(ACTIVE, endpoints=Endpoints(scim_url=url), tokens=issued(hours=hours))
    put(home, name="acme", active=active)
    return Profile(endpoints=active.endpoints, expires_at=issued(hours=1).expires_at)


def sh(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lines in a shell that stops at the first failure, in its own folder."""
    folder.mkdir(exist_ok=True)
    (folder / "wizard.py").write_text("raise SystemExit('another program')", encoding="utf-8")
    done = subprocess.run(
        ["sh", "-eu"],
        input=script,
        cwd=folder,
        env=environment(folder.parent / "home", PATH="/usr/bin:/bin"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert not (folder / "pwned").exists()
    return done


def blocks(markdown: str) -> str:
    """Return the lines of the code blocks."""
    return "\n".join(re.findall(r"^`{3,}sh\n(.*?)^`{3,}", markdown, re.DOTALL | re.MULTILINE))


def printed(program: Path, folder: Path, *args: str) -> str:
    """Return the output of the program, started by its path."""
    return subprocess.run(
        [program, "--profile", "acme", *args],
        env=environment(folder / "home", PATH="/usr/bin:/bin"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    ).stdout


@pytest.mark.posix("A POSIX shell runs the lines")
@pytest.mark.parametrize("place", ["sheet", "commands", "done"])
def test_recipe_lists_users_as_printed_and_fails_without_a_token(
    place: str, users: tuple[Users, str], program: Path, tmp_path: Path
) -> None:
    api, url = users
    profile = stored(tmp_path / "home", url)
    match place:
        case "sheet":
            lines = blocks(printed(program, tmp_path, "handoff", "--for", "script"))
        case "commands":
            lines = printed(program, tmp_path, "handoff", "--format", "curl")
        case _:
            told = summary.what_next(profile, "acme", datetime.now(UTC), Program((str(program),)))
            lines = told[-1]
    done = sh(f"{lines}\necho went on", tmp_path / "elsewhere")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(SCHEMA) == len(api.seen) == (1 if place == "done" else 2)
    path = f"{HOSTILE.rstrip('/')}/Users"
    assert {(seen[0], seen[2]) for seen in api.seen} == {(path, "Bearer access-1")}
    assert [seen[1] for seen in api.seen[1:]] in ([], ['userName eq "jane@example.com"'])
    # The same lines, once there is no token: nothing is requested, and no output looks like data.
    api.seen.clear()
    removed = sh(printed_forget(program), tmp_path / "elsewhere")
    assert removed.returncode == 0, removed.stderr
    done = sh(f"{lines}\necho went on", tmp_path / "elsewhere")
    assert (done.returncode, done.stdout, api.seen) == (3, "", [])


def printed_forget(program: Path) -> str:
    return Program((str(program),)).command("forget", "--yes", profile="acme")


@pytest.mark.posix("A POSIX shell runs the lines")
def test_command_of_a_remedy_runs_as_printed(program: Path, tmp_path: Path) -> None:
    stored(tmp_path / "home", "https://scim.example")
    for blob in (tmp_path / "home" / "secrets").glob("acme.*"):
        blob.unlink()
    failed = sh(Program((str(program),)).command("token", profile="acme"), tmp_path / "elsewhere")
    *words, command = failed.stderr.splitlines()
    assert (failed.returncode, words[-1], command[:2]) == (6, "Run:", "  ")
    done = sh(f"{command.removesuffix('forget')}forget --yes", tmp_path / "elsewhere")
    assert done.returncode == 0, done.stderr
    assert "Profile acme was removed" in done.stderr


def test_readme_has_the_very_recipe() -> None:
    recipe = list_users(Program(), "default", TWILIO.scim_url)
    assert recipe in blocks(README.read_text(encoding="utf-8"))
