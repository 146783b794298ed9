"""The authorization request: state, PKCE, and the link (RFC 6749 §4.1.1, RFC 7636)."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode, urlsplit, urlunsplit

from wizard.domain.models import AuthorizationAttempt, CredentialSet, Pkce, ServerMetadata
from wizard.domain.secret import Secret

_SIGNS: Final = "%:/?#[]@!$&'()*+,;=~"
"""Characters that aren't encoded in a URL, beside letters and digits (RFC 3986 §2)."""


def begin(
    credentials: CredentialSet, metadata: ServerMetadata | None, now: datetime
) -> AuthorizationAttempt:
    """Create an attempt from the settings, with a new state.

    Args:
        credentials: a complete set.
        metadata: the server's metadata; None: the link is as documented.
        now: timezone-aware, UTC.
    """
    has_s256 = metadata is not None and metadata.has_s256
    sends_challenge = credentials.pkce is Pkce.ON or (credentials.pkce is Pkce.AUTO and has_s256)
    return AuthorizationAttempt(
        state=_random(),
        client_id=credentials.client_id,
        redirect_url=credentials.redirect_url,
        endpoints=credentials.endpoints,
        scope=credentials.scope,
        created_at=now,
        verifier=_random() if sends_challenge else None,
        issuer=metadata.issuer if metadata else None,
        iss_required=metadata is not None and metadata.sends_iss,
    )


def authorize_url(attempt: AuthorizationAttempt) -> str:
    """Return the link to open, with its query in the order that Twilio documents.

    An existing query of the endpoint is kept (RFC 6749 §3.1), except for names set here: no name
    may occur twice.
    """
    asked = {
        "client_id": attempt.client_id,
        "response_type": "code",
        "scope": attempt.scope,
        "redirect_uri": attempt.redirect_url,
        "state": attempt.state.reveal(),
    }
    if not attempt.scope:
        # RFC 6749 §3.3: a scope holds at least one token, or is left out.
        del asked["scope"]
    if attempt.verifier:
        asked |= {
            "code_challenge": challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
    parts = urlsplit(attempt.endpoints.authorize_url)
    kept = [
        field
        for field in parts.query.split("&")
        if field and unquote_plus(field.partition("=")[0]) not in asked
    ]
    query = "&".join([*kept, urlencode(asked, quote_via=quote, safe="")])
    # The endpoint may come from an edited file: it must not act on the terminal.
    return quote(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")), safe=_SIGNS)


def challenge(verifier: Secret) -> str:
    """Return the S256 code challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.reveal().encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def matches(attempt: AuthorizationAttempt, credentials: CredentialSet) -> bool:
    """Whether the attempt was created with these settings; changing one of them invalidates it."""
    has_wanted_pkce = credentials.pkce is Pkce.AUTO or (
        (credentials.pkce is Pkce.ON) == (attempt.verifier is not None)
    )
    return has_wanted_pkce and all(
        getattr(attempt, name) == getattr(credentials, name)
        for name in ("client_id", "redirect_url", "endpoints", "scope")
    )


def has_state_of(url: str, attempts: Iterable[AuthorizationAttempt]) -> bool:
    """Whether a URL's query has the state of one of the attempts."""
    given = [value.encode() for name, value in parse_qsl(urlsplit(url).query) if name == "state"]
    states = [attempt.state.reveal().encode() for attempt in attempts]
    return any(secrets.compare_digest(value, state) for value in given for state in states)


def _random() -> Secret:
    # 32 octets, 43 characters: what RFC 7636 §4.1 recommends for a verifier.
    return Secret(secrets.token_urlsafe(32))


def attempt_of(
    state: str | None, attempts: Sequence[AuthorizationAttempt]
) -> AuthorizationAttempt | None:
    """Return the latest attempt with this state, or None."""
    # Compare all of them, in constant time (Secret.__eq__).
    given = Secret((state or "").removesuffix("1~"))
    found = [attempt for attempt in attempts if attempt.state == given]
    return found[-1] if state and found else None


def begins_state(text: str | None, attempts: Sequence[AuthorizationAttempt]) -> bool:
    """Whether the state of an attempt begins with this text."""
    given, length = Secret(text or ""), len(text or "")
    found = [a for a in attempts if Secret(a.state.reveal()[:length]) == given]
    return bool(text and found)
