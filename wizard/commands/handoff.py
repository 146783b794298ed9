"""`scim-wizard handoff`: the sheet for whoever will use the credential. No network."""

from __future__ import annotations

import sys

from wizard.console import fitted, print_answer, print_to_stderr, program
from wizard.domain.models import Profile
from wizard.domain.problems import SetupError
from wizard.domain.texts.handoff import sheet
from wizard.domain.texts.handoff_formats import FORMATS
from wizard.flow.inactive import why_inactive
from wizard.flow.ports import ProfileStore


def run(
    name: str, store: ProfileStore, *, form: str, audience: str | None, has_secrets: bool
) -> int:
    """Print the sheet; return 0. Raises SetupError.

    Args:
        form: a key of FORMATS.
        audience: the id of who will use it; None: whom the profile names.
        has_secrets: whether secrets are to be on it; else none is even read.
    """
    profile = store.load(name) or Profile()
    audience = audience or profile.audience
    # Entra's sheet says which app to create, too, so it is printed before there is one.
    if profile.active is None and audience != "entra":
        raise SetupError(why_inactive(name, store, profile))
    active = store.active(name, profile) if has_secrets else None
    made = sheet(profile, name, active, audience, program())
    text = FORMATS[form](made)
    if made.has_secrets and form != "curl" and sys.stdout.isatty():
        print_to_stderr(["The Client Secret is now on your screen and in its scrollback."])
    # Only what is read: a command is copied, and the other formats are for programs.
    prose, fence, rest = text.partition("```") if form == "markdown" else ("", "", text)
    print_answer(fitted(prose) + fence + rest)
    return 0
