"""The HTTP client: responses bounded in time and size, never redirected; and HTTP's dates."""

from __future__ import annotations

import asyncio
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
"""Seconds this machine's clock may differ from a server's."""

_LONGEST_DATE: Final = 64
"""Characters; an HTTP date has 29."""
_DAY: Final = 86400


def http_date(value: str) -> datetime | None:
    """Return an HTTP date (RFC 9110 §5.6.7), aware; None when it is none."""
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
    """Return how long to wait before the next try: "45 s"; None is a pause nobody named."""
    if seconds is None:
        return "a minute"
    if seconds > _DAY:
        return "more than a day"
    return in_words(seconds) if seconds >= 1 else "a few seconds"


def seconds_ahead(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how far a clock is ahead of a response's Date (RFC 9110 §6.6.1).

    0 where they agree within the tolerance, None where there is no Date.
    """
    date = http_date(headers.get("Date", ""))
    if date is None:
        return None
    ahead = (now - date).total_seconds()
    return ahead if abs(ahead) > CLOCK_TOLERANCE else 0.0


def offset_in_words(ahead: float) -> str:
    """Return by how much a clock is off: "3 h slow"; "" where it isn't."""
    return f"{in_words(abs(ahead))} {'fast' if ahead > 0 else 'slow'}" if ahead else ""


TIMEOUT: Final = httpx.Timeout(30, connect=10, pool=10)
"""Seconds; `connect` counts for TCP and for TLS, each."""

KEPT: Final = 1 << 16
"""Bytes of a body that is too long, to see what it is."""

OnWait = Callable[[str, float], None]
"""Told why another try is waited for, and the seconds left."""

Sleep = Callable[[float], Awaitable[None]]
"""asyncio.sleep, or what a test puts in its place."""


class Reply(Guarded):
    """An answer that has been read; a token answer's body must not get into a log or a report."""

    status: int
    headers: httpx.Headers
    body: bytearray
    """Only its head where it was longer than the limit."""
    is_cut: bool = False
    """Whether it was longer than the limit."""
    ahead: float = 0.0
    """Seconds this machine's clock is ahead of the response's Date; 0 also where it has none."""


def open_client(ca_file: Path | None = None) -> httpx.AsyncClient:
    """Make the client every service shares; it is closed with `async with` or `aclose()`.

    It trusts the system's certificate store, and `ca_file` (PEM) besides; it goes through the
    proxies of the environment, but never to loopback; it keeps no cookies.

    Raises:
        SetupError: SSL_CERT_FILE or `ca_file` cannot be used; it is named.
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
    """Keep a redirect's URL from HTTPX, which fails at an unusable one without following any."""
    location = response.headers.pop("Location", None)
    if location is not None:
        response.extensions["location"] = location


async def begin(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send a request; the body of its answer is still to be read.

    Raises:
        httpx.InvalidURL: the URL breaks the rule for endpoints, as plain http to another
            machine does. Nothing was sent.
        httpx.RemoteProtocolError: also for an error in the libraries while they read the response.
        httpx.HTTPError, OSError: see `failures.WIRE_ERRORS`. What the libraries below HTTPX let
            through becomes one of its own.
    """
    # Every endpoint was checked when it was entered or loaded: this is the last line of defense.
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
    """Return HTTPX's error for one that the libraries below it let through."""
    if has_begun_to_leave(request):
        # Neither the URL nor the proxy was the reason, and the server may have got the request.
        return httpx.RemoteProtocolError("", request=request)
    if isinstance(error, SOCKSError | AssertionError):
        # Bytes that are no answer of a SOCKS proxy; some of them HTTPX's library asserts.
        return httpx.ProxyError("", request=request)
    # A host that SOCKS cannot hold in 255 bytes, or OpenSSL takes for no name.
    return httpx.InvalidURL("")


async def send(
    client: httpx.AsyncClient, request: httpx.Request, *, limit: int, seconds: float
) -> Reply:
    """Send a request and read its answer, at most `limit` bytes in at most `seconds` in all.

    Raises:
        httpx.HTTPError, OSError: see `failures.WIRE_ERRORS`; TimeoutError past `seconds`.
    """
    began, outcome = time.monotonic(), "no answer"
    try:
        async with asyncio.timeout(seconds):
            response = await begin(client, request)
            outcome = f"{response.status_code}, cut off"
            # At once: the body may take its time.
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
    """An address without user and query, either of which may be secret."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"


async def count_down(
    sleep: Sleep, seconds: float, on_wait: Callable[[float], None], is_over: Callable[[], bool]
) -> None:
    """Wait, telling the seconds left once a second and at the end 0; until nobody waits."""
    while seconds > 0 and not is_over():
        on_wait(seconds)
        step = min(1.0, seconds)
        await sleep(step)
        seconds -= step
    on_wait(0.0)


async def read_bounded(response: httpx.Response, limit: int) -> tuple[bytearray, bool]:
    """Return the body of a streamed answer, and whether it is longer than `limit` bytes.

    Of one that is longer the first KEPT bytes are returned.

    Raises:
        httpx.DecodingError: the body is compressed. We ask for `identity`, and a bound on what
            comes is none on what it unpacks to.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise httpx.DecodingError("content encoding refused", request=response.request)
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            return body[:KEPT], True
    return body, False


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # OpenSSL reads SSL_CERT_FILE itself, but passes over a missing file without a word; the
    # stores of macOS and Windows do not know the variable.
    named = {"SSL_CERT_FILE": os.environ.get("SSL_CERT_FILE"), "--ca-file": ca_file}
    for variable, path in named.items():
        if not path:
            continue
        reason = ""
        try:
            if stat.S_ISREG(Path(path).stat().st_mode):
                context.load_verify_locations(cafile=path)
            else:
                # OpenSSL would wait for whoever writes into a pipe.
                reason = "it isn't a regular file"
        except (OSError, ValueError) as error:
            reason = strerror(error)
        if reason:
            problem = CA_FILE_UNUSABLE.filled(variable=variable, path=str(path), reason=reason)
            raise SetupError(problem)
    return context
