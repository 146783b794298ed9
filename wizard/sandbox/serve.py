"""Serves a sandbox on 127.0.0.1 in a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from wizard.sandbox.twilio import AUTHORIZE_PATH, SCIM_PATH, TOKEN_PATH, Sandbox
from wizard.sandbox.web import build_app


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
def serving(sandbox: Sandbox, port: int = 0) -> Iterator[str]:
    """Serve a sandbox as long as the context lasts; gives `http://127.0.0.1:PORT`.

    Args:
        sandbox: What is served; it may be changed meanwhile.
        port: 0 takes a free one.

    Raises:
        OSError: The port is taken.
    """
    # The socket listens from here on, so a request that comes before the thread is up waits.
    with socket.create_server(("127.0.0.1", port)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(_config(sandbox))
        # Outside the main thread Uvicorn leaves signals alone.
        thread = threading.Thread(
            target=server.run, args=([listener],), name="twilio-stand-in", daemon=True
        )
        thread.start()
        try:
            yield base
        finally:
            server.should_exit = True
            thread.join()


def _config(sandbox: Sandbox) -> uvicorn.Config:
    return uvicorn.Config(
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
        timeout_graceful_shutdown=1,  # seconds for answers under way
    )
