"""Catches the authorization response on a loopback redirect URL (RFC 8252 §7.3, §8.3).

Written by hand on asyncio's streams: http.server blocks the event loop, and a web framework is
only in the demo extra. It speaks just enough HTTP/1.1 for one GET a connection. Nothing is
logged and no request is echoed, since addresses hold a code and a state.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from wizard.domain.book.here import PORT_PRIVILEGED, PORT_TAKEN
from wizard.domain.problems import SetupError
from wizard.domain.value import Value
from wizard.host.landing import Landing, landing_page, not_found, see_other
from wizard.host.request import HEAD_LIMIT, Request, read_request

Accept = Callable[[str], Awaitable[bool]]
"""Given the full address of a matching request; whether it is the answer waited for."""

CONNECTION_LIMIT: Final = 32
"""Connections at once; a browser opens a few ahead of need, and leaves them silent."""

_LOOPBACK: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}


class CallbackListener:
    """Listens on loopback redirect URLs.

    Args:
        patience: seconds a connection has for its request, and again for taking the answer.
        grace: seconds `close` leaves the browser to fetch the page it was just sent to.
    """

    def __init__(self, *, patience: float = 5.0, grace: float = 1.0) -> None:
        self._patience = patience
        self._grace = grace

    async def listen(self, redirect_url: str, accept: Accept) -> OpenListener:
        """Bind exactly the address and port of `redirect_url`, then return.

        `accept` is given the full address of each GET whose path, own query and Host are the
        redirect URL's. When it returns True the browser is sent on to a page without a code; all
        else is 404 and changes nothing.

        Raises:
            SetupError: the port is taken, or needs rights this process has not.
            ValueError: not an http URL on localhost, 127.0.0.1 or [::1].
        """
        redirect = _Redirect.parse(redirect_url)
        listener = OpenListener(redirect, accept, self._patience, self._grace)
        try:
            await listener._open()
        except OSError as error:
            denied = error.errno in (errno.EACCES, errno.EPERM) and redirect.port < 1024
            problem = PORT_PRIVILEGED if denied else PORT_TAKEN
            raise SetupError(problem.about(port=str(redirect.port)).saying(str(error))) from error
        return listener


class _Redirect(Value):
    """The parts of a loopback redirect URL that a request is compared with."""

    origin: str
    address: str
    port: int
    hosts: frozenset[str]
    path: str
    query: frozenset[tuple[str, str]]

    @classmethod
    def parse(cls, url: str) -> _Redirect:
        parts = urlsplit(url)
        address = _LOOPBACK.get(parts.hostname or "")
        port = 80 if parts.port is None else parts.port
        if parts.scheme != "http" or address is None or port == 0 or "@" in parts.netloc:
            raise ValueError("not a loopback http URL with a port to listen on")
        name = f"[{address}]" if address == "::1" else parts.hostname
        # A browser leaves the default port out of Host (RFC 9110 §7.2).
        hosts = {f"{name}:{port}"} | ({f"{name}"} if port == 80 else set())
        return cls(
            origin=f"{parts.scheme}://{parts.netloc}",
            address=address,
            port=port,
            hosts=frozenset(hosts),
            path=parts.path or "/",
            query=frozenset(_parameters(parts.query)),
        )

    def matches(self, request: Request) -> bool:
        """Whether the request is for the redirect URL; it may add parameters to its query."""
        return request.path == self.path and self.query.issubset(_parameters(request.query))


class OpenListener:
    """A bound listener: answers until `close`."""

    def __init__(self, redirect: _Redirect, accept: Accept, patience: float, grace: float) -> None:
        self._redirect = redirect
        self._accept = accept
        self._patience = patience
        self._grace = grace
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._page_path = f"/done-{secrets.token_urlsafe(16)}"
        self._page: Landing | None = None
        self._questions = 0
        self._owes_page = False
        self._is_settled = asyncio.Event()
        self._settle()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._on_connection, self._redirect.address, self._redirect.port, limit=HEAD_LIMIT
        )

    async def close(self) -> None:
        """Stop listening and end every connection; not to be called from within `accept`.

        A browser that has just been redirected gets its page first, if it asks within `grace`.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._grace):
                await self._is_settled.wait()
        self._owes_page = False
        if self._server is not None:
            self._server.close()
        open_connections = tuple(self._connections)
        for connection in open_connections:
            connection.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)

    def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= CONNECTION_LIMIT:
            writer.transport.abort()
            return
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._patience):
                request = await read_request(reader)
            # Outside the time limits: accepting may mean writing to a disk.
            answer = await self._answer(request)
            async with asyncio.timeout(self._patience):
                writer.write(answer)
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, ConnectionError):
            pass  # The other side went silent or away; what it sent was dealt with above.
        finally:
            writer.transport.abort()

    async def _answer(self, request: Request | None) -> bytes:
        if request is None or request.method != "GET" or request.host not in self._redirect.hosts:
            return not_found()
        if self._page is not None and request.target == self._page_path:
            self._owes_page = False
            self._settle()
            return landing_page(self._page)
        if self._redirect.matches(request) and await self._is_awaited(request):
            is_error = any(name == "error" for name, _ in _parameters(request.query))
            self._page = Landing.NEUTRAL if is_error else Landing.GOOD
            return see_other(self._page_path)
        return not_found()

    async def _is_awaited(self, request: Request) -> bool:
        """Ask `accept`; while it thinks, and then until the page is fetched, `close` waits."""
        self._questions += 1
        self._settle()
        try:
            is_accepted = await self._accept(f"{self._redirect.origin}{request.target}")
            self._owes_page = self._owes_page or is_accepted
        finally:
            self._questions -= 1
            self._settle()
        return is_accepted

    def _settle(self) -> None:
        if self._questions or self._owes_page:
            self._is_settled.clear()
        else:
            self._is_settled.set()


def _parameters(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)
