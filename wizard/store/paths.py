"""Where the wizard's folder is, and what a profile may be called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wizard.domain.book.here import BAD_PROFILE_NAME
from wizard.domain.problems import SetupError

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DEVICE: Final = re.compile(r"con|prn|aux|nul|(?:com|lpt)[1-9]")


def home(environ: Mapping[str, str]) -> Path:
    """Return the folder everything is kept in: SCIM_WIZARD_HOME, or the user's data folder."""
    if chosen := environ.get("SCIM_WIZARD_HOME"):
        return Path(chosen)
    # Here, so that a command told where its folder is does not pay for the import.
    import platformdirs

    return Path(platformdirs.user_data_dir("twilio-scim-wizard", appauthor=False))


def is_name(text: str) -> bool:
    """Whether a profile may be called so.

    Small letters only, because two names must not meet in one file where file names ignore
    case; no dot, because what follows one tells a profile's files apart.
    """
    return bool(_NAME.fullmatch(text)) and not _DEVICE.fullmatch(text)


def check_name(name: str) -> None:
    """Raise SetupError unless a profile may be called so."""
    if not is_name(name):
        raise SetupError(BAD_PROFILE_NAME.about(name=name))
