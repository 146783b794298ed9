"""Signs of the wizard's sentences in encodings that lack them, such as ✓ in a Windows pipe."""

from __future__ import annotations

import codecs
import io
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

_HANDLER: Final = "scim-wizard-signs"


def take_signs(stream: TextIO, encoding: str) -> None:
    """Let a stream write in an encoding, with other signs for those that it lacks."""
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
    # Imported here: `token` needs it only for an unusual sign.
    import unicodedata

    parts = unicodedata.normalize("NFKD", sign)
    return "".join(c for c in parts if c.isascii() and c.isprintable()) or "?"
