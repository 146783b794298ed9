"""The head of an HTTP/1.1 request, read within limits (RFC 9112 §2, §3)."""

from __future__ import annotations

import asyncio
from typing import Final

from wizard.domain.value import Guarded

LINE_LIMIT: Final = 256 * 1024
"""Bytes of a request line: a code may be a JWT, and some servers put whole tokens there."""

HEADER_LIMIT: Final = 64 * 1024
"""Bytes of all header lines together."""

HEAD_LIMIT: Final = LINE_LIMIT + HEADER_LIMIT
"""What a stream reader has to be able to hold."""

_END: Final = b"\r\n\r\n"


class Request(Guarded):
    """What is looked at of a request; the target may hold a code."""

    method: str
    target: str
    """Printable ASCII in origin form: `/path?query` (RFC 9112 §3.2.1)."""
    host: str
    """The one Host field, in lower case; "" when there is none or more than one."""

    @property
    def path(self) -> str:
        """The target up to its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The target behind the first "?"."""
        return self.target.partition("?")[2]


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request head; None when it is too long, broken, or cut off by the other side.

    The reader must have been made with HEAD_LIMIT. A body is left unread.
    """
    try:
        head = await reader.readuntil(_END)
    except (asyncio.LimitOverrunError, asyncio.IncompleteReadError):
        return None
    line, *fields = head.removesuffix(_END).split(b"\r\n")
    if len(line) > LINE_LIMIT or len(head) - len(line) > HEADER_LIMIT:
        return None
    return _parse(line, fields)


def _parse(line: bytes, fields: list[bytes]) -> Request | None:
    words = line.decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    method, target, _ = words
    if not (target.startswith("/") and target.isascii() and target.isprintable()):
        return None
    hosts = [
        value.strip().decode("latin-1").lower()
        for name, _, value in (field.partition(b":") for field in fields)
        if name.lower() == b"host"
    ]
    return Request(method, target, hosts[0] if len(hosts) == 1 else "")
