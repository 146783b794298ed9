"""The HTTP layer of the second server: one request, one response, on a port of 127.0.0.1."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qsl, urlsplit

FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was received."""

    method: str
    path: str
    """The path without the query."""
    query: dict[str, str]
    form: dict[str, str]
    """The fields of a form body; empty for any other body."""
    headers: dict[str, str]
    """Header names in lower case."""
    body: bytes
    has_doubles: bool = False
    """Whether a parameter occurs twice, which RFC 6749 §3.1 and §3.2 forbid."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to send."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def html_answer(status: int, text: str) -> Answer:
    """Return a page."""
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def json_answer(
    status: int,
    value: Mapping[str, object],
    content_type: str = "application/json;charset=UTF-8",
) -> Answer:
    """Return a JSON response that no cache may keep (RFC 6749 §5.1)."""
    headers = {"Content-Type": content_type, "Cache-Control": "no-store", "Pragma": "no-cache"}
    return Answer(status, json.dumps(value, indent=1).encode(), headers)


class HttpServer(ThreadingHTTPServer):
    """Responds through one function; `stop` closes every connection and waits for its thread."""

    daemon_threads = False

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.faults: list[BaseException] = []
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def stop(self) -> None:
        """Stop serving, close every connection, and end every thread."""
        self.shutdown()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        assert isinstance(request, socket.socket)
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.faults.append(error)


class _Handler(BaseHTTPRequestHandler):
    """Reads one request per connection, responds, and closes it."""

    protocol_version = "HTTP/1.1"
    server: HttpServer

    def _serve(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_form = headers.get("content-type", "").startswith(FORM)
        fields = parse_qsl(body.decode("ascii", "replace")) if is_form else []
        query = parse_qsl(target.query, keep_blank_values=True)
        request = Request(
            method=str(self.command),
            path=target.path,
            query=dict(query),
            form=dict(fields),
            headers=headers,
            body=body,
            has_doubles=len(dict(query)) < len(query) or len(dict(fields)) < len(fields),
        )
        self._send(self.server.answer(request))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: a test reads `requests` instead."""

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve
