"""Sample values to store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from wizard.domain.models import AuthorizationAttempt, CredentialSet, Endpoints, TokenSet
from wizard.domain.secret import Secret

NOW: Final = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
"""The time at which the samples were created."""


def credentials(mark: str = "one") -> CredentialSet:
    """Return a complete set in which every secret, and the client ID, contains `mark`."""
    return CredentialSet(
        client_id=f"OQ-{mark}",
        client_secret=Secret(f"hush-secret-{mark}"),
        redirect_url=f"https://example.org/{mark}",
        tokens=TokenSet(
            access_token=Secret(f"hush-access-{mark}"),
            expires_at=NOW + timedelta(hours=1),
            obtained_at=NOW,
            refresh_token=Secret(f"hush-refresh-{mark}"),
        ),
        attempts=(
            AuthorizationAttempt(
                state=Secret(f"hush-state-{mark}"),
                client_id=f"OQ-{mark}",
                redirect_url=f"https://example.org/{mark}",
                endpoints=Endpoints(),
                scope="offline_access",
                created_at=NOW,
                verifier=Secret(f"hush-verifier-{mark}"),
            ),
        ),
    )
