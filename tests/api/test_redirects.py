"""No redirect is followed: the server that it points to gets no request."""

from __future__ import annotations

import pytest

from tests.api.conftest import Serve
from tests.api.generated import SENT
from tests.api.server import reply
from tests.api.test_generated import Asking, outcome_of
from wizard.api.http import open_client


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("service", SENT)
async def test_redirect_is_never_followed(serve: Serve, service: str, status: int) -> None:
    other = await serve(reply(200))
    server = await serve(reply(status, Location=f"{other.url}/elsewhere"))
    async with open_client() as client:
        await outcome_of(Asking(client, server.url), service)
    assert server.requests
    assert other.requests == []
