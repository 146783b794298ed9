"""Reaching the servers: any response counts, clocks are compared, and nothing blocks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.api.conftest import NOW, LoopClock, Serve
from tests.api.server import Script, reply
from wizard.api.discovery import REACH_SECONDS, ReachService
from wizard.domain.models import TWILIO, Endpoints
from wizard.domain.problems import Check, Status


def dated(minutes: float = 0) -> dict[str, str]:
    return {"Date": format_datetime(NOW - timedelta(minutes=minutes), usegmt=True)}


async def probe(*responses: httpx.Response) -> tuple[Check, ...]:
    hosts = dict(zip(("oauth.twilio.com", "iam.twilio.com"), responses, strict=True))

    def handle(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("GET", "/")
        assert "Authorization" not in request.headers
        return hosts[request.url.host]

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        return await ReachService(client, lambda: NOW).probe(TWILIO)


@pytest.mark.parametrize("status", [200, 302, 404, 503])
async def test_any_answer_counts(status: int) -> None:
    reach, clock = await probe(
        httpx.Response(status, headers=dated()), httpx.Response(404, headers=dated())
    )
    assert reach == Check("reach", "Twilio reachable, trusted", Status.PASSED)
    assert clock == Check("clock", "Clock", Status.PASSED)


@pytest.mark.parametrize(
    ("minutes", "status", "note"),
    [
        (3, Status.WARNING, "3 min fast"),
        (-3, Status.WARNING, "3 min slow"),
        (1.5, Status.WARNING, "90 s fast"),
        (1, Status.PASSED, ""),
        (-300, Status.WARNING, "5 h slow"),
        (60 * 24 * 400, Status.WARNING, "400 days fast"),
    ],
)
async def test_clock(minutes: float, status: Status, note: str) -> None:
    # A server without a date doesn't matter as long as the other one has a date.
    _, clock = await probe(httpx.Response(200), httpx.Response(200, headers=dated(minutes)))
    # The problem's own words report it once.
    assert (clock.status, clock.note) == (status, "")
    assert (clock.problem is not None) == (status is Status.WARNING)
    if clock.problem:
        assert note in clock.problem.cause


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
async def test_no_date_skips_the_clock(headers: dict[str, str]) -> None:
    response = httpx.Response(200, headers=headers)
    reach, clock = await probe(response, response)
    assert reach.status is Status.PASSED
    assert (clock.status, clock.note) == (Status.SKIPPED, "no Date header")


async def test_one_unreachable_server_is_a_warning(
    client: httpx.AsyncClient, serve: Serve, closed_port: int
) -> None:
    server = await serve(reply(404, b"", **dated()))
    endpoints = Endpoints(
        token_url=f"{server.url}/v2/token", scim_url=f"http://127.0.0.1:{closed_port}/scim"
    )
    reach, clock = await ReachService(client, lambda: NOW).probe(endpoints)
    assert (reach.status, reach.title) == (Status.WARNING, "Server reachable, trusted")
    assert reach.problem is not None
    assert reach.problem.id == "nobody-there"
    assert clock.status is Status.PASSED


async def test_silence_is_not_waited_for(
    client: httpx.AsyncClient, serve: Serve, loop_clock: LoopClock
) -> None:
    server = await serve(Script(hangs=True))
    endpoints = Endpoints(token_url=server.url, scim_url=server.url)
    probing = asyncio.create_task(ReachService(client, lambda: NOW).probe(endpoints))
    await server.until_answered(2)
    await loop_clock.skip(REACH_SECONDS)
    reach, clock = await probing
    assert reach.problem is not None
    assert reach.problem.id == "timed-out"
    assert (clock.status, clock.note) == (Status.SKIPPED, "no response")
    assert len(server.requests) == 2


async def test_bad_addresses_are_a_warning(client: httpx.AsyncClient) -> None:
    endpoints = Endpoints(token_url="ftp://twilio.com", scim_url="no-address")
    reach, _ = await ReachService(client, lambda: NOW).probe(endpoints)
    assert reach.problem is not None
    assert reach.problem.id == "bad-address"
