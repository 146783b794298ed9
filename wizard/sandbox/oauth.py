"""The rules for authorization requests, codes, and tokens: what is valid, and until when."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Fields = defaultdict[str, str]
"""The parameters of a query or form; one without a value is omitted (RFC 6749 §3.1)."""


def fields_of(text: str) -> Fields:
    """Read a URL-encoded query or form."""
    return defaultdict(str, parse_qsl(text))


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
        parts = urlsplit(self.redirect_uri)
        added = urlencode(answer | ({"state": self.state} if self.state else {}))
        # The redirect URL may have a query already (RFC 6749 §4.1.2).
        return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def read(fields: Fields, client_id: str, redirect_urls: Collection[str]) -> AuthorizationRequest:
    """Check an authorization request (RFC 6749 §4.1.1). Raises BadClient, BadRequest."""
    if fields["client_id"] != client_id:
        raise BadClient("No OAuth app has this client_id.")
    redirect_uri = fields["redirect_uri"]
    # Compared as text, without normalizing (RFC 9700 §4.1.3).
    if redirect_uri not in redirect_urls:
        raise BadClient("The redirect_uri is not the Redirect URL of this OAuth app.")
    request = AuthorizationRequest(
        redirect_uri,
        fields["state"],
        "offline_access" in fields["scope"].split(),
        fields["code_challenge"],
    )
    fault = _fault(fields)
    if fault is not None:
        error, description = fault
        raise BadRequest(request.answer(error=error, error_description=description))
    return request


def _fault(fields: Fields) -> tuple[str, str] | None:
    """Return what is wrong with a request of a known app: error and description, or None."""
    challenge, method = fields["code_challenge"], fields["code_challenge_method"]
    if not fields["response_type"]:
        return "invalid_request", "response_type is missing"
    if fields["response_type"] != "code":
        return "unsupported_response_type", "Only response_type=code is supported"
    if fields["scope"] not in ("", "offline_access"):
        return "invalid_scope", "Only scope=offline_access is supported"
    if (challenge or method) and method != "S256":
        return "invalid_request", "Only code_challenge_method=S256 is supported"
    if method and not _S256_CHALLENGE.fullmatch(challenge):
        return "invalid_request", "code_challenge is not an S256 challenge"
    return None


CODE_SECONDS: Final = 300
"""Twilio's codes expire in 5 minutes (Set up OAuth for SCIM)."""

CODE_FILLER: Final = 450
"""Random bytes in a code, which make it about 1,200 characters long."""


class InvalidGrant(Exception):
    """A code, verifier or refresh token is not taken; the text says why, without quoting it."""


class InvalidToken(Exception):
    """An access token is not taken; the text says why, without quoting it."""


LIST_MISSING: Final = (
    "Authorization Error: required permission twilio/iam/managed-users/list is missing"
)
"""Twilio's words for a token without this permission (error 70051)."""


@dataclass(eq=False, slots=True)
class Grant:
    """One authorization by one user, with everything issued on it."""

    request: AuthorizationRequest
    """What was approved."""
    client_id: str
    organization: str
    permissions: frozenset[str]
    """As they were selected when the authorization was given, unless they are changed here."""
    is_revoked: bool = False


@dataclass(eq=False, slots=True)
class _Issued:
    """What is remembered of a code or token."""

    grant: Grant
    expires_at: float = float("inf")
    """UTC epoch seconds."""
    is_spent: bool = False


