"""Closes a connection that is given up in the middle of TLS, which HTTPX leaves to the garbage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

import httpx

Trace = Callable[[str, Mapping[str, object]], Awaitable[None]]
"""The `trace` extension of HTTPX."""


async def close_what_is_given_up(request: httpx.Request) -> None:
    """Watch a request about to be sent, beside what watches it already.

    httpcore closes the socket of a TLS handshake that failed, but not of one that was cancelled,
    as by a limit in time or by leaving: it would stay open until the garbage is collected.
    """
    request.extensions["trace"] = _Watch(request.extensions.get("trace"))


@runtime_checkable
class _Stream(Protocol):
    """What a connection is made of: a socket, or TLS over one."""

    async def aclose(self) -> None:
        """Close it."""


class _Watch:
    def __init__(self, beside: Trace | None) -> None:
        self._beside = beside
        self._stream: _Stream | None = None

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        made = info.get("return_value")
        if isinstance(made, _Stream):
            self._stream = made
        elif event.endswith(".start_tls.failed") and self._stream is not None:
            await self._stream.aclose()
        if self._beside is not None:
            await self._beside(event, info)
