"""The token endpoint: what is sent, how often, and what is accepted of the response."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest
from socksio import SOCKSError

from tests.api.conftest import NOW, LoopClock, Naps, Serve
from tests.api.server import Script, reply
from wizard.api.connection import Departure
from wizard.api.http import open_client
from wizard.api.proxies import ByProxy
from wizard.api.token import UNSAID_LIFE, TokenService
from wizard.domain import journal
from wizard.domain.models import AuthorizationAttempt, CredentialSet, Endpoints, GrantType, TokenSet
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace

CLIENT_SECRET, CODE, VERIFIER = "s3cret+/=&?", "c0de-of-many-letters", "v3rifier-of-43"
REFRESH_TOKEN, ACCESS_TOKEN = "r3fresh-old", "acc3ss.token-1"
SECRETS = (CLIENT_SECRET, CODE, VERIFIER, REFRESH_TOKEN, ACCESS_TOKEN)
GOOD: dict[str, object] = {
    "access_token": ACCESS_TOKEN,
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_token": "r3fresh-new",
    "id_token": None,
}
Handler = Callable[[httpx.Request], httpx.Response]


def credentials(token_url: str = "https://t.test/token") -> CredentialSet:
    old = TokenSet(Secret("old"), NOW, NOW, Secret(REFRESH_TOKEN))
    return CredentialSet(
        client_id="OQ-current",
        client_secret=Secret(CLIENT_SECRET),
        redirect_url="https://current.test/",
        endpoints=Endpoints(token_url=token_url),
        tokens=old,
    )


def attempt(token_url: str = "https://t.test/token", has_pkce: bool = True) -> AuthorizationAttempt:
    return AuthorizationAttempt(
        state=Secret("state"),
        client_id="OQ-frozen",
        redirect_url="https://frozen.test/cb?a=b",
        endpoints=Endpoints(token_url=token_url),
        scope="offline_access",
        created_at=NOW,
        verifier=Secret(VERIFIER) if has_pkce else None,
    )


class _Notes:
    """A journal that keeps its entries."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, words: str, *, is_problem: bool) -> None:
        if is_problem:
            self.lines.append(words)

    def conceal(self, value: str) -> None:
        pass


@pytest.fixture
def notes() -> Iterator[list[str]]:
    """The problems written to the log."""
    kept = _Notes()
    journal.keep(kept)
    yield kept.lines
    journal.keep(None)


def answering(status: int, content: object) -> Handler:
    return lambda _: httpx.Response(status, json=content)


def answering_bytes(content: bytes) -> Handler:
    return lambda _: httpx.Response(200, content=content)


async def ask(
    handler: Handler, grant: str = "exchange", naps: Naps | None = None, has_pkce: bool = True
) -> TokenSet:
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        service = TokenService(client, lambda: NOW, sleep=naps or Naps())
        if grant == "refresh":
            return await service.refresh(credentials())
        return await service.exchange(
            credentials(), attempt(has_pkce=has_pkce), Secret(CODE), print
        )


async def refused(
    handler: Handler, grant: str = "exchange", naps: Naps | None = None, has_pkce: bool = True
) -> SetupError:
    with pytest.raises(SetupError) as caught:
        await ask(handler, grant, naps, has_pkce)
    return caught.value


async def problem_of(handler: Handler, grant: str = "exchange") -> Problem:
    return (await refused(handler, grant)).problem


