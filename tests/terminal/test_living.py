"""The second journey through a real terminal: look, rotate the secret, switch, forget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.terminal.harness import DOWN, ENTER, ESC, Terminal, ctrl
from tests.terminal.walk import enter, finish, link, run, tick_all, variables, wizard
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox

REDIRECT_URL = "https://scim.example.invalid/landing"


@pytest.fixture(params=[False, True], ids=["stable", "rotating"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return Sandbox(redirect_url=REDIRECT_URL, rotate=request.param, reuse_is_theft=True)


@pytest.fixture
def env(sandbox: Sandbox, tmp_path: Path) -> Iterator[dict[str, str]]:
    with serve.serving(sandbox) as base:
        server = SimpleNamespace(
            authorize_url=serve.authorize_url(base),
            token_url=serve.token_url(base),
            scim_url=serve.scim_url(base),
        )
        yield variables(tmp_path / "home", server)


def set_up(env: Mapping[str, str], sandbox: Sandbox) -> None:
    with wizard(env) as terminal:
        tick_all(terminal)
        enter(terminal, "Client ID", sandbox.client_id)
        enter(terminal, "Client Secret", sandbox.client_secret)
        enter(terminal, "Redirect URL", REDIRECT_URL)
        terminal.paste(sandbox.approve(link(terminal)))
        assert finish(terminal) == 0


def choose(terminal: Terminal, title: str) -> None:
    """Go down to a line of the menu, waiting for the mark each time, and press Enter."""
    terminal.wait_for(lambda screen: title in screen and marked(screen) != "")
    while not (at := marked(terminal.screen())).startswith(f"› {title}"):
        terminal.send(DOWN)
        terminal.wait_for(partial(is_elsewhere, at))
    terminal.send(ENTER)


def marked(screen: str) -> str:
    """Return the line of the menu that is highlighted."""
    lines = (line.strip() for line in screen.splitlines())
    return next((line for line in lines if line.startswith("› ")), "")


def is_elsewhere(before: str, screen: str) -> bool:
    """Whether another line is highlighted now."""
    return marked(screen) not in ("", before)


def test_rotated_secret_is_one_field_and_no_new_consent(
    env: dict[str, str], sandbox: Sandbox
) -> None:
    set_up(env, sandbox)
    old, new = sandbox.client_secret, sandbox.rotate_secret()
    assert old != new
    sandbox.expire_access_tokens()
    failed = run(env, "token", "--force")
    assert failed.returncode == 4

    with wizard(env) as terminal:
        choose(terminal, "I rotated the secret")
        terminal.wait_for("Enter the new Client Secret")
        terminal.paste("not-the-new-secret-but-long-enough-to-be-one")
        terminal.send(ENTER)
        terminal.wait_for("✗")
        assert run(env, "status", "--json").returncode == 0
        terminal.paste(new)
        terminal.send(ENTER)
        terminal.wait_for("Access token valid")
        terminal.wait_for("Next ›")
        terminal.send(ENTER)
        terminal.wait_for("Overview")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 0
        assert terminal.leftovers == []
        assert new.encode() not in terminal.raw
    assert run(env, "token", "--force").returncode == 0
    approvals = [s for s in sandbox.seen if s.path.endswith("/authorize") and s.method == "POST"]
    assert approvals == [], "a consent was asked for"


def test_wrong_new_secret_changes_nothing(env: dict[str, str], sandbox: Sandbox) -> None:
    set_up(env, sandbox)
    before = run(env, "status", "--json").stdout
    with wizard(env) as terminal:
        choose(terminal, "I rotated the secret")
        terminal.wait_for("Enter the new Client Secret")
        terminal.paste("another-secret-that-is-not-the-right-one-at-all")
        terminal.send(ENTER)
        terminal.wait_for("Try it ›")
        terminal.wait_for("✗")
        terminal.send(ESC)
        terminal.wait_gone("Enter the new Client Secret")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 0
    assert run(env, "status", "--json").stdout == before
    assert run(env, "token", "--force").returncode == 0


def test_nothing_changed_leads_straight_to_check(env: dict[str, str], sandbox: Sandbox) -> None:
    set_up(env, sandbox)
    with wizard(env) as terminal:
        choose(terminal, "Change credentials")
        terminal.wait_for("stored: leave empty to keep it")
        terminal.send(ENTER)
        terminal.wait_for("Access token valid")
        terminal.wait_for("Next ›")
        terminal.send(ENTER)
        terminal.wait_for("Overview")
        assert "Unfinished" not in terminal.screen()


def test_change_is_shown_before_and_after_and_proven_first(
    env: dict[str, str], sandbox: Sandbox
) -> None:
    set_up(env, sandbox)
    other = REDIRECT_URL + "/other"
    sandbox.redirect_urls.append(other)
    with wizard(env) as terminal:
        choose(terminal, "Change credentials")
        terminal.wait_for("stored: leave empty to keep it")
        terminal.click(REDIRECT_URL)
        terminal.paste(other)
        terminal.wait_for(other)
        terminal.send(ENTER)
        terminal.wait_for("This is going to change")
        assert "before" in terminal.screen()
        assert "after" in terminal.screen()
        terminal.send(ENTER)
        url = link(terminal)
        status = json.loads(run(env, "status", "--json").stdout)
        assert (status["redirect_url"], status["draft"]) == (REDIRECT_URL, True)
        terminal.paste(sandbox.approve(url))
        assert finish(terminal) == 0
    status = json.loads(run(env, "status", "--json").stdout)
    assert (status["redirect_url"], status["draft"]) == (other, False)


def test_profile_is_switched_and_forgotten(env: dict[str, str], sandbox: Sandbox) -> None:
    set_up(env, sandbox)
    with wizard(env) as terminal:
        choose(terminal, "Profiles…")
        terminal.wait_for("A new profile")
        terminal.paste("second")
        terminal.send(ENTER)
        terminal.wait_for("profile second")
        terminal.wait_for("of 7 ticked")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
    with wizard(env) as terminal:
        choose(terminal, "Forget…")
        terminal.wait_for("Forget it?")
        terminal.send("\t")
        terminal.send(ENTER)
        assert terminal.wait_exit() == 0
        assert "removed from this machine" in terminal.screen()
        assert sandbox.client_id in terminal.screen()
    assert run(env, "token").returncode == 3
    home = Path(env["SCIM_WIZARD_HOME"])
    assert not list((home / "secrets").glob("default.*"))
