"""`scim-wizard handoff`: the sheet as a person, a program, or a shell reads it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.consents import told, whole
from tests.commands.stage import (
    ACTIVE,
    PATIENCE,
    issued,
    put,
    run_on_terminal,
    wizard,
)
from tests.schemas import FAILURE, printed
from wizard.domain.models import Endpoints, GrantType, Profile
from wizard.domain.secret import Secret
from wizard.domain.value import replace

VALID = replace(ACTIVE, tokens=issued(hours=1))
SECRETS = ("client-secret-1", "access-1", "refresh-1")
AUDIENCES = ("script", "okta", "entra", "other")
FORMATS = ("markdown", "json", "env", "curl")

TEXT = {"type": ["string", "null"], "minLength": 1}
NAMES = (
    *("scim_url", "grant_type", "authorize_url", "token_url", "client_id", "client_secret"),
    *("redirect_url", "scope", "unique_identifier"),
)
SHEET = whole(
    {
        "version": {"const": 2},
        "profile": {"type": "string"},
        "audience": {"enum": list(AUDIENCES)},
        **dict.fromkeys(NAMES, TEXT),
    }
)


# -- secrets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_unless_asked_for(home: Path, audience: str, form: str) -> None:
    put(home, active=VALID, draft=VALID)
    run = wizard(home, "handoff", "--for", audience, "--format", form)
    assert (run.returncode, run.stderr) == (0, "")
    assert not any(secret in run.stdout for secret in SECRETS)


def test_secrets_are_not_even_read_unless_asked_for(home: Path) -> None:
    put(home, active=VALID)
    shutil.rmtree(home / "secrets")
    assert wizard(home, "handoff").returncode == 0
    run = wizard(home, "handoff", "--format", "json", "--show-secrets")
    assert run.returncode == 6
    assert told(run.stdout, printed(FAILURE))["problem"]["id"] == "secrets-missing"


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("form", FORMATS)
def test_client_secret_is_there_when_asked_for_and_no_token(
    home: Path, audience: str, form: str
) -> None:
    put(home, active=VALID)
    run = wizard(home, "handoff", "--for", audience, "--format", form, "--show-secrets")
    assert (run.returncode, run.stderr) == (0, "")
    # Entra uses another app, and commands never hold its secret.
    has_secret = audience != "entra" and form != "curl"
    assert ("client-secret-1" in run.stdout) is has_secret
    assert "access-1" not in run.stdout
    assert "refresh-1" not in run.stdout


def on_a_terminal(home: Path, *args: str) -> tuple[str, str]:
    """Run a command whose output goes to a terminal; return that output and the messages."""
    code, printed, words = run_on_terminal(home, *args, is_output=True)
    assert code == 0
    return printed, words.decode()


def test_secret_on_a_screen_is_warned_of(home: Path) -> None:
    put(home, active=VALID)
    answer, words = on_a_terminal(home, "handoff", "--show-secrets")
    assert "client-secret-1" in answer
    assert "on your screen" in words
    assert on_a_terminal(home, "handoff")[1] == ""
    assert on_a_terminal(home, "handoff", "--format", "curl", "--show-secrets")[1] == ""


# -- contents ------------------------------------------------------------------------------------


def test_okta_finds_the_names_of_its_fields(home: Path) -> None:
    put(home, Profile(audience="okta"), active=VALID)
    sheet = wizard(home, "handoff").stdout
    authorize = (
        f"https://oauth.twilio.com/v2/authorize?client_id={ACTIVE.client_id}"
        "&response_type=code&scope=offline_access"
    )
    callback = "https://system-admin.okta.com/admin/app/cpc/APPNAME/oauth/callback"
    for field, value in {
        "Redirect URL to register in Twilio": callback,
        "General > Provisioning": "SCIM",
        "SCIM connector base URL": "https://iam.twilio.com/scim/v2",
        "Unique identifier field for users": "userName",
        "Authentication Mode": "OAuth 2",
        "Access token endpoint URI": "https://oauth.twilio.com/v2/token",
        "Authorization endpoint URI": authorize,
        "Client ID": ACTIVE.client_id,
    }.items():
        assert f"- **{field}:** `{value}`\n" in sheet
    assert "- **Client Secret:** ••• (not shown)\n" in sheet
    assert "replace APPNAME with the part between /app/ and /instance/ in your" in sheet


def test_entra_has_id_and_secret_blank_and_needs_no_setup(home: Path) -> None:
    fresh = wizard(home, "handoff", "--for", "entra")
    assert fresh.returncode == 0
    assert not home.exists()
    put(home, Profile(audience="entra"), active=VALID)
    beside = wizard(home, "handoff", "--show-secrets").stdout
    other_app = "This profile's OAuth app has a different grant type, so it can't be used here. "
    assert beside.replace(other_app, "", 1) == fresh.stdout != beside
    assert "- **Client identifier:** from the OAuth app in Twilio\n" in fresh.stdout
    assert "- **Client Secret:** from the OAuth app in Twilio\n" in fresh.stdout
    assert "Client credentials" in fresh.stdout
    sheet = told(wizard(home, "handoff", "--format", "json").stdout, SHEET)
    assert (sheet["client_id"], sheet["client_secret"]) == (None, None)
    assert (sheet["grant_type"], sheet["authorize_url"]) == ("client_credentials", None)


def test_sheet_of_an_app_with_client_credentials_has_every_value_there_is(home: Path) -> None:
    of_app = replace(VALID, redirect_url="", grant_type=GrantType.CLIENT_CREDENTIALS)
    put(home, Profile(audience="entra"), active=of_app)
    sheet = wizard(home, "handoff").stdout
    assert f"- **Client identifier:** `{of_app.client_id}`\n" in sheet
    assert "- **Client Secret:** ••• (not shown)\n" in sheet
    assert "Create an OAuth app" not in sheet
    as_json = ("handoff", "--format", "json", "--show-secrets", "--for")
    for audience in ("entra", "script", "other"):
        found = told(wizard(home, *as_json, audience).stdout, SHEET)
        assert of_app.client_secret is not None
        assert found["client_secret"] == of_app.client_secret.reveal()
        assert found["grant_type"] == "client_credentials"
        assert (found["authorize_url"], found["redirect_url"], found["scope"]) == (None,) * 3
    # Okta can't use this app, so nothing of it is on its sheet.
    found = told(wizard(home, *as_json, "okta").stdout, SHEET)
    assert (found["client_id"], found["client_secret"]) == (None, None)
    assert found["grant_type"] == "authorization_code"
    okta = wizard(home, "handoff", "--for", "okta").stdout
    assert "with the Authorization code grant type" in okta
    assert "- **Authorization endpoint URI:** from the OAuth app in Twilio\n" in okta


def test_script_is_for_whom_nobody_was_named(home: Path) -> None:
    put(home, active=VALID)
    assert wizard(home, "handoff").stdout == wizard(home, "handoff", "--for", "script").stdout


def test_json_tells_all_of_it(home: Path) -> None:
    put(home, name="acme", active=replace(VALID, scope="offline_access more"))
    args = ("handoff", "--profile", "acme", "--format", "json", "--for", "other")
    masked = told(wizard(home, *args).stdout, SHEET)
    assert masked["client_secret"] is None
    shown = told(wizard(home, *args, "--show-secrets").stdout, SHEET)
    assert shown == {
        "version": 2,
        "profile": "acme",
        "audience": "other",
        "scim_url": "https://iam.twilio.com/scim/v2",
        "grant_type": "authorization_code",
        "authorize_url": "https://oauth.twilio.com/v2/authorize",
        "token_url": "https://oauth.twilio.com/v2/token",
        "client_id": ACTIVE.client_id,
        "client_secret": "client-secret-1",
        "redirect_url": ACTIVE.redirect_url,
        "scope": "offline_access more",
        "unique_identifier": "userName",
    }


# -- a shell -------------------------------------------------------------------------------------

NASTY = replace(
    VALID,
    client_secret=Secret("a'b\"c$(touch pwned)`touch pwned`\\ ;&|<>*?#!~"),
    redirect_url="https://a.example/cb?x=1&y='$HOME'#;touch pwned",
    endpoints=Endpoints(scim_url="https://a.example/$(touch${IFS}pwned)/'"),
)


def sh(script: str, folder: Path, **variables: str) -> str:
    run = subprocess.run(
        ["sh", "-eu"],
        input=script,
        env={"PATH": os.environ.get("PATH", os.defpath), **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert not (folder / "pwned").exists()
    return run.stdout


@pytest.mark.posix("A POSIX shell runs the lines")
def test_env_means_the_same_to_a_shell(home: Path, tmp_path: Path) -> None:
    put(home, active=NASTY)
    lines = wizard(home, "handoff", "--format", "env", "--show-secrets").stdout
    print_all = (
        f"{shlex.quote(sys.executable)} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    )
    variables = json.loads(sh(f"set -a\n{lines}\n{print_all}", tmp_path))
    found = {k.removeprefix("TWILIO_").lower(): v for k, v in variables.items() if "TWILIO_" in k}
    sheet = told(wizard(home, "handoff", "--format", "json", "--show-secrets").stdout, SHEET)
    assert found == {name: sheet[name] for name in NAMES}
    assert NASTY.client_secret == Secret(found["client_secret"])


@pytest.mark.posix("A POSIX shell runs the lines")
def test_env_leaves_a_line_to_fill_in_for_what_it_does_not_tell(home: Path, tmp_path: Path) -> None:
    put(home, active=NASTY)
    lines = wizard(home, "handoff", "--format", "env").stdout
    assert "\n# TWILIO_CLIENT_SECRET=\n" in lines
    assert "To include it, add --show-secrets." in lines
    assert sh(f'{lines}\nprintf %s "${{TWILIO_CLIENT_SECRET-unset}}"', tmp_path) == "unset"


STUB = '#!/bin/sh\nprintf "%s\\n" "$(basename "$0")" "$@" >> calls\ncat >> calls\necho >> calls\n'


def run_commands(home: Path, folder: Path, *more: str) -> list[str]:
    """Run the lines with a stub for curl, and return the stub's arguments."""
    program = folder / "curl"
    program.write_text(STUB, encoding="utf-8")
    program.chmod(0o755)
    lines = wizard(home, "handoff", "--format", "curl", *more).stdout
    path = f"{folder}:{os.environ.get('PATH', os.defpath)}"
    sh(lines, folder, PATH=path, SCIM_WIZARD_HOME=str(home))
    return (folder / "calls").read_text(encoding="utf-8").splitlines()


