"""The live check: one GET, how long it waits, and what counts as a SCIM list."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from tests.api.conftest import LoopClock, Naps, Serve
from tests.api.server import Script, reply
from wizard.api.users import LIST_RESPONSE, UserService
from wizard.domain.models import UserList
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.secret import Secret

TOKEN = "acc3ss.token-1"
URL = "https://iam.twilio.com/scim/v2"


def listed(count: int, **more: object) -> bytes:
    users = [{"id": f"US{n:032}", "userName": f"user{n}@example.com"} for n in range(count)]
    return json.dumps({"schemas": [LIST_RESPONSE], "Resources": users} | more).encode()


class Line:
    """A transport that returns its responses in turn and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def ask(line: Line, naps: Naps, waits: list[tuple[str, float]] | None = None) -> UserList:
    async with httpx.AsyncClient(transport=httpx.MockTransport(line)) as client:
        service = UserService(client, sleep=naps)
        told = waits if waits is not None else []
        return await service.list_users(URL, Secret(TOKEN), lambda *wait: told.append(wait))


async def test_one_get_and_no_more(naps: Naps) -> None:
    line = Line(httpx.Response(200, content=listed(2, totalResults=25)))
    assert await ask(line, naps) == UserList(total=25)
    [request] = line.requests
    assert (request.method, str(request.url)) == ("GET", f"{URL}/Users")
    assert request.headers["Accept"] == "application/scim+json"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.content == b""
    assert naps.seconds == []


@pytest.mark.parametrize(
    ("body", "total"),
    [
        (listed(3), 3),
        (listed(0, totalResults=0), 0),
        (json.dumps({"schemas": [LIST_RESPONSE], "totalResults": 0}).encode(), 0),
        (json.dumps({"schemas": [LIST_RESPONSE]}).encode(), 0),
        (json.dumps({"schemas": [LIST_RESPONSE], "Resources": None}).encode(), 0),
        (listed(20_000), 20_000),
    ],
    ids=["counted", "none", "no Resources", "bare", "null", "large"],
)
async def test_size_of_a_list(naps: Naps, body: bytes, total: int) -> None:
    assert await ask(Line(httpx.Response(200, content=body)), naps) == UserList(total)


async def test_loop_goes_on_while_a_long_list_is_decoded(
    client: httpx.AsyncClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    in_thread = asyncio.to_thread

    async def counted(function: object, *args: object) -> object:
        threads.append(1)
        return await in_thread(function, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "to_thread", counted)
    server = await serve(reply(200, listed(10)), reply(200, listed(20_000)))
    service = UserService(client)
    for _ in range(2):
        await service.list_users(server.url, Secret(TOKEN), print)
    assert len(threads) == 1


@pytest.mark.parametrize(
    "value",
    [
        r'"\ud800"',
        r'"\\\ud800x\\ud801\udc00"',
        '"a\nb\x00"',
        '"\u20ac"',
        "1e999",
        "9" * 5000,
        r'"\"\ud800\""',
    ],
)
async def test_name_that_json_cannot_hold_does_not_matter(naps: Naps, value: str) -> None:
    """Users type these names, and only the number is read from the list."""
    users = f'[{{"displayName": {value}}}, {{"userName": "b"}}]'
    body = f'{{"schemas": ["{LIST_RESPONSE}"], "Resources": {users}}}'.encode("latin-1", "replace")
    assert await ask(Line(httpx.Response(200, content=body)), naps) == UserList(2)
    counted = body.replace(b'"Resources"', b'"totalResults": 25, "Resources"')
    assert await ask(
        Line(httpx.Response(200, content=b"\xef\xbb\xbf" + counted)), naps
    ) == UserList(25)


async def test_name_in_another_encoding_does_not_matter(naps: Naps) -> None:
    body = listed(2).replace(b"user1", b"\xfcser\\ud800")
    assert await ask(Line(httpx.Response(200, content=body)), naps) == UserList(2)


async def test_label_of_a_list_does_not_matter(naps: Naps) -> None:
    response = httpx.Response(200, content=listed(2), headers={"Content-Type": "text/html"})
    assert await ask(Line(response), naps) == UserList(2)


ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.mark.parametrize("content_type", ["application/scim+json", "text/html", "text/plain", ""])
@pytest.mark.parametrize("status", [200, 202, 401, 403])
@pytest.mark.parametrize(
    ("body", "entry"),
    [
        ({"schemas": [ERROR_URN], "detail": "Access token expired", "status": "401"}, "bad-token"),
        (
            {"code": 70051, "message": "twilio/iam/x/list is missing", "status": 401},
            "missing-permission",
        ),
        ({"code": 70051, "message": "x \ud800"}, "missing-permission"),
    ],
)
async def test_error_document_is_an_error_whatever_its_label(
    naps: Naps, body: dict[str, object], status: int, content_type: str, entry: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = httpx.Response(status, content=json.dumps(body).encode(), headers=headers)
    with pytest.raises(SetupError) as caught:
        await ask(Line(response), naps)
    problem = caught.value.problem
    if status != 403 or entry != "bad-token":
        assert (problem.id, problem.exit_code) == (entry, ExitCode.ACT_AT_TWILIO)
    words = str(body.get("detail") or body["message"]).replace("\ud800", "").strip()
    assert problem.detail[0].startswith(f"{status}")
    assert words in problem.detail[0]


async def test_list_beyond_the_limit_has_passed_uncounted(
    client: httpx.AsyncClient, serve: Serve
) -> None:
    server = await serve(reply(200, listed(100)))
    service = UserService(client, limit=1000)
    assert await service.list_users(server.url, Secret(TOKEN), print) == UserList(None)


@pytest.mark.parametrize(
    "start",
    [
        f'{{"schemas":["{LIST_RESPONSE}"],',
        f'\n{{ "totalResults" : 90000, "schemas" : [ "{LIST_RESPONSE}" ] ,',
        '{"totalResults":90000,"itemsPerPage":90000,"startIndex":1,"Resources":[',
        '{"Resources": [{"userName": "ann@example.com"},',
    ],
)
async def test_answer_beyond_the_limit_passes_if_it_begins_like_a_list(
    client: httpx.AsyncClient, serve: Serve, start: str
) -> None:
    server = await serve(reply(200, start.encode() + b" " * 2000))
    service = UserService(client, limit=1000)
    assert await service.list_users(server.url, Secret(TOKEN), print) == UserList(None)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("{AAAA", "a response that isn't a SCIM list"),
        ('{"schemas":["urn:other"],', "a response that isn't a SCIM list"),
        ('{"users":[', "a response that isn't a SCIM list"),
        ("<!doctype html><title>Sign in</title>", "a web page"),
        (f'[{{"schemas":["{LIST_RESPONSE}"],', "a response that isn't a SCIM list"),
    ],
)
async def test_answer_beyond_the_limit_that_does_not_begin_like_a_list_proves_nothing(
    client: httpx.AsyncClient, serve: Serve, start: str, words: str
) -> None:
    server = await serve(reply(200, start.encode() + b"A" * 2000))
    with pytest.raises(SetupError) as caught:
        await UserService(client, limit=1000).list_users(server.url, Secret(TOKEN), print)
    assert caught.value.problem.id == "not-scim"
    assert words in caught.value.problem.cause


