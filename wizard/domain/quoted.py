"""The words of an answer to a link, fit to be quoted: without the code and the state in them."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from wizard.domain.redact import hide
from wizard.domain.secret import MASK
from wizard.domain.unwrap import Address
from wizard.domain.words import plain

_SHORTEST_PART: Final = 8
"""Characters of a code, on end, that the name of a server does not hold by chance."""


def without_answer(text: str, address: Address) -> str:
    """Hide the code and the state of an answer in its own words, should they repeat them."""
    return hide(text, _sent(address))


def own_name(iss: str, address: Address) -> str:
    """What a server calls itself, unless it repeats a part of the code or the state in it."""
    shown = without_answer(plain(iss), address)
    bare = unquote(shown).replace(" ", "")
    return MASK if hide(bare, _sent(address), part=_SHORTEST_PART) != bare else shown


def _sent(address: Address) -> list[str]:
    return [value for name in ("code", "state") if (value := address.first(name))]
