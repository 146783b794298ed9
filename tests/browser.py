"""A real browser, for the consent page: Debian's chromium, driven by playwright.

Playwright's sync API refuses to run where an asyncio loop is running: call these from a plain
`def` test, or from a coroutine through `asyncio.to_thread`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, sync_playwright

_DEBIAN: Final = "/usr/bin/chromium"
_NAMES: Final = (_DEBIAN, "chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # No code or state of a test leaves this machine, whatever host a redirect names.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium_path() -> str | None:
    """Return where chromium is; None when there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


requires_chromium: Final = pytest.mark.skipif(
    chromium_path() is None, reason="needs Debian's chromium"
)
"""Marks a test that opens pages."""


@contextmanager
def open_page(timeout: float = 20.0, **options: Any) -> Iterator[Page]:
    """Open an empty page of a headless chromium with a new profile, thrown away afterwards.

    Each wait of the page gives up after `timeout` seconds with playwright's TimeoutError. Only
    this machine can be reached from it. The options are those of playwright's contexts.
    """
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile, sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            Path(profile),
            executable_path=chromium_path(),
            headless=True,
            args=_ARGUMENTS,
            **options,
        )
        context.set_default_timeout(timeout * 1000)
        try:
            yield context.pages[0]
        finally:
            context.close()


def consent_in_browser(url: str, button: str = "Approve access") -> str:
    """Open an authorize link, press a button, return the address the browser is sent to.

    That is the first address outside the authorization server, whether it then loads or not: what
    the address bar shows where nothing answers. Something that does answer, such as a loopback
    listener, has answered when this returns.

    Raises:
        playwright.sync_api.TimeoutError: No such button, or no redirect followed.
    """

    def is_landing(request: Request) -> bool:
        is_elsewhere = urlsplit(request.url).netloc != urlsplit(url).netloc
        return is_elsewhere and request.is_navigation_request()

    with open_page() as page:
        page.goto(url)
        with page.expect_request(is_landing) as landing:
            # The click would wait for a page that may never come.
            page.get_by_role("button", name=button, exact=True).click(no_wait_after=True)
        landing.value.response()
        return landing.value.url
