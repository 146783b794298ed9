"""What a reconfiguration changes: before and after, without showing a secret."""

from __future__ import annotations

from wizard.domain.models import CredentialSet
from wizard.domain.value import Value


class Difference(Value):
    """One value that is to be replaced."""

    name: str
    before: str
    after: str


def differences(active: CredentialSet, draft: CredentialSet) -> tuple[Difference, ...]:
    """Return what the draft would change of the active set; tokens and links do not count."""
    is_new_secret = active.client_secret != draft.client_secret
    rows = (
        ("Client ID", active.client_id, draft.client_id),
        ("Client Secret", "the stored one", "a new one" if is_new_secret else "the stored one"),
        ("Redirect URL", active.redirect_url, draft.redirect_url),
        ("Authorize URL", active.endpoints.authorize_url, draft.endpoints.authorize_url),
        ("Token URL", active.endpoints.token_url, draft.endpoints.token_url),
        ("SCIM URL", active.endpoints.scim_url, draft.endpoints.scim_url),
        ("Scope", active.scope, draft.scope),
        ("PKCE", active.pkce.value, draft.pkce.value),
    )
    return tuple(Difference(*row) for row in rows if row[1] != row[2])
