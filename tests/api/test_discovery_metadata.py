"""Metadata is taken only from the origin itself, and its absence is not reported."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from tests.api.conftest import LoopClock, Serve
from tests.api.server import Script, reply
from wizard.api.discovery import TOTAL_SECONDS, MetadataService
from wizard.domain.models import TWILIO, Endpoints, ServerMetadata

ISSUER = "https://oauth.twilio.com"


async def fetch(
    response: httpx.Response, endpoints: Endpoints = TWILIO
) -> tuple[ServerMetadata | None, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return response

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        return await MetadataService(client).fetch(endpoints), seen


async def test_twilio_lists_s256() -> None:
    content = {"issuer": ISSUER, "code_challenge_methods_supported": ["S256"], "more": 1}
    found, [request] = await fetch(httpx.Response(200, json=content))
    assert found == ServerMetadata(ISSUER, has_s256=True)
    assert request.method == "GET"
    assert str(request.url) == f"{ISSUER}/.well-known/oauth-authorization-server"


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({}, ServerMetadata(ISSUER, has_s256=False)),
        ({"code_challenge_methods_supported": None}, ServerMetadata(ISSUER, has_s256=False)),
        ({"code_challenge_methods_supported": ["plain"]}, ServerMetadata(ISSUER, has_s256=False)),
        (
            {"authorization_response_iss_parameter_supported": True},
            ServerMetadata(ISSUER, has_s256=False, sends_iss=True),
        ),
    ],
    ids=repr,
)
async def test_optional_members(extra: dict[str, object], expected: ServerMetadata) -> None:
    found, _ = await fetch(httpx.Response(200, json={"issuer": ISSUER} | extra))
    assert found == expected


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, json={"issuer": "https://evil.test"}),
        httpx.Response(200, json={"issuer": f"{ISSUER}/"}),
        httpx.Response(200, json={}),
        httpx.Response(200, json=[]),
        httpx.Response(200, html="<html>"),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(200, content=b'{"x":' + b"[" * 100_000),
        httpx.Response(200, content=b" " * (1 << 21)),
        httpx.Response(404, json={"issuer": ISSUER}),
        httpx.Response(302, headers={"Location": "https://evil.test"}),
        httpx.Response(200, json={"issuer": ISSUER, "code_challenge_methods_supported": "S256"}),
    ],
)
async def test_anything_odd_is_no_metadata(response: httpx.Response) -> None:
    found, _ = await fetch(response)
    assert found is None


@pytest.mark.parametrize("url", ["http://[::1", "no-address", "http://127.0.0.1:1/authorize"])
async def test_bad_address_is_no_metadata(client: httpx.AsyncClient, url: str) -> None:
    assert await MetadataService(client).fetch(Endpoints(authorize_url=url)) is None


async def test_origin_keeps_its_port(client: httpx.AsyncClient, serve: Serve) -> None:
    server = await serve(reply(404))
    endpoints = Endpoints(authorize_url=f"{server.url}/v2/authorize?x=1")
    assert await MetadataService(client).fetch(endpoints) is None
    assert server.requests[0].startswith(b"GET /.well-known/oauth-authorization-server HTTP/1.1")


async def test_silent_server_is_not_waited_for(
    client: httpx.AsyncClient, serve: Serve, loop_clock: LoopClock
) -> None:
    head = json.dumps({"issuer": ISSUER})[:5].encode()
    server = await serve(
        Script(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + head, hangs=True)
    )
    endpoints = Endpoints(authorize_url=f"{server.url}/v2/authorize")
    fetching = asyncio.create_task(MetadataService(client).fetch(endpoints))
    await server.until_answered()
    await loop_clock.skip(TOTAL_SECONDS)
    assert await fetching is None
    assert len(server.requests) == 1
