"""`scim-wizard handoff`: the sheet for whoever will use the credential. No network."""

from __future__ import annotations

import sys

from wizard.console import print_answer, print_to_stderr, program
from wizard.domain.models import Profile
from wizard.domain.problems import SetupError
from wizard.domain.texts.handoff import sheet
from wizard.domain.texts.handoff_formats import FORMATS
from wizard.domain.value import Value
from wizard.flow.inactive import why_inactive
from wizard.flow.ports import ProfileStore


class HandoffRequest(Value):
    """What was asked for."""

    profile: str
    form: str
    """A key of FORMATS."""
    audience: str | None = None
    """The id of who will use it; None: whom the profile names."""
    has_secrets: bool = False
    """Whether secrets are to be on it; else none is even read."""


def run(request: HandoffRequest, store: ProfileStore) -> int:
    """Print the sheet; return 0. Raises SetupError."""
    profile = store.load(request.profile) or Profile()
    audience = request.audience or profile.audience
    # Entra's sheet is about another app: it needs nothing of this one.
    if profile.active is None and audience != "entra":
        raise SetupError(why_inactive(request.profile, store, profile))
    active = store.active(request.profile, profile) if request.has_secrets else None
    made = sheet(profile, request.profile, active, audience, program())
    text = FORMATS[request.form](made)
    if made.has_secrets and request.form != "curl" and sys.stdout.isatty():
        print_to_stderr(["The Client Secret is on your screen, and in what it scrolls back to."])
    print_answer(text)
    return 0
