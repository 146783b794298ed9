"""Maps the exceptions of httpx, the resolver, and OpenSSL to entries of the error catalog.

The messages of these exceptions aren't used: some quote headers, and so a bearer token.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import httpx
from socksio import SOCKSError

from wizard.api.connection import certificate_problem, has_passed_the_proxy
from wizard.api.proxies import UnusableProxy, Way, unreadable_entries, way_of
from wizard.domain.errors import network
from wizard.domain.problems import Problem
from wizard.domain.rules import LOOPBACK_HOSTS
from wizard.domain.secret import Secret
from wizard.domain.texts.wording import through_proxy, with_bad_no_proxy

WIRE_ERRORS: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    OSError,
    UnicodeError,
)
"""All exceptions a request can raise. httpx doesn't wrap every ssl.SSLError (an OSError) or IDNA
UnicodeError; TimeoutError is an OSError."""

UNSENT_ERRORS: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
"""Raised before a byte of the request was sent; only then may a code be sent again."""

NEVER_SENT: Final = (*UNSENT_ERRORS, httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError)
"""The same, and those for which a retry doesn't help."""

_PHASES: Final = {
    httpx.ConnectTimeout: "still connecting",
    httpx.PoolTimeout: "still waiting for a free connection",
    httpx.WriteTimeout: "still sending",
    httpx.ReadTimeout: "still waiting for the response",
}
_LOGIN_WORDS: Final = ("got NO ACCEPTABLE", "got USERNAME", "Invalid username")
"""What httpcore says if a SOCKS proxy requires a login, or another one."""
_CUT_OFF: Final = ("502", "503", "504")
_CUT_OFF_WORDS: Final = ("General SOCKS", "unreachable", "Connection refused", "TTL expired")
"""The same if a proxy couldn't reach the server; if it isn't allowed to, it says "not allowed"."""


_MALFORMED: Final = "its headers are malformed or contradict each other"
_INVALID: Final = {
    "illegal status line": "it doesn't start with an HTTP status line",
    "no response line": "it doesn't start with an HTTP status line",
    "Receive buffer too long": "its headers are longer than 100 kB",
    "illegal chunk header": "its chunks are malformed",
    "malformed chunk footer": "its chunks are malformed",
    "Too much data for declared Content-Length": "it's longer than its Content-Length",
    **dict.fromkeys(
        ("illegal header line", "continuation line", "bad Content-Length", "conflicting Content"),
        _MALFORMED,
    ),
    **dict.fromkeys(("multiple Transfer-Encoding", "Only Transfer-Encoding"), _MALFORMED),
}
"""Reasons by the beginning of h11's messages; the rest of them quotes the response."""


def network_problem(error: Exception, url: str, seconds: float) -> Problem:
    """Return the problem for an error of `WIRE_ERRORS` that was raised by a request to `url`.

    Args:
        seconds: the time limit of the whole request.
    """
    if isinstance(error, UnusableProxy):
        return error.problem
    host = host_of(url)
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError)):
        return network.BAD_ADDRESS.filled(host=host)
    way = way_of(httpx.URL(url))
    if isinstance(error, httpx.ProxyError):
        unknown = Way("the proxy settings", "a proxy", "http", Secret(""))
        return _beside(_refused_by(way or unknown, error, host))
    if way is None:
        return _missed(error, url, seconds)
    problem = _missed_at(way, error, host) or _missed(error, url, seconds)
    return _beside(through_proxy(problem, way.kind, way.proxy, way.variable))


def _beside(problem: Problem) -> Problem:
    """Add an invalid NO_PROXY entry to a problem: a proxy may have been used because of it."""
    entry = next(iter(unreadable_entries()), None)
    return problem if entry is None else with_bad_no_proxy(problem, entry)


def _missed(error: Exception, url: str, seconds: float) -> Problem:
    """Return the problem that occurred on the way to a server, with or without a proxy."""
    host = host_of(url)
    if isinstance(error, httpx.DecodingError):
        return network.ENCODING_REFUSED.filled(host=host)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        in_all = f"the whole request took longer than {seconds:.0f} s"
        phase = next((p for kind, p in _PHASES.items() if isinstance(error, kind)), in_all)
        return network.TIMED_OUT.filled(host=host, phase=phase)
    causes = tuple(_causes(error))
    if isinstance(error, (httpx.ConnectError, ssl.SSLError)):
        for cause in causes:
            if isinstance(cause, ssl.SSLError):
                return _tls_problem(cause, host)
        return _unconnected(causes, url)
    if isinstance(error, httpx.RemoteProtocolError) and (reason := _not_http(error)):
        return network.NOT_HTTP.filled(host=host, reason=reason)
    if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError)):
        return network.DROPPED.filled(host=host)
    # Windows' certificate functions fail with an HRESULT, which is negative. Its sockets don't.
    if isinstance(error, OSError) and (getattr(error, "winerror", None) or 0) < 0:
        return network.TLS_FAILED.filled(host=host, reason=strerror(error))
    return network.UNREACHABLE.filled(host=host, reason=strerror(error))


