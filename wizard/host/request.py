"""The head of an HTTP/1.1 request, read within limits."""

from __future__ import annotations

import asyncio
from typing import Final, cast

from wizard.domain.value import Guarded

LIMIT: Final = 64 * 1024
"""Bytes of a request; a code may be a JWT of a few thousand characters."""


class Request(Guarded):
    """The used parts of a request; the target may hold a code."""

    method: str
    target: str
    """Printable ASCII in origin form: `/path?query` (RFC 9112 §3.2.1)."""
    host: str
    """The Host field in lower case; "" without one."""


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request head; None when it is too long, malformed, or cut off by the other side.

    A body is left unread. Args: `reader` has the limit LIMIT.
    """
    # Imported here: most wizards read no request.
    import h11

    connection = h11.Connection(h11.SERVER)
    try:
        connection.receive_data(await reader.readuntil(b"\r\n\r\n"))
        # A whole head is a request, or else an error.
        event = cast("h11.Request", connection.next_event())
    except (asyncio.LimitOverrunError, asyncio.IncompleteReadError, h11.RemoteProtocolError):
        return None
    target = event.target.decode("latin-1")
    if not (target.startswith("/") and target.isascii() and target.isprintable()):
        return None
    host = dict(event.headers).get(b"host", b"")
    return Request(event.method.decode("latin-1"), target, host.decode("latin-1").lower())
