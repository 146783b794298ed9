"""Leaving the wizard with its real services during each wait for the network or a keyring.

Over real sockets, the server holds its response, and releases it only if it would be lost
otherwise. So the wizard leaves at once, or not at all. The state of a real terminal afterwards, and
closed terminals, are covered by tests/terminal/test_cancel.py.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.commands.consents import at_second
from tests.commands.stage import issued, now, put, silent_port
from tests.driving import paste, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.holding import Held, HoldingServer
from tests.store.keyrings import PATIENCE, HangingKeyring, keyring_on, let_answer
from tests.ui.running import left, point_at, running
from tests.walks import SECRET, ThePilot, linked_authorize, linked_redirect
from wizard import wiring
from wizard.domain.models import CredentialSet, Endpoints, Profile, StoreKind
from wizard.domain.oauth.authorization_request import authorize_url, begin
from wizard.domain.problems import ExitCode
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.text import LEAVING
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore
from wizard.ui.app import WizardApp
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import RotateScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.layout import Heading
from wizard.wiring import Settings

REDIRECT_URL: Final = "https://scim.example.invalid/landing"
SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")
HELD: Final[dict[str, Held]] = {
    "reach": "reach",
    "metadata": "metadata",
    "exchange": "exchange",
    "users": "users",
    "countdown": "throttled",
    "rehearsal": "refresh",
    "Check now, refresh": "refresh",
    "Check now, users": "users",
    "Check now, countdown": "throttled",
    "rotate": "refresh",
}
"""Maps each wait of the wizard to the response that is held."""
LOSABLE: Final = ("exchange", "rehearsal", "Check now, refresh", "rotate")
DROPPABLE: Final = tuple(wait for wait in HELD if wait not in LOSABLE)


def in_each(waits: tuple[str, ...]) -> pytest.MarkDecorator:
    """Leave each wait with the key, and one wait with each signal: all have the same handler."""
    by_key = [(wait, "ctrl+q") for wait in waits]
    return pytest.mark.parametrize(("wait", "way"), [*by_key, *zip(waits, SIGNALS, strict=False)])


@pytest.fixture
def server() -> Iterator[HoldingServer]:
    with HoldingServer(REDIRECT_URL) as serving:
        yield serving


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder where the tests' environment has the wizard keep its files."""
    return tmp_path / "home"


def is_of_active(wait: str) -> bool:
    return wait.startswith("Check now") or wait == "rotate"


def stored(home: Path) -> tuple[Profile, CredentialSet]:
    """Return the record, and its draft or otherwise its active set."""
    with LocalProfileStore(home).locked("default") as held:
        found = held.draft() or held.active()
        assert held.profile
        assert found
        return held.profile, found


def prepare(server: HoldingServer, home: Path, wait: str, token_url: str = "") -> str:
    """Store the state in which the wait begins, and return the URL that the browser landed on."""
    if wait == "reach":
        return ""
    if is_of_active(wait):
        active = at_second(server, is_expired=wait in LOSABLE)
        endpoints = replace(active.endpoints, token_url=token_url or server.token_url)
        put(home, active=replace(active, endpoints=endpoints))
        return ""
    endpoints = Endpoints(server.authorize_url, token_url or server.token_url, server.scim_url)
    blank = CredentialSet(server.client_id, Secret(server.client_secret), REDIRECT_URL, endpoints)
    attempt = begin(blank, None, now())
    step = Step.AUTHORIZE if wait == "metadata" else Step.REDIRECT
    attempts = () if wait == "metadata" else (attempt,)
    profile = Profile(draft_step=step, draft_saved_at=now())
    put(home, profile, draft=replace(blank, attempts=attempts))
    return server.approve(authorize_url(attempt)) if attempts else ""


async def go(pilot: ThePilot, server: HoldingServer, wait: str, landed: str) -> None:
    """Continue from where the wizard opens until it sends the request."""
    if wait == "reach":
        await wait_for_screen(pilot, PrerequisitesScreen)
    elif is_of_active(wait):
        await point_at(pilot, "rotate" if wait == "rotate" else "check")
        await pilot.press("enter")
    else:
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("u")
    if wait == "rotate":
        await wait_for_dialog(pilot, RotateScreen)
        await paste(pilot, server.client_secret)
        await pilot.press("enter")
    if landed:
        await linked_redirect(pilot)
        await paste(pilot, landed)