def shown(error: SetupError) -> str:
    """Return everything that a crash report could print of an error, including local variables."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(report.format()) + repr(error.problem)


@pytest.mark.parametrize("status", [200, 201])
async def test_exchange_sends_the_attempt_and_measures_from_before(status: int) -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, json=GOOD)

    times = iter((NOW, NOW + timedelta(seconds=9)))
    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        service = TokenService(client, lambda: next(times))
        tokens = await service.exchange(credentials(), attempt(), Secret(CODE), print)
    [request] = seen
    assert (request.method, str(request.url)) == ("POST", "https://t.test/token")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Accept"] == "application/json"
    assert "Authorization" not in request.headers
    assert parse_qs(request.content.decode(), strict_parsing=True) == {
        "grant_type": ["authorization_code"],
        "client_id": ["OQ-frozen"],
        "client_secret": [CLIENT_SECRET],
        "code": [CODE],
        "redirect_uri": ["https://frozen.test/cb?a=b"],
        "code_verifier": [VERIFIER],
    }
    assert tokens == TokenSet(
        Secret(ACCESS_TOKEN),
        NOW + timedelta(hours=1),
        NOW + timedelta(seconds=9),
        Secret("r3fresh-new"),
    )


async def test_exchange_without_pkce_sends_no_verifier() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert b"code_verifier" not in request.content
        return httpx.Response(200, json=GOOD)

    assert (await ask(handle, has_pkce=False)).access_token == Secret(ACCESS_TOKEN)


async def test_refresh_sends_the_set() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert parse_qs(request.content.decode()) == {
            "grant_type": ["refresh_token"],
            "client_id": ["OQ-current"],
            "client_secret": [CLIENT_SECRET],
            "refresh_token": [REFRESH_TOKEN],
        }
        return httpx.Response(200, json=GOOD)

    assert (await ask(handle, "refresh")).refresh_token == Secret("r3fresh-new")


OF_APP = replace(credentials(), grant_type=GrantType.CLIENT_CREDENTIALS, tokens=None)


async def issued(handler: Handler) -> TokenSet:
    """Request a token as an app."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        return await TokenService(client, lambda: NOW).refresh(OF_APP)


async def test_client_credentials_are_sent_alone_and_a_refresh_token_is_not_kept() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert (request.method, str(request.url)) == ("POST", "https://t.test/token")
        assert "Authorization" not in request.headers
        assert parse_qs(request.content.decode(), strict_parsing=True) == {
            "grant_type": ["client_credentials"],
            "client_id": ["OQ-current"],
            "client_secret": [CLIENT_SECRET],
        }
        return httpx.Response(200, json=GOOD)

    tokens = await issued(handle)
    assert (tokens.access_token, tokens.refresh_token) == (Secret(ACCESS_TOKEN), None)
    assert tokens.expires_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("answer", "problem", "is_lost"),
    [
        (answering(401, {"message": "Invalid credentials", "code": 20003}), "wrong-client", False),
        (answering(400, {"error": "unauthorized_client"}), "wrong-grant", False),
        (answering(200, {}), "odd-tokens", False),
        (answering(503, {}), "token-server-failing", False),
    ],
)
async def test_client_credentials_that_are_rejected_lose_nothing(
    answer: Handler, problem: str, is_lost: bool
) -> None:
    with pytest.raises(SetupError) as caught:
        await issued(answer)
    assert (caught.value.problem.id, caught.value.is_lost) == (problem, is_lost)
    text = shown(caught.value)  # with the variables of this test, so before it names a secret
    assert not [secret for secret in SECRETS if secret in text]


async def test_request_of_an_app_has_three_fields_on_the_wire(
    client: httpx.AsyncClient, serve: Serve
) -> None:
    server = await serve(reply(200, json.dumps(GOOD).encode()))
    used = replace(
        credentials(server.url), grant_type=GrantType.CLIENT_CREDENTIALS, scope="offline_access"
    )
    tokens = await TokenService(client, lambda: NOW).refresh(used)
    (request,) = server.requests
    head, _, form = request.partition(b"\r\n\r\n")
    headers = head.lower().splitlines()
    assert b"content-type: application/x-www-form-urlencoded" in headers
    assert not [line for line in headers if line.startswith(b"authorization:")]
    # Neither a scope nor the refresh token of an earlier grant is sent.
    assert parse_qs(form.decode(), strict_parsing=True, keep_blank_values=True) == {
        "grant_type": ["client_credentials"],
        "client_id": ["OQ-current"],
        "client_secret": [CLIENT_SECRET],
    }
    assert (tokens.access_token, tokens.refresh_token) == (Secret(ACCESS_TOKEN), None)


