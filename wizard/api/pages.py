"""What a web page says to who looks at it, without its scripts, styles and tags.

Not with html.parser: over a page made for it, 64 KiB long, that takes minutes.
"""

from __future__ import annotations

import html
import re
from itertools import groupby
from typing import Final

_TAG: Final = re.compile(r"<[^<>]*>")
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_UNSEEN: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|svg)\b[^<>]*(?<!/)>.*?(?:</\1[^<>]*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""Each part ends at the end of the page at the latest, so that the search takes linear time."""
_NO_CHARACTER: Final = re.compile(r"&#(?:\d{8,}|[xX][\da-fA-F]{7,});?", re.ASCII)
"""A number that no character has; html.unescape fails at one of more than 4,300 digits."""
_START: Final = re.compile(
    r"(?:<!--|<(?:!doctype\s+html|html|head|body|title|meta|script|style)\b)", re.IGNORECASE
)


def is_page(text: str) -> bool:
    """Whether a text begins as HTML does."""
    return _START.match(text) is not None


def title(page: str) -> str:
    """Return the title of a page in one line; "" for none."""
    found = _TITLE.search(page)
    return _in_a_line(found[1]) if found else ""


def visible_text(page: str) -> str:
    """Return the words of a page in one line, its title first; said twice running, once."""
    pieces = map(_in_a_line, _TAG.split(_UNSEEN.sub("", page)))
    return " ".join(piece for piece, _ in groupby(filter(None, pieces)))


def _in_a_line(text: str) -> str:
    return " ".join(html.unescape(_NO_CHARACTER.sub("", text)).split())
