"""A loopback server that writes raw bytes, for responses that no proper server would send."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Script:
    """What happens on a connection after its request was read: write, then hang or close."""

    data: bytes = b""
    hangs: bool = False


def reply(status: int, body: bytes = b"", **headers: str) -> Script:
    """Return a well-formed response; header names take `_` for `-`."""
    named = {"Content-Length": str(len(body)), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n"
    return Script(head.encode() + body)


class RawServer:
    """Plays one script per connection, repeating the last one; keeps the requests."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self._closing = asyncio.Event()
        self._changed = asyncio.Condition()
        self._answered = 0
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.requests: list[bytes] = []
        self.port = 0

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def until_answered(self, times: int = 1) -> None:
        """Wait until the server has written its script this many times."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._answered >= times)

    async def stop(self) -> None:
        """Close every connection, including those that hang."""
        self._server.close()
        self._closing.set()
        for writer in self._open.values():
            writer.close()
        if self._open:
            await asyncio.wait(self._open)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The server's origin."""
        return f"http://127.0.0.1:{self.port}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        try:
            await self._play(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has disconnected
        finally:
            writer.close()
            del self._open[task]

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        self.requests.append(head + await reader.readexactly(int(length[1]) if length else 0))
        script = self._scripts[min(len(self.requests), len(self._scripts)) - 1]
        writer.write(script.data)
        await writer.drain()
        async with self._changed:
            self._answered += 1
            self._changed.notify_all()
        if script.hangs:
            await self._closing.wait()
