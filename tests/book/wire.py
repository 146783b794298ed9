"""A server that writes raw bytes: valid OAuth and SCIM, or whatever a row says."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from wizard.domain.models import Endpoints

TOKEN: Final = "/v2/token"
USERS: Final = "/scim/v2/Users"
METADATA: Final = "/.well-known/oauth-authorization-server"

OTHER_HELLOS: Final = (b"\x16", b"\x05")
"""The first bytes of TLS and SOCKS; the server responds in HTTP, as if HTTP was expected."""

HANGS: Final = None
"""In place of a response: none ever comes."""
_PATIENCE: Final = 30.0

Script = bytes | None


def reply(status: int, body: str | Mapping[str, object] = "", **headers: str) -> bytes:
    """Return a proper response with a mapping as JSON; header names take `_` for `-`."""
    is_page = isinstance(body, str)
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    named = {
        "Content-Type": "text/html" if is_page else "application/json",
        "Content-Length": str(len(content)),
        "Connection": "close",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + content


def tokens(**more: object) -> bytes:
    """Return a valid token response with these changes."""
    good: dict[str, object] = {
        "access_token": "access-2",
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": "refresh-2",
    }
    return reply(200, good | more)


LIST: Final = reply(
    200,
    {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 25},
    Content_Type="application/scim+json",
)


class Wire:
    """Serves on a free port of 127.0.0.1 from `__enter__` to `__exit__`."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.answers: dict[str, Script] = {TOKEN: tokens(), USERS: LIST}
        """The responses by path; any other path returns 404."""
        self.otherwise: Script = reply(404)
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            # OpenSSL's default settings serve no certificate with a weak key, but other servers do.
            self._tls.set_ciphers("DEFAULT:@SECLEVEL=0")
            self._tls.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._listen, name="wire")]
        scheme = "http" if certificate is None else "https"
        self.port: int = self._listener.getsockname()[1]
        self.base = f"{scheme}://127.0.0.1:{self.port}"

    @property
    def endpoints(self) -> Endpoints:
        """All three endpoints, at this server."""
        return Endpoints(f"{self.base}/v2/authorize", self.base + TOKEN, f"{self.base}/scim/v2")

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        # This wakes accept(), which closing alone does not.
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            connection, _ = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(connection,), name="wire")
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # The client may have disconnected, or it may use another protocol.
        with connection:
            connection.settimeout(_PATIENCE)
            try:
                if self._tls is None:
                    self._answer(connection)
                    return
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._answer(secured)
            except OSError:
                return

    def _answer(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            data = connection.recv(65536)
            if not data:
                return
            request += data
            if request.startswith(OTHER_HELLOS):
                connection.sendall(reply(400))
                return
        head, _, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        while length and len(body) < int(length[1]):
            body += connection.recv(65536)
        script = self.answers.get(head.split()[1].decode().partition("?")[0], self.otherwise)
        if script is HANGS:
            self._closing.wait(_PATIENCE)
        else:
            connection.sendall(script)
