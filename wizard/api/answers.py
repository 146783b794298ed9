"""Error responses of a server, or of something in between, decoded for the classifier."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from math import ceil
from typing import Final, TypeVar

import httpx
import msgspec

from wizard.api.failures import host_of
from wizard.api.http import Reply, http_date, offset_in_words, pause_in_words
from wizard.domain.oauth.error_response import ErrorResponse
from wizard.domain.secret import MASK, Redaction, Secret

_TAG: Final = re.compile(r"<[^<>]*>")
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_UNSEEN: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|svg)\b[^<>]*(?<!/)>.*?(?:</\1[^<>]*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""Each element ends at the end of the page at the latest, so that the search takes linear time."""
_NO_CHARACTER: Final = re.compile(r"&#(?:\d{8,}|[xX][\da-fA-F]{7,});?", re.ASCII)
"""A number that no character has; html.unescape fails if it has more than 4,300 digits."""
_START: Final = re.compile(
    r"(?:<!--|<(?:!doctype\s+html|html|head|body|title|meta|script|style)\b)", re.IGNORECASE
)


def is_page(text: str) -> bool:
    """Whether a text begins as HTML does."""
    return _START.match(text) is not None


def title(page: str) -> str:
    """Return the title of a page in one line; "" without one."""
    found = _TITLE.search(page)
    return _in_a_line(found[1]) if found else ""


def visible_text(page: str) -> str:
    """Return the text of a page in one line, its title first and not repeated."""
    pieces = map(_in_a_line, _TAG.split(_UNSEEN.sub("", page)))
    return " ".join(piece for piece, _ in groupby(filter(None, pieces)))


def _in_a_line(text: str) -> str:
    return " ".join(html.unescape(_NO_CHARACTER.sub("", text)).split())


T = TypeVar("T")

BAD_JSON: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What decoding JSON from outside can raise."""

_LONGEST_ERROR: Final = 1 << 16
"""Bytes; a longer body is no error document."""
_HEAD: Final = 1 << 16
"""Bytes that are read of a body of unknown shape; a page begins with its styles."""
_TEXT_LIMIT: Final = 1000
"""Characters of an error text that are read, and of a header."""
_NAMED: Final = re.compile(
    r"((?:access|refresh|id)_token|client_secret|code_verifier)"
    r"""(["']?\s*[:=]\s*["']?)[^"'&\s,;}]{8,}""",
    re.IGNORECASE,
)
"""A secret recognized by its name: the server's own, whose value isn't known here."""
_TOKEN_LIKE: Final = re.compile(r"[\w.~+%-]{40,}")
"""What may be most of a secret, cut or changed on its way; Twilio's SIDs have 34 characters."""
THROTTLED_PAUSE: Final = 5.0
"""Seconds after a 429, which Twilio does not promise to send with Retry-After."""

_SHORTEST_PAUSE: Final = 1.0
_HOST: Final = re.compile(r"[\w.:-]+")
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_CONTROLS: Final = bytes(0x20 if byte < 0x20 else byte for byte in range(256))
_WORDS: Final = ("error", "error_description", "message", "detail", "scimType")
"""The keys of an error document's texts: OAuth's, Twilio's, SCIM's."""


def decode_json(body: bytes | bytearray, type: type[T]) -> T:
    """Decode JSON as a type, even if strings in it hold what JSON doesn't allow.

    Half a surrogate pair, a control character, or a byte that isn't UTF-8 doesn't make the other
    fields invalid. In a list of users, people typed the names.

    Raises one of BAD_JSON.
    """
    try:
        return msgspec.json.decode(body, type=type)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        # An escaped backslash makes no difference: the string still ends at the same place.
        tidied = _SURROGATE.sub(rb"\\ufffd", body.removeprefix(b"\xef\xbb\xbf"))
        tidied = tidied.translate(_CONTROLS).decode("utf-8", "replace").encode()
        return msgspec.json.decode(tidied, type=type)


