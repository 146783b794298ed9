"""Catches the authorization response on a loopback redirect URL (RFC 8252 §7.3, §8.3).

On asyncio's streams and h11: http.server blocks the event loop, and a web framework is only in
the demo extra. It handles one GET per connection. Nothing is logged and no request is echoed, since
URLs hold a code and a state.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, cast
from urllib.parse import parse_qsl, urlsplit

from wizard.domain.errors.local import PORT_PRIVILEGED, PORT_TAKEN, PORT_UNUSABLE
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import Guarded, Value
from wizard.host.callback_page import Landing, landing_page, not_found, see_other

Accept = Callable[[str], Awaitable[bool]]
"""Called with the full URL of a matching request; returns whether it is the expected response."""

LIMIT: Final = 64 * 1024
"""Bytes of a request; a code may be a JWT of a few thousand characters."""

SILENT_LIMIT: Final = 32
"""Connections at once without a request; a browser opens a few ahead of need."""

_LOOPBACK: Final = {
    "127.0.0.1": ("127.0.0.1",),
    # Browsers try [::1] first (RFC 6761 §6.3): whoever listens there would get the code.
    "localhost": ("127.0.0.1", "::1"),
    "::1": ("::1",),
}
_ABSENT: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
"""The errors of a system without IPv6, or without IPv4."""


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


class CallbackListener(Value):
    """Listens on loopback redirect URLs."""

    patience: float = 5.0
    """Seconds a connection has for its request, and again for reading the response."""
    grace: float = 1.0
    """Seconds `close` leaves the browser to fetch the page it was just sent to."""

    async def listen(self, redirect_url: str, accept: Accept) -> OpenListener:
        """Bind exactly the port of `redirect_url` on its loopback address, then return.

        `localhost` is two addresses, 127.0.0.1 and [::1]. Both are bound, or the only one there is.

        `accept` is called with the full URL of each GET whose path, query, and Host are the
        redirect URL's. If it returns True, the browser is redirected to a page without a code;
        everything else gets a 404 and changes nothing.

        Raises:
            SetupError: the port is in use on one of the addresses, or can't be bound.
            ValueError: not an http URL on localhost, 127.0.0.1 or [::1].
        """
        redirect = _Redirect.parse(redirect_url)
        listener = OpenListener(redirect, accept, self.patience, self.grace)
        try:
            await listener._open()
        except OSError as error:
            await listener.close()
            problem = _problem(error).filled(port=str(redirect.port))
            raise SetupError(problem.with_detail(error.strerror or str(error))) from error
        return listener


class _Redirect(Value):
    """The parts of a loopback redirect URL that a request is compared with."""

    origin: str
    addresses: tuple[str, ...]
    port: int
    hosts: frozenset[str]
    path: str
    query: frozenset[tuple[str, str]]

    @classmethod
    def parse(cls, url: str) -> _Redirect:
        parts = urlsplit(url)
        addresses = _LOOPBACK.get(parts.hostname or "")
        port = 80 if parts.port is None else parts.port
        if parts.scheme != "http" or addresses is None or port == 0 or "@" in parts.netloc:
            raise ValueError("not a loopback http URL with a port to listen on")
        name = "[::1]" if parts.hostname == "::1" else parts.hostname
        # A browser leaves the default port out of Host (RFC 9110 §7.2).
        hosts = {f"{name}:{port}"} | ({f"{name}"} if port == 80 else set())
        return cls(
            origin=f"{parts.scheme}://{parts.netloc}",
            addresses=addresses,
            port=port,
            hosts=frozenset(hosts),
            path=parts.path or "/",
            query=frozenset(_parameters(parts.query)),
        )

    def matches(self, request: Request) -> bool:
        """Whether the request is for the redirect URL; it may add parameters to its query."""
        path, _, query = request.target.partition("?")
        return path == self.path and self.query.issubset(_parameters(query))


class OpenListener:
    """A bound listener; it responds until `close`."""

    def __init__(self, redirect: _Redirect, accept: Accept, patience: float, grace: float) -> None:
        self._redirect = redirect
        self._accept = accept
        self._patience = patience
        self._grace = grace
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._silent: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        """Connections without a request yet, the oldest first."""
        self._page_path = f"/done-{secrets.token_urlsafe(16)}"
        self._page: Landing | None = None
        self._questions = 0
        self._owes_page = False
        self._is_settled = asyncio.Event()
        self._settle()

    async def _open(self) -> None:
        """Bind every address before the first connection is taken. Raises OSError."""
        bound: list[socket.socket] = []
        try:
            for address in self._redirect.addresses:
                try:
                    bound.append(_bound(address, self._redirect.port))
                except OSError as error:
                    is_last = address == self._redirect.addresses[-1]
                    if error.errno not in _ABSENT or (is_last and not bound):
                        raise
            while bound:
                server = await asyncio.start_server(self._on_connection, sock=bound[0], limit=LIMIT)
                self._servers.append(server)
                del bound[0]
        finally:
            for each in bound:
                each.close()

    async def close(self) -> None:
        """Stop listening and end every connection; not to be called from within `accept`.

        A browser that has just been redirected gets its page first, if it asks within `grace`.
        """
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._grace):
                    await self._is_settled.wait()
        finally:
            self._owes_page = False
            self._settle()
            for server in self._servers:
                server.close()
            open_connections = tuple(self._connections)
            for connection in open_connections:
                connection.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)

    def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._silent) >= SILENT_LIMIT:
            self._silent.pop(next(iter(self._silent))).cancel()
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        self._silent[writer] = connection

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._patience):
                request = await read_request(reader)
            self._silent.pop(writer, None)
            # Outside the time limits: accepting may mean writing to a disk.
            answer = await self._answer(request)
            async with asyncio.timeout(self._patience):
                writer.write(answer)
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, ConnectionError):
            pass  # The client stopped responding or disconnected; what it sent was handled above.
        finally:
            self._silent.pop(writer, None)
            writer.transport.abort()

    async def _answer(self, request: Request | None) -> bytes:
        if request is None or request.method != "GET" or request.host not in self._redirect.hosts:
            return not_found()
        if self._page is not None and request.target == self._page_path:
            self._owes_page = False
            self._settle()
            return landing_page(self._page)
        if self._redirect.matches(request) and await self._is_awaited(request):
            query = request.target.partition("?")[2]
            is_error = "error" in dict(_parameters(query))
            self._page = Landing.NEUTRAL if is_error else Landing.GOOD
            return see_other(self._page_path)
        return not_found()

    async def _is_awaited(self, request: Request) -> bool:
        """Call `accept`; `close` waits for it, and then until the page was fetched."""
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


def _bound(address: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address alone. Raises OSError."""
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        if sys.platform == "win32":
            # There another program could bind the same port too, and get the code.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # Only for a port whose old connections linger; one that is listened on stays taken.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        # Linux lets two programs bind it; the second one fails only here.
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


def _problem(error: OSError) -> Problem:
    if error.errno == errno.EADDRINUSE:
        return PORT_TAKEN
    is_denied = error.errno in (errno.EACCES, errno.EPERM)
    return PORT_PRIVILEGED if is_denied else PORT_UNUSABLE