@pytest.mark.parametrize(
    "script",
    [
        Script(),
        reply(500, b"{}"),
        reply(200, b"<html>Sign in</html>", Content_Type="text/html"),
        reply(200, json.dumps(GOOD | {"token_type": "mac"}).encode()),
        reply(200, json.dumps(GOOD | {"access_token": None}).encode()),
        reply(200, json.dumps(GOOD | {"access_token": "two words"}).encode()),
    ],
    ids=["closed", "500", "page", "mac", "no token", "space"],
)
async def test_request_of_an_app_is_sent_once_and_loses_nothing(
    client: httpx.AsyncClient, serve: Serve, naps: Naps, script: Script
) -> None:
    server = await serve(script)
    used = replace(credentials(server.url), grant_type=GrantType.CLIENT_CREDENTIALS)
    with pytest.raises(SetupError) as caught:
        await TokenService(client, lambda: NOW, sleep=naps).refresh(used)
    assert not caught.value.is_lost
    assert (len(server.requests), naps.seconds) == (1, [])
    # The response itself is a variable of this test.
    assert CLIENT_SECRET not in shown(caught.value)
    assert REFRESH_TOKEN not in shown(caught.value)


async def test_client_credentials_that_never_left_are_unsent() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with pytest.raises(SetupError) as caught:
        await issued(handle)
    assert (caught.value.is_unsent, caught.value.is_lost) == (True, False)


@pytest.mark.parametrize("silence", [{"refresh_token": None}, {"refresh_token": ""}, {}])
@pytest.mark.parametrize(("grant", "kept"), [("exchange", None), ("refresh", REFRESH_TOKEN)])
async def test_without_a_new_refresh_token_the_old_one_stays(
    silence: dict[str, object], grant: str, kept: str | None
) -> None:
    content = {k: v for k, v in GOOD.items() if k != "refresh_token"} | silence
    tokens = await ask(answering(200, content), grant)
    assert tokens.refresh_token == (Secret(kept) if kept else None)


async def test_refresh_without_a_refresh_token_asks_nobody() -> None:
    async with open_client() as client:
        with pytest.raises(SetupError) as caught:
            await TokenService(client, lambda: NOW).refresh(CredentialSet())
    assert caught.value.problem.id == "no-refresh-token"


@pytest.mark.parametrize("kind", ["bearer", "Bearer", "BEARER"])
async def test_bearer_is_taken_in_any_case(kind: str) -> None:
    tokens = await ask(answering(200, GOOD | {"token_type": kind}))
    assert tokens.access_token == Secret(ACCESS_TOKEN)


@pytest.mark.parametrize(
    "said", [None, 0, -1, 0.5, True, "3600", [3600], 10**12, 10**99, 10**400, 1e300], ids=repr
)
@pytest.mark.parametrize("grant", ["exchange", "refresh"])
async def test_life_unsaid_or_odd_is_short_and_loses_no_refresh_token(
    said: object, grant: str, notes: list[str]
) -> None:
    answer = answering(200, GOOD | {"expires_in": said, "refresh_token": "newest"})
    tokens = await ask(answer, grant)
    assert tokens.refresh_token == Secret("newest")
    assert timedelta(0) < tokens.expires_at - tokens.obtained_at <= UNSAID_LIFE
    assert not tokens.needs_refresh(tokens.obtained_at)
    # A log, if there is one, names the values that were rejected.
    assert any("expires_in" in note for note in notes) == (said is not None)


@pytest.mark.parametrize("said", [1, 3600, 3600.0, 366 * 86400])
async def test_life_that_can_be_is_believed(said: float, notes: list[str]) -> None:
    tokens = await ask(answering(200, GOOD | {"expires_in": said}))
    assert tokens.expires_at == NOW + timedelta(seconds=said)
    assert notes == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"access_token": None}, "access_token"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": 7}, "access_token"),
        ({"access_token": "two\nlines"}, "access_token"),
        ({"access_token": "tökén"}, "access_token"),
        ({"token_type": None}, "token_type"),
        ({"token_type": "mac"}, "token_type"),
        ({"refresh_token": {}}, "refresh_token"),
        ({"refresh_token": "two\nlines"}, "refresh_token"),
    ],
    ids=repr,
)
@pytest.mark.parametrize(("grant", "step"), [("exchange", Step.AUTHORIZE), ("refresh", None)])
async def test_odd_value_is_named_and_not_believed(
    change: dict[str, object], named: str, grant: str, step: Step | None
) -> None:
    error = await refused(answering(200, GOOD | change), grant)
    assert (error.problem.id, error.problem.step) == ("odd-tokens", step)
    assert named in error.problem.detail[0]
    assert not any(secret in shown(error) for secret in SECRETS)


