"""A request as it was seen, an answer as it is to be sent, and Twilio's two error shapes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

JSON: Final = "application/json"
SCIM_JSON: Final = "application/scim+json"
HTML: Final = "text/html; charset=utf-8"

LIST_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
USER_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:User"


@dataclass(frozen=True, slots=True)
class Fields:
    """The parameters of a query or form, as OAuth reads them (RFC 6749 §3.1)."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The first value of each name; a name without a value counts as omitted."""
    repeated: frozenset[str] = frozenset()
    """Names sent more than once, which OAuth forbids."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Fields:
        """Read name-value pairs in the order they came."""
        values: dict[str, str] = {}
        repeated = set()
        for name, value in pairs:
            if name in values:
                repeated.add(name)
            elif value:
                values[name] = value
        return cls(values, frozenset(repeated))

    def get(self, name: str) -> str:
        """Return a value, "" when it was not sent."""
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, kept for tests to look at; its repr shows no value that was sent."""

    method: str
    path: str
    query: Fields
    form: Fields
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; the web half adds Date and a request id."""

    status: int
    body: str = field(repr=False)
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def json_answer(
    status: int,
    value: object,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return `value` as compact JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, body, media_type, headers or {})


def twilio_error(
    status: int, code: int, message: str, headers: Mapping[str, str] | None = None
) -> Answer:
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
) -> Answer:
    """Return a SCIM error (RFC 7644 §3.12: `status` is a string) with Twilio's `code`."""
    value = {
        "schemas": [ERROR_SCHEMA],
        "detail": detail,
        "status": str(status),
        "code": code,
        "moreInfo": f"https://www.twilio.com/docs/errors/{code}",
    }
    return json_answer(status, value, SCIM_JSON, headers)