@dataclass(eq=False)
class Grants:
    """Issues, redeems, and revokes codes and tokens; times are UTC epoch seconds."""

    now: Callable[[], float]
    token_seconds: int
    rotate: bool
    reuse_is_theft: bool
    _key: bytes = field(default_factory=partial(secrets.token_bytes, 32), init=False, repr=False)
    _codes: dict[str, _Issued] = field(default_factory=dict, init=False, repr=False)
    _refresh: dict[str, _Issued] = field(default_factory=dict, init=False, repr=False)
    _access: dict[str, _Issued] = field(default_factory=dict, init=False, repr=False)

    def issue_code(self, grant: Grant, age: float = 0.0) -> str:
        """Return a new code that is `age` seconds old already."""
        issued_at = self.now() - age
        expires_at = issued_at + CODE_SECONDS
        code = self._jwt(
            grant, issued_at, exp=int(expires_at), ctx=secrets.token_urlsafe(CODE_FILLER)
        )
        self._codes[code] = _Issued(grant, expires_at)
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> dict[str, object]:
        """Exchange a code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6). Raises InvalidGrant.

        The code is redeemed even if this fails, so that a client's second try is noticed.
        """
        issued = self._spend(self._codes, code, "authorization code")
        grant, request = issued.grant, issued.grant.request
        if self.now() >= issued.expires_at:
            raise InvalidGrant("The authorization code has expired")
        if redirect_uri != request.redirect_uri:
            raise InvalidGrant("redirect_uri does not match the authorization request")
        # A verifier without a challenge is rejected as well (RFC 9700 §2.1.1, downgrade).
        if _s256(verifier) != request.challenge:
            raise InvalidGrant("code_verifier does not match the code_challenge")
        return self._tokens(grant, self._issue_refresh(grant) if request.is_offline else None)

    def refresh(self, token: str) -> dict[str, object]:
        """Exchange a refresh token for an access token (RFC 6749 §6). Raises InvalidGrant.

        A stable refresh token is not sent again: the answer holds null in its place.
        """
        if not self.rotate:
            return self._tokens(self._live(self._refresh, token, "refresh token").grant, None)
        grant = self._spend(self._refresh, token, "refresh token").grant
        return self._tokens(grant, self._issue_refresh(grant))

    def issue(self, grant: Grant) -> dict[str, object]:
        """Issue an access token to an app itself (RFC 6749 §4.4.3)."""
        return self._tokens(grant, None)

    def bearer(self, token: str) -> Grant:
        """Return the grant an access token stands for. Raises InvalidToken."""
        issued = self._access.get(token)
        if issued is None or issued.grant.is_revoked:
            raise InvalidToken("The access token is invalid")
        if self.now() >= issued.expires_at:
            raise InvalidToken("The access token has expired")
        return issued.grant

    def revoke(self) -> None:
        """End every authorization with its tokens, as if the app was deleted in Twilio."""
        for issued in (*self._codes.values(), *self._refresh.values(), *self._access.values()):
            issued.grant.is_revoked = True

    def _live(self, shelf: Mapping[str, _Issued], text: str, what: str) -> _Issued:
        issued = shelf.get(text)
        if issued is None or issued.grant.is_revoked:
            raise InvalidGrant(f"The {what} is invalid")
        if issued.is_spent:
            issued.grant.is_revoked = self.reuse_is_theft
            raise InvalidGrant(f"The {what} has already been used")
        return issued

    def _spend(self, shelf: Mapping[str, _Issued], text: str, what: str) -> _Issued:
        issued = self._live(shelf, text, what)
        issued.is_spent = True
        return issued

    def _issue_refresh(self, grant: Grant) -> str:
        token = self._jwt(grant, self.now())
        self._refresh[token] = _Issued(grant)
        return token

    def _tokens(self, grant: Grant, refresh_token: str | None) -> dict[str, object]:
        """Issue an access token; return the answer as Twilio documents it."""
        now = self.now()
        access_token = self._jwt(
            grant,
            now,
            exp=int(now + self.token_seconds),
            aud="https://iam.twilio.com",
            scope=" ".join(sorted(grant.permissions)),
        )
        self._access[access_token] = _Issued(grant, now + self.token_seconds)
        return {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "id_token": None,
            "token_type": "Bearer",
            "expires_in": self.token_seconds,
        }

    def _jwt(self, grant: Grant, issued_at: float, **claims: object) -> str:
        """Return a JWT with the claims seen in Twilio's tokens, and a `jti` to make it unique."""
        context = f"trn:us1:iam:organization:{grant.organization}"
        body = {
            "sub": f"trn:us1:iam:oauthapp:{grant.client_id}",
            "act": {"sub": context},
            "urn:tw:iam_ctx": context,
            "urn:tw:rgn": "us1",
            "iat": int(issued_at),
            "jti": secrets.token_hex(16),
            **claims,
        }
        head = ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "HS256"}, body))
        return f"{head}.{_base64(hmac.digest(self._key, head.encode(), 'sha256'))}"


def _s256(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 §4.2); "" for none."""
    if not verifier:
        return ""
    return _base64(hashlib.sha256(verifier.encode("utf-8", "replace")).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
