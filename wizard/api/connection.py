"""The connection of a request: how far it has come, and why TLS rejected a certificate.

The numbers are OpenSSL's X509_V_ERR_*, Windows' CERT_E_* and CRYPT_E_*, and macOS' errSec*,
as truststore passes them on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import httpx
from httpcore import AsyncNetworkStream

from wizard.domain.errors import network
from wizard.domain.problems import Problem


async def close_what_is_given_up(request: httpx.Request) -> None:
    """Close the sockets that httpcore leaves open if a request is given up.

    A request's extension "on_leaving" is awaited right before it is sent.

    httpcore closes the socket of a failed TLS handshake, but not of one that a time limit or the
    user canceled. Nor does it close that of a proxy that isn't a SOCKS proxy. Those sockets would
    stay open until garbage collection.
    """
    request.extensions["trace"] = _Watch(request.extensions.get("on_leaving"))


def has_passed_the_proxy(request: httpx.Request) -> bool:
    """Whether a failed request had come further than the proxy, or than connecting."""
    return bool(getattr(request.extensions.get("trace"), "has_passed", False))


def has_begun_to_leave(request: httpx.Request) -> bool:
    """Whether the request has begun to be sent, so that the server may have received it."""
    return bool(getattr(request.extensions.get("trace"), "has_begun", False))


_LEFT_OPEN: Final = (".start_tls.failed", ".setup_socks5_connection.failed")
_TUNNELED: Final = ("proxy.start_tls.started", "socks.start_tls.started")
"""The trace events at which TLS with the server itself (not with a proxy) begins."""
_SENDING: Final = "http11.send_request_headers.started"


class _Watch:
    """The `trace` extension of HTTPX."""

    def __init__(self, on_leaving: Callable[[], Awaitable[None]] | None) -> None:
        self._on_leaving = on_leaving
        self._stream: AsyncNetworkStream | None = None
        self.has_passed = False
        self.has_begun = False

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        made = info.get("return_value")
        if isinstance(made, AsyncNetworkStream):
            self._stream = made
        elif event.endswith(_LEFT_OPEN) and self._stream is not None:
            await self._stream.aclose()
        elif event in _TUNNELED:
            self.has_passed = True
        elif event == _SENDING and getattr(info["request"], "method", b"") != b"CONNECT":
            if self._on_leaving is not None:
                await self._on_leaving()
            self.has_passed = self.has_begun = True


class Departure:
    """Notes when a request begins to be sent."""

    def __init__(self, limit: asyncio.Timeout) -> None:
        """Args: `limit`: the time limit of all tries."""
        self.has_begun = False
        self.limit = limit
        self._is_dropped = False

    def drop(self) -> None:
        """End the time limit now, unless the request has begun to be sent."""
        if not self.has_begun:
            self._is_dropped = True
            # A time limit that is expiring at this moment can't be changed any more.
            if not self.limit.expired():
                self.limit.reschedule(asyncio.get_running_loop().time())

    async def begin(self) -> None:
        """Note it, or wait forever if the request is dropped."""
        if self._is_dropped:
            # Nothing is sent any more; the cancellation that ends this wait is already on its way.
            await asyncio.get_running_loop().create_future()
        self.has_begun = True


_OPENSSL: Final = {
    # 5 is what older versions of macOS give instead of a specific number.
    **dict.fromkeys((2, 5, 18, 19, 20, 21, 27), network.TLS_UNTRUSTED),
    9: network.TLS_NOT_YET_VALID,
    10: network.TLS_OUT_OF_DATE,
    # A host, an email address, an IP address.
    **dict.fromkeys((62, 63, 64), network.TLS_OTHER_HOST),
    # The key of the server, the key of the CA, the hash of the CA's signature.
    **dict.fromkeys((66, 67, 68), network.TLS_WEAK_KEY),
}
_WINDOWS: Final = {
    **dict.fromkeys((0x800B0101, 0x800B0102), network.TLS_OUT_OF_DATE),
    **dict.fromkeys((0x800B0109, 0x800B010A, 0x800B010D, 0x800B0112), network.TLS_UNTRUSTED),
    **dict.fromkeys((0x800B010F, 0x800B0114), network.TLS_OTHER_HOST),
}
_MACOS: Final = {
    -67818: network.TLS_OUT_OF_DATE,
    -67819: network.TLS_NOT_YET_VALID,
    -67602: network.TLS_OTHER_HOST,
    **dict.fromkeys((-67843, -25318), network.TLS_UNTRUSTED),
}
_BY_CODE: Final = _OPENSSL | _WINDOWS | _MACOS


def certificate_problem(code: int) -> Problem:
    """Return the problem for the error number of a rejection, its {host} and {reason} not filled.

    An unknown number is reported in the library's own words. Trusting a CA is advised only if that
    can help.
    """
    # On Windows, the numbers may be signed.
    return _BY_CODE.get(code) or _BY_CODE.get(code & 0xFFFFFFFF) or network.TLS_UNFIT
