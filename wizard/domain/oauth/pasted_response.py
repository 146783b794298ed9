"""Finds the authorization response in pasted text, or names what was pasted by mistake."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from wizard.domain.errors import consent
from wizard.domain.errors import paste as book
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.oauth.authorization_request import attempt_of
from wizard.domain.oauth.authorization_response import (
    BareCode,
    Reading,
    Received,
    Refused,
    is_damaged,
    judge,
    unchecked,
)
from wizard.domain.oauth.pasted_urls import Address, addresses, contradicts, exact
from wizard.domain.oauth.redirect_uri import naming
from wizard.domain.oauth.residue import undamaged, unescaped, unframed, visible
from wizard.domain.oauth.wrapped_lines import SID, join_lines
from wizard.domain.problems import Problem, entries, ids
from wizard.domain.rules import clean
from wizard.domain.secret import Secret

_LONG: Final = 16
"""The shortest secret, in characters, that is also recognized inside other text."""

_JWT_HEADER = re.compile(r"eyJ[A-Za-z0-9_-]{8,512}")
_AUTH_TOKEN = re.compile(r"[0-9a-f]{32}|FK[0-9A-Za-z_-]{30,}")
_BARE_CODE: Final = re.compile(r"(?=.{8})[A-Za-z0-9._~+/!*$-]+={0,2}")


def holds_secret(text: str, secrets: Sequence[Secret]) -> bool:
    """Whether the text contains one of the secrets: as a word, or anywhere if it is long."""
    text = f"{text} {''.join(text.split())} {unquote(text)}"
    # Compare plain strings: a Secret for each word would mask half a page in the log.
    words = {word.strip("\"'`,;<>()") for word in text.split()}
    known = [secret.reveal() for secret in secrets if secret]
    return any(k in words or (len(k) >= _LONG and k in text) for k in known)


def holds_access_token(text: str) -> bool:
    """Whether the text contains a JWT whose header says that it is an access token (RFC 9068 §2.1).

    A code may be a JWT, too, so other JWTs don't count.
    """
    text = f"{text} {''.join(text.split())}"
    return any(_is_access_token(match[0]) for match in _JWT_HEADER.finditer(text))


def mistaken(code: Secret, secrets: Sequence[Secret], *, is_checked: bool) -> Problem | None:
    """Return the problem if a code is, or looks like, a known secret or token.

    Args: `is_checked`: its state matched. Then its form doesn't matter: the server issued it.
    """
    text = code.reveal()
    if holds_secret(text, secrets) or (not is_checked and _AUTH_TOKEN.fullmatch(text)):
        return book.SECRET
    return book.TOKEN if holds_access_token(text) else None


def is_like_a_code(word: str) -> bool:
    """Whether a single word may be a code: long, or with a digit, and not a SID."""
    is_code = _BARE_CODE.fullmatch(word) and (len(word) >= 20 or any(map(str.isdigit, word)))
    return bool(is_code) and not SID.fullmatch(word)


def is_host_and_path(word: str) -> bool:
    """Whether a word is a URL whose scheme a browser has hidden."""
    host = word.partition("/")[0].partition(":")[0]
    last = host.rpartition(".")[2]
    is_name = "." in host and last.isalpha() and len(last) <= 12 and not host.startswith("eyJ")
    return host == "localhost" or is_name


def _is_access_token(header: str) -> bool:
    try:
        return b'at+jwt"' in urlsafe_b64decode(header + "=" * (-len(header) % 4)).lower()
    except ValueError:
        return False


PASTE_LIMIT: Final = 256 * 1024
"""The most characters that are read; a code may be a long JWT, but not that long."""

_FINAL: Final = ids(book.DOUBLED, book.ISSUER_DIFFERS, book.ISSUER_MISSING, *entries(consent))
"""IDs of the problems that no other reading of the same text may override."""
_ELSEWHERE: Final = ids(book.OTHER_ADDRESS, book.OTHER_QUERY, book.TWILIO_PAGE)
"""IDs of the problems that the query of the same URL alone doesn't override."""


def read(
    pasted: str,
    attempts: Sequence[AuthorizationAttempt],
    now: datetime,
    known_secrets: Sequence[Secret] = (),
) -> Reading:
    """Find the response to one of the attempts in a pasted text.

    Args:
        attempts: links created with the same settings, newest last; the last one is current.
        now: aware, UTC.
        known_secrets: client secret and tokens, to be recognized when pasted by mistake.
    """
    if len(pasted) > PASTE_LIMIT:
        return Refused(book.TOO_LONG)
    text = visible(pasted)
    if not text:
        return Refused(book.EMPTY)
    if not attempts:
        return Refused(book.NO_LINK)
    return _read(text, attempts, now, known_secrets)


