"""The people of a made-up organization as SCIM users: listed, filtered, shown one by one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from wizard.sandbox.exchange import (
    LIST_SCHEMA,
    SCIM_JSON,
    USER_SCHEMA,
    Answer,
    json_answer,
    scim_error,
    twilio_error,
)

_GIVEN: Final = ("Ada", "Ben", "Chloé", "Dana", "Emre", "Fatima", "Grace", "Hugo", "Ines", "Jun")
_FAMILY: Final = ("Adeyemi", "Berg", "Castillo", "Dubois", "Eriksen", "Gupta", "Haddad")

_FILTER: Final = re.compile(
    r'\s*(?P<name>userName|externalId)\s+eq\s+(?P<value>"(?:[^"\\]|\\.)*")\s*', re.IGNORECASE
)
"""The two filters Twilio documents (SCIM API reference); the value is a JSON string."""


class UnsupportedFilter(Exception):
    """A filter that is neither `userName eq "…"` nor `externalId eq "…"`."""


@dataclass(frozen=True, slots=True)
class Person:
    """A managed user."""

    number: int
    """Counts from 0; all else follows from it, so that every run has the same people."""

    @property
    def id(self) -> str:
        """The user SID: `US` and 32 hex digits."""
        return "US" + hashlib.sha256(str(self.number).encode()).hexdigest()[:32]

    @property
    def external_id(self) -> str:
        """The identity provider's name for them."""
        return f"idp-{self.number:06d}"

    @property
    def user_name(self) -> str:
        """The primary email address, as Twilio asks."""
        return f"person{self.number:05d}@example.com"

    def scim(self) -> dict[str, object]:
        """Return the user as Twilio's SCIM API shows it (RFC 7643 §4.1)."""
        given = _GIVEN[self.number % len(_GIVEN)]
        family = _FAMILY[self.number % len(_FAMILY)]
        return {
            "schemas": [USER_SCHEMA],
            "id": self.id,
            "externalId": self.external_id,
            "userName": self.user_name,
            "displayName": f"{given} {family}",
            "name": {"givenName": given, "familyName": family},
            "emails": [{"primary": True, "value": self.user_name, "type": "work"}],
            "active": self.number % 12 != 11,
            "locale": "en-US",
            "timezone": "America/Los_Angeles",
            "meta": {
                "resourceType": "user",
                "created": "2025-11-03T09:30:00Z",
                "lastModified": "2026-02-17T16:05:00Z",
                "version": 'W/"1"',
            },
        }


def list_users(people: Sequence[Person], permissions: Collection[str], expression: str) -> Answer:
    """Answer `GET /Users`; `expression` is the filter, "" for everybody."""
    if "managed-users/list" not in permissions:
        return _missing("managed-users/list")
    try:
        resources = [person.scim() for person in _find(people, expression)]
    except UnsupportedFilter:
        detail = "Only the filters userName eq and externalId eq are supported"
        return scim_error(400, 25001, detail, "invalidFilter")
    # Twilio does not page: no startIndex, no itemsPerPage (SCIM API reference).
    value = {"schemas": [LIST_SCHEMA], "totalResults": len(resources), "Resources": resources}
    return json_answer(200, value, SCIM_JSON)


def show_user(people: Sequence[Person], permissions: Collection[str], user_id: str) -> Answer:
    """Answer `GET /Users/{id}`."""
    if "managed-users/read" not in permissions:
        return _missing("managed-users/read")
    for person in people:
        if person.id == user_id:
            return json_answer(200, person.scim(), SCIM_JSON)
    return scim_error(404, 25008, "User not found")


def _missing(permission: str) -> Answer:
    # 401 and Twilio's own shape, as its other hosts answer code 70051; not 403, not SCIM's.
    message = f"Authorization Error: required permission twilio/iam/{permission} is missing"
    return twilio_error(401, 70051, message)


def _find(people: Sequence[Person], expression: str) -> Sequence[Person]:
    """Return the people a filter picks; all for "". Raises UnsupportedFilter."""
    if not expression:
        return people
    found = _FILTER.fullmatch(expression)
    if found is None:
        raise UnsupportedFilter
    try:
        value = str(json.loads(found["value"]))
    except ValueError as error:
        raise UnsupportedFilter from error
    # userName is compared without regard to case, externalId with (RFC 7643 §4.1.1, §3.1).
    if found["name"].lower() == "username":
        return [p for p in people if p.user_name.lower() == value.lower()]
    return [p for p in people if p.external_id == value]
