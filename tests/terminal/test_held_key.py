"""An Enter held down on a real terminal, as X11 repeats it: one step, on every screen."""

from __future__ import annotations

import time
from typing import Final

import pytest

from tests.terminal.harness import ENTER, ESC, F1, Terminal
from tests.terminal.walk import enter, is_saved, tick_all, wizard
from wizard.domain.guide import GUIDE
from wizard.domain.steps import Step
from wizard.sandbox.twilio import Sandbox

REDIRECT_URL: Final = "https://scim.example.invalid/landing"
DELAY: Final = 0.5
"""Seconds before a key held down begins to repeat: KDE's 600 ms and X11's 660 behave alike."""


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(redirect_url=REDIRECT_URL)


def hold(terminal: Terminal, rate: float, seconds: float = 0.6) -> None:
    """Hold Enter down: the times are what is tried here."""
    terminal.send(ENTER)
    time.sleep(DELAY)
    for _ in range(int(seconds * rate)):
        terminal.send(ENTER)
        time.sleep(1 / rate)


def stands_at(terminal: Terminal, step: Step) -> None:
    """Assert which step is there after all keys sent so far, by its help."""
    terminal.send(F1)
    terminal.wait_for(f"Help · {GUIDE[step].heading}")
    terminal.send(ESC)
    terminal.wait_gone("Help ·")


@pytest.mark.parametrize("rate", [25, 30])
def test_a_held_enter_goes_one_step(env: dict[str, str], sandbox: Sandbox, rate: float) -> None:
    with wizard(env) as terminal:
        terminal.wait_for("0 of 7 selected")
        hold(terminal, rate)
        # It names what is missing, and doesn't go on all the same.
        terminal.wait_for("again to continue anyway")
        stands_at(terminal, Step.PREREQUISITES)
    with wizard(env) as terminal:
        tick_all(terminal)
        enter(terminal, "Client ID", sandbox.client_id)
        enter(terminal, "Client Secret", sandbox.client_secret)
        terminal.paste(REDIRECT_URL)
        terminal.wait_for(lambda screen: is_saved(screen, "Redirect URL"))
        hold(terminal, rate)
        stands_at(terminal, Step.AUTHORIZE)
        assert terminal.clipboard == []
    with wizard(env) as terminal:
        terminal.wait_for("resumes at Authorize")
        hold(terminal, rate)
        stands_at(terminal, Step.AUTHORIZE)
        assert terminal.clipboard == []
        hold(terminal, rate)
        stands_at(terminal, Step.REDIRECT)
        [link] = terminal.clipboard
        terminal.paste(sandbox.approve(link))
        terminal.wait_for(lambda screen: "Token refresh tested" in screen and "Next ›" in screen)
        hold(terminal, rate)
        stands_at(terminal, Step.DONE)
        hold(terminal, rate)
        assert terminal.wait_exit() == 0
    before = len(sandbox.seen)
    with wizard(env) as terminal:
        terminal.wait_for("› Check now")
        hold(terminal, rate, seconds=1.5)
        terminal.wait_for("Next ›")
        stands_at(terminal, Step.CHECK)
    assert [seen.path.rpartition("/")[2] for seen in sandbox.seen[before:]] == ["Users"]
