"""Credential sets after an authorization, at the simulated Twilio and the second server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jsonschema

from tests.commands.stage import ACTIVE, issued, now, put
from tests.second_server import SecondServer
from wizard.domain.models import CredentialSet, Endpoints, TokenSet
from wizard.domain.oauth.authorization_request import authorize_url, begin
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox


def whole(properties: Mapping[str, object]) -> dict[str, object]:
    """Return the schema of an object that has exactly these keys."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def told(output: str, schema: Mapping[str, object]) -> Any:
    """Return the only JSON object that was printed, after checking it against a schema."""
    assert output.endswith("}\n")
    value = json.loads(output)
    jsonschema.Draft202012Validator(dict(schema)).validate(value)
    return value


def tokens(answer: Mapping[str, object], *, is_expired: bool) -> TokenSet:
    life = timedelta(hours=-1 if is_expired else 1)
    expires_at = now() + life
    access, refresh = (Secret(str(answer[f"{kind}_token"])) for kind in ("access", "refresh"))
    return TokenSet(access, expires_at, expires_at - timedelta(hours=1), refresh)


def at_sandbox(sandbox: Sandbox, base: str, *, is_expired: bool = False) -> CredentialSet:
    """Return a set that the sandbox authorized; only the client considers its token expired."""
    draft = CredentialSet(
        sandbox.client_id,
        Secret(sandbox.client_secret),
        sandbox.redirect_url,
        Endpoints(serve.authorize_url(base), serve.token_url(base), serve.scim_url(base)),
    )
    landed = sandbox.approve(authorize_url(begin(draft, None, now())))
    code = parse_qs(urlsplit(landed).query)["code"][0]
    answer = sandbox.grants.redeem(code, sandbox.redirect_url, "")
    return replace(draft, tokens=tokens(answer, is_expired=is_expired))


@contextmanager
def set_up(sandbox: Sandbox, home: Path) -> Iterator[str]:
    """Serve a sandbox, and store a set that it authorized, with an expired access token."""
    with serve.serving(sandbox) as base:
        put(home, active=at_sandbox(sandbox, base, is_expired=True))
        yield base


def at_second(server: SecondServer, *, is_expired: bool = False) -> CredentialSet:
    """Return the same for the second server."""
    draft = CredentialSet(
        server.client_id,
        Secret(server.client_secret),
        server.redirect_url,
        Endpoints(server.authorize_url, server.token_url, server.scim_url),
    )
    landed = server.approve(authorize_url(begin(draft, None, now())))
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(landed).query)["code"][0],
        "redirect_uri": server.redirect_url,
        "client_id": server.client_id,
        "client_secret": server.client_secret,
    }
    answer = httpx.post(server.token_url, data=form, trust_env=False)
    assert answer.status_code == 201, answer.text
    return replace(draft, tokens=tokens(answer.json(), is_expired=is_expired))


EMPTY_LIST = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nConnection: close\r\n\r\n"
    b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0}'
)


def held_by(server: socket.socket) -> CredentialSet:
    """Return a set whose SCIM API is a socket that the test controls."""
    scim = Endpoints(scim_url=f"http://127.0.0.1:{server.getsockname()[1]}")
    return replace(ACTIVE, endpoints=scim, tokens=issued(hours=1))
