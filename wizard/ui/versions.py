"""What the wizard runs on, for someone who helps."""

from __future__ import annotations

import platform
from importlib.metadata import version

from wizard import __version__


def versions() -> dict[str, str]:
    """Return the versions of what runs, by name."""
    return {
        "scim-wizard": __version__,
        "Python": platform.python_version(),
        "textual": version("textual"),
        platform.system(): platform.release(),
    }