def nowhere() -> CredentialSet:
    """A set whose servers don't exist."""
    base = f"https://127.0.0.1:{silent_port()}"
    endpoints = Endpoints(f"{base}/authorize", f"{base}/token", base)
    return CredentialSet("OQ" + "0" * 32, Secret("s3cret-" * 5), REDIRECT_URL, endpoints)


@contextmanager
def screens(settings: Settings) -> Iterator[WizardApp]:
    with wiring.wizard(settings, wiring.store()) as app:
        assert isinstance(app, WizardApp)
        yield app


@asynccontextmanager
async def waiting(
    server: HoldingServer, home: Path, wait: str
) -> AsyncIterator[tuple[WizardApp, ThePilot]]:
    """Run the wizard until it waits for a response that is held."""
    landed = prepare(server, home, wait)
    server.held = HELD[wait]
    urls = {
        name: getattr(server, name)
        for name in ("authorize_url", "token_url", "scim_url")
        if wait == "reach"
    }
    with screens(Settings(endpoints=urls)) as app:
        async with running(app) as (_, pilot):
            await go(pilot, server, wait, landed)
            await asyncio.to_thread(server.wait_for_request)
            if server.held == "throttled":
                await wait_until(pilot, lambda: "retrying in" in text_of(app), "the countdown")
            yield app, pilot


async def leave(pilot: ThePilot, way: str) -> None:
    if way == "ctrl+q":
        await pilot.press(way)
    else:
        number = getattr(signal, way)
        assert signal.getsignal(number) is not signal.SIG_DFL, "this would end the tests"
        os.kill(os.getpid(), number)


def code_of(way: str, wait: str) -> ExitCode:
    if way != "ctrl+q":
        return ExitCode.SIGNAL
    return ExitCode.FINE if is_of_active(wait) else ExitCode.NOT_SET_UP


@in_each(DROPPABLE)
async def test_what_can_be_asked_again_is_not_waited_for(
    server: HoldingServer, home: Path, wait: str, way: str
) -> None:
    async with waiting(server, home, wait) as (app, pilot):
        await leave(pilot, way)
        assert await left(app) is code_of(way, wait)
    if wait != "reach":
        profile, kept = stored(home)
        assert kept.client_secret
        assert profile.last_check is None, "a check that was left is none that failed"
        assert bool(kept.tokens) == (wait != "metadata"), "what had been done is kept"


@in_each(LOSABLE)
async def test_what_would_be_lost_is_waited_for_however_often_and_kept(
    server: HoldingServer, home: Path, wait: str, way: str
) -> None:
    async with waiting(server, home, wait) as (app, pilot):
        steps = [screen for screen in app.screen_stack if isinstance(screen, StepScreen)]
        before = server.requests[-1].form.get("refresh_token")
        for _ in range(2):
            await leave(pilot, way)
            aside = steps[-1].query_one(Heading)
            await wait_until(pilot, lambda: LEAVING in str(aside.render()), "its being said")  # noqa: B023
        assert app.return_value is None
        server.release()
        assert await left(app) is code_of(way, wait)
    profile, kept = stored(home)
    assert kept.tokens
    assert kept.tokens.refresh_token
    # Refresh tokens rotate, and this is one that the server just issued.
    assert kept.tokens.refresh_token.reveal() != before
    assert profile.last_check is None


@pytest.mark.parametrize(
    ("wait", "screen"),
    [
        ("metadata", CredentialsScreen),
        *((wait, AuthorizeScreen) for wait in ("exchange", "users", "countdown", "rehearsal")),
        *((wait, OverviewScreen) for wait in HELD if wait.startswith("Check now")),
    ],
)
async def test_escape_leads_back_at_once_and_what_would_be_lost_is_kept(
    server: HoldingServer, home: Path, wait: str, screen: type[StepScreen]
) -> None:
    async with waiting(server, home, wait) as (_, pilot):
        before = server.requests[-1].form.get("refresh_token")
        await pilot.press("escape")
        await wait_for_screen(pilot, screen)
        server.release()
    _, kept = stored(home)
    if wait in LOSABLE:
        assert kept.tokens
        assert kept.tokens.refresh_token
        assert kept.tokens.refresh_token.reveal() != before


