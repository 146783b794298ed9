"""The authorization endpoint's rules: which requests are shown to the user, and how it answers."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from wizard.sandbox.exchange import Fields

PARAMETERS: Final = (
    "client_id",
    "response_type",
    "scope",
    "redirect_uri",
    "state",
    "code_challenge",
    "code_challenge_method",
)
"""What a request may consist of; anything else is ignored (RFC 6749 §3.1)."""

_S256_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class BadClient(ValueError):
    """The app or its redirect URL is wrong, so nothing may be redirected (RFC 6749 §4.1.2.1)."""


class BadRequest(Exception):
    """An authorization request that is answered by an error redirect (RFC 6749 §4.1.2.1)."""

    def __init__(self, location: str) -> None:
        super().__init__("the request is answered by an error redirect")
        self.location = location


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A checked authorization request: what the user is asked to approve."""

    redirect_uri: str
    state: str = field(repr=False)
    """Comes back as it is; "" when none was sent."""
    is_offline: bool
    """`offline_access` was asked for, so a refresh token will come with the tokens."""
    challenge: str = field(repr=False)
    """PKCE's S256 challenge (RFC 7636 §4.2); "" when none was sent."""

    def answer(self, **answer: str) -> str:
        """Return the redirect that answers with these parameters and the state."""
        return _redirect(self.redirect_uri, self.state, answer)


def read(fields: Fields, client_id: str, redirect_urls: Collection[str]) -> AuthorizationRequest:
    """Check an authorization request (RFC 6749 §4.1.1). Raises BadClient, BadRequest."""
    if fields.get("client_id") != client_id or "client_id" in fields.repeated:
        raise BadClient("No OAuth app has this client_id.")
    redirect_uri = fields.get("redirect_uri")
    # Compared as text, without normalizing (RFC 9700 §4.1.3).
    if redirect_uri not in redirect_urls or "redirect_uri" in fields.repeated:
        raise BadClient("The redirect_uri is not the Redirect URL of this OAuth app.")
    request = AuthorizationRequest(
        redirect_uri,
        fields.get("state"),
        "offline_access" in fields.get("scope").split(),
        fields.get("code_challenge"),
    )
    fault = _fault(fields)
    if fault is not None:
        error, description = fault
        raise BadRequest(request.answer(error=error, error_description=description))
    return request


def _fault(fields: Fields) -> tuple[str, str] | None:
    """Return what is wrong with a request of a known app: error and description, or None."""
    challenge, method = fields.get("code_challenge"), fields.get("code_challenge_method")
    if fields.repeated:
        return "invalid_request", "A parameter was sent more than once"
    if not fields.get("response_type"):
        return "invalid_request", "response_type is missing"
    if fields.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is supported"
    if fields.get("scope") not in ("", "offline_access"):
        return "invalid_scope", "Only scope=offline_access is supported"
    if (challenge or method) and method != "S256":
        return "invalid_request", "Only code_challenge_method=S256 is supported"
    if method and not _S256_CHALLENGE.fullmatch(challenge):
        return "invalid_request", "code_challenge is not an S256 challenge"
    return None


def _redirect(redirect_uri: str, state: str, answer: dict[str, str]) -> str:
    """Add an answer to a redirect URL, which may have a query already (RFC 6749 §4.1.2)."""
    parts = urlsplit(redirect_uri)
    added = urlencode(answer | ({"state": state} if state else {}))
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))
