"""The whole error book, by id."""

from __future__ import annotations

from typing import Final

from wizard.domain.book import exchange, here, network, paste, scim
from wizard.domain.problems import Problem

CATALOGUE: Final = {
    problem.id: problem
    for part in (paste, exchange, scim, network, here)
    for problem in part.ENTRIES
}
"""Every entry; ids are unique."""


def find(id_: str) -> Problem | None:
    """Return the entry of an id; None for one that a newer version wrote."""
    return CATALOGUE.get(id_)
