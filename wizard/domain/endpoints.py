"""Endpoints belong to a credential set: no option or record sends a saved secret elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from wizard.domain import rules
from wizard.domain.errors.local import BAD_ENDPOINT, ENDPOINTS_CONFLICT
from wizard.domain.errors.store import ENDPOINTS_DIFFER
from wizard.domain.models import TWILIO, Endpoints
from wizard.domain.problems import SetupError

LABELS: Final = {
    "authorize_url": "Authorization endpoint",
    "token_url": "Token endpoint",
    "scim_url": "SCIM base URL",
}
"""The label of each endpoint, by its name, in order."""


def option(name: str) -> str:
    """Return the command-line option of an endpoint."""
    return f"--{name.replace('_', '-')}"


def options(endpoints: Endpoints) -> list[str]:
    """Return the command-line options and values that set endpoints other than Twilio's."""
    changed = [name for name, url in endpoints.named.items() if url != TWILIO.named[name]]
    return [word for name in changed for word in (option(name), endpoints.named[name])]


def asked(given: Mapping[str, str | None], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the given endpoints, by name, cleaned.

    Args:
        given: the values of options and variables, by name.
        variables: the variable of each value that came from one; the others came from options.

    Raises:
        SetupError: one of them isn't a URL that secrets may be sent to.
    """
    cleaned = {name: rules.clean(value) for name, value in given.items() if value}
    for name, value in cleaned.items():
        if problem := rules.endpoint(value):
            by = variables.get(name, option(name))
            raise SetupError(BAD_ENDPOINT.filled(name=by, why=problem))
    return cleaned


def refuse_others(given: Mapping[str, str], stored: Iterable[Endpoints]) -> None:
    """Raise SetupError if a given endpoint differs from a saved one."""
    for endpoints in stored:
        for name, value in given.items():
            kept = endpoints.named[name]
            if kept != value:
                raise SetupError(ENDPOINTS_CONFLICT.filled(stored=kept, given=value))


def refuse_tampered(record: Endpoints, secrets: Endpoints) -> None:
    """Raise SetupError if a record has other endpoints than the set it points at.

    No save causes that. Those of the set would be right, but someone changed the record and may
    believe that another server is used, as `status` says.
    """
    for told, kept in zip(record.named.values(), secrets.named.values(), strict=True):
        if told != kept:
            raise SetupError(ENDPOINTS_DIFFER.filled(record=told, secrets=kept))
