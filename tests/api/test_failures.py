"""Network errors as a person reads them, from real sockets where possible."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from tests import system
from tests.api.conftest import Serve
from tests.api.server import Script, reply
from wizard.api.failures import WIRE_ERRORS, host_of, is_passing, network_problem
from wizard.api.http import begin, open_client
from wizard.domain.problems import Problem

URL = "https://iam.twilio.com/scim/v2"


async def problem_of(client: httpx.AsyncClient, url: str) -> Problem:
    try:
        await (await begin(client, client.build_request("GET", url))).aread()
    except WIRE_ERRORS as error:
        return network_problem(error, url, 5)
    pytest.fail("an answer came")


def led_by(error: Exception, cause: Exception) -> Exception:
    try:
        raise error from ExceptionGroup("attempts", [cause])
    except type(error) as raised:
        return raised


def certificate_error(code: int, message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, message)
    error.verify_code, error.verify_message = code, message
    return error


def of_windows(number: int, message: str) -> OSError:
    class OfWindows(OSError):
        # Other systems have no such attribute.
        winerror = number

    return OfWindows(22, message)


@pytest.mark.parametrize(
    ("code", "entry", "words"),
    [
        # The wordings of OpenSSL, Windows, and macOS.
        (10, "tls-out-of-date", "renewed in time"),
        (9, "tls-out-of-date", "probably slow"),
        (62, "tls-other-host", "isn't for"),
        (64, "tls-other-host", "isn't for"),
        (18, "tls-untrusted", "--ca-file"),
        (19, "tls-untrusted", "--ca-file"),
        (20, "tls-untrusted", "--ca-file"),
        (66, "tls-unfit", "2,048 bits"),
        (67, "tls-unfit", "2,048 bits"),
        (68, "tls-unfit", "2,048 bits"),
        (23, "tls-unfit", "replace the certificate"),
        (26, "tls-unfit", "replace the certificate"),
        (89, "tls-unfit", "replace the certificate"),
        (0x800B0101, "tls-out-of-date", "renewed in time"),
        (0x800B0101 - (1 << 32), "tls-out-of-date", "renewed in time"),
        (0x800B010F, "tls-other-host", "isn't for"),
        (0x800B0109, "tls-untrusted", "--ca-file"),
        (0x800B010C, "tls-unfit", "replace the certificate"),
        (-67818, "tls-out-of-date", "renewed in time"),
        (-67819, "tls-out-of-date", "probably slow"),
        (-67602, "tls-other-host", "isn't for"),
        (-67843, "tls-untrusted", "--ca-file"),
        (-67820, "tls-unfit", "replace the certificate"),
    ],
)
def test_reason_of_any_system_decides_the_remedy(code: int, entry: str, words: str) -> None:
    error = led_by(httpx.ConnectError(""), certificate_error(code, "the system's own words."))
    problem = network_problem(error, URL, 5)
    assert problem.id == entry
    assert "iam.twilio.com" in problem.title
    assert "the system's own words." in problem.cause
    assert words in f"{problem.title} {problem.cause} {problem.remedy}"
    assert ("--ca-file" in problem.remedy) is (entry == "tls-untrusted")
    assert "OpenSSL" not in problem.cause


async def test_refused(client: httpx.AsyncClient, closed_port: int) -> None:
    problem = await problem_of(client, f"http://127.0.0.1:{closed_port}/")
    assert problem.id == "nobody-there"
    assert f"127.0.0.1:{closed_port}" in problem.title


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhel",
        b"HTTP/1.1 200 OK\r\nX: y",
    ],
)
async def test_dropped(client: httpx.AsyncClient, serve: Serve, data: bytes) -> None:
    server = await serve(Script(data))
    assert (await problem_of(client, server.url)).id == "connection-dropped"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not HTTP at all\r\n\r\n", "status line"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "status line"),
        (b"HTTP/1.1 OK 200\r\n\r\n", "status line"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", "longer than 100 kB"),
        (b"HTTP/1.1 200 OK\r\n: no name\r\n\r\n", "headers are malformed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "headers are malformed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "headers are malformed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "chunks"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", "chunks"),
    ],
)
async def test_response_that_is_no_http_is_named(
    client: httpx.AsyncClient, serve: Serve, data: bytes, reason: str
) -> None:
    server = await serve(Script(data))
    problem = await problem_of(client, server.url)
    assert problem.id == "not-http"
    assert reason in problem.cause


async def test_silence_names_its_phase(client: httpx.AsyncClient, serve: Serve) -> None:
    server = await serve(Script(hangs=True))
    client.timeout = httpx.Timeout(5, read=0.05)
    problem = await problem_of(client, server.url)
    assert problem.id == "timed-out"
    assert "waiting for the response" in problem.cause


async def test_plain_answer_to_tls(client: httpx.AsyncClient, serve: Serve) -> None:
    server = await serve(Script(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    # The server waits for a whole request head, but a TLS greeting has no empty line.
    client.timeout = httpx.Timeout(0.05)
    problem = await problem_of(client, server.url.replace("http:", "https:"))
    assert (problem.id, "connecting" in problem.cause) == ("timed-out", True)


@pytest.mark.parametrize(
    ("status", "entry", "said"),
    [
        (407, "proxy-login", "407 Proxy Authentication Required"),
        (403, "proxy-refused", "403 Forbidden"),
    ],
)
async def test_proxy_that_refuses_is_named_without_its_password(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, status: int, entry: str, said: str
) -> None:
    proxy = await serve(reply(status))
    monkeypatch.setenv("https_proxy", proxy.url.replace("://", "://hugo:hunter2@"))
    async with open_client() as client:
        problem = await problem_of(client, URL)
    assert problem.id == entry
    place = proxy.url.removeprefix("http://")
    assert f"{place} (set in {system.variable('https_proxy')})" in problem.cause
    assert "hunter2" not in repr(problem)


@pytest.mark.parametrize("variable", ["ALL_PROXY", "HTTPS_PROXY"])
async def test_proxy_that_is_not_there_is_named(
    closed_port: int, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, f"http://hugo:hunter2@127.0.0.1:{closed_port}")
    async with open_client() as client:
        problem = await problem_of(client, URL)
    assert problem.id == "proxy-unreachable"
    proxy = f"the proxy 127.0.0.1:{closed_port} (set in {variable})"
    there = f"Couldn't reach iam.twilio.com through {proxy}: nothing is listening there"
    assert there in problem.cause
    assert "hunter2" not in repr(problem)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (socket.gaierror(-2, "unknown"), ": its name can't be found"),
        (OSError(101, "Network is unreachable"), ": Network is unreachable"),
    ],
)
def test_proxy_that_cannot_be_reached_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, cause: Exception, words: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    error = led_by(httpx.ConnectError("", request=httpx.Request("GET", URL)), cause)
    problem = network_problem(error, URL, 5)
    assert problem.id == "proxy-unreachable"
    assert words in problem.cause


@pytest.mark.parametrize("error", [TimeoutError(), httpx.ReadError("")])
def test_failure_of_unknown_place_is_not_blamed_on_the_proxy(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    assert network_problem(error, URL, 5).id in ("timed-out", "connection-dropped")


@asynccontextmanager
async def answering(*words: bytes | None) -> AsyncIterator[int]:
    """Serve a port that writes these pieces after any input and closes; with None, it waits."""

    talks: list[asyncio.Task[object] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        with suppress(OSError):
            for word in words:
                await reader.read(4096)
                if word is None:
                    await reader.read()
                    break
                writer.write(word)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        # The client has disconnected by now.
        await asyncio.gather(*filter(None, talks))


OTHER, LOGIN, CUT = "proxy-of-other-kind", "proxy-login", "proxy-cut-off"
CONNECTED = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"


@pytest.mark.parametrize(
    ("proxy", "words", "entry", "said"),
    [
        ("socks5://", [b"HTTP/1.1 400 Bad Request\r\n\r\n"], OTHER, "isn't a SOCKS proxy"),
        ("socks5h://", [b""], OTHER, "isn't a SOCKS proxy"),
        ("socks5://", [b"\x05\x00", b"\x05\x00\x00"], OTHER, "isn't a SOCKS proxy"),
        ("socks5://", [b"\x05\x00", b"\x05\x00\x00\x03\xff\xff\xff"], OTHER, "isn't a SOCKS proxy"),
        ("socks5://", [b"\x05\xff"], LOGIN, "got NO ACCEPTABLE METHODS."),
        ("socks5://", [b"\x05\x02"], LOGIN, "got USERNAME/PASSWORD."),
        ("socks5://hugo:hunter2@", [b"\x05\x02", b"\x01\x01"], LOGIN, "Invalid username/password."),
        ("socks5://", [b"\x05\x00", b"\x05\x04\x00\x01" + bytes(6)], CUT, "Host unreachable."),
        (
            "socks5://",
            [b"\x05\x00", b"\x05\x02\x00\x01" + bytes(6)],
            "proxy-refused",
            "not allowed by ruleset.",
        ),
        ("socks5://", [b"\x05\x00", CONNECTED, b"no TLS"], "tls-failed", "through the SOCKS proxy"),
        (
            "https://",
            [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
            OTHER,
            "should probably start with http://",
        ),
        ("http://", [b"SSH-2.0-OpenSSH_9.6\r\n"], OTHER, "isn't HTTP"),
        ("http://", [b""], OTHER, "isn't HTTP"),
        ("http://", [b"HTTP/1.1 503 Service Unavailable\r\n\r\n"], CUT, "503 Service"),
        ("http://", [None], "timed-out", "went through the HTTP proxy"),
        (
            "http://",
            [b"HTTP/1.1 200 OK\r\n\r\n", b"no TLS"],
            "tls-failed",
            "went through the HTTP proxy",
        ),
    ],
)
async def test_what_a_proxy_may_say_is_told_of_the_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str, words: list[bytes | None], entry: str, said: str
) -> None:
    async with answering(*words) as port:
        monkeypatch.setenv("ALL_PROXY", f"{proxy}127.0.0.1:{port}")
        async with open_client() as client:
            client.timeout = httpx.Timeout(10, read=10 if words[-1] is not None else 0.05)
            problem = await problem_of(client, URL)
    assert problem.id == entry
    assert said in problem.cause
    assert f"127.0.0.1:{port} (set in ALL_PROXY)" in problem.cause
    assert ".." not in problem.cause
    assert "hunter2" not in repr(problem)


@pytest.mark.parametrize(
    ("proxy", "words", "host"),
    [
        ("http://", [b"HTTP/1.1 200 OK\r\n\r\n"], ".example.com"),
        ("socks5://", [b"\x05\x00"], "a." * 200 + "com"),
    ],
    ids=["TLS", "SOCKS"],
)
async def test_host_that_a_proxy_or_tls_cannot_be_told(
    monkeypatch: pytest.MonkeyPatch, proxy: str, words: list[bytes], host: str
) -> None:
    async with answering(*words) as port:
        monkeypatch.setenv("ALL_PROXY", f"{proxy}127.0.0.1:{port}")
        async with open_client() as client:
            problem = await problem_of(client, f"https://{host}/scim/v2")
    assert problem.id == "bad-address"


async def test_certificate_of_the_proxy_itself_is_called_so(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await serve(reply(200), tls=True)
    monkeypatch.setenv("https_proxy", f"https://localhost:{proxy.port}")
    async with open_client() as client:
        problem = await problem_of(client, URL)
    assert problem.id == "tls-untrusted"
    assert problem.title == f"The certificate for localhost:{proxy.port} isn't trusted"
    assert f"localhost:{proxy.port} (set in {system.variable('https_proxy')})" in problem.cause


@pytest.mark.parametrize("url", ["http://[::1", "ftp://twilio.com/", "no-address", "https://"])
async def test_address_that_is_none(client: httpx.AsyncClient, url: str) -> None:
    assert (await problem_of(client, url)).id == "bad-address"


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (
            led_by(httpx.ConnectError(""), socket.gaierror(-2, "unknown")),
            "no-dns",
            "iam.twilio.com",
        ),
        (
            led_by(httpx.ConnectError(""), certificate_error(10, "certificate has expired")),
            "tls-out-of-date",
            "certificate has expired",
        ),
        (
            led_by(httpx.ConnectError(""), certificate_error(62, "Hostname mismatch")),
            "tls-other-host",
            "Hostname mismatch",
        ),
        (led_by(httpx.ConnectError(""), ssl.SSLError(1, "x")), "tls-failed", "iam.twilio.com"),
        (led_by(httpx.ConnectError(""), TimeoutError(110, "x")), "timed-out", "connecting"),
        (led_by(httpx.ConnectError(""), OSError(113, "No route")), "unreachable", "No route"),
        (httpx.ConnectTimeout(""), "timed-out", "connecting"),
        (httpx.PoolTimeout(""), "timed-out", "free connection"),
        (httpx.WriteTimeout(""), "timed-out", "sending"),
        (httpx.ReadError(""), "connection-dropped", "full response"),
        (ssl.SSLError(1, "x"), "tls-failed", "iam.twilio.com"),
        (of_windows(-2147024809, "Invalid parameter."), "tls-failed", "failed: Invalid parameter."),
        (of_windows(10065, "No route."), "unreachable", "failed: No route."),
        (httpx.LocalProtocolError("b'Bearer hunter2'"), "unreachable", "LocalProtocolError"),
        (UnicodeEncodeError("ascii", "hunter2é", 7, 8, "x"), "bad-address", "iam.twilio.com"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_other_errors(error: Exception, expected: str, words: str) -> None:
    problem = network_problem(error, URL, 5)
    assert problem.id == expected
    assert words in problem.title + problem.cause
    assert ".." not in problem.cause
    assert "hunter2" not in repr(problem)


def test_trust_and_proxy_do_not_pass_by_themselves() -> None:
    untrusted = led_by(httpx.ConnectError(""), certificate_error(18, "self-signed"))
    assert not is_passing(untrusted)
    assert not is_passing(httpx.ReadTimeout(""))
    assert is_passing(led_by(httpx.ConnectError(""), ConnectionRefusedError(111, "x")))
    assert is_passing(httpx.RemoteProtocolError(""))


def test_host_is_shown_without_a_password() -> None:
    assert host_of("https://user:hunter2@iam.twilio.com:8443/scim") == "iam.twilio.com:8443"
