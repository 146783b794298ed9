"""The grants of the second server: codes, and the tokens issued for them (RFC 6749, 7636)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from tests.second_http import FORM, Request

TOKEN_LIFE: Final = 90
"""Lifetime of an access token, in seconds."""
CODE_LENGTH: Final = 3000


class Refusal(Exception):
    """An error response of the token endpoint (RFC 6749 §5.2)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(slots=True)
class Grant:
    """An approval, and its codes and tokens that are still valid."""

    scope: str
    redirect_url: str
    challenge: str | None
    """The PKCE challenge from the authorization link."""
    is_code_used: bool = False
    is_revoked: bool = False
    refresh_token: str | None = None
    """The newest refresh token; earlier ones are retired."""


class Grants:
    """All grants, by code and by token."""

    def __init__(self) -> None:
        self._by_code: dict[str, Grant] = {}
        self._by_access: dict[str, tuple[Grant, float]] = {}
        self._by_refresh: dict[str, Grant] = {}

    def approve(self, scope: str, redirect_url: str, challenge: str | None) -> str:
        """Return the code of a new grant: standard Base64, so that it needs percent-encoding."""
        code = base64.b64encode(secrets.token_bytes(CODE_LENGTH * 3 // 4 - 2)).decode()
        self._by_code[code] = Grant(scope, redirect_url, challenge)
        return code

    def to_client(self) -> Grant:
        """Return a new grant to the client itself (RFC 6749 §4.4)."""
        grant = Grant("offline_access", "", None)
        self._by_code[secrets.token_urlsafe(20)] = grant
        return grant

    def exchange(self, form: dict[str, str]) -> Grant:
        """Redeem a code once (RFC 6749 §4.1.3); a second use revokes its tokens (§4.1.2)."""
        grant = self._by_code.get(required(form, "code"))
        if grant is None:
            raise Refusal("invalid_grant", "no such code")
        if grant.is_code_used or grant.is_revoked:
            grant.is_revoked = True
            raise Refusal("invalid_grant", "the code was used before")
        grant.is_code_used = True
        if required(form, "redirect_uri") != grant.redirect_url:
            raise Refusal("invalid_grant", "another redirect_uri was authorized")
        if not _is_proven(grant.challenge, form.get("code_verifier")):
            raise Refusal("invalid_grant", "the code verifier does not match")
        return grant

    def refresh(self, form: dict[str, str], *, theft: bool) -> Grant:
        """Accept a refresh token (RFC 6749 §6); with `theft`, a retired one ends its grant."""
        token = required(form, "refresh_token")
        grant = self._by_refresh.get(token)
        if grant is None or grant.is_revoked:
            raise Refusal("invalid_grant", "no such refresh token")
        if grant.refresh_token != token:
            grant.is_revoked = theft
            raise Refusal("invalid_grant", "the refresh token was replaced")
        if form.get("scope", grant.scope) != grant.scope:
            raise Refusal("invalid_scope", "more than was granted")
        return grant

    def access_token(self, grant: Grant) -> str:
        """Return a new access token, valid for TOKEN_LIFE seconds."""
        token = secrets.token_urlsafe(40)
        self._by_access[token] = (grant, time.monotonic() + TOKEN_LIFE)
        return token

    def refresh_token(self, grant: Grant) -> str:
        """Return a new refresh token, which retires the previous one."""
        grant.refresh_token = secrets.token_urlsafe(60)
        self._by_refresh[grant.refresh_token] = grant
        return grant.refresh_token

    def is_good(self, access_token: str) -> bool:
        """Whether the access token is still valid."""
        grant, expires_at = self._by_access.get(access_token, (None, 0.0))
        return grant is not None and not grant.is_revoked and time.monotonic() < expires_at

    def expire(self) -> None:
        """Expire every access token."""
        self._by_access.clear()

    def revoke(self) -> None:
        """Revoke every grant."""
        for grant in self._by_code.values():
            grant.is_revoked = True


def strict_form(request: Request) -> dict[str, str]:
    """Return a token request's fields, or raise Refusal (RFC 6749 §2.3.1, §3.2)."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != FORM:
        raise Refusal("invalid_request", f"the body is to be {FORM}")
    if request.query:
        raise Refusal("invalid_request", "no parameters in the address")
    if "authorization" in request.headers:
        raise Refusal("invalid_request", "credentials belong in the body, and only there")
    try:
        form = dict(parse_qsl(request.body.decode("ascii"), strict_parsing=True, errors="strict"))
    except ValueError:
        raise Refusal("invalid_request", "the form is malformed") from None
    if request.has_doubles:
        raise Refusal("invalid_request", "a parameter is there twice")
    for name in ("grant_type", "client_id", "client_secret"):
        required(form, name)
    return form


def required(form: dict[str, str], name: str) -> str:
    """Return a field, or raise Refusal: an empty one counts as missing (RFC 6749 §3.2)."""
    if not form.get(name):
        raise Refusal("invalid_request", f"{name} is missing")
    return form[name]


def _is_proven(challenge: str | None, verifier: str | None) -> bool:
    """Whether the verifier matches (RFC 7636 §4.6); without a challenge, none does."""
    if challenge is None or verifier is None:
        return challenge is verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    is_well_formed = re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) is not None
    return is_well_formed and base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