def decode_answer(reply: Reply, url: str, secrets: tuple[Secret | None, ...] = ()) -> ErrorResponse:
    """Decode a server's error response, whatever its form; fields it doesn't have are None.

    The content decides: an error document is recognized with any Content-Type, and even with a
    success status.

    Args:
        url: the URL of the request.
        secrets: the secrets that were sent; they are masked wherever the server repeats them.
    """
    known = Redaction(secret.reveal() for secret in secrets if secret)
    fields = _fields(reply.body)
    texts = {name: _hide(text, known) for name in _WORDS if (text := _text(fields, name))}
    code = _number(fields.get("code"))
    is_document = bool(texts) or code is not None
    head = bytes(reply.body[:_HEAD]).decode("utf-8", "replace").strip()
    label = _hide(reply.headers.get("Content-Type", "")[:_TEXT_LIMIT], known).lower()
    content_type = _content_type(label, head, is_document=is_document)
    request_id = reply.headers.get("Twilio-Request-Id") or reply.headers.get("X-Request-Id") or ""
    pause = retry_after(reply.headers)
    return ErrorResponse(
        host=host_of(url),
        status=_meant(reply.status, fields) if is_document else reply.status,
        sent_as=reply.status,
        content_type=content_type,
        error=texts.get("error"),
        description=texts.get("error_description"),
        code=code,
        message=texts.get("message"),
        detail=texts.get("detail"),
        scim_type=texts.get("scimType"),
        text=_hide(_readable(head, content_type, reply.status)[:_TEXT_LIMIT], known) or None,
        location=_redirected_to(reply, url, known),
        request_id=_hide(request_id[:_TEXT_LIMIT], known) or None,
        wait=pause_in_words(pause),
        retry_after=None if pause is None else ceil(pause),
        clock=offset_in_words(reply.ahead),
        is_clock_slow=reply.ahead < 0,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in Retry-After (RFC 9110 §10.2.3); None without a valid one.

    A date is compared with the response's own Date, so that a wrong local clock doesn't matter.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    until = http_date(value)
    if until is None:
        return None
    now = http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def pause_asked(reply: Reply, default: float, longest: float) -> float | None:
    """Return the seconds to wait before another try; None if that is too long."""
    asked = retry_after(reply.headers)
    if asked is None:
        return default if default <= longest else None
    # Retry-After may be 0, or a time in the past.
    return max(asked, _SHORTEST_PAUSE) if asked <= longest else None


def _fields(body: bytearray) -> dict[str, object]:
    if not body or len(body) > _LONGEST_ERROR:
        return {}
    try:
        return decode_json(body, dict[str, object])
    except BAD_JSON:
        return {}


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value[:_TEXT_LIMIT] if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _meant(status: int, fields: Mapping[str, object]) -> int:
    """Return the status that an error document names itself, if it was sent as a success."""
    if not 200 <= status < 300:
        return status
    named = _number(fields.get("status"))
    # RFC 6749 §5.2 uses 400 for everything but a failed client authentication.
    return named if named is not None and 400 <= named < 600 else 400


def _content_type(label: str, head: str, *, is_document: bool) -> str:
    """Return the content type that a body has by its content."""
    if is_document:
        return "application/json" if "html" in label else label
    return "text/html" if is_page(head) or (head.startswith("<") and not label) else label


def _readable(head: str, content_type: str, status: int) -> str:
    is_html = "html" in content_type
    if status < 400:
        # What came instead of an error may be tokens after all, or users' names, so it isn't shown.
        return title(head) if is_html else ""
    return visible_text(head) if is_html else head


def _hide(text: str, known: Redaction) -> str:
    return _TOKEN_LIKE.sub(MASK, _NAMED.sub(rf"\1\2{MASK}", known.hidden(text)))


def _redirected_to(reply: Reply, url: str, known: Redaction) -> str | None:
    """Return the host a redirect points at; None without a redirect, or without a usable URL."""
    location = reply.headers.get("Location", "")[:_TEXT_LIMIT]
    if not 300 <= reply.status < 400 or not location:
        return None
    try:
        target = httpx.URL(url).join(location)
        # Reading the host can fail, too, if it isn't valid IDNA.
        if target.scheme not in ("http", "https") or not _HOST.fullmatch(target.host):
            return None
    except (httpx.InvalidURL, ValueError):
        return None
    # Mask what may be a secret, but not a host that is long only because it has many labels.
    labels = known.hidden(target.netloc.decode("ascii")).split(".")
    return ".".join(MASK if _TOKEN_LIKE.search(label) else label for label in labels)