@pytest.mark.posix("A POSIX shell runs the lines")
def test_curl_reads_the_token_from_its_input(home: Path, tmp_path: Path) -> None:
    put(home, name="acme", active=NASTY)
    url = "https://a.example/$(touch${IFS}pwned)/'/Users"
    token = "Authorization: Bearer access-1"
    users = ["curl", "-gfsSH", "@-", url, token]
    one = ["--data-urlencode", 'filter=userName eq "jane@example.com"', url, token]
    calls = run_commands(home, tmp_path, "--profile", "acme")
    assert calls == [*users, "curl", "-gfsSGH", "@-", *one]


@pytest.mark.posix("A POSIX shell runs the lines")
def test_curl_of_entra_asks_for_a_token_of_the_new_app(home: Path, tmp_path: Path) -> None:
    calls = run_commands(home, tmp_path, "--for", "entra")
    assert calls[:4] == ["curl", "-gfsS", "https://oauth.twilio.com/v2/token", "--config"]
    assert 'data-urlencode = "client_secret="' in calls


# -- rejected ------------------------------------------------------------------------------------


def test_nothing_set_up_or_left_unfinished(home: Path) -> None:
    run = wizard(home, "handoff", "--format", "json")
    assert run.returncode == 3
    assert told(run.stdout, printed(FAILURE))["problem"]["id"] == "not-set-up"
    put(home, draft=ACTIVE)
    run = wizard(home, "handoff", "--for", "okta")
    assert (run.returncode, run.stdout) == (3, "")
    assert "isn't finished" in run.stderr


@pytest.mark.parametrize("args", [("--format", "yaml"), ("--for", "google")])
def test_what_there_is_not(home: Path, args: tuple[str, str]) -> None:
    run = wizard(home, "handoff", *args)
    assert (run.returncode, run.stdout) == (2, "")
    assert args[1] in run.stderr
