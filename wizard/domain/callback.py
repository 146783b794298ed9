"""The paste doctor: what came back after the consent -> the code, or a named refusal.

The second half of the authorization code grant (RFC 6749 §4.1.2, RFC 9207), for text pasted by
a person as well as for what a loopback listener caught.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from wizard.domain.authorize import attempt_of, begins_state
from wizard.domain.book import consent
from wizard.domain.book import paste as book
from wizard.domain.landing import Comparison, elsewhere, naming
from wizard.domain.mistaken import (
    holds_access_token,
    holds_secret,
    is_damaged,
    is_host_and_path,
    is_like_a_code,
    mistaken,
    stale,
    unclear,
)
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.problems import Problem, entries
from wizard.domain.quoted import error_problem, issuer_problem, mask, without_answer
from wizard.domain.residue import undamaged, unframed
from wizard.domain.rules import clean
from wizard.domain.secret import Secret
from wizard.domain.unwrap import Address, addresses, contradicts, exact, unescaped, visible
from wizard.domain.value import Value
from wizard.domain.wrapped import join_lines

__all__ = [
    "PASTE_LIMIT",
    "BareCode",
    "Comparison",
    "Reading",
    "Received",
    "Refused",
    "mask",
    "read",
    "read_exact",
]

PASTE_LIMIT: Final = 256 * 1024
"""Characters that are read; a code may be a long JWT, but not that long."""

_ONCE: Final = ("code", "state", "error", "iss")
_FINAL: Final = {
    problem.id
    for problem in (
        book.DOUBLED,
        book.ISSUER_DIFFERS,
        book.ISSUER_MISSING,
        *entries(consent),
    )
}
"""Refusals no other reading of the same text may get around."""
_ELSEWHERE: Final = {book.OTHER_ADDRESS.id, book.OTHER_QUERY.id, book.TWILIO_PAGE.id}
"""Nor these, with the query of the same URL alone."""


class Received(Value):
    """A code whose state was checked, its attempt, and whether the listener caught it."""

    code: Secret
    attempt: AuthorizationAttempt
    is_caught: bool = False


class BareCode(Value):
    """Perhaps a code, without a state to check: ask before it is used."""

    code: Secret
    attempt: AuthorizationAttempt


class Refused(Value):
    """Nothing to use, and why."""

    problem: Problem
    comparison: Comparison | None = None
    """For an address that is not the Redirect URL."""


Reading = Received | BareCode | Refused


def read(
    pasted: str,
    attempts: Sequence[AuthorizationAttempt],
    now: datetime,
    known_secrets: Sequence[Secret] = (),
) -> Reading:
    """Find the answer to one of the attempts in a text.

    Args:
        attempts: links made for the same settings, newest last; the last one is current.
        now: aware, UTC.
        known_secrets: client secret and tokens, to be recognised when pasted by mistake.
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
    """Find the answer to one of the attempts in a URL that a browser requested from the listener.

    Its query is decoded once and nothing is removed; every check of `read` applies.
    """
    if len(url) > PASTE_LIMIT:
        return Refused(book.TOO_LONG)
    if not attempts:
        return Refused(book.NO_LINK)
    address = exact(url)
    reading = _judge(address, attempts, now)
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
    """Judge every reading; one whose state matches counts before the others, if all agree."""
    judged: list[tuple[Address, Reading]] = []
    for address in addresses(text):
        reading = _judge(address, attempts, now)
        if _is_one_of(_FINAL, reading):
            return address, reading
        judged.append((address, reading))
    if not judged:
        return None, Refused(book.NOTHING_USABLE)
    return _agreed(judged, attempts) or judged[0]


