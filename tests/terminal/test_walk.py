"""The whole setup on a real terminal, against the simulated Twilio and a second server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import system
from tests.browser import consent_in_browser, requires_chromium
from tests.commands.consents import at_second
from tests.commands.stage import put, saved_step
from tests.processes.stage import until
from tests.second_server import SecondServer
from tests.terminal.harness import ENTER, ESC, ctrl
from tests.terminal.walk import (
    enter,
    fill_in,
    finish,
    is_saved,
    link,
    run,
    set_up,
    started,
    tick_all,
    variables,
    wizard,
)
from wizard.domain.steps import Step

REDIRECT_URL = "https://scim.example.invalid/landing"
F8 = "\x1b[19~"


@pytest.fixture
def second() -> Iterator[SecondServer]:
    with SecondServer(redirect_url=REDIRECT_URL) as server:
        yield server


# -- the demo -----------------------------------------------------------------------------------


@requires_chromium
def test_demo_is_walked_with_a_real_browser(home: Path) -> None:
    with started(variables(home), "--demo") as terminal:
        tick_all(terminal)
        terminal.send(ENTER)
        landed = consent_in_browser(link(terminal))
        assert landed.startswith("https://idp.example.invalid/callback?")
        terminal.paste(landed)
        assert finish(terminal) == 0
        assert terminal.leftovers == []
    assert not home.exists(), "the demo wrote into the user's own folder"


def test_demo_is_walked_with_its_own_approval(home: Path) -> None:
    with wizard(variables(home), "--demo") as terminal:
        tick_all(terminal)
        terminal.send(ENTER)
        terminal.wait_for("F8 Approve")
        terminal.wait_for("state=")
        terminal.send(F8)
        terminal.wait_for("pasted the URL for you")
        terminal.wait_for("Next ›")
        terminal.send(ENTER)
        assert finish(terminal) == 0


def test_demo_takes_its_own_values_only(home: Path) -> None:
    with wizard(variables(home), "--demo") as terminal:
        tick_all(terminal)
        terminal.paste("OQ" + "a" * 32)
        terminal.wait_for("The demo saves nothing")


def test_loopback_scenario_goes_on_by_itself(home: Path) -> None:
    with wizard(variables(home), "--scenario", "loopback") as terminal:
        tick_all(terminal)
        terminal.send(ENTER)
        url = link(terminal)
        if shutil.which("chromium"):
            consent_in_browser(url)
            terminal.wait_for("Confirm ›")
            terminal.send(ENTER)
        else:
            terminal.send(F8)
        assert finish(terminal) == 0


# -- a server that differs from Twilio -------------------------------------------------------------


def test_second_server_is_set_up_and_hands_out_tokens(home: Path, second: SecondServer) -> None:
    env = variables(home, second)
    with started(env, umask=0) as terminal:
        assert set_up(terminal, second) == 0
        assert terminal.leftovers == []
        exchange = next(r for r in second.requests if r.form.get("code"))
        for secret in (second.client_secret, exchange.form["code"][:40]):
            assert secret.encode() not in terminal.raw

    for path in [home, *home.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path

    token = run(env, "token")
    assert token.returncode == 0, token.stderr
    assert token.stderr == ""
    assert token.stdout.count("\n") == 1
    assert len(token.stdout.strip()) > 20

    refreshed = second.counts["refreshed"]
    assert run(env, "token", "--force").stdout != token.stdout
    assert second.counts["refreshed"] == refreshed + 1

    status = json.loads(run(env, "status", "--json").stdout)
    assert status["client_id"] == second.client_id
    assert status["token"]["state"] == "valid"
    assert status["token"]["refreshable"] is True
    assert status["last_check"]["status"] == "passed"
    assert {r.method for r in second.requests if r.path.endswith("/Users")} == {"GET"}

    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl")
    header = run(env, "token", "--header").stdout
    got = subprocess.run(
        [curl, "-sH", "@-", "-o", os.devnull, "-w", "%{http_code}", f"{second.scim_url}/Users"],
        input=header,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert got.stdout == "200"


def test_variable_cannot_move_a_stored_secret(home: Path, second: SecondServer) -> None:
    env = variables(home, second)
    put(home, active=at_second(second))
    second.requests.clear()
    with SecondServer(redirect_url=REDIRECT_URL) as thief:
        moved = {**env, "SCIM_WIZARD_TOKEN_URL": thief.token_url}
        got = run(moved, "token", "--force")
        assert got.returncode == 2
        assert got.stdout == ""
        assert thief.token_url in got.stderr
        assert second.token_url in got.stderr
        assert (thief.requests, second.requests) == ([], [])
        with wizard(moved) as terminal:
            assert terminal.wait_exit() == 2


# -- interrupted ----------------------------------------------------------------------------------


def test_pasted_secret_survives_a_kill(home: Path, second: SecondServer) -> None:
    env = variables(home, second)
    with wizard(env) as terminal:
        tick_all(terminal)
        enter(terminal, "Client ID", second.client_id)
        terminal.paste(second.client_secret)
        terminal.wait_for(lambda screen: is_saved(screen, "Client Secret"))
        terminal.kill(system.SIGKILL)
        assert terminal.wait_exit() == -system.SIGKILL

    with wizard(env) as terminal:
        terminal.wait_for("Unfinished setup")
        terminal.send(ENTER)
        terminal.wait_for("leave empty to keep it")
        # The focus is on the field that is still empty.
        enter(terminal, "Redirect URL", REDIRECT_URL)
        terminal.paste(second.approve(link(terminal)))
        assert finish(terminal) == 0
    exchange = next(r for r in second.requests if r.form.get("grant_type") == "authorization_code")
    assert exchange.form["client_secret"] == second.client_secret


def test_link_survives_a_kill_between_browser_and_paste(home: Path, second: SecondServer) -> None:
    env = variables(home, second)
    with wizard(env) as terminal:
        tick_all(terminal)
        fill_in(terminal, second.client_id, second.client_secret, REDIRECT_URL)
        url = link(terminal)
        # The step is saved behind the paint.
        until(lambda: saved_step(home) is Step.REDIRECT)
        terminal.kill(system.SIGKILL)
        terminal.wait_exit()
    with wizard(env) as terminal:
        terminal.wait_for("resumes at Redirect")
        terminal.send(ENTER)
        terminal.wait_for("paste it here")
        terminal.wait_for("Link     created")
        terminal.paste(second.approve(url))
        assert finish(terminal) == 0


@pytest.mark.parametrize(
    "variables_of_textual",
    [
        {"TEXTUAL_DRIVER": "x:y"},
        {"TEXTUAL_COLOR_SYSTEM": "bad"},
        {"TEXTUAL": "devtools", "TEXTUAL_DEVTOOLS_PORT": "1"},
        {"TEXTUAL_SCREENSHOT": "0", "TEXTUAL_SCREENSHOT_FILENAME": "shown.svg"},
    ],
    ids=lambda given: min(given),
)
def test_variables_of_textual_neither_crash_nor_leak(
    home: Path, tmp_path: Path, variables_of_textual: dict[str, str]
) -> None:
    env = {**variables(home), "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path), **variables_of_textual}
    with wizard(env) as terminal:
        terminal.wait_for("0 of 7 selected")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
    assert not list(tmp_path.glob("*.svg"))


def test_bytes_that_are_not_utf8_end_nothing(home: Path) -> None:
    with wizard(variables(home)) as terminal:
        tick_all(terminal)
        terminal.send(ENTER)
        terminal.wait_for("Client Secret")
        terminal.send(b"caf\xe9 \xff\xfe")
        terminal.wait_for("caf\N{REPLACEMENT CHARACTER}")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, system.SIGQUIT])
def test_signal_restores_the_terminal(home: Path, number: signal.Signals) -> None:
    with wizard(variables(home)) as terminal:
        terminal.wait_for("0 of 7 selected")
        terminal.kill(number)
        assert terminal.wait_exit() == 130
        assert terminal.leftovers == []


def test_closed_window_ends_the_wizard(home: Path) -> None:
    with wizard(variables(home)) as terminal:
        terminal.wait_for("0 of 7 selected")
        terminal.hang_up()
        assert terminal.wait_exit() == 130


def test_quit_says_where_it_stopped(home: Path) -> None:
    with wizard(variables(home)) as terminal:
        tick_all(terminal)
        enter(terminal, "Client ID", "OQ" + "0" * 32)
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        assert terminal.leftovers == []
        stopped = "Profile default: stopped at Credentials. Your entries are saved."
        terminal.wait_for(stopped)


def test_second_wizard_on_a_profile_says_so(home: Path) -> None:
    with wizard(variables(home)) as first:
        first.wait_for("0 of 7 selected")
        with wizard(variables(home)) as other:
            assert other.wait_exit() == 6
            assert "Another wizard has this profile open" in other.screen()


# -- keys that arrive in unusual ways --------------------------------------------------------------


def test_two_enters_in_one_read_go_one_step(home: Path, second: SecondServer) -> None:
    with wizard(variables(home, second)) as terminal:
        terminal.wait_for("0 of 7 selected")
        terminal.send(ENTER + ENTER)
        # The first one names what is missing; the second one came before a person could read that.
        terminal.wait_for("again to continue anyway")
        # A press so close to the two before it counts as a repeat, so it is sent once more.
        terminal.send(ENTER)
        try:
            terminal.wait_for("Copy these from your OAuth app", timeout=3)
        except AssertionError:
            terminal.send(ENTER)
            terminal.wait_for("Copy these from your OAuth app")
        enter(terminal, "Client ID", second.client_id)
        enter(terminal, "Client Secret", second.client_secret)
        terminal.paste(REDIRECT_URL)
        terminal.wait_for(lambda screen: is_saved(screen, "Redirect URL"))
        terminal.send(ENTER + ENTER)
        terminal.wait_for("Approve access")
        terminal.wait_for("state=")
        terminal.wait_for("● Authorize")
        assert terminal.clipboard == []


def test_wrapped_paste_without_brackets_arrives_whole(home: Path, second: SecondServer) -> None:
    with wizard(variables(home, second)) as terminal:
        tick_all(terminal)
        fill_in(terminal, second.client_id, second.client_secret, REDIRECT_URL)
        landed = second.approve(link(terminal))
        wrapped = "\n".join(landed[i : i + 76] for i in range(0, len(landed), 76))
        terminal.paste_raw(wrapped + "\n")
        assert finish(terminal) == 0


def test_split_arrow_key_is_no_escape(home: Path) -> None:
    env = {**variables(home), "SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"}
    with wizard(env) as terminal:
        tick_all(terminal)
        screen = terminal.screen()
        terminal.send(ESC)
        # Whatever the wizard does with it takes longer than the next packet.
        terminal.send("[A")
        terminal.paste("OQ" + "1" * 32)
        terminal.wait_for(lambda now: is_saved(now, "Client ID"))
        assert "● Credentials" in screen
        terminal.wait_for("● Credentials")


def test_too_small_a_window_says_so_and_goes_by_itself(home: Path) -> None:
    with wizard(variables(home)) as terminal:
        tick_all(terminal)
        enter(terminal, "Client ID", "OQ" + "2" * 32)
        terminal.resize(14, 52)
        terminal.wait_for("is 52×14. The wizard needs 60×18")
        terminal.resize(24, 80)
        terminal.wait_for("OQ" + "2" * 32)


def test_too_small_a_window_offers_plain_mode_and_keeps_what_was_entered(home: Path) -> None:
    with wizard(variables(home)) as terminal:
        tick_all(terminal)
        enter(terminal, "Client ID", "OQ" + "2" * 32)
        terminal.wait_for(lambda now: is_saved(now, "Client ID"))
        terminal.resize(14, 52)
        terminal.wait_for("press p for plain mode")
        terminal.send("p")
        # There is more text before it than fits.
        terminal.wait_for("Resume: continues where you stopped")


def test_terminal_without_a_person_is_refused(home: Path) -> None:
    got = run(variables(home))
    assert got.returncode == 2
    assert "needs a terminal" in got.stderr
    assert "Traceback" not in got.stderr