@pytest.mark.parametrize(
    ("response", "cause", "detail"),
    [
        (
            httpx.Response(200, html="<html><title>Sign in</title>"),
            "a web page, probably from a web filter or a captive portal",
            "200: Sign in",
        ),
        (httpx.Response(200, content=b"<html>"), "a web page", "200"),
        (httpx.Response(200, json={"users": ["Ann"]}), "isn't a SCIM list", "schemas is missing"),
        (
            httpx.Response(200, json={"schemas": ["other"]}),
            "isn't a SCIM list",
            "ListResponse is missing",
        ),
        (httpx.Response(200, content=b'{"x":' + b"[" * 100_000), "isn't a SCIM list", "JSON"),
        (
            httpx.Response(200, content=b'{"schemas":["\xff"]}'),
            "isn't a SCIM list",
            "ListResponse is missing",
        ),
        (httpx.Response(200), "isn't a SCIM list", "cut off"),
    ],
)
async def test_what_is_not_scim(
    naps: Naps, response: httpx.Response, cause: str, detail: str
) -> None:
    with pytest.raises(SetupError) as caught:
        await ask(Line(response), naps)
    problem = caught.value.problem
    assert problem.id == "not-scim"
    assert cause in problem.cause
    assert any(detail in line for line in problem.detail)
    assert "Ann" not in repr(problem)


@pytest.mark.parametrize("total", ["7", "-5", True, -1, 2**53, "Ann", ["Ann"], "5" * 30])
async def test_list_with_an_invalid_value_is_not_blamed_on_a_filter(
    naps: Naps, total: object
) -> None:
    with pytest.raises(SetupError) as caught:
        await ask(Line(httpx.Response(200, content=listed(1, totalResults=total))), naps)
    problem = caught.value.problem
    assert problem.id == "odd-list"
    assert problem.detail[-1] == "totalResults isn't valid"


@pytest.mark.parametrize(
    ("response", "cause", "detail"),
    [
        (httpx.Response(302, headers={"Location": "//login.test/x"}), "login.test", "302"),
        (httpx.Response(511, html="<title>Pay</title>"), "captive portal", "511: Pay"),
        (httpx.Response(403, html="Policy 7"), "a web page", "403: Policy 7"),
        (httpx.Response(403, content=b"<html>Policy 7"), "a web page", "403: Policy 7"),
        (httpx.Response(302, headers={"Location": "http://["}), "without a usable URL", "302"),
        (httpx.Response(302), "without a usable URL", "302"),
    ],
    ids=repr,
)
async def test_what_was_stopped_on_its_way(
    naps: Naps, response: httpx.Response, cause: str, detail: str
) -> None:
    with pytest.raises(SetupError) as caught:
        await ask(Line(response), naps)
    problem = caught.value.problem
    assert (problem.id, problem.exit_code) == ("blocked", ExitCode.UNREACHABLE)
    assert cause in problem.cause
    assert problem.detail == (detail,)