def _agreed(
    judged: list[tuple[Address, Reading]], attempts: Sequence[AuthorizationAttempt]
) -> tuple[Address, Reading] | None:
    """Return what all readings that answer one of the links come to; None without one."""
    proven = [
        (address, reading)
        for address, reading in judged
        if address.first("code") and attempt_of(address.first("state"), attempts)
    ]
    received = [(a, r) for a, r in proven if isinstance(r, Received)]
    if not any(address.base for address, _ in received):
        # A query alone does not get around what was said of its URL.
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
        if _is_one_of({book.CUT_OFF.id}, reading):
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
    """Name what else the text says beside what was found: which is meant is not clear.

    What a URL around the one that was found says of itself, as a sign-in page does, is no
    contradiction.
    """
    around = [Secret(value) for value in address.around] if address else []
    if contradicts(text, "code", [reading.code, *around]):
        return naming(book.DOUBLED, name="code=")
    if isinstance(reading, BareCode):
        is_foreign = contradicts(text, "state", [attempt.state for attempt in attempts])
        return book.FOREIGN_STATE if is_foreign else None
    is_other = contradicts(text, "state", [reading.attempt.state, *around])
    return naming(book.DOUBLED, name="state=") if is_other else None


def _judge(address: Address, attempts: Sequence[AuthorizationAttempt], now: datetime) -> Reading:
    state = address.first("state")
    attempt = attempt_of(state, attempts)
    if found := elsewhere(address, attempt or attempts[-1], is_proven=attempt is not None):
        return Refused(*found)
    if name := address.doubled(*_ONCE):
        return Refused(naming(book.DOUBLED, name=f"{name}="))
    if address.is_cut or (attempt is None and begins_state(state, attempts)):
        return Refused(book.CUT_OFF)
    code, error = address.first("code"), address.first("error")
    if code is None and error is None:
        if address.first("access_token"):
            return Refused(book.TOKEN)
        return Refused(book.STATE_WITHOUT_CODE if state else book.NO_CODE)
    if state is None:
        return _without_state(address, attempts[-1], now)
    if attempt is None:
        return Refused(book.FOREIGN_STATE)
    if problem := issuer_problem(address, attempt) or stale(attempt, now):
        return Refused(problem)
    if code is None or error is not None:
        return Refused(error_problem(error or "", address, attempt))
    if problem := unclear(code, is_broken="code" in address.broken):
        return Refused(problem)
    return Received(Secret(code), attempt)


def _is_one_of(ids: set[str], reading: Reading) -> bool:
    return isinstance(reading, Refused) and reading.problem.id in ids


def _without_state(address: Address, attempt: AuthorizationAttempt, now: datetime) -> Reading:
    if error := address.first("error"):
        return Refused(naming(book.UNPROVEN_ERROR, error=without_answer(error, address)))
    if address.base:
        return Refused(book.NO_STATE)
    if "iss" in dict(address.fields) and (problem := issuer_problem(address, attempt)):
        # The mix-up that `iss` tells of is no question to a person (RFC 9207 §2.4).
        return Refused(problem)
    if not address.is_sure:
        return Refused(book.END_UNCLEAR)
    is_broken = "code" in address.broken
    return _unchecked(address.first("code") or "", attempt, now, is_broken=is_broken)


def _unchecked(
    code: str, attempt: AuthorizationAttempt, now: datetime, *, is_broken: bool = False
) -> BareCode | Refused:
    problem = stale(attempt, now) or unclear(code, is_broken=is_broken)
    return Refused(problem) if problem else BareCode(Secret(code), attempt)


def _bare(
    text: str, attempts: Sequence[AuthorizationAttempt], now: datetime, *, is_whole: bool
) -> Reading:
    """Judge a text that holds no URL and no query: a code by itself, or nothing."""
    word = unframed(clean(text))
    if "access_token" in word:
        return Refused(book.TOKEN)
    if is_host_and_path(word):
        is_cut = word.endswith(("...", "…"))
        return _judge(Address(word, (), is_cut, is_marked=False), attempts, now)
    if word.endswith(("...", "…")) and " " not in word:
        return Refused(book.CUT_OFF)
    if "%" in word and is_damaged(word):
        # As an address bar shows it.
        word = undamaged(unquote(word))
    if not is_like_a_code(word) or holds_secret(word, [a.state for a in attempts]):
        return Refused(book.NOTHING_USABLE)
    if not is_whole:
        return Refused(book.END_UNCLEAR)
    return _unchecked(word, attempts[-1], now)
