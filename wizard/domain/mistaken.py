"""Why a code can't be used: a secret or token in its place, damage, or a link that is over."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from wizard.domain.book import paste as book
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.problems import Problem
from wizard.domain.secret import Secret

_LONG: Final = 16
"""Characters from which on a secret is recognised inside other text, too."""

_JWT_HEADER = re.compile(r"eyJ[A-Za-z0-9_-]{8,512}")
_AUTH_TOKEN = re.compile(r"[0-9a-f]{32}|FK[0-9A-Za-z_-]{30,}")
_DAMAGED: Final = re.compile(
    r"[^!-~]|\A[\"'<>(\[{`,;]|[\"'<>)\]}`\\,;]\Z|[01]~\Z|://|(?:\A|[?&;])(?:code|state)="
)
"""Characters outside RFC 6749's VSCHAR (appendix A.11), a space, or what is no part of a code."""
_STILL_ENCODED: Final = re.compile(
    r"(?=[^%]*%[0-9A-Fa-f]{2})(?:[\w.~-]|%[0-9A-Fa-f]{2})+", re.ASCII
)
_BARE_CODE: Final = re.compile(r"(?=.{8})[A-Za-z0-9._~+/!*$-]+={0,2}")
_SID = re.compile(r"[A-Z]{2}[0-9A-Za-z]{32}")


def holds_secret(text: str, secrets: Sequence[Secret]) -> bool:
    """Whether one of the secrets stands in the text: as a word, or anywhere if it is long."""
    text = f"{text} {''.join(text.split())} {unquote(text)}"
    # Plain texts: a Secret of each word would keep half a page out of the log.
    words = {word.strip("\"'`,;<>()") for word in text.split()}
    known = [secret.reveal() for secret in secrets if secret]
    return any(k in words or (len(k) >= _LONG and k in text) for k in known)


def holds_access_token(text: str) -> bool:
    """Whether a JWT in it says in its header that it is one (RFC 9068 §2.1).

    A code may be a JWT too, so the others are left alone.
    """
    text = f"{text} {''.join(text.split())}"
    return any(_is_access_token(match[0]) for match in _JWT_HEADER.finditer(text))


def mistaken(code: Secret, secrets: Sequence[Secret], *, is_checked: bool) -> Problem | None:
    """Name a code that is a known secret or token, or looks like one.

    Args: `is_checked`: its state matched. Then its look says nothing: the server issued it.
    """
    text = code.reveal()
    if holds_secret(text, secrets) or (not is_checked and _AUTH_TOKEN.fullmatch(text)):
        return book.SECRET
    return book.TOKEN if holds_access_token(text) else None


def is_damaged(code: str) -> bool:
    """Whether a code may not be the one that was issued, so that it must not be sent.

    RFC 6749 allows a space inside a code, and one that looks percent-encoded. Neither can be told
    from what a line break or a second encoding left, and a code is sent only once.
    """
    return bool(_DAMAGED.search(code) or _STILL_ENCODED.fullmatch(code))


def unclear(code: str, *, is_broken: bool) -> Problem | None:
    """Say why a decoded code may not be the one that was issued, if so.

    Args: `is_broken`: a "%" in it was not followed by two hex digits.
    """
    if is_broken:
        return book.ENCODING_BROKEN
    if _STILL_ENCODED.fullmatch(code):
        return book.STILL_ENCODED
    return book.CODE_UNCLEAR if is_damaged(code) else None


def stale(attempt: AuthorizationAttempt, now: datetime) -> Problem | None:
    """Say why the code of an attempt can't be used any more, if so."""
    if attempt.is_live(now):
        return None
    return book.LINK_EXPIRED if attempt.code_sent_at is None else book.LINK_USED


def is_like_a_code(word: str) -> bool:
    """Whether a word by itself may be a code: long, or with a digit, and no SID."""
    is_code = _BARE_CODE.fullmatch(word) and (len(word) >= 20 or any(map(str.isdigit, word)))
    return bool(is_code) and not is_sid(word)


def is_host_and_path(word: str) -> bool:
    """Whether a word is a URL whose scheme a browser has hidden."""
    host = word.partition("/")[0].partition(":")[0]
    last = host.rpartition(".")[2]
    is_name = "." in host and last.isalpha() and len(last) <= 12 and not host.startswith("eyJ")
    return host == "localhost" or is_name


def is_sid(word: str) -> bool:
    """Whether a word is the name of a thing at Twilio: AC…, OQ…, SK…"""
    return _SID.fullmatch(word) is not None


def _is_access_token(header: str) -> bool:
    try:
        return b'at+jwt"' in urlsafe_b64decode(header + "=" * (-len(header) % 4)).lower()
    except ValueError:
        return False