async def test_throttled_waits_as_told_and_counts_down(naps: Naps) -> None:
    waits: list[tuple[str, float]] = []
    line = Line(
        httpx.Response(429, headers={"Retry-After": "3"}),
        httpx.Response(200, content=listed(1)),
    )
    assert await ask(line, naps, waits) == UserList(1)
    assert naps.seconds == [1, 1, 1]
    assert waits == [("too many requests", left) for left in (3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("Mon, 23 Nov 2026 14:00:07 GMT", 7),
        ("Mon, 23 Nov 2026 13:00:00 GMT", 1),
        ("0", 1),
        ("60", 60),
        (None, 5),
        ("soon", 5),
        ("-3", 5),
    ],
)
async def test_retry_after(naps: Naps, retry_after: str | None, seconds: float) -> None:
    headers = {"Date": "Mon, 23 Nov 2026 14:00:00 GMT"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    line = Line(httpx.Response(429, headers=headers), httpx.Response(200, content=listed(1)))
    assert await ask(line, naps) == UserList(1)
    assert sum(naps.seconds) == seconds


@pytest.mark.parametrize(
    ("retry_after", "words"),
    [
        ("61", "61 s"),
        ("3600", "60 min"),
        ("9" * 12, "more than a day"),
        ("9" * 50, "more than a day"),
    ],
)
async def test_long_pause_is_told_instead_of_waited(
    naps: Naps, retry_after: str, words: str
) -> None:
    with pytest.raises(SetupError) as caught:
        await ask(Line(httpx.Response(429, headers={"Retry-After": retry_after})), naps)
    problem = caught.value.problem
    assert (problem.id, problem.exit_code) == ("scim-throttled", ExitCode.UNREACHABLE)
    assert words in problem.remedy
    assert naps.seconds == []


@pytest.mark.parametrize(
    "passing",
    [
        httpx.Response(408),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        httpx.ConnectError("no"),
        httpx.ConnectTimeout("no"),
        httpx.ReadError("no"),
        httpx.RemoteProtocolError("no"),
    ],
    ids=repr,
)
async def test_three_tries(naps: Naps, passing: httpx.Response | Exception) -> None:
    good = httpx.Response(200, content=listed(1))
    waits: list[tuple[str, float]] = []
    assert await ask(Line(passing, passing, good), naps, waits) == UserList(1)
    assert sum(naps.seconds) == 4
    assert [left for _, left in waits] == [1, 0, 3, 2, 1, 0]
    why = (
        f"status {passing.status_code}" if isinstance(passing, httpx.Response) else "no connection"
    )
    assert {each for each, _ in waits} == {why}
    line = Line(passing, passing, passing, good)
    with pytest.raises(SetupError) as caught:
        await ask(line, naps)
    assert len(line.requests) == 3
    assert caught.value.problem.exit_code is ExitCode.UNREACHABLE


@pytest.mark.parametrize(
    ("lasting", "expected"),
    [
        (httpx.Response(500), "scim-failing"),
        (httpx.Response(404), "scim-not-found"),
        (httpx.Response(401, json={"detail": f"bad {TOKEN}", "status": "401"}), "bad-token"),
        (
            httpx.Response(401, json={"code": "70051", "message": "twilio/iam/x/list is missing"}),
            "missing-permission",
        ),
        (httpx.Response(400, json={"scimType": "invalidFilter"}), "unrecognized"),
        (httpx.ReadTimeout("no"), "timed-out"),
    ],
    ids=repr,
)
async def test_one_try(naps: Naps, lasting: httpx.Response | Exception, expected: str) -> None:
    with pytest.raises(SetupError) as caught:
        await ask(Line(lasting), naps)
    assert caught.value.problem.id == expected
    assert naps.seconds == []
    assert TOKEN not in repr(caught.value.problem)


async def test_token_is_not_taken_along_a_redirect(client: httpx.AsyncClient, serve: Serve) -> None:
    other = await serve(reply(200, listed(1)))
    server = await serve(reply(301, Location=f"{other.url}/Users"))
    with pytest.raises(SetupError):
        await UserService(client).list_users(server.url, Secret(TOKEN), print)
    assert other.requests == []


async def test_slow_list_ends(
    client: httpx.AsyncClient, serve: Serve, loop_clock: LoopClock
) -> None:
    server = await serve(Script(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", hangs=True))
    service = UserService(client, seconds=5)
    asking = asyncio.create_task(service.list_users(server.url, Secret(TOKEN), print))
    await server.until_answered()
    await loop_clock.skip(5)
    with pytest.raises(SetupError) as caught:
        await asking
    assert caught.value.problem.id == "timed-out"
    assert len(server.requests) == 1
