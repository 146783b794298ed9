"""HTTP's dates, spans in words, and what the Date of an answer tells about the clock here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

CLOCK_TOLERANCE: Final = 60.0
"""Seconds this machine's clock may differ from a server's."""

_LONGEST_DATE: Final = 64
"""Characters; an HTTP date has 29."""
_DAY: Final = 86400


def http_date(value: str) -> datetime | None:
    """Return an HTTP date (RFC 9110 §5.6.7), aware; None when it is none."""
    if len(value) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def in_words(seconds: float) -> str:
    """Return a span in its largest fitting unit: "45 s", "3 min", "2 h", "400 days"."""
    for unit, size in (("days", _DAY), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def pause_in_words(seconds: float | None) -> str:
    """Return how long to wait before the next try: "45 s"; None is a pause nobody named."""
    if seconds is None:
        return "a minute"
    if seconds > _DAY:
        return "more than a day"
    return in_words(seconds) if seconds >= 1 else "a few seconds"


def seconds_ahead(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how far a clock is ahead of a response's Date (RFC 9110 §6.6.1).

    0 where they agree within the tolerance, None where there is no Date.
    """
    date = http_date(headers.get("Date", ""))
    if date is None:
        return None
    ahead = (now - date).total_seconds()
    return ahead if abs(ahead) > CLOCK_TOLERANCE else 0.0


def offset_in_words(ahead: float) -> str:
    """Return by how much a clock is off: "3 h slow"; "" where it isn't."""
    return f"{in_words(abs(ahead))} {'fast' if ahead > 0 else 'slow'}" if ahead else ""
