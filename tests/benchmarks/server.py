"""A SCIM API in its own process: `/<users>/<milliseconds of delay>/Users`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wizard.sandbox.twilio import LIST_SCHEMA, user


@cache
def body(count: int) -> bytes:
    """Return a list with this many users."""
    people = [user(number) for number in range(count)]
    return json.dumps(
        {"schemas": [LIST_SCHEMA], "totalResults": count, "Resources": people}
    ).encode()


class Handler(BaseHTTPRequestHandler):
    """Responds as the path says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Wait, and send the list."""
        count, milliseconds, _ = self.path.strip("/").split("/")
        answer = body(int(count))
        time.sleep(int(milliseconds) / 1000)
        self.send_response(200)
        self.send_header("Content-Type", "application/scim+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Run the server, and yield `http://127.0.0.1:PORT`."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.server"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