def read_exact(
    url: str,
    attempts: Sequence[AuthorizationAttempt],
    now: datetime,
    known_secrets: Sequence[Secret] = (),
) -> Reading:
    """Find the response to an attempt in a URL that a browser requested from the listener.

    Its query is decoded once and nothing is removed; all checks of `read` apply, except that of its
    length, which the listener limits.
    """
    if not attempts:
        return Refused(book.NO_LINK)
    address = exact(url)
    reading = judge(address, attempts, now)
    if not isinstance(reading, Received | BareCode):
        return reading
    problem = mistaken(reading.code, known_secrets, is_checked=isinstance(reading, Received))
    return Refused(problem) if problem else reading


def _read(
    text: str,
    attempts: Sequence[AuthorizationAttempt],
    now: datetime,
    known_secrets: Sequence[Secret],
) -> Reading:
    bare = join_lines(unescaped(text))
    if holds_secret(f"{text} {bare.text}", known_secrets):
        return Refused(book.SECRET)
    address, reading = _best(text, attempts, now)
    if not isinstance(reading, Received):
        is_token = '"access_token"' in text or clean(text)[:7].lower() == "bearer "
        if is_token or holds_access_token(f"{text} {bare.text}"):
            return Refused(book.TOKEN)
        if address is None:
            is_whole = bare.is_sure and "\\" not in text
            reading = _bare(bare.text, attempts, now, is_whole=is_whole)
    if isinstance(reading, Refused):
        return reading
    is_checked = isinstance(reading, Received)
    problem = mistaken(reading.code, known_secrets, is_checked=is_checked)
    problem = problem or _contradicted(reading, text, attempts, address)
    return Refused(problem) if problem else reading


def _best(
    text: str, attempts: Sequence[AuthorizationAttempt], now: datetime
) -> tuple[Address | None, Reading]:
    """Check every reading; one whose state matches takes precedence, if all agree."""
    judged: list[tuple[Address, Reading]] = []
    for address in addresses(text):
        reading = judge(address, attempts, now)
        if _is_one_of(_FINAL, reading):
            return address, reading
        judged.append((address, reading))
    if not judged:
        return None, Refused(book.NOTHING_USABLE)
    return _agreed(judged, attempts) or judged[0]


def _agreed(
    judged: list[tuple[Address, Reading]], attempts: Sequence[AuthorizationAttempt]
) -> tuple[Address, Reading] | None:
    """Return the common result of all readings that match one of the links, or None."""
    proven = [
        (address, reading)
        for address, reading in judged
        if address.first("code") and attempt_of(address.first("state"), attempts)
    ]
    received = [(a, r) for a, r in proven if isinstance(r, Received)]
    if not any(address.base for address, _ in received):
        # A query alone doesn't override the problem of its URL.
        for address, reading in proven:
            if address.base and _is_one_of(_ELSEWHERE, reading):
                return address, reading
    sure = [(a, r) for a, r in received if a.is_sure]
    codes = {reading.code for _, reading in sure}
    if len(codes) > 1:
        return sure[0][0], Refused(naming(book.DOUBLED, name="code="))
    if sure:
        return sure[0]
    for address, reading in proven:
        if _is_one_of(ids(book.CUT_OFF), reading):
            return address, reading
    if received:
        return received[0][0], Refused(book.END_UNCLEAR)
    return proven[0] if proven else None


def _contradicted(
    reading: Received | BareCode,
    text: str,
    attempts: Sequence[AuthorizationAttempt],
    address: Address | None,
) -> Problem | None:
    """Return the problem if the text also holds something that contradicts what was found.

    Parameters of a URL around it, such as a sign-in page's, don't contradict it.
    """
    around = [Secret(value) for value in address.around] if address else []
    if contradicts(text, "code", [reading.code, *around]):
        return naming(book.DOUBLED, name="code=")
    if isinstance(reading, BareCode):
        is_foreign = contradicts(text, "state", [attempt.state for attempt in attempts])
        return book.FOREIGN_STATE if is_foreign else None
    is_other = contradicts(text, "state", [reading.attempt.state, *around])
    return naming(book.DOUBLED, name="state=") if is_other else None


def _is_one_of(named: frozenset[str], reading: Reading) -> bool:
    return isinstance(reading, Refused) and reading.problem.id in named


def _bare(
    text: str, attempts: Sequence[AuthorizationAttempt], now: datetime, *, is_whole: bool
) -> Reading:
    """Check a text without a URL or a query: a code by itself, or nothing."""
    word = unframed(clean(text))
    if "access_token" in word:
        return Refused(book.TOKEN)
    if is_host_and_path(word):
        is_cut = word.endswith(("...", "…"))
        return judge(Address(word, (), is_cut, is_marked=False), attempts, now)
    if word.endswith(("...", "…")) and " " not in word:
        return Refused(book.CUT_OFF)
    if "%" in word and is_damaged(word):
        # A URL as an address bar shows it.
        word = undamaged(unquote(word))
    if not is_like_a_code(word) or holds_secret(word, [a.state for a in attempts]):
        return Refused(book.NOTHING_USABLE)
    if not is_whole:
        return Refused(book.END_UNCLEAR)
    return unchecked(word, attempts[-1], now)
