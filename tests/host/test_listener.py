"""The loopback listener, over real sockets."""

from __future__ import annotations

import asyncio
import base64
import errno
import gc
import hashlib
import logging
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import httpx
import pytest

from wizard.domain.problems import SetupError
from wizard.host.listener import SILENT_LIMIT, Accept, CallbackListener, OpenListener

CODE = "THE-CODE"
STATE = "THE-STATE"
GOOD = f"code={CODE}&state={STATE}"


class Session:
    """Accepts one response with the expected state, as the wizard's session does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.taken: list[str] = []

    async def accept(self, url: str) -> bool:
        self.asked.append(url)
        is_answer = not self.taken and f"state={STATE}" in url
        if is_answer:
            self.taken.append(url)
        return is_answer


Listen = Callable[..., Awaitable[OpenListener]]


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
async def listen(session: Session) -> AsyncIterator[Listen]:
    opened: list[OpenListener] = []

    async def start(
        url: str, accept: Accept = session.accept, patience: float = 30.0, grace: float = 0.01
    ) -> OpenListener:
        listener = await CallbackListener(patience=patience, grace=grace).listen(url, accept)
        opened.append(listener)
        return listener

    yield start
    for listener in opened:
        await listener.close()
    # The loop of Windows ends its own task later.
    left = [task for task in asyncio.all_tasks() if "IocpProactor.accept" not in repr(task)]
    assert left == [asyncio.current_task()]
    gc.collect()  # A resource that was left open warns now, and that fails the test.


@pytest.fixture
def port() -> int:
    return free_port()


def free_port(family: socket.AddressFamily = socket.AF_INET) -> int:
    with socket.socket(family) as probe:
        probe.bind(("::1" if family is socket.AF_INET6 else "127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def exchange(port: int, data: bytes, host: str = "127.0.0.1") -> bytes:
    """Send bytes, and return everything that arrives until the other side closes."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(data)
        await writer.drain()
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def get(target: str, host: str, *fields: str, method: str = "GET") -> bytes:
    lines = (f"{method} {target} HTTP/1.1", f"Host: {host}", *fields)
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


async def fetch(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url)


async def test_the_answer_is_caught_and_leads_to_a_page_without_it(
    listen: Listen, session: Session, port: int
) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    await listen(url)

    answer = await fetch(f"{url}?{GOOD}")

    assert session.taken == [f"{url}?{GOOD}"]
    assert answer.status_code == 303
    assert re.fullmatch(r"/done-[\w-]{20,}", answer.headers["location"])
    for _ in range(2):  # A reload also finds it.
        page = await fetch(str(answer.url.join(answer.headers["location"])))
        assert page.status_code == 200
        assert "You can close this window and return to the terminal." in page.text
    for sent in (answer, page):
        assert CODE not in sent.text + str(sent.headers)
        assert STATE not in sent.text + str(sent.headers)
        assert sent.headers["cache-control"] == "no-store"
        assert sent.headers["referrer-policy"] == "no-referrer"
        assert sent.headers["x-content-type-options"] == "nosniff"
        assert sent.headers["connection"] == "close"
        assert sent.headers["content-security-policy"].startswith("default-src 'none'")