# -- before a request ------------------------------------------------------------------------------


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that accepts connections and never does its part of TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.mark.parametrize(
    ("wait", "way"),
    [("exchange", "ctrl+q"), ("Check now, refresh", "SIGTERM"), ("rotate", "ctrl+q")],
)
async def test_connecting_is_not_waited_for_and_the_code_is_still_good(
    server: HoldingServer, home: Path, silent: socket.socket, wait: str, way: str
) -> None:
    token_url = f"https://127.0.0.1:{silent.getsockname()[1]}/token"
    landed = prepare(server, home, wait, token_url)
    before = stored(home)[1].tokens
    with screens(Settings()) as app:
        async with running(app) as (_, pilot):
            await go(pilot, server, wait, landed)
            connection, _ = await asyncio.to_thread(silent.accept)
            await leave(pilot, way)
            assert await left(app) is code_of(way, wait)
            connection.close()
    profile, kept = stored(home)
    assert profile.last_check is None
    assert kept.tokens == before
    if landed:
        assert kept.attempts[-1].code_sent_at is None


# -- the keyring -----------------------------------------------------------------------------------


@pytest.fixture
def backend() -> Iterator[HangingKeyring]:
    """A keyring that asks its owner to unlock it, once a test sets it to."""
    backend = HangingKeyring()
    backend.may_answer.set()
    yield backend
    let_answer(backend)


@pytest.mark.parametrize("way", ["ctrl+q", "SIGTERM"])
async def test_keyring_that_is_read_again_keeps_nobody(
    backend: HangingKeyring, home: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = keyring_on(backend)
    store = LocalProfileStore(home, StoreKind.KEYRING, keyring)
    monkeypatch.setattr(wiring, "store", lambda: store)
    with store.locked("default") as held:
        held.save(Profile(), active=replace(nowhere(), tokens=issued(hours=1)))
    backend.may_answer.clear()
    keyring.limit = 0
    with screens(Settings()) as app:
        let_answer(backend)
        backend.may_answer.clear()
        keyring.limit = PATIENCE
        async with running(app) as (_, pilot):
            await wait_for_screen(pilot, OverviewScreen)
            await pilot.press("r")
            await wait_until(pilot, lambda: backend.hung == 2, "its being asked")
            await leave(pilot, way)
            assert await left(app) is (ExitCode.MACHINE if way == "ctrl+q" else ExitCode.SIGNAL)
            assert not backend.may_answer.is_set()
            backend.may_answer.set()


@pytest.mark.parametrize("way", ["ctrl+q", "SIGTERM"])
async def test_what_the_keyring_is_to_keep_is_waited_for_and_kept(
    backend: HangingKeyring, home: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalProfileStore(home, StoreKind.KEYRING, keyring_on(backend))
    monkeypatch.setattr(wiring, "store", lambda: store)
    with store.locked("default") as held:
        profile = Profile(draft_step=Step.CREDENTIALS, draft_saved_at=now())
        held.save(profile, draft=replace(nowhere(), client_secret=None))
    with screens(Settings()) as app:
        backend.may_answer.clear()
        async with running(app) as (_, pilot):
            await wait_for_screen(pilot, OverviewScreen)
            await pilot.press("u")
            screen = await wait_for_screen(pilot, CredentialsScreen)
            await paste(pilot, SECRET)
            await wait_until(pilot, lambda: backend.hung == 1, "its being asked")
            await leave(pilot, way)
            aside = screen.query_one(Heading)
            await wait_until(pilot, lambda: LEAVING in str(aside.render()), "its being said")
            assert app.return_value is None
            backend.may_answer.set()
            assert await left(app) is code_of(way, "credentials")
    with store.locked("default") as held:
        draft = held.draft()
    assert draft is not None
    assert draft.client_secret == Secret(SECRET)


# -- the listener ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["ctrl+q", "SIGTERM", "escape"])
async def test_waiting_for_the_browser_ends_at_once_and_frees_the_port(
    home: Path, way: str
) -> None:
    port = silent_port()
    blank = replace(nowhere(), redirect_url=f"http://127.0.0.1:{port}/landing")
    draft = replace(blank, attempts=(begin(blank, None, now()),))
    put(home, Profile(draft_step=Step.REDIRECT, draft_saved_at=now()), draft=draft)
    with screens(Settings()) as app:
        async with running(app) as (_, pilot):
            await wait_for_screen(pilot, OverviewScreen)
            await pilot.press("u")
            screen = await linked_redirect(pilot)
            assert screen.link
            assert screen.link.is_listening
            if way == "escape":
                await pilot.press("escape")
                await linked_authorize(pilot)
                way = "ctrl+q"
            await leave(pilot, way)
            assert await left(app) is code_of(way, "redirect")
    socket.create_server(("127.0.0.1", port)).close()
