"""The second journey on a real terminal: check, rotate the secret, switch, and remove."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.commands.consents import at_sandbox
from tests.commands.stage import now, put
from tests.terminal.hands import Keyboard, marked
from tests.terminal.harness import ENTER, Terminal, ctrl
from tests.terminal.walk import finish, link, run, wizard
from tests.ui.running import TICKED
from wizard.domain.errors.exchange import WRONG_CLIENT
from wizard.domain.models import Profile
from wizard.sandbox.twilio import Sandbox

REDIRECT_URL = "https://scim.example.invalid/landing"


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Use rotating refresh tokens with reuse detection, unless a test says otherwise."""
    rotate = getattr(request, "param", True)
    return Sandbox(redirect_url=REDIRECT_URL, rotate=rotate, reuse_is_theft=True)


def set_up(env: Mapping[str, str], sandbox: Sandbox, *, is_expired: bool = False) -> None:
    """Store the result of a setup; tests/terminal/test_journeys.py walks through one."""
    url = urlsplit(env["SCIM_WIZARD_TOKEN_URL"])
    active = at_sandbox(sandbox, f"{url.scheme}://{url.netloc}", is_expired=is_expired)
    put(Path(env["SCIM_WIZARD_HOME"]), Profile(ticks=TICKED, set_up_at=now()), active=active)


def choose(terminal: Terminal, title: str) -> None:
    """Select a line of the menu by keyboard."""
    Keyboard(terminal).choose(title)


def refused_check(env: Mapping[str, str], sandbox: Sandbox) -> str:
    """Rotate the secret, and let `check` find out; return the new secret."""
    old, new = sandbox.client_secret, sandbox.rotate_secret()
    assert old != new
    failed = run(env, "check")
    assert failed.returncode == 4
    assert "secret" in failed.stderr.lower()
    assert WRONG_CLIENT.title in failed.stderr
    return new


def at_problem(terminal: Terminal) -> None:
    """Wait for Overview with the problem, and with its fix highlighted."""
    terminal.wait_for(
        lambda screen: (
            WRONG_CLIENT.title in screen and marked(screen).startswith("› Enter a rotated secret")
        )
    )


def consents(sandbox: Sandbox) -> int:
    """Count the approvals that were made in a browser."""
    return sum(s.path.endswith("/authorize") and s.method == "POST" for s in sandbox.seen)


@pytest.mark.parametrize(
    ("sandbox", "by"),
    [(False, "enter"), (True, "click")],
    indirect=["sandbox"],
    ids=["stable-enter", "rotating-click"],
)
def test_rotated_secret_is_one_field_and_no_new_consent(
    env: dict[str, str], sandbox: Sandbox, by: str
) -> None:
    set_up(env, sandbox, is_expired=True)
    with wizard(env) as terminal:
        terminal.wait_for("Overview")
        terminal.wait_for(lambda screen: marked(screen).startswith("› Check now"))
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 0
    new = refused_check(env, sandbox)
    before = consents(sandbox)

    with wizard(env) as terminal:
        at_problem(terminal)
        if by == "enter":
            terminal.send(ENTER)
        else:
            terminal.click("› Enter a rotated secret")
        terminal.wait_for("Enter the new Client Secret")
        terminal.paste(new)
        terminal.send(ENTER)
        terminal.wait_for("Access token valid")
        terminal.wait_for("Go to Overview ›")
        terminal.send(ENTER)
        terminal.wait_for("Overview")
        assert WRONG_CLIENT.title not in terminal.screen()
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 0
        assert terminal.leftovers == []
        assert new.encode() not in terminal.raw
    assert run(env, "check").returncode == 0
    assert run(env, "token", "--force").returncode == 0
    assert consents(sandbox) == before, "a consent was asked for"


def test_wrong_new_secret_changes_nothing(env: dict[str, str], sandbox: Sandbox) -> None:
    set_up(env, sandbox, is_expired=True)
    new = refused_check(env, sandbox)
    before = stored(env)
    with wizard(env) as terminal:
        at_problem(terminal)
        terminal.send(ENTER)
        terminal.wait_for("Enter the new Client Secret")
        terminal.paste("another-secret-that-is-not-the-right-one-at-all")
        terminal.send(ENTER)
        # Overview, which is behind the dialog, has the sign and the title of this problem, too.
        terminal.wait_for("A character is missing")
        assert stored(env) == before
        # The secret is still valid with the right one.
        terminal.paste(new)
        terminal.send(ENTER)
        terminal.wait_for("Access token valid")
        terminal.wait_for("Go to Overview ›")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 0
    assert stored(env) != before
    assert run(env, "token", "--force").returncode == 0


def stored(env: Mapping[str, str]) -> dict[str, bytes]:
    """Return the stored credential sets, byte for byte."""
    folder = Path(env["SCIM_WIZARD_HOME"]) / "secrets"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_nothing_changed_leads_straight_to_check(env: dict[str, str], sandbox: Sandbox) -> None:
    set_up(env, sandbox)
    with wizard(env) as terminal:
        choose(terminal, "Change credentials")
        terminal.wait_for("saved: leave empty to keep it")
        terminal.send(ENTER)
        terminal.wait_for("Access token valid")
        terminal.wait_for("Go to Overview ›")
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
        terminal.wait_for("saved: leave empty to keep it")
        terminal.click(REDIRECT_URL)
        terminal.paste(other)
        terminal.wait_for(other)
        terminal.send(ENTER)
        terminal.wait_for("Continue with these changes?")
        terminal.wait_for("before")
        terminal.wait_for("after")
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
        terminal.wait_for("New profile…")
        terminal.paste("second")
        terminal.send(ENTER)
        terminal.wait_for("profile second")
        terminal.wait_for("of 7 selected")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
    with wizard(env) as terminal:
        choose(terminal, "Remove profile…")
        terminal.wait_for("Remove profile default?")
        terminal.send("\t")
        terminal.send(ENTER)
        assert terminal.wait_exit() == 0
        terminal.wait_for("removed from this machine")
        terminal.wait_for(sandbox.client_id)
    assert run(env, "token").returncode == 3
    home = Path(env["SCIM_WIZARD_HOME"])
    assert not list((home / "secrets").glob("default.*"))