async def test_the_page_allows_its_own_style_and_nothing_else(listen: Listen, port: int) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    await listen(url)
    page = await fetch(str(httpx.URL(url).join((await fetch(f"{url}?{GOOD}")).headers["location"])))

    style = re.search(r"<style>(.*)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"
    assert "<script" not in page.text
    assert "style=" not in page.text


async def test_an_error_redirect_leads_to_neutral_words(
    listen: Listen, session: Session, port: int
) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    await listen(url)

    answer = await fetch(f"{url}?error=access_denied&state={STATE}")
    page = await fetch(str(answer.url.join(answer.headers["location"])))

    assert session.taken == [f"{url}?error=access_denied&state={STATE}"]
    assert "Return to the terminal to see what happened." in page.text
    assert "✓" not in page.text
    assert "denied" not in page.text


REFUSED = {
    "another path": get(f"/other?{GOOD}", "{host}"),
    "a longer path": get(f"/callback/?{GOOD}", "{host}"),
    "an encoded path": get(f"/%63allback?{GOOD}", "{host}"),
    "another host": get(f"/callback?{GOOD}", "evil.example"),
    "host with a port that is not ours": get(f"/callback?{GOOD}", "127.0.0.1:1"),
    "host without a port": get(f"/callback?{GOOD}", "127.0.0.1"),
    "localhost for 127.0.0.1": get(f"/callback?{GOOD}", "localhost:{port}"),
    "two hosts": get(f"/callback?{GOOD}", "{host}", "Host: {host}"),
    "no host": f"GET /callback?{GOOD} HTTP/1.1\r\n\r\n".encode(),
    "POST": get(f"/callback?{GOOD}", "{host}", "Content-Length: 0", method="POST"),
    "HEAD": get(f"/callback?{GOOD}", "{host}", method="HEAD"),
    "absolute form": get(f"http://evil.example/callback?{GOOD}", "{host}"),
    "a page nobody was sent to": get("/done-", "{host}"),
    "not ASCII": f"GET /callback?{GOOD}&x=\xe9 HTTP/1.1\r\nHost: {{host}}\r\n\r\n".encode(
        "latin-1"
    ),
    "a control character": get(f"/callback?{GOOD}\x00", "{host}"),
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no HTTP at all": b"hello\r\n\r\n",
    "a header section too long": get(f"/callback?{GOOD}", "{host}", "X: " + "x" * 65536),
    "a request line beyond 64 KiB": get(f"/callback?{GOOD}&x=" + "x" * 64 * 1024, "{host}"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_all_else_is_not_found_and_changes_nothing(
    listen: Listen, session: Session, port: int, case: str
) -> None:
    await listen(f"http://127.0.0.1:{port}/callback")
    host = f"127.0.0.1:{port}".encode()
    sent = REFUSED[case].replace(b"{host}", host).replace(b"{port}", str(port).encode())

    assert status(await exchange(port, sent)) == 404
    assert session.asked == []
    assert status(await exchange(port, get(f"/callback?{GOOD}", host.decode()))) == 303


async def test_a_foreign_state_is_not_found(listen: Listen, session: Session, port: int) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    await listen(url)

    assert (await fetch(f"{url}?code={CODE}&state=foreign")).status_code == 404
    assert session.taken == []
    assert (await fetch(f"{url}?{GOOD}")).status_code == 303


async def test_the_first_good_answer_wins(listen: Listen, session: Session, port: int) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    await listen(url)

    statuses = [(await fetch(f"{url}?{GOOD}&n={n}")).status_code for n in range(2)]

    assert statuses == [303, 404]
    assert session.taken == [f"{url}?{GOOD}&n=0"]


async def test_a_long_code_is_taken(listen: Listen, session: Session, port: int) -> None:
    await listen(f"http://127.0.0.1:{port}/callback")
    target = f"/callback?{GOOD}&x=" + "x" * 60 * 1024

    assert status(await exchange(port, get(target, f"127.0.0.1:{port}"))) == 303
    assert session.taken == [f"http://127.0.0.1:{port}{target}"]


async def test_the_registered_query_has_to_come_back(
    listen: Listen, session: Session, port: int
) -> None:
    url = f"http://127.0.0.1:{port}/callback?tenant=a%20b&flag="
    await listen(url)

    assert (await fetch(f"http://127.0.0.1:{port}/callback?{GOOD}")).status_code == 404
    assert (await fetch(f"http://127.0.0.1:{port}/callback?tenant=a&{GOOD}")).status_code == 404
    assert session.asked == []
    assert (await fetch(f"{url}&{GOOD}")).status_code == 303


@pytest.mark.parametrize(
    ("redirect", "host", "target"),
    [
        ("http://localhost:{port}/cb", "localhost:{port}", "/cb"),
        ("http://LocalHost:{port}/cb", "LOCALHOST:{port}", "/cb"),
        ("http://127.0.0.1:{port}", "127.0.0.1:{port}", "/"),
    ],
)
async def test_names_of_127_0_0_1(
    listen: Listen, session: Session, port: int, redirect: str, host: str, target: str
) -> None:
    url = redirect.format(port=port)
    await listen(url)
    request = get(f"{target}?{GOOD}", host.format(port=port))

    assert status(await exchange(port, request)) == 303
    assert session.taken[0].startswith(url)


async def test_ipv6_listens_on_ipv6_alone(listen: Listen, session: Session) -> None:
    port = free_port(socket.AF_INET6)
    url = f"http://[::1]:{port}/callback"
    await listen(url)

    assert status(await exchange(port, get(f"/callback?{GOOD}", f"[::1]:{port}"), "::1")) == 303
    assert session.taken == [f"{url}?{GOOD}"]
    with pytest.raises(ConnectionRefusedError):
        await exchange(port, b"", "127.0.0.1")


async def test_localhost_listens_on_both_of_its_addresses(listen: Listen, session: Session) -> None:
    port = free_port()
    url = f"http://localhost:{port}/callback"
    for address in ("127.0.0.1", "::1"):
        listener = await listen(url)
        request = get(f"/callback?{GOOD}&from={address}", f"localhost:{port}")
        assert status(await exchange(port, request, address)) == 303
        await listener.close()
        session.taken.clear()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
async def test_localhost_in_use_on_either_address_is_taken(
    listen: Listen, family: socket.AddressFamily
) -> None:
    port = free_port(family)
    address, other = ("::1", "127.0.0.1") if family is socket.AF_INET6 else ("127.0.0.1", "::1")
    with socket.create_server((address, port), family=family):
        with pytest.raises(SetupError) as caught:
            await listen(f"http://localhost:{port}/callback")
        assert caught.value.problem.id == "port-taken"
        with pytest.raises(ConnectionRefusedError):
            await exchange(port, b"", other)


def lacking(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Simulate a machine without IPv6 or IPv4: the errors that a bind meets there."""
    bind = socket.socket.bind

    def refuse(self: socket.socket, address: tuple[str, int]) -> None:
        if address[0] in addresses:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        bind(self, address)

    monkeypatch.setattr(socket.socket, "bind", refuse)


@pytest.mark.parametrize(("missing", "there"), [("::1", "127.0.0.1"), ("127.0.0.1", "::1")])
async def test_localhost_listens_on_the_address_there_is(
    monkeypatch: pytest.MonkeyPatch,
    listen: Listen,
    port: int,
    missing: str,
    there: str,
) -> None:
    lacking(monkeypatch, missing)
    await listen(f"http://localhost:{port}/callback")
    request = get(f"/callback?{GOOD}", f"localhost:{port}")
    assert status(await exchange(port, request, there)) == 303


@pytest.mark.parametrize("url", ["http://localhost:{port}/cb", "http://[::1]:{port}/cb"])
async def test_missing_addresses_are_not_said_to_be_taken(
    monkeypatch: pytest.MonkeyPatch, listen: Listen, port: int, url: str
) -> None:
    lacking(monkeypatch, "127.0.0.1", "::1")
    with pytest.raises(SetupError) as caught:
        await listen(url.format(port=port))
    assert caught.value.problem.id == "port-unusable"
    assert caught.value.problem.detail == ("Cannot assign requested address",)


async def test_nothing_but_that_address_is_bound(listen: Listen, port: int) -> None:
    await listen(f"http://localhost:{port}/callback")

    with pytest.raises(ConnectionRefusedError):
        await exchange(port, b"", "127.0.0.2")


async def test_a_taken_port_is_said(listen: Listen, port: int) -> None:
    await listen(f"http://127.0.0.1:{port}/callback")

    with pytest.raises(SetupError) as caught:
        await listen(f"http://127.0.0.1:{port}/callback")

    assert caught.value.problem.id == "port-taken"
    assert str(port) in caught.value.problem.title


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.EACCES, "port-privileged"),
        (errno.EPERM, "port-privileged"),
        (errno.EADDRINUSE, "port-taken"),
        (errno.EMFILE, "port-unusable"),
    ],
)
@pytest.mark.parametrize("port", [80, 1024, 50000])
async def test_reason_of_the_system_is_told(
    monkeypatch: pytest.MonkeyPatch, listen: Listen, port: int, number: int, problem: str
) -> None:
    """Simulated: whether the kernel refuses root, or any user, depends on its settings."""

    def refuse(_self: socket.socket, _address: object) -> None:
        raise OSError(number, "so the system says")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(SetupError) as caught:
        await listen(f"http://localhost:{port}/callback")
    assert caught.value.problem.id == problem
    assert caught.value.problem.detail == ("so the system says",)
    assert str(port) in caught.value.problem.title


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost:8000/cb",
        "http://example.com:8000/cb",
        "http://127.0.0.2:8000/cb",
        "http://user@localhost:8000/cb",
        "http://localhost:0/cb",
        "http://localhost:65536/cb",
    ],
)
async def test_other_addresses_are_not_listened_on(listen: Listen, url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  urlsplit words one of them itself
        await listen(url)


async def test_half_a_request_and_silence_is_closed(
    listen: Listen, session: Session, port: int
) -> None:
    await listen(f"http://127.0.0.1:{port}/callback", patience=0.1)

    assert await exchange(port, f"GET /callback?{GOOD} HTTP/1.1\r\nHos".encode()) == b""
    assert session.asked == []


async def test_a_request_cut_off_changes_nothing(
    listen: Listen, session: Session, port: int
) -> None:
    await listen(f"http://127.0.0.1:{port}/callback")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(get(f"/callback?{GOOD}", f"127.0.0.1:{port}").removesuffix(b"\r\n"))
    writer.write_eof()

    assert status(await reader.read()) == 404
    writer.close()
    await writer.wait_closed()
    assert session.asked == []


async def test_more_than_can_be_held_is_cut(listen: Listen, session: Session, port: int) -> None:
    await listen(f"http://127.0.0.1:{port}/callback")

    with suppress(ConnectionError):  # Whether the 404 still arrives is a matter of timing.
        await exchange(port, f"GET /callback?{GOOD}&x=".encode() + b"x" * 2**20)

    assert session.asked == []


async def test_browser_is_answered_beside_many_silent_connections(
    listen: Listen, session: Session, port: int
) -> None:
    listener = await listen(f"http://127.0.0.1:{port}/callback")
    browser = await asyncio.open_connection("127.0.0.1", port)
    silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(SILENT_LIMIT - 1)]
    browser[1].write(get(f"/callback?{GOOD}", f"127.0.0.1:{port}"))
    assert status(await browser[0].read()) == 303

    silent += [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
    assert status(await exchange(port, get("/", f"127.0.0.1:{port}"))) == 404
    # The oldest are closed, and the newest are kept.
    for reader, _ in silent[:40]:
        with suppress(ConnectionResetError):
            assert await reader.read() == b""

    await listener.close()
    for reader, writer in silent:
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        with suppress(ConnectionResetError):
            await writer.wait_closed()
    browser[1].close()
    await browser[1].wait_closed()
    assert len(session.taken) == 1


async def test_close_waits_for_the_page_of_an_answer_just_taken(listen: Listen, port: int) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def accept(_url: str) -> bool:
        is_asked.set()
        await may_answer.wait()
        return True

    listener = await listen(url, accept, grace=30.0)
    visit = asyncio.create_task(fetch(f"{url}?{GOOD}"))
    asked = asyncio.create_task(is_asked.wait())
    await asyncio.wait((asked, visit), return_when=asyncio.FIRST_COMPLETED)
    assert asked.done(), visit.exception()
    closing = asyncio.create_task(listener.close())
    may_answer.set()
    answer = await visit
    assert not closing.done()
    page = await fetch(str(answer.url.join(answer.headers["location"])))

    async with asyncio.timeout(10):
        await closing
    assert page.status_code == 200
    with pytest.raises(ConnectionRefusedError):
        await exchange(port, b"")


async def test_close_ends_when_nobody_asks_for_the_page(listen: Listen, port: int) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    listener = await listen(url, grace=0.05)
    await fetch(f"{url}?{GOOD}")

    await listener.close()

    with pytest.raises(ConnectionRefusedError):
        await exchange(port, b"")


async def test_close_that_is_cancelled_frees_the_port(listen: Listen, port: int) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    listener = await listen(url, grace=30.0)
    # The browser doesn't fetch its page, so closing waits.
    await fetch(f"{url}?{GOOD}")
    closing = asyncio.create_task(listener.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])
    await (await listen(url)).close()


async def test_close_without_an_answer_cuts_what_is_open(
    listen: Listen, session: Session, port: int
) -> None:
    url = f"http://127.0.0.1:{port}/callback"
    listener = await listen(url, grace=30.0)
    await fetch(f"{url}?code={CODE}&state=foreign")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /callback")
    await writer.drain()
    assert (await fetch(url)).status_code == 404  # So the earlier one is in.

    async with asyncio.timeout(10):
        await listener.close()
        await listener.close()

    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    await (await listen(url)).close()  # The port is free again at once.


async def test_no_secret_is_logged(
    listen: Listen, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # The test's own client.
    asyncio.get_running_loop().set_debug(True)
    url = f"http://127.0.0.1:{port}/callback"
    listener = await listen(url)

    await fetch(f"{url}?{GOOD}")
    await exchange(port, get(f"/other?{GOOD}", "evil.example"))
    await exchange(port, f"{GOOD}\r\n\r\n".encode())
    await listener.close()

    assert CODE not in caplog.text
    assert STATE not in caplog.text
    assert CODE not in repr(listener)
