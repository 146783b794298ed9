"""A running sandbox with a browser-like client, for the tests of the simulated Twilio."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.schemas import assert_documented
from wizard.sandbox.serve import authorize_url, scim_url, serving, token_url
from wizard.sandbox.twilio import Sandbox

START: Final = 1_795_000_000.0
VERIFIER: Final = "a-verifier-of-forty-three-characters-or-more-0"
STATE: Final = "st4te of/this&attempt"


class Clock:
    """A clock that stands still until it is moved; in UTC epoch seconds."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> float:
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += seconds


def answer_of(location: str) -> dict[str, str]:
    """Return the parameters of a redirect; fail if one occurs twice."""
    pairs = parse_qsl(urlsplit(location).query, strict_parsing=True, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of PKCE, computed independently (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode().replace("=", "")


@dataclass(frozen=True)
class World:
    """A sandbox, its address, and a client that validates each response against the schemas."""

    sandbox: Sandbox
    base: str
    client: httpx.Client
    clock: Clock

    def query(self, **changes: str | None) -> dict[str, str]:
        """Return the documented query of the authorization link; None leaves a parameter out."""
        query: dict[str, str | None] = {
            "client_id": self.sandbox.client_id,
            "response_type": "code",
            "scope": "offline_access",
            "redirect_uri": self.sandbox.redirect_url,
            "state": STATE,
        }
        return {k: v for k, v in (query | changes).items() if v is not None}

    def link(self, **changes: str | None) -> str:
        return f"{authorize_url(self.base)}?{urlencode(self.query(**changes))}"

    def press(self, decision: str = "approve", /, **changes: str | None) -> httpx.Response:
        """Submit the form of the approval page."""
        return self.client.post(
            authorize_url(self.base), data=self.query(**changes) | {"decision": decision}
        )

    def code(self, **changes: str | None) -> str:
        return answer_of(self.sandbox.approve(self.link(**changes)))["code"]

    def post_token(self, **changes: str | None) -> httpx.Response:
        """Post to the token endpoint with ID and secret; None leaves a field out."""
        fields: dict[str, str | None] = {
            "client_id": self.sandbox.client_id,
            "client_secret": self.sandbox.client_secret,
        }
        sent = {k: v for k, v in (fields | changes).items() if v is not None}
        return self.client.post(token_url(self.base), data=sent)

    def exchange(self, code: str, **changes: str | None) -> httpx.Response:
        fields: dict[str, str | None] = {"redirect_uri": self.sandbox.redirect_url}
        return self.post_token(grant_type="authorization_code", code=code, **(fields | changes))

    def refresh(self, token: str) -> httpx.Response:
        return self.post_token(grant_type="refresh_token", refresh_token=token)

    def tokens(self) -> dict[str, Any]:
        """Authorize, and exchange the code."""
        response = self.exchange(self.code())
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens

    def users(
        self, access_token: str, path: str = "/Users", method: str = "GET", **query: str
    ) -> httpx.Response:
        return self.client.request(
            method,
            scim_url(self.base) + path,
            params=query,
            headers={"Authorization": f"Bearer {access_token}"},
        )


@contextmanager
def world(**settings: object) -> Iterator[World]:
    """Serve a sandbox with these settings and a clock that stands still."""
    clock = Clock()
    sandbox = Sandbox(now=clock, **settings)  # type: ignore[arg-type]  # any of its settings
    hooks = {"response": [_check]}
    with (
        serving(sandbox) as base,
        httpx.Client(trust_env=False, verify=False, event_hooks=hooks, timeout=20) as client,
    ):
        yield World(sandbox, base, client, clock)


def _check(response: httpx.Response) -> None:
    response.read()
    assert_documented(response)
