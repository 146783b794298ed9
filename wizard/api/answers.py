"""An answer that is not what was asked for, decoded for the classifier."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, quote_plus

import httpx
import msgspec

from wizard.api.dates import http_date, in_words
from wizard.api.failures import host_of
from wizard.api.http import Reply
from wizard.api.pages import title, visible_text
from wizard.domain.answer import Answer
from wizard.domain.secret import MASK, Secret

BAD_JSON: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What decoding someone else's JSON can raise."""

_LONGEST_ERROR: Final = 1 << 16
"""Bytes; a longer body is no error answer."""
_HEAD: Final = 1 << 16
"""Bytes of a body of no known shape that are looked at; a page begins with its styles."""
_SHORTEST_HIDDEN: Final = 4
"""Characters; hiding a shorter secret would only garble the text."""
_NAMED: Final = re.compile(
    r"((?:access|refresh|id)_token|client_secret|code_verifier)"
    r"""(["']?\s*[:=]\s*["']?)[^"'&\s,;}]{8,}""",
    re.IGNORECASE,
)
"""A secret told by its name: one of the server's own, which nobody here knows by value."""
_TOKEN_LIKE: Final = re.compile(r"[\w.~+%-]{40,}")
"""What may be most of a secret, cut or changed on its way; Twilio's own ids have 34."""


def decode_answer(reply: Reply, url: str, secrets: tuple[Secret | None, ...] = ()) -> Answer:
    """Return what a server said, from whatever it sent; each field None where it is not there.

    Args:
        url: what was asked.
        secrets: what was sent, hidden wherever the server repeats it.
    """
    fields = _fields(reply.body)
    content_type = (_hide(reply.headers.get("Content-Type"), secrets) or "").lower()
    head = bytes((reply.body or b"")[:_HEAD]).decode("utf-8", "replace").strip()
    if not content_type and head.startswith("<"):
        content_type = "text/html"
    location = reply.headers.get("Location") if 300 <= reply.status < 400 else None

    def text(name: str) -> str | None:
        value = fields.get(name)
        return _hide(value, secrets) if isinstance(value, str) else None

    pause = retry_after(reply.headers)
    request_id = reply.headers.get("Twilio-Request-Id") or reply.headers.get("X-Request-Id")
    return Answer(
        host=host_of(url),
        status=reply.status,
        content_type=content_type,
        error=text("error"),
        description=text("error_description"),
        code=_number(fields.get("code")),
        message=text("message"),
        detail=text("detail"),
        scim_type=text("scimType"),
        text=_hide(_readable(head, content_type, reply.status), secrets),
        location=_hide_label(host_of(_absolute(location, url)), secrets) if location else None,
        request_id=_hide(request_id, secrets),
        wait="a minute" if pause is None else in_words(pause),
        clock=reply.clock,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds Retry-After asks for (RFC 9110 §10.2.3); None when it says nothing.

    A date counts from the answer's own Date, so that a wrong clock here does not matter.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until = http_date(value)
    if until is None:
        return None
    now = http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _fields(body: bytearray | None) -> dict[str, object]:
    if not body or len(body) > _LONGEST_ERROR:
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except BAD_JSON:
        return {}


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _readable(head: str, content_type: str, status: int) -> str | None:
    is_page = "html" in content_type
    if status < 400:
        # What came instead of an error may be tokens after all, or people's names: not shown.
        return (title(head) or None) if is_page else None
    return (visible_text(head) if is_page else head) or None


def _hide(text: str | None, secrets: tuple[Secret | None, ...]) -> str | None:
    if not text:
        return text
    return _TOKEN_LIKE.sub(MASK, _NAMED.sub(rf"\1\2{MASK}", _without(text, secrets)))


def _hide_label(host: str, secrets: tuple[Secret | None, ...]) -> str:
    """Hide in a host what may be a secret, but not a host that is long for its many labels."""
    labels = _without(host, secrets).split(".")
    return ".".join(MASK if _TOKEN_LIKE.search(label) else label for label in labels)


def _without(text: str, secrets: tuple[Secret | None, ...]) -> str:
    """Hide what was sent."""
    for secret in secrets:
        bare = secret.reveal() if secret else ""
        if len(bare) >= _SHORTEST_HIDDEN:
            for spelling in _spellings(bare):
                text = text.replace(spelling, MASK)
    return text


def _spellings(bare: str) -> tuple[str, ...]:
    """The ways a server may repeat a text: as it is, from a form, a link, JSON or a page."""
    coded = (quote_plus(bare), quote(bare, safe=""))
    in_json = json.dumps(bare)[1:-1]
    lower = (re.sub("%..", lambda escape: escape[0].lower(), text) for text in coded)
    return (bare, *coded, *lower, in_json, in_json.replace("/", r"\/"), html.escape(bare))


def _absolute(location: str, url: str) -> str:
    try:
        return str(httpx.URL(url).join(location))
    except httpx.InvalidURL:
        return location
