"""The text to copy for support: the problems, without secrets, and the versions."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version

from wizard import __version__
from wizard.domain.oauth.pasted_response import PASTE_LIMIT
from wizard.domain.oauth.pasted_urls import addresses
from wizard.domain.oauth.residue import visible
from wizard.domain.problems import Problem
from wizard.domain.secret import Secret, hide
from wizard.flow.session import Session


def report(problem: Problem, versions: Mapping[str, str], secrets: Iterable[Secret]) -> str:
    """Return a problem and what it happened on, as lines to paste into a ticket.

    The lines of detail hold the status, the server's own words and its request ID.

    Args:
        versions: of what runs, by name.
        secrets: masked wherever they stand: a server may echo what it was sent.
    """
    lines = [f"{problem.title} ({problem.id})", problem.cause, *problem.detail]
    lines += [f"{name} {version}" for name, version in versions.items()]
    text = "\n".join(line for line in lines if line)
    return hide(text, (secret.reveal() for secret in secrets))


def secrets_of(session: Session) -> list[Secret]:
    """Return each secret of the draft and the active set, those of their links included."""
    sets = [each for each in (session.active, session.draft) if each is not None]
    attempts = [attempt for each in sets for attempt in each.attempts]
    of_links = [secret for each in attempts for secret in (each.state, each.verifier)]
    return [*session.known_secrets(), *(secret for secret in of_links if secret is not None)]


def secrets_in(pasted: str) -> Iterator[Secret]:
    """Yield the codes and states of a pasted text; all of it if it isn't a URL."""
    text = visible(pasted[:PASTE_LIMIT])
    found = addresses(text)
    if not found:
        yield Secret(text)
    for address in found:
        yield from (Secret(value) for name, value in address.fields if name in ("code", "state"))


def for_support(session: Session, problems: Sequence[Problem], secrets: Sequence[Secret]) -> str:
    """Return problems to be copied for someone who helps; no secret is in the text.

    Args: `secrets`: those that are stored nowhere: codes, and what is in the fields.
    """
    held = [*secrets_of(session), *secrets]
    return "\n\n".join(report(each, versions(), held) for each in problems)


def versions() -> dict[str, str]:
    """Return the versions of what runs, by name."""
    return {
        "scim-wizard": __version__,
        "Python": platform.python_version(),
        "textual": version("textual"),
        platform.system(): platform.release(),
    }