@pytest.mark.parametrize(
    ("answer", "is_lost"),
    [
        (answering(200, GOOD | {"access_token": None}), True),
        (answering(504, {}), True),
        (answering(429, {}), False),
        (answering(400, {"error": "invalid_grant"}), False),
    ],
)
async def test_refresh_is_lost_where_the_server_may_have_refreshed(
    answer: Handler, is_lost: bool
) -> None:
    """The refresh token may have been replaced, and the response with the new one is lost."""
    assert (await refused(answer, "refresh")).is_lost is is_lost


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"x":' + b"[" * 100_000, b'{"access_token":"\xff"}'],
    ids=lambda body: body[:8],
)
async def test_broken_json_is_a_problem(body: bytes) -> None:
    problem = await problem_of(lambda _: httpx.Response(200, content=body))
    assert problem.id == "odd-tokens"


@pytest.mark.parametrize("content_type", ["application/json", "text/html", "text/plain"])
@pytest.mark.parametrize("status", [200, 201, 400])
@pytest.mark.parametrize("words", ["The code has expired", "The code \ud800 has expired"])
async def test_error_document_is_an_error_whatever_its_label(
    status: int, content_type: str, words: str
) -> None:
    body = json.dumps({"error": "invalid_grant", "error_description": words})
    headers = {"Content-Type": content_type}
    problem = await problem_of(lambda _: httpx.Response(status, content=body, headers=headers))
    assert (problem.id, problem.exit_code) == ("code-expired", ExitCode.ACT_AT_TWILIO)
    assert problem.detail[0].startswith(f"{status}: The code")
    assert problem.detail[0].endswith("has expired")


async def test_error_of_a_refresh_that_comes_as_a_success_is_an_error() -> None:
    problem = await problem_of(answering(200, {"error": "invalid_grant"}), "refresh")
    assert (problem.id, problem.detail[0]) == ("refresh-refused", "200: invalid_grant")


async def test_tokens_are_taken_whatever_their_label() -> None:
    headers = {"Content-Type": "text/html"}
    body = json.dumps(GOOD | {"scope": "x \ud800"})
    tokens = await ask(lambda _: httpx.Response(200, content=body, headers=headers))
    assert tokens.access_token == Secret(ACCESS_TOKEN)


async def test_too_long_answer_is_a_problem() -> None:
    problem = await problem_of(lambda _: httpx.Response(200, content=b" " * (1 << 21)))
    assert problem.id == "odd-tokens"


async def test_page_instead_of_tokens_is_named() -> None:
    problem = await problem_of(
        lambda _: httpx.Response(200, html="<title>Wi-Fi &amp; more</title>"),
    )
    assert problem.id == "not-oauth"
    assert "200: Wi-Fi & more" in problem.detail


@pytest.mark.parametrize(
    ("grant", "expected"), [("exchange", "wrong-client"), ("refresh", "wrong-client")]
)
async def test_refusal_is_classified_with_its_request_id(grant: str, expected: str) -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        content = {"code": 20003, "message": "Invalid credentials", "status": 401}
        return httpx.Response(401, json=content, headers={"Twilio-Request-Id": "RQ123"})

    problem = await problem_of(handle, grant)
    assert problem.id == expected
    assert problem.exit_code is ExitCode.ACT_AT_TWILIO
    assert problem.detail == ("401 (20003): Invalid credentials", "Request ID: RQ123")


@pytest.mark.parametrize("field", ["message", "error_description", "detail", "nothing"])
async def test_secrets_a_server_repeats_are_hidden(field: str) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        said = f"odd: {request.content.decode()} {CODE} {CLIENT_SECRET}"
        return httpx.Response(400, json={field: said})

    error = await refused(handle)
    assert "odd: " in error.problem.detail[0]
    assert not any(secret in shown(error) for secret in SECRETS)
    assert "s3cret" not in shown(error)


