"""Endpoints belong to a credential set: nothing from outside moves a stored secret elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from wizard.domain import rules
from wizard.domain.errors.local import BAD_ENDPOINT, ENDPOINTS_CONFLICT
from wizard.domain.errors.store import ENDPOINTS_DIFFER
from wizard.domain.models import Endpoints
from wizard.domain.problems import SetupError

LABELS: Final = {
    "authorize_url": "Authorization endpoint",
    "token_url": "Token endpoint",
    "scim_url": "SCIM base URL",
}
"""What people call each, by its name; in their order."""


def option(name: str) -> str:
    """Return the option that an endpoint is given with."""
    return f"--{name.replace('_', '-')}"


def asked(given: Mapping[str, str | None], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the endpoints that were given, by name, cleaned.

    Args:
        given: what was given, by name.
        variables: by which variable; those not named here were given by their option.

    Raises:
        SetupError: one of them is not an address that secrets may be sent to.
    """
    cleaned = {name: rules.clean(value) for name, value in given.items() if value}
    for name, value in cleaned.items():
        if problem := rules.endpoint(value):
            by = variables.get(name, option(name))
            raise SetupError(BAD_ENDPOINT.filled(name=by, why=problem))
    return cleaned


def refuse_others(given: Mapping[str, str], stored: Iterable[Endpoints]) -> None:
    """Raise SetupError when an endpoint that was given differs from a stored one."""
    for endpoints in stored:
        for name, value in given.items():
            if getattr(endpoints, name) != value:
                raise SetupError(
                    ENDPOINTS_CONFLICT.filled(stored=getattr(endpoints, name), given=value)
                )


def refuse_tampered(record: Endpoints, secrets: Endpoints) -> None:
    """Raise SetupError when a record has other endpoints than the set it points at.

    No save leaves them so. Those of the set would be the right ones; but whoever changed the
    record may believe that another server is asked, and `status` says so.
    """
    for told, kept in zip(record.named.values(), secrets.named.values(), strict=True):
        if told != kept:
            raise SetupError(ENDPOINTS_DIFFER.filled(record=told, secrets=kept))
