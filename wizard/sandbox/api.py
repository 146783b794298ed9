"""The API of the simulated Twilio: its paths, requests, responses, errors, and SCIM users."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

AUTHORIZE_PATH: Final = "/v2/authorize"

TOKEN_PATH: Final = "/v2/token"  # noqa: S105  an address, not a secret

METADATA_PATH: Final = "/.well-known/oauth-authorization-server"

SCIM_PATH: Final = "/scim/v2"


def bearer_token(seen: Seen) -> str:
    """Return the token of a Bearer Authorization header (RFC 6750 §2.1); "" for anything else."""
    kind, _, token = seen.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def is_same(given: str, right: str) -> bool:
    """Compare two texts in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


JSON: Final = "application/json"
SCIM_JSON: Final = "application/scim+json"
HTML: Final = "text/html; charset=utf-8"

LIST_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
USER_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:User"


class Fields(dict[str, str]):
    """The parameters of a query or form; one without a value is omitted (RFC 6749 §3.1)."""

    @classmethod
    def of(cls, text: str) -> Fields:
        """Read a URL-encoded query or form."""
        return cls(parse_qsl(text))

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, kept for tests to look at; its repr shows no value that was sent."""

    method: str
    path: str
    query: Fields = field(repr=False)
    form: Fields = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response; the web server adds Date and a request ID."""

    status: int
    body: str = field(repr=False)
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def json_answer(
    status: int,
    value: object,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response with `value` as compact JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(status, body, media_type, headers or {})


def twilio_error(
    status: int, code: int, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return Twilio's own error: `{code, message, more_info, status}`, both numbers integers."""
    value = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return json_answer(status, value, headers=headers)


def scim_error(
    status: int,
    code: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a SCIM error (RFC 7644 §3.12: `status` is a string) with Twilio's `code`."""
    value = {
        "schemas": [ERROR_SCHEMA],
        "detail": detail,
        "status": str(status),
        "code": code,
        "moreInfo": f"https://www.twilio.com/docs/errors/{code}",
    }
    return json_answer(status, value, SCIM_JSON, headers)


_GIVEN: Final = ("Ada", "Ben", "Chloé", "Dana", "Emre", "Fatima", "Grace", "Hugo", "Ines", "Jun")
_FAMILY: Final = ("Adeyemi", "Berg", "Castillo", "Dubois", "Eriksen", "Gupta", "Haddad")


def user(number: int) -> dict[str, object]:
    """Return a managed user as Twilio's SCIM API shows it (RFC 7643 §4.1).

    All of it follows from the number, which counts from 0: every run has the same users.
    """
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
    address = f"person{number:05d}@example.com"
    return {
        "schemas": [USER_SCHEMA],
        "id": "US" + hashlib.sha256(str(number).encode()).hexdigest()[:32],
        "userName": address,
        "displayName": f"{given} {family}",
        "name": {"givenName": given, "familyName": family},
        "emails": [{"primary": True, "value": address, "type": "work"}],
        "active": number % 12 != 11,
        "locale": "en-US",
        "timezone": "America/Los_Angeles",
        "meta": {
            "resourceType": "user",
            "created": "2025-11-03T09:30:00Z",
            "lastModified": "2026-02-17T16:05:00Z",
            "version": 'W/"1"',
        },
    }


def list_users(count: int, permissions: Collection[str]) -> Response:
    """Answer `GET /Users` with everyone. The wizard never filters, so no filter is read."""
    if "managed-users/list" not in permissions:
        # 401 and Twilio's own shape, as its other hosts answer code 70051; not 403, not SCIM's.
        message = (
            "Authorization Error: required permission twilio/iam/managed-users/list is missing"
        )
        return twilio_error(401, 70051, message)
    resources = [user(number) for number in range(count)]
    # Twilio does not page: no startIndex, no itemsPerPage (SCIM API reference).
    value = {"schemas": [LIST_SCHEMA], "totalResults": count, "Resources": resources}
    return json_answer(200, value, SCIM_JSON)
