"""The whole error catalog, by ID."""

from __future__ import annotations

from string import Formatter
from typing import Final

from wizard.domain.errors import consent, exchange, local, network, paste, scim, store
from wizard.domain.problems import Problem, Words, entries
from wizard.domain.texts import wording
from wizard.domain.value import replace

PARTS: Final = (paste, consent, exchange, scim, network, store, local)

CATALOGUE: Final = {problem.id: problem for part in PARTS for problem in entries(part)}
"""Every entry; IDs are unique."""


def recalled(id_: str, words: Words | None = None) -> Problem | None:
    """Return the problem with a saved ID, in the saved words; None for an ID of a newer version.

    If only the ID was saved, the particulars are "…".
    """
    entry = CATALOGUE.get(id_)
    if entry is None:
        return None
    texts = (entry.title, entry.cause, entry.remedy)
    names = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    filled = entry.filled(**dict.fromkeys(names, "…"))
    if words is None:
        return filled
    kept = words.harmless
    told = wording.recalled(filled, kept.title, kept.cause, kept.remedy)
    return replace(told.with_detail(*kept.detail), response=kept.response)
