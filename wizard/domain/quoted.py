"""The words of an answer to a link, fit to be quoted: without the code and the state in them."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote

from wizard.domain.secret import MASK
from wizard.domain.unwrap import Address
from wizard.domain.words import plain

_SHORTEST_HIDDEN: Final = 4
"""Characters; hiding a shorter value would only garble the words around it."""
_SHORTEST_PART: Final = 8
"""Characters of a code, on end, that the name of a server does not hold by chance."""


def without_answer(text: str, address: Address) -> str:
    """Hide the code and the state of an answer in its own words, should they repeat them."""
    for name in ("code", "state"):
        value = address.first(name) or ""
        if len(value) >= _SHORTEST_HIDDEN:
            text = text.replace(value, MASK).replace(quote(value, safe=""), MASK)
    return text


def own_name(iss: str, address: Address) -> str:
    """What a server calls itself, unless it repeats a part of the code or the state in it."""
    shown = without_answer(plain(iss), address)
    bare = unquote(shown).replace(" ", "").casefold()
    sent = f"{address.first('code') or ''} {address.first('state') or ''}".casefold()
    parts = (bare[at : at + _SHORTEST_PART] for at in range(len(bare) - _SHORTEST_PART + 1))
    return MASK if any(part in sent for part in parts) else shown
