"""An Enter that is held down on a real terminal, as X11 repeats it: one step per press.

X11 repeats 25 times a second, and many desktops 30 times. The rate makes no difference to a screen
here: tests/ui/test_held_key.py tests every rate.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.commands.consents import at_sandbox
from tests.commands.stage import now, put
from tests.terminal.harness import ENTER, ESC, F1, Terminal
from tests.terminal.walk import enter, is_saved, tick_all, wizard
from tests.ui.running import TICKED
from wizard.domain.models import Profile
from wizard.domain.steps import Step
from wizard.domain.texts.guide import GUIDE
from wizard.domain.value import replace
from wizard.sandbox.twilio import Sandbox
from wizard.ui.input_timing import REPEAT

REDIRECT_URL: Final = "https://scim.example.invalid/landing"
DELAY: Final = 0.5
"""Seconds before a held key begins to repeat: KDE's 600 ms and X11's 660 behave alike."""


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(redirect_url=REDIRECT_URL)


def hold(terminal: Terminal, rate: float, seconds: float = 0.6) -> None:
    """Hold Enter down; the times between the repeats are under test.

    On a busy machine, what is late comes together, as a busy terminal hands it over. The key is
    held until a repeat was on time: a late one that comes alone is a new press.
    """
    terminal.send(ENTER)
    last, due = time.monotonic(), time.monotonic() + DELAY
    first, is_on_time = due, False
    while due < first + seconds or not is_on_time:
        time.sleep(max(due - time.monotonic(), 0))
        terminal.send(ENTER)
        is_on_time, last = time.monotonic() - last < REPEAT / 2, time.monotonic()
        due += 1 / rate


def stands_at(terminal: Terminal, step: Step) -> None:
    """Assert by its help which step is shown after all keys sent so far."""
    terminal.send(F1)
    terminal.wait_for(f"Help · {GUIDE[step].heading}")
    terminal.send(ESC)
    terminal.wait_gone("Help ·")


@pytest.mark.parametrize("rate", [25, 30])
def test_on_prerequisites_it_names_what_is_missing(env: dict[str, str], rate: float) -> None:
    with wizard(env) as terminal:
        terminal.wait_for("0 of 7 selected")
        hold(terminal, rate)
        # The step names what is missing, and doesn't continue anyway.
        terminal.wait_for("again to continue anyway")
        stands_at(terminal, Step.PREREQUISITES)


def test_on_credentials_and_where_a_setup_resumes_it_goes_one_step(
    env: dict[str, str], sandbox: Sandbox
) -> None:
    with wizard(env) as terminal:
        tick_all(terminal)
        enter(terminal, "Client ID", sandbox.client_id)
        enter(terminal, "Client Secret", sandbox.client_secret)
        terminal.paste(REDIRECT_URL)
        terminal.wait_for(lambda screen: is_saved(screen, "Redirect URL"))
        hold(terminal, 25)
        stands_at(terminal, Step.AUTHORIZE)
        assert terminal.clipboard == []
    with wizard(env) as terminal:
        terminal.wait_for("resumes at Authorize")
        hold(terminal, 30)
        stands_at(terminal, Step.AUTHORIZE)
        assert terminal.clipboard == []


def test_from_authorize_to_the_end_it_goes_one_step(env: dict[str, str], sandbox: Sandbox) -> None:
    url = urlsplit(env["SCIM_WIZARD_TOKEN_URL"])
    draft = replace(at_sandbox(sandbox, f"{url.scheme}://{url.netloc}"), tokens=None)
    profile = Profile(ticks=TICKED, draft_step=Step.AUTHORIZE, draft_saved_at=now())
    put(Path(env["SCIM_WIZARD_HOME"]), profile, draft=draft)
    with wizard(env) as terminal:
        terminal.wait_for("resumes at Authorize")
        terminal.send("u")
        terminal.wait_for("state=")
        hold(terminal, 25)
        stands_at(terminal, Step.REDIRECT)
        [link] = terminal.clipboard
        terminal.paste(sandbox.approve(link))
        terminal.wait_for(lambda screen: "Token refresh tested" in screen and "Next ›" in screen)
        hold(terminal, 30)
        stands_at(terminal, Step.DONE)
        hold(terminal, 25)
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("rate", [25, 30])
def test_on_overview_it_checks_once(env: dict[str, str], sandbox: Sandbox, rate: float) -> None:
    url = urlsplit(env["SCIM_WIZARD_TOKEN_URL"])
    active = at_sandbox(sandbox, f"{url.scheme}://{url.netloc}")
    put(Path(env["SCIM_WIZARD_HOME"]), Profile(ticks=TICKED, set_up_at=now()), active=active)
    before = len(sandbox.seen)
    with wizard(env) as terminal:
        terminal.wait_for("› Check now")
        hold(terminal, rate, seconds=1.5)
        terminal.wait_for("Go to Overview ›")
        stands_at(terminal, Step.CHECK)
    assert [seen.path.rpartition("/")[2] for seen in sandbox.seen[before:]] == ["Users"]