def is_passing(error: Exception) -> bool:
    """Whether the connection failed in a way that may be temporary."""
    kinds = (*UNSENT_ERRORS, httpx.NetworkError, httpx.RemoteProtocolError)
    is_lasting = any(isinstance(c, ssl.SSLCertVerificationError) for c in _causes(error))
    return isinstance(error, kinds) and not is_lasting and not _not_http(error)


def host_of(url: str) -> str:
    """Return host and port of a URL, without user and password; without a host the text itself."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return url
    return parts.netloc.decode("ascii") or url


def origin_of(url: str) -> str:
    """Return scheme, host, and port (RFC 6454 §4), without a default port.

    Raises httpx.InvalidURL.
    """
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode('ascii')}"


def strerror(error: Exception) -> str:
    """Return the system's message for an error, without its numbers and a period at its end."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    # Only errors that OpenSSL itself raised have a reason.
    reason: str | None = getattr(error, "reason", None) if isinstance(error, ssl.SSLError) else None
    if reason == "WRONG_VERSION_NUMBER":
        return "it responds without TLS, so its URL should probably start with http://"
    if reason:
        return reason.replace("_", " ").lower()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.rstrip(".")
    return type(error).__name__


def _refused_by(way: Way, error: httpx.ProxyError, host: str) -> Problem:
    """Return the problem for a proxy that responded with an error."""
    if any(isinstance(cause, SOCKSError | AssertionError) for cause in _causes(error)):
        return way.filling(network.PROXY_OF_OTHER_KIND, host, "it isn't a SOCKS proxy")
    said, entry = str(error), network.PROXY_REFUSED
    if said.startswith("407") or any(words in said for words in _LOGIN_WORDS):
        entry = network.PROXY_LOGIN
    elif said.startswith(_CUT_OFF) or any(words in said for words in _CUT_OFF_WORDS):
        entry = network.PROXY_CUT_OFF
    return way.filling(entry, host, said)


def _missed_at(way: Way, error: Exception, host: str) -> Problem | None:
    """Return the problem on the way to the proxy, or at it; None for a failure beyond it."""
    if _is_beyond(error) or isinstance(error, httpx.TimeoutException):
        return None
    if isinstance(error, httpx.ConnectError):
        secure = [cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)]
        if not secure:
            return way.filling(network.PROXY_UNREACHABLE, host, _unconnected_because(error))
        if isinstance(secure[0], ssl.SSLCertVerificationError):
            return _tls_problem(secure[0], way.proxy)
        return way.filling(network.PROXY_OF_OTHER_KIND, host, strerror(secure[0]))
    reason = "it closed the connection, or its response isn't HTTP"
    return way.filling(network.PROXY_OF_OTHER_KIND, host, reason)


def _is_beyond(error: Exception) -> bool:
    """Whether a request had come further than its proxy; True if that is unknown."""
    if isinstance(error, httpx.RequestError):
        # HTTPX raises this if the error has no request.
        with suppress(RuntimeError):
            return has_passed_the_proxy(error.request)
    return True


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and its causes, also in groups: each address of a host is tried."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    led = error.__cause__ or error.__context__
    if led is not None:
        yield from _causes(led)


def _tls_problem(error: ssl.SSLError, host: str) -> Problem:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return network.TLS_FAILED.filled(host=host, reason=strerror(error))
    problem = certificate_problem(error.verify_code)
    return problem.filled(host=host, reason=strerror(error))


def _not_http(error: Exception) -> str:
    """Return why a response isn't valid HTTP; "" for one that was only cut off."""
    if not isinstance(error, httpx.RemoteProtocolError):
        return ""
    said = str(error)
    return next((reason for words, reason in _INVALID.items() if said.startswith(words)), "")


def _unconnected(causes: tuple[BaseException, ...], url: str) -> Problem:
    host = host_of(url)
    if any(isinstance(c, socket.gaierror) for c in causes):
        return network.NO_DNS.filled(host=host)
    if any(isinstance(c, ConnectionRefusedError) for c in causes):
        is_here = httpx.URL(url).host in LOOPBACK_HOSTS
        return (network.NOBODY_THERE if is_here else network.REFUSED).filled(host=host)
    if any(isinstance(c, TimeoutError) for c in causes):
        return network.TIMED_OUT.filled(host=host, phase=_PHASES[httpx.ConnectTimeout])
    return network.UNREACHABLE.filled(host=host, reason=_system_says(causes))


def _unconnected_because(error: Exception) -> str:
    """Return why there is no connection, in words that follow a colon."""
    causes = tuple(_causes(error))
    # asyncio's own message is "Connect call failed (address)": the kind of error says more.
    if any(isinstance(c, ConnectionRefusedError) for c in causes):
        return "nothing is listening there"
    if any(isinstance(c, socket.gaierror) for c in causes):
        return "its name can't be found"
    return _system_says(causes)


def _system_says(causes: tuple[BaseException, ...]) -> str:
    said = [strerror(c) for c in causes if isinstance(c, OSError) and c.strerror]
    return (said or ["no connection"])[-1]
