"""What someone who helps needs: the problems, and what the wizard runs on."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version

from wizard import __version__
from wizard.domain.problems import Problem
from wizard.domain.secret import Secret
from wizard.domain.support import report, secrets_of
from wizard.flow.session import Session


def for_support(session: Session, problems: Sequence[Problem], secrets: Sequence[Secret]) -> str:
    """Return problems to be copied for someone who helps; no secret is in the text.

    Args: `secrets`: those that are stored nowhere: codes, and what is in the fields.
    """
    held = [secret for each in (session.active, session.draft) for secret in secrets_of(each)]
    return "\n\n".join(report(each, versions(), [*held, *secrets]) for each in problems)


def versions() -> dict[str, str]:
    """Return the versions of what runs, by name."""
    return {
        "scim-wizard": __version__,
        "Python": platform.python_version(),
        "textual": version("textual"),
        platform.system(): platform.release(),
    }
