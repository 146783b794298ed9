"""What a web page says to who looks at it, without its scripts, styles and tags.

Not with html.parser: over a page made for it, 64 KiB long, that takes minutes.
"""

from __future__ import annotations

import html
import re
from typing import Final

_TAG: Final = re.compile(r"(<[^<>]*>)")
_NAME: Final = re.compile(r"<([a-z]+)", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_UNSEEN: Final = frozenset({"script", "style", "template", "svg"})


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
    return " ".join(html.unescape(text).split())