@pytest.mark.parametrize(
    "kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
)
@pytest.mark.parametrize("grant", ["exchange", "refresh"])
async def test_what_never_left_is_tried_again(
    kind: type[httpx.TransportError], grant: str, naps: Naps
) -> None:
    asked: list[bytes] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.content)
        if len(asked) < 3:
            raise kind("no")
        return httpx.Response(200, json=GOOD)

    assert (await ask(handle, grant, naps)).access_token == Secret(ACCESS_TOKEN)
    assert len(set(asked)) == 1
    assert naps.seconds == [0.5, 0.5]


class Throttling:
    """Rejects a code with these Retry-After values, one per request, and then accepts it."""

    def __init__(self, *retry_after: str | None) -> None:
        self._turns = list(retry_after)
        self.sent: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request.content)
        if not self._turns:
            return httpx.Response(200, json=GOOD)
        turn = self._turns.pop(0)
        return httpx.Response(429, headers={} if turn is None else {"Retry-After": turn})


@pytest.mark.parametrize(
    ("turns", "waited"),
    [
        ([None], 5),
        (["0"], 1),
        (["90"], 90),
        (["60", "120"], 180),
        (["Mon, 23 Nov 1999 14:00:00 GMT"], 1),
    ],
)
async def test_code_that_was_turned_away_is_sent_again(
    naps: Naps, turns: list[str | None], waited: float
) -> None:
    server = Throttling(*turns)
    waits: list[tuple[str, float]] = []
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as client:
        service = TokenService(client, lambda: NOW, sleep=naps)
        tokens = await service.exchange(
            credentials(), attempt(), Secret(CODE), lambda *wait: waits.append(wait)
        )
    assert tokens.access_token == Secret(ACCESS_TOKEN)
    assert len(server.sent) == len(turns) + 1
    assert len(set(server.sent)) == 1
    assert sum(naps.seconds) == waited
    assert {why for why, _ in waits} == {"too many requests"}
    assert waits[-1][1] == 0


@pytest.mark.parametrize(
    ("turns", "sent", "is_good"),
    [
        (["900"], 1, False),
        (["999999999999"], 1, False),
        (["200", "50"], 2, False),
        (["1", "1", "1", "1"], 3, True),
    ],
)
async def test_code_is_sent_again_no_longer_than_it_lives(
    naps: Naps, turns: list[str | None], sent: int, *, is_good: bool
) -> None:
    server = Throttling(*turns)
    error = await refused(server, naps=naps)
    assert (len(server.sent), error.is_unsent) == (sent, is_good)
    assert error.problem.id == "token-throttled"
    assert error.problem.step is (None if is_good else Step.AUTHORIZE)


async def test_code_that_names_its_end_is_sent_again_until_then(naps: Naps) -> None:
    claims = json.dumps({"exp": NOW.timestamp() + 20}).encode()
    code = f"x.{base64.urlsafe_b64encode(claims).decode()}.x"
    server = Throttling("30")
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as client:
        service = TokenService(client, lambda: NOW, sleep=naps)
        with pytest.raises(SetupError) as caught:
            await service.exchange(credentials(), attempt(), Secret(code), print)
    assert (len(server.sent), caught.value.is_unsent) == (1, False)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_nothing_else_sends_a_code_again(naps: Naps, status: int) -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, headers={"Retry-After": "1"})

    assert not (await refused(handle, naps=naps)).is_unsent
    assert len(sent) == 1
    assert naps.seconds == []


async def test_refresh_that_was_turned_away_is_not_sent_again(naps: Naps) -> None:
    server = Throttling("1")
    assert (await refused(server, "refresh", naps)).problem.id == "token-throttled"
    assert len(server.sent) == 1


async def test_pause_ends_when_nobody_waits() -> None:
    server = Throttling("60")
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as client:

        async def leave(_seconds: float) -> None:
            service.drop_unsent()

        service = TokenService(client, lambda: NOW, sleep=leave)
        with pytest.raises(SetupError) as caught:
            await service.exchange(credentials(), attempt(), Secret(CODE), print)
    assert caught.value.is_unsent
    assert len(server.sent) == 1


