"""Makes a line of the log fit to be shown to others: no secret, no control characters."""

from __future__ import annotations

import re
import unicodedata
from threading import Lock
from typing import Final

from wizard.domain.redact import Redaction
from wizard.domain.secret import MASK

LINE_LIMIT: Final = 4000
"""Characters of a line."""
SEARCHED: Final = 16_384
"""Characters that are looked through at all, so that no line takes long."""
SHORTEST: Final = 8
"""Characters of a value that is looked for. A secret being typed is shorter at first, and a
single letter of it must not take that letter out of every line."""

_NAMES: Final = (
    r"(?:client_secret|code_verifier|(?:refresh|access|id)_token|code|state|password|assertion"
    r"|(?:proxy-)?authorization|(?:set-)?cookie)"
)
_QUOTED: Final = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)"""
_BY_NAME: Final = (
    # "code": "…" and (b'Authorization', b'Bearer …'), with the quotes of a text in a text.
    re.compile(
        rf"(?i)(\\{{0,8}}['\"]{_NAMES}\\{{0,8}}['\"]\s*[:,]\s*b?)(?:\\{{1,8}}['\"].*?\\{{1,8}}['\"]|{_QUOTED})"
    ),
    # code=… in a query or a form, and the same encoded once more.
    re.compile(
        rf"(?i)(?:(?<![\w-])|(?<=%[\da-f]{{2}}))({_NAMES}(?:=|%(?:25)*3D))(?!{MASK})[^\s&\"'<>,;)\]}}]+"
    ),
    # Authorization: …, to the end of the line.
    re.compile(r"(?i)((?:authorization|cookie)\s*:\s*)[^\r\n'\"]+"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"),
    # https://user:password@host
    re.compile(r"(://)[^\s/?#@]+(?=@)"),
    # A JWT, whatever it stands in.
    re.compile(r"()\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"),
)


class Redactor:
    """Takes secrets out of lines, by their values and by the names they go under."""

    def __init__(self) -> None:
        self._redaction = Redaction()
        self._lock = Lock()
        """Secrets come to be in other threads while a line is being written."""

    def conceal(self, value: str) -> None:
        """Look for a secret from now on, in every form in which it may be written."""
        if len(value) >= SHORTEST:
            with self._lock:
                self._redaction.add(value)

    def line(self, text: str) -> str:
        """Return a text as one line of at most LINE_LIMIT characters."""
        is_long = len(text) > SEARCHED
        if is_long:
            # Its last word may be the head of a secret.
            text = text[:SEARCHED]
            text = text.rpartition(" ")[0] or text
        with self._lock:
            text = self._redaction.hidden(text)
        for pattern in _BY_NAME:
            text = pattern.sub(rf"\1{MASK}", text)
        # Cut after, or the head of a secret might be left at the end.
        is_cut = is_long or len(text) > LINE_LIMIT
        return "".join(map(_visible, text[:LINE_LIMIT])) + ("…" if is_cut else "")


def _visible(character: str) -> str:
    """A character; one that would act instead of standing there as it is written in Python."""
    is_plain = unicodedata.category(character)[0] not in "CZ" or character == " "
    return character if is_plain else character.encode("unicode_escape").decode("ascii")
