"""A real browser for the approval page: Debian's chromium, driven by playwright.

Playwright's sync API can't run inside an asyncio loop. Call these functions from a plain `def`
test, or from a coroutine through `asyncio.to_thread`.
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
    """Return the path of chromium, or None if it isn't installed."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


requires_chromium: Final = pytest.mark.skipif(
    chromium_path() is None, reason="needs Debian's chromium"
)
"""Marks a test that opens pages."""


@contextmanager
def open_page(timeout: float = 20.0, **options: Any) -> Iterator[Page]:
    """Open an empty page of a headless chromium with a new, temporary profile.

    Each wait of the page ends after `timeout` seconds with playwright's TimeoutError. The page can
    reach only this machine. The options are those of playwright's contexts.
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
    """Open an authorization link, press a button, and return the URL that the browser is sent to.

    That is the first URL outside the authorization server, whether it loads or not: what the
    address bar shows if the page can't be reached. If a server responds there, such as a loopback
    listener, it has responded when this function returns.

    Raises:
        playwright.sync_api.TimeoutError: No such button, or no redirect followed.
    """

    def is_landing(request: Request) -> bool:
        is_elsewhere = urlsplit(request.url).netloc != urlsplit(url).netloc
        return is_elsewhere and request.is_navigation_request()

    with open_page() as page:
        page.goto(url)
        with page.expect_request(is_landing) as landing:
            # The click would wait for a page that may never load.
            page.get_by_role("button", name=button, exact=True).click(no_wait_after=True)
        landing.value.response()
        return landing.value.url
