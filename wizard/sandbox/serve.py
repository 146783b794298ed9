"""Serves a sandbox on 127.0.0.1 in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Final

import uvicorn

from wizard.sandbox.api import AUTHORIZE_PATH, SCIM_PATH, TOKEN_PATH
from wizard.sandbox.twilio import Sandbox
from wizard.sandbox.web import build_app

_GRACE_SECONDS: Final = 1
"""For responses that are under way when the server stops."""


def authorize_url(base: str) -> str:
    """Return the authorization endpoint of a server at `base`."""
    return base + AUTHORIZE_PATH


def token_url(base: str) -> str:
    """Return the token endpoint of a server at `base`."""
    return base + TOKEN_PATH


def scim_url(base: str) -> str:
    """Return the SCIM base URL of a server at `base`."""
    return base + SCIM_PATH


@contextmanager
def serving(sandbox: Sandbox) -> Iterator[str]:
    """Serve a sandbox, which may be changed meanwhile; yield `http://127.0.0.1:PORT`."""
    # The socket listens from here on, so a request that comes before the thread is up waits.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = _Server(sandbox)
        # Outside the main thread Uvicorn leaves signals alone.
        thread = threading.Thread(
            target=server.run, args=([listener],), name="twilio-stand-in", daemon=True
        )
        thread.start()
        try:
            yield base
        finally:
            server.end.set_result(None)
            thread.join()


class _Server(uvicorn.Server):
    """Stops when told to; Uvicorn's own server polls for it and so takes 0.2 s."""

    def __init__(self, sandbox: Sandbox) -> None:
        config = uvicorn.Config(
            build_app(sandbox),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,  # the sandbox's clock tells it
        )
        super().__init__(config)
        self.end: Future[None] = Future()
        """Done when the server should stop; may be set from another thread."""

    async def main_loop(self) -> None:
        """Wait for the end."""
        await asyncio.wrap_future(self.end)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections, after the responses that are under way."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                # Uvicorn has no event for its last connection.
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
