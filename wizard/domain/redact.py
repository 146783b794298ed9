"""Hides known secrets in text, whole or in part, however they are spelled.

Used for messages of servers, pasted text, and the log (`store/log.py`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from wizard.domain.secret import MASK

SHORTEST_PART: Final = 12
"""The shortest part of a secret, in characters, that is masked."""
SHORTEST_WHOLE: Final = 4
"""The shortest secret, in characters, that is masked; a shorter one would only garble the text."""
LONGEST: Final = 1 << 16
"""The longest spelling, in characters, whose parts are masked, to limit the memory."""

_LOWER: Final = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
"""ASCII only: unlike str.lower, this keeps the length of a text."""


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return the text with secrets masked, and with every part of them that is long enough."""
    return Redaction(secrets).hidden(text)


class Redaction:
    """Secrets to hide, in every spelling; letter case doesn't matter.

    The time that `hidden` takes grows with the text alone, not with the number of secrets.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._parts: set[str] = set()
        self._short: set[str] = set()
        """Spellings too short to have parts."""
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide this secret as well, unless it is too short."""
        if len(secret) < SHORTEST_WHOLE:
            return
        for spelling in set(_spellings(secret)):
            folded = spelling[:LONGEST].translate(_LOWER)
            if len(folded) < SHORTEST_PART:
                self._short.add(folded)
            self._parts.update(
                folded[at : at + SHORTEST_PART] for at in range(len(folded) - SHORTEST_PART + 1)
            )

    def hidden(self, text: str) -> str:
        """Return the text with a mask in place of each run of characters that is secret."""
        shown: list[str] = []
        end = 0
        for start, stop in sorted(self._found(text.translate(_LOWER))):
            # Places that touch or overlap get one mask.
            if start > end or not shown:
                shown += (text[end:start], MASK)
            end = max(end, stop)
        return "".join((*shown, text[end:]))

    def _found(self, folded: str) -> list[tuple[int, int]]:
        parts, length = self._parts, SHORTEST_PART
        found = [
            (at, at + length)
            for at in range(len(folded) - length + 1 if parts else 0)
            if folded[at : at + length] in parts
        ]
        for spelling in self._short:
            found += (place.span() for place in re.finditer(re.escape(spelling), folded))
        return found


def _spellings(secret: str) -> Iterator[str]:
    """Yield the spellings of a text: as it is, from a form, a link, JSON, a page, or Python."""
    # A terminal's paste can hold surrogates.
    whole = secret.encode("utf-8", "surrogatepass")
    in_json = json.dumps(secret)[1:-1]
    yield secret
    yield quote_plus(whole)
    yield quote(whole, safe="")
    yield in_json
    yield in_json.replace("/", r"\/")
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    yield repr(secret)[1:-1]
    yield repr(whole)[2:-1]
