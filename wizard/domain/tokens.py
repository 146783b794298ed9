"""What a token that happens to be a JWT (RFC 7519) tells: for display, never for trust."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from wizard.domain.secret import Secret

_ORGANIZATION: Final = re.compile(rb"(?<![0-9A-Za-z])OR[0-9a-f]{32}(?![0-9A-Za-z])")


def organization_sid(access_token: Secret) -> str | None:
    """Return the one organization SID (OR…) an access token names in its claims, if it does.

    Twilio documents no claims, so every claim is looked through; an opaque token, a broken one
    or one that names several organizations gives None.
    """
    parts = access_token.reveal().split(".")
    if len(parts) != 3:
        return None
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except (binascii.Error, ValueError):
        return None
    found = set(_ORGANIZATION.findall(claims))
    return found.pop().decode("ascii") if len(found) == 1 else None
