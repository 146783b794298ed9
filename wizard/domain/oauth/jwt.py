"""Claims of a token that happens to be a JWT (RFC 7519): for display, never for trust."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Final

from wizard.domain.secret import Secret

_ORGANIZATION: Final = re.compile(rb"(?<![0-9A-Za-z])OR[0-9a-f]{32}(?![0-9A-Za-z])")


def expiry(token: Secret) -> datetime | None:
    """Return the `exp` claim of a JWT (RFC 7519 §4.1.4), UTC; None if it can't be read."""
    try:
        claims = json.loads(_claims(token) or b"")
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None


def organization_sid(access_token: Secret) -> str | None:
    """Return the organization SID (OR…) in the claims of an access token, or None.

    Twilio documents no claims, so all are searched. None for an opaque or invalid token, or one
    that names several organizations.
    """
    found = set(_ORGANIZATION.findall(_claims(access_token) or b""))
    return found.pop().decode("ascii") if len(found) == 1 else None


def _claims(token: Secret) -> bytes | None:
    """Return the payload of a JWT, decoded; None for any other text."""
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return None
    try:
        return base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except ValueError:
        return None
