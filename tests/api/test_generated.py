"""20,000 malformed responses: each leads to a result or a named problem, and shows no secret.

The same seed makes the same responses. The tests search all that a screen, a log, or a crash
report could show of a failure.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import quote, quote_plus

import httpx
import pytest

from tests.api.conftest import NOW, Naps, Serve
from tests.api.generated import (
    ACCESS_TOKEN,
    CLIENT_SECRET,
    CODE,
    NEW_ACCESS_TOKEN,
    NEW_REFRESH_TOKEN,
    REFRESH_TOKEN,
    SENT,
    TOKENS,
    VERIFIER,
    Generated,
    Generator,
)
from tests.api.server import Script
from wizard.api.discovery import MetadataService, ReachService
from wizard.api.http import open_client
from wizard.api.token import TokenService
from wizard.api.users import UserService
from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.models import (
    AuthorizationAttempt,
    CredentialSet,
    Endpoints,
    ServerMetadata,
    TokenSet,
    UserList,
)
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret

SEEDS = (4, 5, 6, 7)
EACH = 5_000
"""Responses made from one seed."""
SECONDS = 0.5
"""The most CPU time that one response may take."""
PART = 12
"""How many characters of a secret are never shown in a row."""
SERVICES = ("exchange", "refresh", "users", "metadata", "reach")
NEW = (NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN)
NAME = "ann@example.com"
"""Nothing from a list of users is shown, whatever its status under 400."""


class Asking:
    """Calls each service with secrets, against one server, and then looks for them."""

    def __init__(self, client: httpx.AsyncClient, base: str, seconds: float = 5.0) -> None:
        endpoints = Endpoints(f"{base}/authorize", f"{base}/token", f"{base}/scim")
        self._scim_url = endpoints.scim_url
        self._endpoints = endpoints
        old = TokenSet(Secret(ACCESS_TOKEN), NOW, NOW, Secret(REFRESH_TOKEN))
        self._credentials = CredentialSet(
            client_id="OQ-id",
            client_secret=Secret(CLIENT_SECRET),
            redirect_url="https://r.test/",
            endpoints=endpoints,
            tokens=old,
        )
        self._attempt = AuthorizationAttempt(
            state=Secret("state"),
            client_id="OQ-id",
            redirect_url="https://r.test/",
            endpoints=endpoints,
            scope="offline_access",
            created_at=NOW,
            verifier=Secret(VERIFIER),
        )
        self._tokens = TokenService(client, lambda: NOW, sleep=Naps(), seconds=seconds)
        self._users = UserService(client, sleep=Naps(), limit=1 << 20, seconds=seconds)
        self._metadata = MetadataService(client, seconds=seconds)
        self._reach = ReachService(client, lambda: NOW, seconds=seconds)

    def ask(self, service: str) -> Awaitable[object]:
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "exchange": lambda: self._tokens.exchange(
                self._credentials, self._attempt, Secret(CODE), lambda _why, _seconds: None
            ),
            "refresh": lambda: self._tokens.refresh(self._credentials),
            "users": lambda: self._users.list_users(
                self._scim_url, Secret(ACCESS_TOKEN), lambda _why, _seconds: None
            ),
            "metadata": lambda: self._metadata.fetch(self._endpoints),
            "reach": lambda: self._reach.probe(self._endpoints),
        }
        return asked[service]()


def shown_of(outcome: object) -> str:
    """Return everything that any output could show of the failure."""
    if not isinstance(outcome, SetupError):
        return f"{outcome!r} {outcome}"
    led = (outcome.__cause__, outcome.__context__)
    return f"{led!r}{led!s}{outcome!r}{outcome.problem!r}{outcome.problem}"


async def outcome_of(asking: Asking, service: str) -> object:
    try:
        return await asking.ask(service)
    except SetupError as error:
        return error


def parts_of(service: str) -> frozenset[str]:
    """Return every part of what a service sent, both raw and URL-encoded."""
    sent = SENT[service] if service in ("exchange", "refresh", "users") else ()
    spelled = [spell(text) for text in sent for spell in (str, quote_plus, quote)]
    return frozenset(text[at : at + PART] for text in spelled for at in range(len(text) - PART + 1))


PARTS = {service: parts_of(service) for service in SERVICES}
HALF = PART // 2
HALVES = {
    service: frozenset(part[at : at + HALF] for part in PARTS[service] for at in range(HALF + 1))
    for service in SERVICES
}
"""Each part has one of them at a multiple of HALF, wherever it is shown."""
RECEIVED = frozenset(spell(text)[:40] for text in NEW for spell in (str, quote_plus, quote))


def leaks(outcome: object, service: str, status: int = 400) -> list[str]:
    """Return the parts of the request, and enough of the response, that must not be shown."""
    shown = shown_of(outcome)
    secrets = RECEIVED | {NAME} if status < 400 else RECEIVED
    found = [hint for hint in secrets if hint in shown]
    parts, halves = PARTS[service], HALVES[service]
    if halves.isdisjoint(shown[at : at + HALF] for at in range(0, len(shown), HALF)):
        return found
    return found + [
        shown[at : at + PART]
        for at in range(len(shown) - PART + 1)
        if shown[at : at + PART] in parts
    ]


def is_named(outcome: object) -> bool:
    """Whether this is a result, or an entry of the error catalog with every {name} filled in."""
    if not isinstance(outcome, SetupError):
        return isinstance(outcome, TokenSet | UserList | ServerMetadata | tuple | None)
    problem = outcome.problem
    texts = f"{problem.title}{problem.cause}{problem.remedy}{''.join(problem.detail)}"
    return problem.id in CATALOGUE and texts.isprintable()


@pytest.mark.parametrize("seed", SEEDS)
async def test_generated_answers_end_with_a_result_or_a_named_problem(seed: int) -> None:
    generator = Generator(seed)
    current = Generated(200, [], b"")
    asked: Counter[str] = Counter()
    ended: Counter[str] = Counter()

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(current.status, headers=current.headers, content=current.body)

    async with open_client() as client:
        client._transport = httpx.MockTransport(handle)
        asking = Asking(client, "https://t.test")
        for number in range(EACH):
            # Most of them are for the three services that send a secret.
            turn = number % 16
            service = SERVICES[turn % 3 if turn < 14 else turn - 11]
            current = generator.answer(service)
            began = time.process_time()
            outcome = await outcome_of(asking, service)
            taken = time.process_time() - began
            assert taken <= SECONDS, (number, service, current.status, current.body[:200])
            assert is_named(outcome), (number, service, current.status, shown_of(outcome))
            assert leaks(outcome, service, current.status) == [], (
                number,
                service,
                current.status,
                shown_of(outcome),
            )
            asked[service] += 1
            problem = outcome.problem.id if isinstance(outcome, SetupError) else "fine"
            ended[f"{service} {problem}"] += 1
    assert asked.total() == EACH
    assert min(asked[name] for name in ("exchange", "refresh", "users")) >= 1250
    # The responses are neither all rejected nor all alike.
    assert ended["exchange fine"] > 12, ended
    assert ended["users fine"] > 12
    assert len(ended) > 30


def raw(generator: Generator, generated: Generated) -> Script:
    """Return the same response as bytes, with its framing broken in one of many ways."""
    body = generated.body
    length = len(body)
    framing = generator.choice(
        *(f"Content-Length: {length}", f"Content-Length: {length}, {length}"),
        *(f"Content-Length: {length + 9}", f"Content-Length: {length // 2}", "Content-Length: -1"),
        *("Content-Length: x", f"Content-Length: {'9' * 30}", "X: y", "Content-Encoding: gzip"),
        *(f"Content-Length: {length}\r\nContent-Length: 1", "Content-Encoding: identity"),
        *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked"),
        *(f"Content-Length: {length}\r\nTransfer-Encoding: chunked", "Content-Encoding: br, gzip"),
        *(": no name", "no colon", "X\x00: y", f"X-Echo: {ACCESS_TOKEN}\x00", "X: é", " folded"),
    )
    if "chunked" in framing:
        size = generator.choice(f"{length:x}", f"{length + 5:x}", "zz", "-1", "f" * 20, "0", "")
        end = generator.choice("\r\n0\r\n\r\n", "\r\n", "", "\r\n0\r\nX: y\r\n\r\n", "0\r\n\r\n")
        body = f"{size}\r\n".encode() + body + end.encode()
    line = generator.choice(
        *(f"HTTP/1.1 {generated.status} OK",) * 6,
        *(f"HTTP/1.0 {generated.status} {CLIENT_SECRET}", f"HTTP/1.1 {generated.status}"),
        *("HTTP/1.1 OK 200", "HTTP/9.9 200 OK", "ICY 200 OK", "", CODE, "HTTP/1.1 99999 x"),
        *("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", "HTTP/1.1 101 Switching"),
    )
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in generated.headers)
    whole = f"{line}\r\n".encode() + headers + f"{framing}\r\n\r\n".encode() + body
    if generator.number(6) == 0:
        whole = whole[: generator.number(len(whole))]
    return Script(whole)


async def test_hundreds_of_generated_answers_over_a_real_socket(serve: Serve) -> None:
    generator = Generator(seed=3)
    services = [SERVICES[number % len(SERVICES)] for number in range(400)]
    ended: Counter[str] = Counter()
    async with open_client() as client:
        for service in services:
            script = raw(generator, generator.answer(service))
            server = await serve(script)
            outcome = await outcome_of(Asking(client, server.url, seconds=10), service)
            await server.stop()
            assert leaks(outcome, service) == [], (service, script.data[:300], shown_of(outcome))
            if service in ("exchange", "refresh"):
                assert len(server.requests) == 1, (script.data[:300], shown_of(outcome))
            ended[outcome.problem.id if isinstance(outcome, SetupError) else "fine"] += 1
    assert ended.total() == 400
    assert ended["answer-lost"] > 20
    assert ended["connection-dropped"] > 20
    assert ended["fine"] > 50


@pytest.mark.parametrize("service", ["exchange", "refresh", "users"])
async def test_tokens_in_a_refusal_are_not_shown(service: str) -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json=TOKENS | {"error": "x"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        with pytest.raises(SetupError) as caught:
            await Asking(client, "https://t.test").ask(service)
    assert leaks(caught.value, service) == []
