"""`status --all` and `check --all`: they report every profile, whatever is wrong with others."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.commands.consents import at_sandbox, at_second, told
from tests.commands.stage import ACTIVE, as_piped, issued, put, stored, wizard
from tests.schemas import CHECK, STATUS, printed_all
from tests.second_http import Answer, HttpServer, Request, json_answer
from tests.second_server import SecondServer
from wizard.domain.models import CheckStatus, Endpoints
from wizard.domain.value import replace
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox
from wizard.store.profiles import LocalProfileStore


@pytest.fixture
def ten(home: Path) -> Iterator[Path]:
    """Serve and store ten profiles: six that work, and four that have a fault."""
    good, expired, refused = Sandbox(users=3), Sandbox(rotate=True), Sandbox()
    second = SecondServer(redirect_url="https://idp.example.org/callback", users=9)
    with (
        serve.serving(good) as one,
        serve.serving(expired) as two,
        serve.serving(refused) as three,
        second,
    ):
        for number in range(4):
            put(home, name=f"good-{number}", active=at_sandbox(good, one))
        put(home, name="second", active=at_second(second))
        put(home, name="expired", active=at_sandbox(expired, two, is_expired=True))
        put(home, name="refused", active=at_sandbox(refused, three, is_expired=True))
        refused.grants.revoke()
        put(home, name="unfinished", draft=ACTIVE)
        put(home, name="bad-secret", active=replace(ACTIVE, tokens=issued(hours=1)))
        for secret in (home / "secrets").glob("bad-secret.*"):
            secret.write_text("{", encoding="utf-8")
        put(home, name="damaged", active=ACTIVE)
        (home / "profiles" / "damaged.json").write_text("{", encoding="utf-8")
        yield home


def by_profile(answer: Any) -> dict[str, Any]:
    found = {entry["profile"]: entry for entry in answer["profiles"]}
    assert list(found) == sorted(found)
    assert len(found) == len(answer["profiles"]) == 10
    return found


def errors(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: entry["problem"]["id"] for name, entry in found.items() if entry["problem"]}


def test_check_of_ten_is_right_about_each(ten: Path) -> None:
    before = stored(ten, "expired")
    run = wizard(ten, "check", "--all", "--json")
    assert run.returncode == 6
    found = by_profile(told(run.stdout, printed_all(CHECK)))
    assert errors(found) == {
        "bad-secret": "secrets-damaged",
        "damaged": "file-damaged",
        "refused": "refresh-refused",
        "unfinished": "left-unfinished",
    }
    users = {name: e["users"] for name, e in found.items() if not e["problem"]}
    assert users == {f"good-{n}": 3 for n in range(4)} | {"second": 9, "expired": 25}
    assert stored(ten, "expired").tokens != before.tokens
    assert "refused: Twilio rejected the refresh token.\n" in run.stderr
    assert "Traceback" not in run.stderr
    store = LocalProfileStore(ten)
    ended = {name: store.load(name) for name in ("good-0", "second", "refused", "unfinished")}
    last = {name: profile and profile.last_check for name, profile in ended.items()}
    assert {name: check and check.status for name, check in last.items()} == {
        "good-0": CheckStatus.PASSED,
        "second": CheckStatus.PASSED,
        "refused": CheckStatus.FAILED,
        "unfinished": None,
    }


def test_check_of_ten_in_words_is_a_line_each(ten: Path) -> None:
    run = wizard(ten, "check", "--all")
    assert run.returncode == 6
    lines = {line.split()[2]: line for line in run.stdout.splitlines()}
    assert len(lines) == 10
    assert lines["good-2"].split() == [as_piped("✓"), "passed", "good-2", "3", "users"]
    assert lines["refused"].startswith(as_piped("✗ failed"))
    assert lines["refused"].endswith("Twilio rejected the refresh token")


def test_status_of_ten_is_right_about_each(ten: Path) -> None:
    run = wizard(ten, "status", "--all", "--json")
    assert run.returncode == 6
    found = by_profile(told(run.stdout, printed_all(STATUS)))
    assert errors(found) == {"damaged": "file-damaged", "unfinished": "left-unfinished"}
    states = {name: e["token"]["state"] for name, e in found.items() if name != "damaged"}
    assert states.pop("unfinished") == "missing"
    assert states.pop("expired") == states.pop("refused") == "expired"
    assert set(states.values()) == {"valid"}
    assert run.stderr.startswith("Profile damaged: A profile's file is damaged.\n")


def test_status_of_ten_in_words_is_a_line_each(ten: Path) -> None:
    run = wizard(ten, "status", "--all")
    assert run.returncode == 6
    lines = {line.split()[0]: line.split(maxsplit=2)[1:] for line in run.stdout.splitlines()}
    assert len(lines) == 10
    assert lines["damaged"] == [as_piped("✗"), "A profile's file is damaged"]
    assert lines["unfinished"] == [as_piped("○"), "The setup isn't finished"]
    assert lines["expired"] == [as_piped("✓"), "Set up; token expired; checked never"]


def test_highest_code_counts(home: Path) -> None:
    for name in ("one", "two"):
        put(home, name=name, active=replace(ACTIVE, tokens=issued(hours=1)))
    assert wizard(home, "status", "--all").returncode == 0
    put(home, name="three", draft=ACTIVE)
    assert wizard(home, "status", "--all").returncode == 3


@pytest.mark.parametrize("command", ["check", "status"])
def test_no_profile_at_all(home: Path, command: str) -> None:
    run = wizard(home, command, "--all", "--json")
    assert run.returncode == 3
    answer = told(run.stdout, printed_all(STATUS))
    assert (answer["profiles"], answer["problem"]["id"]) == ([], "no-profiles")
    quiet = wizard(home, command, "--all", "--json", "--quiet")
    assert (quiet.returncode, quiet.stdout) == (3, run.stdout), "it is a failure"
    assert run.stderr.startswith("No profiles.")
    assert not home.exists(), "what only reads makes nothing"
    assert wizard(home, command, "--all").stdout == ""


class Crowd:
    """A SCIM API that responds only when this many requests wait at the same time."""

    def __init__(self, needed: int) -> None:
        self.most = 0
        """How many requests waited at the same time."""
        self._needed = needed
        self._waiting = 0
        self._changed = threading.Condition()

    def answer(self, _request: Request) -> Answer:
        with self._changed:
            self._waiting += 1
            self.most = max(self.most, self._waiting)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self.most >= self._needed, timeout=20)
            # Give one request too many time to arrive. None should, so slowness fails nothing.
            self._changed.wait_for(lambda: self.most > self._needed, timeout=0.5)
            self._waiting -= 1
        schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
        return json_answer(200, {"schemas": [schema], "totalResults": 1}, "application/scim+json")


@contextmanager
def serving(crowd: Crowd) -> Iterator[str]:
    server = HttpServer(crowd.answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stop()
        thread.join()
    assert not server.faults


def test_ten_are_checked_at_a_time_and_no_more(home: Path) -> None:
    crowd = Crowd(10)
    with serving(crowd) as url:
        active = replace(ACTIVE, endpoints=Endpoints(scim_url=url), tokens=issued(hours=1))
        for number in range(12):
            put(home, name=f"n{number}", active=active)
        run = wizard(home, "check", "--all")
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 12
    assert crowd.most == 10
