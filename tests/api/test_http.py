"""The client factory: which certificates and proxies it uses, and what it refuses to read."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from rich.pretty import pretty_repr

from tests import system
from tests.api.conftest import CERTIFICATE, LoopClock, Serve
from tests.api.server import Script, reply
from wizard import __version__
from wizard.api.failures import network_problem
from wizard.api.http import Reply, open_client, send
from wizard.domain.problems import SetupError


async def get(client: httpx.AsyncClient, url: str, limit: int = 100) -> Reply:
    return await send(client, client.build_request("GET", url), limit=limit, seconds=10)


async def test_request_says_who_asks_and_wants_no_compression(
    client: httpx.AsyncClient, serve: Serve
) -> None:
    server = await serve(reply(200, b"hello", Set_Cookie="a=b"))
    first = await get(client, server.url)
    await get(client, server.url)
    assert (first.status, first.body) == (200, bytearray(b"hello"))
    for request in server.requests:
        assert f"User-Agent: twilio-scim-wizard/{__version__}\r\n".encode() in request
        assert b"Accept-Encoding: identity\r\n" in request
        assert b"Cookie" not in request


@pytest.mark.parametrize(
    "url", ["http://collect.example.net/token", "http://192.0.2.1/", "https://user@example.net/"]
)
async def test_request_that_breaks_the_rule_for_endpoints_is_never_sent(url: str) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.url))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(httpx.InvalidURL) as caught:
            await get(client, url)
    assert sent == []
    assert network_problem(caught.value, url, 5).id == "bad-address"


async def test_redirect_is_not_followed(client: httpx.AsyncClient, serve: Serve) -> None:
    server = await serve(reply(302, Location="/elsewhere"))
    assert (await get(client, server.url)).status == 302
    assert len(server.requests) == 1


@pytest.mark.parametrize(("limit", "is_cut"), [(5, False), (4, True)])
async def test_body_is_read_up_to_its_limit(
    client: httpx.AsyncClient, serve: Serve, limit: int, *, is_cut: bool
) -> None:
    server = await serve(reply(200, b"hello"))
    got = await get(client, server.url, limit)
    assert (bytes(got.body), got.is_cut) == (b"hello", is_cut)


async def test_compressed_answer_is_refused(client: httpx.AsyncClient, serve: Serve) -> None:
    server = await serve(reply(200, b"\x1f\x8b", Content_Encoding="gzip"))
    with pytest.raises(httpx.DecodingError) as caught:
        await get(client, server.url)
    assert network_problem(caught.value, server.url, 5).id == "encoding-refused"


async def test_slow_body_ends_with_the_total_time(client: httpx.AsyncClient, serve: Serve) -> None:
    server = await serve(Script(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", hangs=True))
    with pytest.raises(TimeoutError) as caught:
        await send(client, client.build_request("GET", server.url), limit=9, seconds=0.05)
    assert network_problem(caught.value, server.url, 5).id == "timed-out"


async def test_silent_server_ends_with_the_real_limit(
    client: httpx.AsyncClient, serve: Serve, loop_clock: LoopClock
) -> None:
    server = await serve(Script(hangs=True))
    request = client.build_request("GET", server.url)
    asking = asyncio.create_task(send(client, request, limit=9, seconds=60))
    await server.until_answered()
    await loop_clock.skip(29)
    assert not asking.done()
    await loop_clock.skip(1)
    with pytest.raises(httpx.ReadTimeout):
        await asking


async def test_connection_given_up_in_the_middle_of_tls_is_closed(
    client: httpx.AsyncClient,
) -> None:
    """The server sees the close while the client keeps running, before any collection."""
    hello, ended = asyncio.Event(), asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        hello.set()
        with suppress(ConnectionError):
            await reader.read()
        ended.set()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        asking = asyncio.create_task(get(client, url))
        await hello.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        async with asyncio.timeout(10):
            await ended.wait()


def test_reply_shows_no_body() -> None:
    reply = Reply(200, httpx.Headers({"x": "secret"}), bytearray(b"secret"))
    assert repr(reply) == pretty_repr(reply) == "Reply(status=200)"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_loopback_is_never_proxied(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    proxy, server = await serve(reply(200, b"proxy")), await serve(reply(200, b"server"))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    async with open_client() as client:
        assert (await get(client, f"http://{host}:{server.port}/")).body == bytearray(b"server")
        # This bypasses the wizard's own rule, which allows no plain http to other hosts.
        assert (await client.get("http://twilio.invalid/")).content == b"proxy"
    assert [r.split()[1] for r in proxy.requests] == [b"http://twilio.invalid/"]


@pytest.mark.parametrize("content", [None, "no certificate"])
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "--ca-file"])
def test_unusable_ca_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, content: str | None
) -> None:
    path, expected = tmp_path / "ca.pem", "no certificate or crl found"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    else:
        with pytest.raises(FileNotFoundError) as missing:
            path.stat()
        # In the words, and maybe the language, of the system.
        expected = str(missing.value.strerror)
    if variable == "SSL_CERT_FILE":
        monkeypatch.setenv(variable, str(path))
    with pytest.raises(SetupError) as caught:
        open_client(None if variable == "SSL_CERT_FILE" else path)
    problem = caught.value.problem
    assert problem.id == "ca-file-unusable"
    assert variable in problem.title
    assert expected in problem.cause


async def test_certificate_of_an_unknown_ca_is_not_trusted(serve: Serve) -> None:
    server = await serve(reply(200, b"hello"), tls=True)
    url = f"https://localhost:{server.port}/"
    async with open_client() as client:
        with pytest.raises(httpx.ConnectError) as caught:
            await get(client, url)
    problem = network_problem(caught.value, url, 5)
    assert problem.id == "tls-untrusted"
    assert f"localhost:{server.port}" in problem.title
    # Each system has its own words for the reason.
    words = "TLS reported: self-signed certificate" if sys.platform == "linux" else "TLS reported: "
    assert words in problem.cause
    assert "--ca-file" in problem.remedy


@system.requires_ca_files
async def test_certificate_is_trusted_with_its_ca_file(serve: Serve) -> None:
    server = await serve(reply(200, b"hello"), tls=True)
    url = f"https://localhost:{server.port}/"
    async with open_client(CERTIFICATE) as client:
        assert (await get(client, url)).body == bytearray(b"hello")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "--ca-file"])
def test_pipe_for_a_ca_file_is_refused_without_waiting_for_a_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    pipe = tmp_path / "ca.pem"
    system.mkfifo(pipe)
    monkeypatch.setenv("SSL_CERT_FILE", str(pipe) if variable == "SSL_CERT_FILE" else "")
    with pytest.raises(SetupError, match="ca-file-unusable") as caught:
        open_client(pipe if variable == "--ca-file" else None)
    assert variable in caught.value.problem.title + caught.value.problem.cause
    assert "it isn't a regular file" in caught.value.problem.cause
