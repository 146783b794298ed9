"""What stands for a sign where the terminal has not got it, and for a key where there are words."""

from __future__ import annotations

import codecs
import io
import unicodedata
from typing import Final, TextIO

ASCII: Final = {
    "✓": "+",
    "✗": "x",
    "○": "o",
    "●": "*",
    "•": "*",
    "·": "-",
    "›": ">",
    "‹": "<",
    "→": "->",
    "…": "...",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "x",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "«": '"',
    "»": '"',
    "\u00a0": " ",
}
"""Signs of the wizard's sentences; any other one is taken apart, or is a question mark."""

KEYS: Final = {"^t": "“new link”", "⏎": "Enter", "press r": "type r", "press i": "type i"}
"""The screens' keys in sentences that both faces say, and what is typed here instead."""

_HANDLER: Final = "scim-wizard-signs"


def in_words(text: str) -> str:
    """Return a sentence with what is typed here in the place of keys."""
    for key, words in KEYS.items():
        text = text.replace(key, words)
    return text


def take_signs(stream: TextIO, encoding: str) -> None:
    """Let a stream write in an encoding, with other signs for those that it has not."""
    codecs.register_error(_HANDLER, _stand_in)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors=_HANDLER)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(map(_ascii, text)), error.end


def _ascii(sign: str) -> str:
    if sign in ASCII:
        return ASCII[sign]
    parts = unicodedata.normalize("NFKD", sign)
    return "".join(c for c in parts if c.isascii() and c.isprintable()) or "?"