async def test_tries_end_and_the_code_is_still_good(naps: Naps, closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}/token"
    async with open_client() as client:
        service = TokenService(client, lambda: NOW, sleep=naps)
        with pytest.raises(SetupError) as caught:
            await service.exchange(credentials(url), attempt(url), Secret(CODE), print)
    assert caught.value.problem.id == "nobody-there"
    assert caught.value.is_unsent
    assert len(naps.seconds) == 2
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "script",
    [
        Script(),
        Script(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
        Script(b"nonsense\r\n\r\n"),
        Script(hangs=True),
        Script(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", hangs=True),
        reply(200, b"\x1f\x8b", Content_Encoding="gzip"),
    ],
    ids=["dropped", "cut", "nonsense", "silent", "slow", "compressed"],
)
async def test_code_is_sent_once_whatever_comes_back(
    client: httpx.AsyncClient, serve: Serve, naps: Naps, loop_clock: LoopClock, script: Script
) -> None:
    server = await serve(script)
    service = TokenService(client, lambda: NOW, sleep=naps, seconds=5)
    url = f"{server.url}/token"
    asking = asyncio.create_task(
        service.exchange(credentials(url), attempt(url), Secret(CODE), print)
    )
    if script.hangs:
        await server.until_answered()
        await loop_clock.skip(5)
    with pytest.raises(SetupError) as caught:
        await asking
    assert caught.value.problem.id == "answer-lost"
    assert caught.value.problem.step is Step.AUTHORIZE
    assert not caught.value.is_unsent
    assert len(caught.value.problem.detail) == 2
    assert len(server.requests) == 1
    assert naps.seconds == []
    assert not any(secret in shown(caught.value) for secret in SECRETS)


async def test_refresh_is_sent_once_too(
    client: httpx.AsyncClient, serve: Serve, naps: Naps
) -> None:
    server = await serve(Script())
    with pytest.raises(SetupError) as caught:
        await TokenService(client, lambda: NOW, sleep=naps).refresh(credentials(server.url))
    assert caught.value.problem.id == "connection-dropped"
    assert caught.value.is_lost
    assert (len(server.requests), naps.seconds) == (1, [])


async def test_time_that_runs_out_before_sending_leaves_the_code_good(
    client: httpx.AsyncClient, closed_port: int
) -> None:
    async def for_ever(_: float) -> None:
        await asyncio.Event().wait()

    url = f"http://127.0.0.1:{closed_port}/token"
    service = TokenService(client, lambda: NOW, sleep=for_ever, seconds=0.1)
    with pytest.raises(SetupError) as caught:
        await service.exchange(credentials(url), attempt(url), Secret(CODE), print)
    assert caught.value.problem.id == "timed-out"
    assert caught.value.is_unsent


async def test_what_has_not_left_is_dropped_and_nothing_leaves_afterwards(
    client: httpx.AsyncClient,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # The connection opens, but the server never does its part of TLS.
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/token"
        service = TokenService(client, lambda: NOW)
        asking = asyncio.create_task(
            service.exchange(credentials(url), attempt(url), Secret(CODE), print)
        )
        connection, _ = await asyncio.to_thread(silent.accept)
        with connection:
            service.drop_unsent()
            with pytest.raises(SetupError) as caught:
                await asking
            assert caught.value.is_unsent
            with pytest.raises(SetupError) as caught:
                await service.refresh(credentials(url))
            assert caught.value.is_unsent


async def test_request_whose_time_is_over_at_the_moment_it_is_dropped_fails_as_timed_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a limit has passed, its outcome can't change before the waiting task hears of it."""
    expired: list[bool] = []

    async def hang(_request: httpx.Request) -> httpx.Response:
        watch = next(iter(service._watches))
        watch.limit.reschedule(0)
        while not watch.limit.expired():
            # The cancellation comes in the round of the loop after the limit has passed.
            asyncio.get_running_loop().call_soon(drop, watch.limit)
            await asyncio.sleep(0)
        raise AssertionError("not cancelled")

    def drop(limit: asyncio.Timeout) -> None:
        if limit.expired() and not expired:
            expired.append(True)
            service.drop_unsent()

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
        service = TokenService(client, lambda: NOW)
        with pytest.raises(SetupError) as caught:
            await service.refresh(credentials())
    assert expired
    assert "RuntimeError" not in caplog.text
    assert (caught.value.problem.id, caught.value.is_unsent) == ("timed-out", True)


async def test_request_that_is_about_to_leave_when_it_is_dropped_does_not(
    client: httpx.AsyncClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve(reply(200, json.dumps(GOOD).encode()))
    service = TokenService(client, lambda: NOW)
    usual = Departure.begin

    async def dropped_at_the_last_moment(watch: Departure) -> None:
        service.drop_unsent()
        await usual(watch)

    monkeypatch.setattr(Departure, "begin", dropped_at_the_last_moment)
    with pytest.raises(SetupError) as caught:
        await service.refresh(credentials(server.url))
    assert caught.value.is_unsent
    assert server.requests == []


async def test_what_has_left_is_not_dropped(
    client: httpx.AsyncClient, serve: Serve, loop_clock: LoopClock
) -> None:
    server = await serve(Script(hangs=True))
    service = TokenService(client, lambda: NOW, seconds=5)
    asking = asyncio.create_task(service.refresh(credentials(server.url)))
    await server.until_answered()
    service.drop_unsent()
    await loop_clock.skip(5)
    with pytest.raises(SetupError) as caught:
        await asking
    assert (caught.value.problem.id, caught.value.is_unsent) == ("timed-out", False)


async def test_secret_is_not_taken_along_a_redirect(
    client: httpx.AsyncClient, serve: Serve
) -> None:
    other = await serve(reply(200, json.dumps(GOOD).encode()))
    server = await serve(reply(307, Location=f"{other.url}/steal"))
    with pytest.raises(SetupError) as caught:
        await TokenService(client, lambda: NOW).refresh(credentials(server.url))
    assert caught.value.problem.id == "token-blocked"
    assert f"127.0.0.1:{other.port}" in caught.value.problem.cause
    assert other.requests == []


async def test_bad_token_address_sends_nothing() -> None:
    async with open_client() as client:
        with pytest.raises(SetupError) as caught:
            await TokenService(client, lambda: NOW).exchange(
                credentials(), attempt("http://[::1"), Secret(CODE), print
            )
    assert (caught.value.problem.id, caught.value.is_unsent) == ("bad-address", True)


class _FaultyTransport(httpx.AsyncBaseTransport):
    """Raises a library's error after the response has arrived."""

    def __init__(self, fault: Exception) -> None:
        self._inner = ByProxy(ssl.create_default_context())
        self._fault = fault

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        await response.aclose()
        raise self._fault

    async def aclose(self) -> None:
        await self._inner.aclose()


FAULTS = (
    ValueError("header"),
    AssertionError(),
    OverflowError(),
    UnicodeDecodeError("ascii", b"\xff", 0, 1, "header"),
    SOCKSError(),
    httpx.ConnectError("fault"),
    httpx.PoolTimeout("fault"),
    httpx.ProxyError("fault"),
    httpx.InvalidURL("fault"),
    httpx.UnsupportedProtocol("fault"),
    TimeoutError(),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("grant", ["exchange", "refresh"])
async def test_fault_after_the_request_left_never_sends_it_again(
    serve: Serve, grant: str, fault: Exception
) -> None:
    server = await serve(reply(200, json.dumps(GOOD).encode()))
    url = f"{server.url}/token"
    async with open_client() as client:
        client._transport = _FaultyTransport(fault)
        service = TokenService(client, lambda: NOW, sleep=Naps())
        asking = (
            service.refresh(credentials(url))
            if grant == "refresh"
            else service.exchange(credentials(url), attempt(url), Secret(CODE), print)
        )
        with pytest.raises(SetupError) as caught:
            await asking
    assert len(server.requests) == 1
    assert not caught.value.is_unsent
    if grant == "refresh":
        assert caught.value.is_lost
        is_named = isinstance(fault, httpx.HTTPError | httpx.InvalidURL | TimeoutError)
        assert is_named or caught.value.problem.id == "connection-dropped"
    else:
        assert caught.value.problem.id == "answer-lost"


async def test_life_that_is_no_number_of_python_is_short(notes: list[str]) -> None:
    body = json.dumps(GOOD).replace("3600", "1e400").encode()
    tokens = await ask(lambda _: httpx.Response(200, content=body))
    assert tokens.expires_at == NOW + UNSAID_LIFE
    assert any("expires_in" in note for note in notes)
