"""The people of a made-up organization as SCIM users, and the list of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from wizard.sandbox.exchange import (
    LIST_SCHEMA,
    SCIM_JSON,
    USER_SCHEMA,
    Answer,
    json_answer,
    twilio_error,
)

_GIVEN: Final = ("Ada", "Ben", "Chloé", "Dana", "Emre", "Fatima", "Grace", "Hugo", "Ines", "Jun")
_FAMILY: Final = ("Adeyemi", "Berg", "Castillo", "Dubois", "Eriksen", "Gupta", "Haddad")


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


def list_users(people: Sequence[Person], permissions: Collection[str]) -> Answer:
    """Answer `GET /Users` with everybody. The wizard never filters, so no filter is read."""
    if "managed-users/list" not in permissions:
        # 401 and Twilio's own shape, as its other hosts answer code 70051; not 403, not SCIM's.
        message = (
            "Authorization Error: required permission twilio/iam/managed-users/list is missing"
        )
        return twilio_error(401, 70051, message)
    resources = [person.scim() for person in people]
    # Twilio does not page: no startIndex, no itemsPerPage (SCIM API reference).
    value = {"schemas": [LIST_SCHEMA], "totalResults": len(resources), "Resources": resources}
    return json_answer(200, value, SCIM_JSON)
