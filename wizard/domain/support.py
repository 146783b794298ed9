"""What someone who helps needs to know of a problem, and nothing that has to stay here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wizard.domain.callback import PASTE_LIMIT
from wizard.domain.models import CredentialSet
from wizard.domain.problems import Problem
from wizard.domain.redact import hide
from wizard.domain.secret import Secret
from wizard.domain.unwrap import addresses, visible


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


def secrets_of(credentials: CredentialSet | None) -> Iterator[Secret]:
    """Yield each secret a credential set holds."""
    if credentials is None:
        return
    tokens = credentials.tokens
    held = [credentials.client_secret]
    held += [tokens.access_token, tokens.refresh_token] if tokens else []
    for attempt in credentials.attempts:
        held += [attempt.state, attempt.verifier]
    yield from (secret for secret in held if secret is not None)


def secrets_in(pasted: str) -> Iterator[Secret]:
    """Yield the codes and states of a pasted text; all of it where it is no address."""
    text = visible(pasted[:PASTE_LIMIT])
    found = addresses(text)
    if not found:
        yield Secret(text)
    for address in found:
        yield from (Secret(value) for name, value in address.fields if name in ("code", "state"))
