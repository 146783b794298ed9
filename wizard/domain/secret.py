"""A text that must not be shown (client secret, code, verifier, token), and hiding it in others.

Hidden are whole secrets and parts of them, however they are spelled: in messages of servers, pasted
text, and the log (`store/log.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn, final
from urllib.parse import quote, quote_plus

from wizard.domain import journal

MASK: Final = "•••"


@final
class Secret:
    """A text that is shown only by `reveal()`.

    `str`, `repr`, `format`, and `%s` give a mask that hides even the length. It can't be pickled.
    Comparing takes constant time.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value
        journal.conceal(value)

    def reveal(self) -> str:
        """Return the text itself. There is no other access, so a search finds every use."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # Bytes, because compare_digest raises TypeError for a non-ASCII str; surrogates can
        # come in with a terminal's paste.
        # Imported here: it loads OpenSSL, which `token` doesn't need.
        import hmac

        return hmac.compare_digest(_bytes(self.__value), _bytes(other.__value))

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


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
    # Imported here, because `token` masks nothing.
    import html
    import json

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
