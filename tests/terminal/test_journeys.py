"""Both journeys from end to end on a real terminal, by keyboard or mouse, with key counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.second_server import SecondServer
from tests.terminal.hands import Keyboard, Mouse, set_up_app
from tests.terminal.harness import ENTER, ESC, TAB
from tests.terminal.walk import run, variables, wizard
from wizard.sandbox.twilio import Sandbox

REDIRECT_URL = "https://scim.example.invalid/landing"
OTHER_URL = "https://idp.example.invalid/scim/cb"

Hand = Keyboard | Mouse


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(redirect_url=REDIRECT_URL, rotate=True, reuse_is_theft=True)


def prerequisites(hand: Hand) -> None:
    """Select all seven items, and continue."""
    hand.terminal.wait_for("0 of 7 selected")
    hand.tick_all()
    hand.terminal.wait_for("7 of 7 selected")
    hand.press("Next ›")
    hand.terminal.wait_for("Copy these from your OAuth app")


def consent(hand: Hand, sandbox: Sandbox) -> None:
    """Walk from Authorize to Done."""
    hand.terminal.wait_for(lambda screen: "state=" in screen.replace("\n", ""))
    hand.press("Copy link ›")
    hand.terminal.wait_for("paste it here")
    hand.paste(sandbox.approve(hand.terminal.clipboard[-1]))
    hand.terminal.wait_for("Token refresh tested")
    hand.press("Next ›")
    hand.terminal.wait_for("Finish")


def first_setup(hand: Hand, sandbox: Sandbox) -> None:
    """Walk from an empty home to Done, and quit."""
    prerequisites(hand)
    if isinstance(hand, Keyboard):
        assert hand.count <= 8
        hand.count = 0
    hand.fill("Client ID", sandbox.client_id)
    hand.fill("Client Secret", sandbox.client_secret)
    hand.fill("Redirect URL", REDIRECT_URL)
    consent(hand, sandbox)
    if isinstance(hand, Keyboard):
        assert hand.count <= 10
    hand.press("Finish")
    assert hand.terminal.wait_exit() == 0
    assert hand.terminal.leftovers == []


def rotate(hand: Hand, sandbox: Sandbox) -> None:
    """Enter a rotated secret, which works at once."""
    new = sandbox.rotate_secret()
    hand.choose("Enter a rotated secret")
    hand.terminal.wait_for("Enter the new Client Secret")
    hand.paste(new)
    hand.press("Try it ›")
    hand.terminal.wait_for("Access token valid")
    hand.press("Go to Overview ›")
    hand.terminal.wait_for("Overview")


def change(hand: Hand, sandbox: Sandbox) -> None:
    """Change the Redirect URL, prove it, and return to Overview."""
    sandbox.redirect_urls.append(OTHER_URL)
    hand.choose("Change credentials")
    hand.terminal.wait_for("saved: leave empty to keep it")
    hand.change("Redirect URL", REDIRECT_URL, OTHER_URL, TAB, TAB)
    hand.press("Next ›")
    hand.terminal.wait_for("Continue with these changes?")
    hand.press("Continue ›")
    consent(hand, sandbox)
    hand.press("Overview", ESC)
    hand.terminal.wait_for(OTHER_URL)


def authorize_again(hand: Hand, sandbox: Sandbox) -> None:
    """Authorize again, and return to Overview."""
    hand.choose("Authorize again")
    hand.terminal.wait_for("Authorize again?")
    hand.press("Authorize")
    consent(hand, sandbox)
    hand.press("Overview", ESC)
    hand.terminal.wait_for("Remove profile…")


def forget(hand: Hand) -> None:
    """Remove the profile."""
    hand.choose("Remove profile…")
    hand.terminal.wait_for("Remove profile default?")
    hand.press("Remove ▐", TAB, ENTER)
    assert hand.terminal.wait_exit() == 0
    assert hand.terminal.leftovers == []
    hand.terminal.wait_for("removed from this machine")


@pytest.mark.parametrize("server_name", ["simulated Twilio", "second server"])
def test_client_credentials_take_eight_keys_and_two_pastes(
    env: dict[str, str], home: Path, sandbox: Sandbox, server_name: str
) -> None:
    with SecondServer(redirect_url="", grant_type="client_credentials") as second:
        is_second = server_name == "second server"
        app: Sandbox | SecondServer = second if is_second else sandbox
        if is_second:
            env = env | variables(home, second)
        with wizard(env) as terminal:
            hand = Keyboard(terminal)
            set_up_app(hand, app.client_id, app.client_secret)
            # Two of them are pastes.
            assert hand.count <= 8 + 2
            terminal.wait_for("Anyone with the Client ID and Client Secret")
            hand.press("Finish")
            assert terminal.wait_exit() == 0
            assert terminal.leftovers == []


@pytest.mark.parametrize("kind", [Keyboard, Mouse])
def test_both_journeys_are_walked_by_one_hand(
    env: dict[str, str], sandbox: Sandbox, kind: type[Hand]
) -> None:
    with wizard(env) as terminal:
        first_setup(kind(terminal), sandbox)
    with wizard(env) as terminal:
        hand = kind(terminal)
        rotate(hand, sandbox)
        change(hand, sandbox)
        status = json.loads(run(env, "status", "--json").stdout)
        assert (status["redirect_url"], status["draft"]) == (OTHER_URL, False)
        authorize_again(hand, sandbox)
        assert run(env, "token", "--force").returncode == 0
        forget(hand)
    assert run(env, "token").returncode == 3
    exchanges = [s for s in sandbox.seen if s.form.get("grant_type") == "authorization_code"]
    assert len(exchanges) == 3
