"""What a web page says to who looks at it, without its scripts, styles and tags.

Not with html.parser: over a page made for it, 64 KiB long, that takes minutes.
"""

from __future__ import annotations

import html
import re
import sys
from typing import Final

_TAG: Final = re.compile(r"(<[^<>]*>)")
_NAME: Final = re.compile(r"<([a-z]+)", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_UNSEEN: Final = frozenset({"script", "style", "template", "svg"})
_NUMBERED: Final = re.compile(r"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));?")
_LONGEST_NUMBER: Final = 8
"""Digits of a reference that is looked up; the highest has seven."""
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
    start, *after = page.split("<!--")
    uncommented = start + "".join(part.partition("-->")[2] for part in after)
    words: list[str] = []
    unseen = ""
    for index, part in enumerate(_TAG.split(uncommented)):
        if index % 2:
            unseen = _unseen_behind(part, unseen)
            continue
        piece = _in_a_line(part)
        if piece and not unseen and words[-1:] != [piece]:
            words.append(piece)
    return " ".join(words)


def _unseen_behind(tag: str, unseen: str) -> str:
    """Which element that nobody sees is open behind a tag; "" for none."""
    if unseen:
        return "" if tag.lower().startswith(f"</{unseen}") else unseen
    opened = _NAME.match(tag)
    name = opened[1].lower() if opened else ""
    return name if name in _UNSEEN and not tag.endswith("/>") else ""


def _in_a_line(text: str) -> str:
    return " ".join(html.unescape(_NUMBERED.sub(_existing, text)).split())


def _existing(reference: re.Match[str]) -> str:
    """A numeric reference; "" where no character has that number, which html.unescape can't read.

    It fails at numbers of more than 4,300 digits.
    """
    decimal, hexadecimal = reference.groups()
    digits, base = (decimal, 10) if decimal else (hexadecimal, 16)
    is_short = len(digits) <= _LONGEST_NUMBER
    return reference[0] if is_short and int(digits, base) <= sys.maxunicode else ""
