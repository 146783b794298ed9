"""The HTTP client, which limits time and size and follows no redirects; and HTTP dates."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import stat
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Final

import httpx
import truststore
from socksio import SOCKSError

from wizard import __version__
from wizard.api.connection import close_what_is_given_up, has_begun_to_leave
from wizard.api.failures import strerror
from wizard.api.proxies import ByProxy
from wizard.domain import journal, rules
from wizard.domain.errors.network import CA_FILE_UNUSABLE
from wizard.domain.problems import SetupError
from wizard.domain.value import Guarded

CLOCK_TOLERANCE: Final = 60.0
"""Seconds by which this machine's clock may differ from a server's."""

_LONGEST_DATE: Final = 64
"""Characters; an HTTP date has 29."""
_DAY: Final = 86400


def http_date(value: str) -> datetime | None:
    """Return an HTTP date (RFC 9110 §5.6.7), timezone-aware; None if it isn't valid."""
    if len(value) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def in_words(seconds: float) -> str:
    """Return a span in its largest fitting unit: "45 s", "3 min", "2 h", "400 days"."""
    for unit, size in (("days", _DAY), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def pause_in_words(seconds: float | None) -> str:
    """Return how long to wait before the next try: "45 s"; None is a pause of unknown length."""
    if seconds is None:
        return "a minute"
    if seconds > _DAY:
        return "more than a day"
    return in_words(seconds) if seconds >= 1 else "a few seconds"


def seconds_ahead(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how far a clock is ahead of a response's Date (RFC 9110 §6.6.1).

    0 if they agree within the tolerance, None without a Date.
    """
    date = http_date(headers.get("Date", ""))
    if date is None:
        return None
    ahead = (now - date).total_seconds()
    return ahead if abs(ahead) > CLOCK_TOLERANCE else 0.0


def offset_in_words(ahead: float) -> str:
    """Return by how much a clock is off: "3 h slow"; "" if it isn't."""
    return f"{in_words(abs(ahead))} {'fast' if ahead > 0 else 'slow'}" if ahead else ""


TIMEOUT: Final = httpx.Timeout(30, connect=10, pool=10)
"""Seconds; `connect` counts for TCP and for TLS, each."""

KEPT: Final = 1 << 16
"""Bytes that are kept of a body that is too long, to see what it is."""

OnWait = Callable[[str, float], None]
"""Called with the reason for a retry and the seconds left before it."""

Sleep = Callable[[float], Awaitable[None]]
"""asyncio.sleep, or a test's replacement for it."""


class Reply(Guarded):
    """A response that was read; the body of a token response must not get into a log."""

    status: int
    headers: httpx.Headers
    body: bytearray
    """The body; only its beginning if it was longer than the limit."""
    is_cut: bool = False
    """Whether the body was longer than the limit."""
    ahead: float = 0.0
    """Seconds this machine's clock is ahead of the response's Date; 0 also without a Date."""


def open_client(ca_file: Path | None = None) -> httpx.AsyncClient:
    """Create the client that all services share; close it with `async with` or `aclose()`.

    It trusts the system's certificate store and `ca_file` (PEM). It uses the proxies of the
    environment, but never for loopback, and keeps no cookies.

    Raises:
        SetupError: SSL_CERT_FILE or `ca_file` can't be used; the problem names it.
    """
    return httpx.AsyncClient(
        transport=ByProxy(_trust(ca_file)),
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers={
            "Accept-Encoding": "identity",
            "User-Agent": f"twilio-scim-wizard/{__version__}",
        },
        event_hooks={"request": [close_what_is_given_up], "response": [_keep_location]},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


async def _keep_location(response: httpx.Response) -> None:
    """Hide a redirect's URL from HTTPX, which fails at an invalid one even without following it."""
    location = response.headers.pop("Location", None)
    if location is not None:
        response.extensions["location"] = location


async def begin(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send a request and return its response, the body of which is still to be read.

    Raises:
        httpx.InvalidURL: the URL isn't allowed for an endpoint, such as plain http to another
        machine. Nothing was sent. httpx.RemoteProtocolError: also for an error in the libraries
        while they read the response. httpx.HTTPError, OSError: see `failures.WIRE_ERRORS`.
        Exceptions of the libraries below HTTPX become its own.
    """
    # Every endpoint was validated when it was entered or loaded: this is a last safeguard.
    if rules.endpoint(str(request.url)):
        raise httpx.InvalidURL("")
    try:
        response = await client.send(request, stream=True)
    except (SOCKSError, AssertionError, ValueError, OverflowError) as error:
        raise _as_httpx(error, request) from error
    location: str | None = response.extensions.pop("location", None)
    if location is not None:
        response.headers["Location"] = location
    return response


def _as_httpx(error: Exception, request: httpx.Request) -> Exception:
    """Return the HTTPX error for one that a library below it raised."""
    if has_begun_to_leave(request):
        # Neither the URL nor the proxy was the reason, and the server may have received the
        # request.
        return httpx.RemoteProtocolError("", request=request)
    if isinstance(error, SOCKSError | AssertionError):
        # Bytes that aren't a response of a SOCKS proxy; HTTPX's library asserts some of them.
        return httpx.ProxyError("", request=request)
    # A host that is longer than SOCKS's 255 bytes, or that isn't a name to OpenSSL.
    return httpx.InvalidURL("")


async def send(
    client: httpx.AsyncClient, request: httpx.Request, *, limit: int, seconds: float
) -> Reply:
    """Send a request and read its response: at most `limit` bytes, in at most `seconds`.

    Raises:
        httpx.HTTPError, OSError: see `failures.WIRE_ERRORS`; TimeoutError past `seconds`.
    """
    began, outcome = time.monotonic(), "no response"
    try:
        async with asyncio.timeout(seconds):
            response = await begin(client, request)
            outcome = f"{response.status_code}, cut off"
            # Immediately: the body may take long.
            ahead = seconds_ahead(response.headers, datetime.now(UTC)) or 0.0
            try:
                body, is_cut = await read_bounded(response, limit)
            finally:
                await response.aclose()
        outcome = str(response.status_code)
    finally:
        took = (time.monotonic() - began) * 1000
        journal.note(f"{request.method} {_place(request.url)} {outcome} in {took:.0f} ms")
    return Reply(response.status_code, response.headers, body, is_cut, ahead)


def _place(url: httpx.URL) -> str:
    """Return a URL without user and query, both of which may hold secrets."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"


async def count_down(
    sleep: Sleep, seconds: float, on_wait: Callable[[float], None], is_over: Callable[[], bool]
) -> None:
    """Wait, and report the seconds left once a second, and 0 at the end."""
    while seconds > 0 and not is_over():
        on_wait(seconds)
        step = min(1.0, seconds)
        await sleep(step)
        seconds -= step
    on_wait(0.0)


async def read_bounded(response: httpx.Response, limit: int) -> tuple[bytearray, bool]:
    """Return the body of a streamed response, and whether it is longer than `limit` bytes.

    If it is longer, only the first KEPT bytes are returned.

    Raises:
        httpx.DecodingError: the body is compressed. The request asks for `identity`, and a limit on
        compressed bytes doesn't limit the decompressed ones.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise httpx.DecodingError("unsupported content encoding", request=response.request)
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            return body[:KEPT], True
    return body, False


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # OpenSSL reads SSL_CERT_FILE itself, but ignores a missing file silently; the certificate
    # stores of macOS and Windows ignore the variable.
    named = {"SSL_CERT_FILE": os.environ.get("SSL_CERT_FILE"), "--ca-file": ca_file}
    for variable, path in named.items():
        if not path:
            continue
        try:
            # OpenSSL would wait for a writer if it is a pipe.
            if not stat.S_ISREG(Path(path).stat().st_mode):
                raise OSError(errno.EINVAL, "it isn't a regular file")
            context.load_verify_locations(cafile=path)
        except (OSError, ValueError) as error:
            reason = strerror(error)
            problem = CA_FILE_UNUSABLE.filled(variable=variable, path=str(path), reason=reason)
            raise SetupError(problem) from error
    return context
