"""Sentences and small phrases shared by the faces; and how text from outside is made harmless."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

DETAIL_LIMIT: Final = 200
"""Characters of a server's own words that are shown."""


def one_line(text: str, limit: int = DETAIL_LIMIT) -> str:
    """Return outside text as one harmless line of at most `limit` characters.

    Controls, escapes, bidi marks, zero-width characters, surrogates and private use (Unicode's
    C categories) become spaces, runs of white space one space; what is cut ends in "…".
    """
    # Cut before cleaning: the text may be megabytes long.
    head = text[: limit * 4]
    clean = " ".join(
        "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in head).split()
    )
    is_cut = len(head) < len(text) or len(clean) > limit
    return clean[: limit - 1] + "…" if is_cut else clean


def wrapped(line: str, width: int) -> str:
    """Return a line broken between its words, each part as far in as the first.

    What is one word stays whole, however long: a link, to be taken at once.
    """
    # Here: no command needs it.
    import textwrap

    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line,
        max(width, len(indent) + 1),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


# Not compiled: hardly a run reads what does not fit.
_PLACE: Final = r"at `\$\.?([^`]+)`$"
_LACKING: Final = r"missing required field `([^`]+)`"


def misfit(said: str) -> str:
    """Return in a person's words what a decoder said of JSON: the field, not the types.

    Args:
        said: msgspec's message; any other is of JSON that cannot be read at all.
    """
    place, lacking = re.search(_PLACE, said), re.search(_LACKING, said)
    within = place[1] if place else ""
    if lacking:
        return f"{within}{within and '.'}{lacking[1]} is missing"
    if within:
        return f"{within} isn't valid"
    is_json = said.startswith("Expected")
    return "JSON of another kind" if is_json else "not JSON in UTF-8, or cut off"


def iso(at: datetime) -> str:
    """Return an aware time as ISO 8601 UTC to the second: 2026-11-23T14:02:00Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def short_id(client_id: str) -> str:
    """Return a client ID as it is recognised at a glance: OQ0123…cdef."""
    return client_id if len(client_id) <= 12 else f"{client_id[:6]}…{client_id[-4:]}"


def counted_users(total: int | None) -> str:
    """Return how many users a list tells of: "25 users"; None is a list too long to count."""
    if total is None:
        return "too many to count"
    return "1 user" if total == 1 else f"{total:,} users"


def day(at: datetime) -> str:
    """Return a day as people say it, in local time: 3 Nov 2026."""
    local = at.astimezone()
    return f"{local.day} {local:%b %Y}"


def moment(at: datetime) -> str:
    """Return a time as people say it, in local time, with its zone: 3 Nov 2026, 14:02 UTC+1."""
    return f"{day(at)}, {clock_time(at)}"


def clock_time(at: datetime) -> str:
    """Return a time of day in local time, with its zone: 14:02 UTC+1."""
    local = at.astimezone()
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else ""
    return f"{local:%H:%M} UTC{zone}"


LEAVING: Final = "Leaving: waiting for an answer …"
"""Said where the wizard is left while a request once sent is awaited."""
