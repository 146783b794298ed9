"""The JSON that commands print has one shape for every problem."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import schemas
from tests.commands.stage import ACTIVE, issued, now, put
from wizard import cli, wiring
from wizard.domain.errors.catalog import CATALOGUE, recalled
from wizard.domain.errors.store import CANNOT_KEEP_OUT
from wizard.domain.models import CheckStatus, LastCheck, Profile
from wizard.domain.problems import Problem, Response, SetupError
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

RESPONSE = Response(429, "RQ0123", 30)
COMMANDS = {
    "check": schemas.CHECK,
    "status": schemas.STATUS,
    "token": schemas.ACCESS_TOKEN,
    "handoff": schemas.FAILURE,
}
COMMON = ("profile", "status", "checked_at", "warnings", "problem")

EVERY = pytest.mark.parametrize("id_", CATALOGUE)


class Failing(LocalProfileStore):
    """A store that fails with a problem."""

    def __init__(self, home: Path, problem: Problem) -> None:
        super().__init__(home)
        self._problem = problem

    def load(self, name: str) -> Profile | None:
        raise SetupError(self._problem)

    def names(self) -> list[str]:
        raise SetupError(self._problem)


class Readable(LocalProfileStore):
    """A store in a folder that other users can read and whose mode can't be changed."""

    @property
    def notices(self) -> tuple[Problem, ...]:
        return (CANNOT_KEEP_OUT.filled(path="folder"),)


def filled(id_: str) -> Problem:
    """Return a problem as a response would fill it in."""
    problem = recalled(id_)
    assert problem is not None
    return replace(problem.with_detail("429: Slow down"), response=RESPONSE)


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *args: str
) -> tuple[int, Any]:
    """Run a command in this process, and return its exit code and its JSON."""
    monkeypatch.setattr(sys, "argv", ["scim-wizard", *args])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out = capsys.readouterr().out
    assert isinstance(ended.value.code, int)
    assert out.count("\n") == 1, "one object on one line"
    return ended.value.code, json.loads(out)


@EVERY
@pytest.mark.parametrize("command", COMMANDS)
def test_failure_has_the_shape_of_a_success(
    id_: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    problem = filled(id_)
    monkeypatch.setattr(wiring, "store", lambda: Failing(tmp_path, problem))
    as_json = ("--format", "json") if command == "handoff" else ("--json",)
    code, told = run(monkeypatch, capsys, command, *as_json)
    schemas.validate(told, schemas.printed(COMMANDS[command]))
    assert (code, told["problem"]["id"]) == (problem.exit_code, id_)
    assert told["problem"]["detail"] == ["429: Slow down"]
    facts = (told["problem"][key] for key in ("http_status", "request_id", "retry_after"))
    assert tuple(facts) == (429, "RQ0123", 30)


@pytest.mark.parametrize("command", ["check", "status"])
def test_failure_for_all_names_no_profile(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    problem = filled("store-failed")
    monkeypatch.setattr(wiring, "store", lambda: Failing(tmp_path, problem))
    monkeypatch.setattr(sys, "argv", ["scim-wizard", command, "--all", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capfd.readouterr()
    answer = json.loads(told.out)
    schemas.validate(answer, schemas.printed_all(COMMANDS[command]))
    assert ended.value.code == problem.exit_code
    assert (answer["profiles"], answer["problem"]["id"]) == ([], "store-failed")
    assert "Profile default" not in told.err


@pytest.mark.parametrize("hours", [1, -1, None])
@pytest.mark.parametrize("more", [(), ("--all",)])
@pytest.mark.parametrize("command", ["check", "status", "token"])
def test_every_command_warns_of_the_store_whether_it_fails_or_not(
    command: str,
    more: tuple[str, ...],
    hours: float | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if command == "token" and more:
        return
    if hours is None:
        put(tmp_path, draft=ACTIVE)
    else:
        put(tmp_path, active=replace(ACTIVE, tokens=issued(hours=hours)))
    monkeypatch.setattr(wiring, "store", lambda: Readable(tmp_path))
    ca_file = ("--ca-file", str(tmp_path / "none.pem"))
    _, told = run(monkeypatch, capsys, *ca_file, command, "--json", *more)
    [entry] = told["profiles"] if more else [told]
    assert CANNOT_KEEP_OUT.id in [warning["id"] for warning in entry["warnings"]]


@EVERY
def test_status_tells_again_what_a_check_ended_with(
    id_: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    problem = filled(id_)
    last = LastCheck(CheckStatus.FAILED, now(), None, id_, problem.words)
    put(tmp_path, Profile(last_check=last), active=replace(ACTIVE, tokens=issued(hours=1)))
    monkeypatch.setattr(wiring, "store", lambda: LocalProfileStore(tmp_path))
    code, told = run(monkeypatch, capsys, "status", "--json")
    schemas.validate(told, schemas.printed(schemas.STATUS))
    assert code == 0
    assert told["problem"]["id"] == id_
    assert told["problem"]["http_status"] == 429
    _, every = run(monkeypatch, capsys, "status", "--json", "--all")
    schemas.validate(every, schemas.printed_all(schemas.STATUS))
    [entry] = every["profiles"]
    assert {"version": 2, **entry} == told
