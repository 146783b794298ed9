"""The approval page and the landing page, in a real browser without JavaScript."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser import open_page, requires_chromium
from tests.commands.stage import now
from wizard.domain.models import CredentialSet, Endpoints, Pkce
from wizard.domain.oauth.authorization_request import authorize_url, begin
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.ports import Listening
from wizard.host.listener import CallbackListener
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox

SECRET: Final = "the-client-secret-0123456789abcdef"


@dataclass
class Seen:
    """What a browser received, and what it reported."""

    consent: str
    landing: str
    landing_url: str
    title: str
    words: str
    history: list[str]
    hosts: set[str]
    complaints: list[str]
    grounds: list[str]
    """The background colors of both pages, as painted."""
    widths: list[tuple[float, float]]
    """For each page, the width of the window and of its widest element."""


def walk(link: str, button: str, scheme: str) -> Seen:
    """Open the link, press a button, and inspect both pages and what remains of them."""
    hosts, complaints, grounds, widths = set(), [], [], []

    def look(page: Page) -> str:
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        root = "document.documentElement"
        widths.append((page.evaluate(f"{root}.clientWidth"), page.evaluate(f"{root}.scrollWidth")))
        return page.content()

    options: dict[str, Any] = {"java_script_enabled": False, "color_scheme": scheme}
    with open_page(viewport={"width": 360, "height": 640}, **options) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        page.goto(link)
        consent = look(page)
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_role("heading", name="received").wait_for()
        landing = look(page)
        entries = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
        history = [f"{entry['url']} {entry['title']}" for entry in entries]
        return Seen(
            consent,
            landing,
            page.url,
            page.title(),
            page.inner_text("body"),
            history,
            hosts,
            complaints,
            grounds,
            widths,
        )


@dataclass
class Waiting:
    """A link whose response is awaited at its Redirect URL."""

    link: str
    state: str
    caught: list[str]
    sandbox: Sandbox


@pytest.fixture
async def waiting() -> AsyncIterator[Waiting]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        redirect_url = f"http://127.0.0.1:{free.getsockname()[1]}/callback"
    caught: list[str] = []

    async def accept(url: str) -> bool:
        caught.append(url)
        return True

    sandbox = Sandbox(redirect_url=redirect_url, client_secret=SECRET)
    listening: Listening = await CallbackListener().listen(redirect_url, accept)
    with serve.serving(sandbox) as base:
        endpoints = Endpoints(
            serve.authorize_url(base), serve.token_url(base), serve.scim_url(base)
        )
        draft = CredentialSet(sandbox.client_id, Secret(SECRET), redirect_url, endpoints)
        attempt = begin(replace(draft, pkce=Pkce.ON), None, now())
        yield Waiting(authorize_url(attempt), attempt.state.reveal(), caught, sandbox)
    await listening.close()


@requires_chromium
@pytest.mark.parametrize(
    ("button", "scheme", "grounds", "says"),
    [
        ("Approve access", "dark", "rgb(14, 17, 22)", "✓ Approval received"),
        ("Deny", "light", "rgb(251, 251, 252)", "Return to the terminal to see what happened."),
    ],
)
async def test_pages_work_without_scripts_and_the_last_one_names_no_secret(
    waiting: Waiting, button: str, scheme: str, grounds: str, says: str
) -> None:
    seen = await asyncio.to_thread(walk, waiting.link, button, scheme)
    (answer,) = waiting.caught
    code = parse_qs(urlsplit(answer).query).get("code", ["no-code"])[0]
    assert says in seen.words
    assert seen.title == "Twilio SCIM setup"
    # Nothing of the response remains: not on the page, in the address bar, or behind Back.
    assert urlsplit(seen.landing_url).query == ""
    for left in (seen.landing, seen.landing_url, seen.history[-1]):
        assert not [secret for secret in (code, waiting.state, SECRET) if secret in left]
    assert not [entry for entry in seen.history if code in entry or "/callback" in entry]
    assert SECRET not in seen.consent
    # Styled as intended: the policy blocked nothing, and no other host got a request.
    assert seen.grounds[-1] == grounds
    assert seen.grounds[0] not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")
    assert all(widest <= window for window, widest in seen.widths)
    assert (seen.complaints, seen.hosts) == ([], {"127.0.0.1"})
