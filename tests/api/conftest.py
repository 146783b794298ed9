"""Clients, servers, and clocks for the tests of the services."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.api.server import RawServer, Script
from wizard.api.http import open_client

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
CERTIFICATE = Path(__file__).parent / "localhost.pem"
"""A self-signed certificate for localhost, with its key. It protects nothing."""

Serve = Callable[..., Awaitable[RawServer]]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def client(_no_proxies: None) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client() as opened:
        yield opened


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(*scripts: Script, tls: bool = False) -> RawServer:
            server = RawServer(*scripts)
            context = None
            if tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
            await server.start(context)
            stack.push_async_callback(server.stop)
            return server

        yield start


@pytest.fixture
def closed_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class LoopClock:
    """The event loop's clock, set ahead by a test: real limits pass without a real wait."""

    def __init__(self, usual: Callable[[], float]) -> None:
        self._usual = usual
        self._ahead = 0.0

    def __call__(self) -> float:
        return self._usual() + self._ahead

    async def skip(self, seconds: float) -> None:
        """Let this much time pass, after everything that has arrived is read."""
        for _ in range(20):
            await asyncio.sleep(0)
        self._ahead += seconds


@pytest.fixture
async def loop_clock(monkeypatch: pytest.MonkeyPatch) -> LoopClock:
    loop = asyncio.get_running_loop()
    clock = LoopClock(loop.time)
    monkeypatch.setattr(loop, "time", clock)
    return clock


class Naps:
    """Replace asyncio.sleep, and record how long each call would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()
