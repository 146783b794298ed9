"""`scim-wizard status`: what is set up, without network access and without reading a secret."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.commands.consents import told
from tests.commands.stage import ACTIVE, issued, now, put, wizard
from tests.schemas import STATUS, printed_all
from tests.schemas import printed as schema_printed
from wizard.console import outcome
from wizard.domain.errors.exchange import CLOCK_OFF, REFRESH_REFUSED
from wizard.domain.errors.local import LEFT_UNFINISHED, NOT_SET_UP
from wizard.domain.errors.scim import ORGANIZATION_CHANGED, SCIM_FAILING
from wizard.domain.models import (
    TWILIO,
    CheckStatus,
    Endpoints,
    GrantType,
    LastCheck,
    Profile,
    RefreshFailure,
    TokenSet,
)
from wizard.domain.problems import Problem
from wizard.domain.value import replace
from wizard.flow.check.report import Report, Verdict, as_kept

VALID, EXPIRED = issued(hours=1), issued(hours=-1)
ORGANIZATION = "OR" + "0" * 32
CHECKED = LastCheck(CheckStatus.FAILED, now(), None, "bad-token")


def time(text: object) -> datetime:
    assert isinstance(text, str)
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def test_json_tells_all_there_is_to_know(home: Path) -> None:
    passed = LastCheck(CheckStatus.PASSED, now(), 25)
    record = Profile(last_check=passed, organization=ORGANIZATION)
    put(home, record, active=replace(ACTIVE, tokens=VALID), draft=ACTIVE)
    run = wizard(home, "status", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    expires_at, checked_at = found["token"].pop("expires_at"), found["last_check"].pop("at")
    assert (time(expires_at), time(checked_at)) == (VALID.expires_at, passed.at)
    assert found == {
        "version": 2,
        "profile": "default",
        "status": "passed",
        "checked_at": checked_at,
        "warnings": [],
        "problem": None,
        "grant_type": "authorization_code",
        "client_id": ACTIVE.client_id,
        "redirect_url": ACTIVE.redirect_url,
        "endpoints": {
            "authorize_url": TWILIO.authorize_url,
            "token_url": TWILIO.token_url,
            "scim_url": TWILIO.scim_url,
        },
        "secrets": {"store": "file"},
        "token": {"state": "valid", "refreshable": True, "refresh_failure": None},
        "organization": ORGANIZATION,
        "draft": True,
        "last_check": {"status": "passed", "users": 25, "problem": None},
    }


def test_client_credentials_have_no_redirect_url_and_no_refresh_token(home: Path) -> None:
    tokens = issued(hours=1, refresh=None)
    of_app = replace(ACTIVE, tokens=tokens, grant_type=GrantType.CLIENT_CREDENTIALS)
    put(home, Profile(last_check=CHECKED), active=of_app)
    run = wizard(home, "status", "--json")
    found = told(run.stdout, schema_printed(STATUS))
    assert (found["grant_type"], found["redirect_url"]) == ("client_credentials", None)
    # Nothing has failed: another token is requested when this one expires.
    token = (found["token"]["refreshable"], found["token"]["refresh_failure"])
    assert token == (False, None)
    words = wizard(home, "status").stdout
    assert "Grant type     Client credentials" in words
    assert "Redirect URL" not in words


@pytest.mark.parametrize(
    ("tokens", "state", "refreshable"),
    [(EXPIRED, "expired", True), (issued(hours=1, refresh=None), "valid", False)],
)
def test_json_tells_how_the_token_stands(
    home: Path, tokens: TokenSet, state: str, refreshable: bool
) -> None:
    put(home, Profile(last_check=CHECKED), active=replace(ACTIVE, tokens=tokens))
    found = json.loads(wizard(home, "status", "--json").stdout)
    assert (found["token"]["state"], found["token"]["refreshable"]) == (state, refreshable)
    assert (found["last_check"]["status"], found["last_check"]["users"]) == ("failed", None)
    assert found["draft"] is False


def test_unfinished_setup_is_told_and_ends_with_3(home: Path) -> None:
    endpoints = Endpoints(scim_url="https://scim.example.edu")
    put(home, draft=replace(ACTIVE, endpoints=endpoints, tokens=VALID))
    run = wizard(home, "status", "--json")
    assert run.returncode == 3
    found = json.loads(run.stdout)
    assert (found["client_id"], found["redirect_url"]) == (ACTIVE.client_id, ACTIVE.redirect_url)
    assert found["endpoints"]["scim_url"] == endpoints.scim_url
    token = {"state": "missing", "expires_at": None, "refreshable": False}
    assert found["token"] == {**token, "refresh_failure": None}
    assert (found["draft"], found["last_check"]) == (True, None)
    run = wizard(home, "status")
    assert (run.returncode, run.stdout) == (3, "")
    assert f"{LEFT_UNFINISHED.remedy}\nRun:\n  " in run.stderr


@pytest.mark.parametrize("more", [(), ("--all",)])
def test_what_is_not_set_up_or_never_checked_has_no_status(
    home: Path, more: tuple[str, ...]
) -> None:
    put(home, draft=ACTIVE)
    put(home, name="acme", active=replace(ACTIVE, tokens=VALID))
    names = ("default", "acme") if more else ("default", "acme", "none")
    for name in names:
        printed = wizard(home, "status", "--json", "--profile", name, *more).stdout
        found = told(printed, (printed_all if more else schema_printed)(STATUS))
        entries = found["profiles"] if more else [found]
        assert [(e["status"], e["checked_at"]) for e in entries] == [(None, None)] * len(entries)


@pytest.mark.parametrize("more", [(), ("--all",)])
def test_check_of_an_unfinished_setup_that_failed_is_told(
    home: Path, more: tuple[str, ...]
) -> None:
    put(home, Profile(draft_check=CHECKED), draft=ACTIVE)
    printed = wizard(home, "status", "--json", *more).stdout
    found = told(printed, (printed_all if more else schema_printed)(STATUS))
    [entry] = found["profiles"] if more else [found]
    assert (entry["status"], time(entry["checked_at"])) == ("failed", CHECKED.at)
    assert (entry["problem"]["id"], entry["organization"]) == (LEFT_UNFINISHED.id, None)
    assert entry["last_check"]["problem"]["id"] == "bad-token"
    words = wizard(home, "status", *more)
    assert "check failed on " in words.stdout + words.stderr


def test_rejected_refresh_is_told_beside_the_last_check(home: Path) -> None:
    failure = RefreshFailure(REFRESH_REFUSED.id, now(), REFRESH_REFUSED.words)
    record = Profile(last_check=CHECKED, refresh_failure=failure)
    put(home, record, active=replace(ACTIVE, tokens=VALID))
    found = told(wizard(home, "status", "--json").stdout, schema_printed(STATUS))
    assert found["token"]["refresh_failure"]["id"] == REFRESH_REFUSED.id
    assert found["problem"]["id"] == found["last_check"]["problem"]["id"] == "bad-token"


def test_words_tell_the_facts_and_no_secret(home: Path) -> None:
    put(home, active=replace(ACTIVE, tokens=VALID))
    run = wizard(home, "status")
    assert (run.returncode, run.stderr) == (0, "")
    rows = [line.split(maxsplit=1) for line in run.stdout.splitlines()]
    assert rows[0] == ["Profile", "default"]
    assert ["Redirect", f"URL   {ACTIVE.redirect_url}"] in rows
    assert "check never" in [" ".join(row[1].split()) for row in rows]
    assert not any(secret in run.stdout for secret in ("client-secret-1", "access-1", "refresh-1"))


WARNINGS = (ORGANIZATION_CHANGED.filled(organization="OR2", before="OR1"), CLOCK_OFF)


@pytest.mark.parametrize("problem", [None, SCIM_FAILING], ids=["passed", "failed"])
def test_all_that_a_check_warned_of_is_told_again(home: Path, problem: Problem | None) -> None:
    verdict = Verdict.FAILED if problem else Verdict.PASSED
    report = Report(verdict, problem, warnings=WARNINGS)
    put(home, Profile(last_check=as_kept(report, now())), active=replace(ACTIVE, tokens=VALID))
    found = json.loads(wizard(home, "status", "--json").stdout)
    expected = outcome("default", problem, verdict.value, now(), WARNINGS)
    assert (found["warnings"], found["problem"]) == (expected["warnings"], expected["problem"])
    words = wizard(home, "status").stdout
    assert [w.title for w in WARNINGS if f"! {w.title}" in words] == [w.title for w in WARNINGS]


def test_record_of_before_all_warnings_were_kept_tells_its_one(home: Path) -> None:
    old = LastCheck(CheckStatus.PASSED, now(), 25, CLOCK_OFF.id, CLOCK_OFF.words)
    put(home, Profile(last_check=old), active=replace(ACTIVE, tokens=VALID))
    [record] = home.glob("profiles/default.json")
    value = json.loads(record.read_text(encoding="utf-8"))
    del value["last_check"]["warnings"]
    record.write_text(json.dumps(value), encoding="utf-8")
    found = json.loads(wizard(home, "status", "--json").stdout)
    assert [warning["id"] for warning in found["warnings"]] == [CLOCK_OFF.id]
    assert found["problem"] is None


def test_secrets_are_not_opened(home: Path) -> None:
    put(home, active=replace(ACTIVE, tokens=VALID))
    for secret in (home / "secrets").iterdir():
        secret.unlink()
    assert wizard(home, "status", "--json").returncode == 0


@pytest.mark.parametrize("ticks", [(), ("admin",)])
def test_nothing_set_up(home: Path, ticks: tuple[str, ...]) -> None:
    if ticks:
        put(home, Profile(ticks=ticks))
    run = wizard(home, "status", "--json")
    assert run.returncode == 3
    assert json.loads(run.stdout)["problem"]["id"] == "not-set-up"
    assert NOT_SET_UP.title in run.stderr
    assert home.exists() is bool(ticks)


def test_record_that_cannot_be_read(home: Path) -> None:
    put(home, active=ACTIVE)
    (home / "profiles" / "default.json").write_text("[]", encoding="utf-8")
    run = wizard(home, "status", "--json")
    assert run.returncode == 6
    assert json.loads(run.stdout)["problem"]["id"] == "file-damaged"
