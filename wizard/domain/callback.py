"""The paste doctor: what came back after the consent -> the code, or a named refusal.

The second half of the authorization code grant (RFC 6749 §4.1.2, RFC 9207), for text pasted by
a person as well as for what a loopback listener caught.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from wizard.domain.book import consent
from wizard.domain.book import paste as book
from wizard.domain.landing import Comparison, elsewhere, naming, place_of
from wizard.domain.mistaken import (
    holds_access_token,
    holds_secret,
    is_secret_of_twilio,
    is_sid,
)
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.problems import Problem
from wizard.domain.quoted import own_name, without_answer
from wizard.domain.rules import clean
from wizard.domain.secret import MASK, Secret
from wizard.domain.unwrap import Address, addresses, contradicts, unescaped, visible
from wizard.domain.value import Value

__all__ = [
    "PASTE_LIMIT",
    "BareCode",
    "Comparison",
    "Reading",
    "Received",
    "Refused",
    "mask",
    "read",
]

PASTE_LIMIT: Final = 256 * 1024
"""Characters that are read; a code may be a long JWT, but not that long."""

_ONCE: Final = ("code", "state", "error", "iss")
_BARE_CODE = re.compile(r"(?=.{8})[A-Za-z0-9._~+/!*$-]+={0,2}")
_FRAME = re.compile(
    r"\*\*(.+)\*\*|\((.+)\)|\[([^\]]+)\]|\[[^\]]*\]\(([^)]+)\)"
    r'|\{\s*"[a-z_]{1,20}"\s*:\s*"([^"]+)"\s*\}'
)
"""What a mail, a chat, Markdown or JSON puts around a word."""
_PKCE: Final = re.compile(r"pkce|code.?challenge")
_GRANT_TYPE: Final = re.compile(r"(grant|response).?type")
_FINAL: Final = {
    problem.id
    for problem in (
        book.DOUBLED,
        book.ISSUER_DIFFERS,
        book.ISSUER_MISSING,
        *consent.ENTRIES,
    )
}
"""Refusals no other reading of the same text may get around."""
_ELSEWHERE: Final = {book.OTHER_ADDRESS.id, book.OTHER_QUERY.id, book.TWILIO_PAGE.id}
"""Nor may these be for an address with a code: its query alone would pass for an answer."""


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
        pasted: anything, of any length.
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
    word = "".join(line.strip() for line in text.splitlines())
    if holds_secret(f"{text} {word}", known_secrets):
        return Refused(book.SECRET)
    if '"access_token"' in text or clean(text)[:7].lower() == "bearer ":
        return Refused(book.TOKEN)
    if holds_access_token(f"{text} {word}"):
        return Refused(book.TOKEN)
    reading = _best(text, word, attempts, now)
    if isinstance(reading, Refused):
        return reading
    problem = _mistaken(reading.code, known_secrets) or _contradicted(reading, text, attempts)
    return Refused(problem) if problem else reading


def _best(text: str, word: str, attempts: Sequence[AuthorizationAttempt], now: datetime) -> Reading:
    readings: list[Reading] = []
    for address in addresses(text):
        reading = _judge(address, attempts, now)
        if isinstance(reading, Received) or _is_one_of(_FINAL, reading):
            return reading
        readings.append(reading)
        is_cut = _is_one_of({book.CUT_OFF.id}, reading) and _issued(
            address.first("state"), attempts
        )
        # With fewer of its lines, one that is cut would seem whole.
        if address.first("code") and (is_cut or _is_one_of(_ELSEWHERE, reading)):
            break
    return readings[0] if readings else _bare(_unframed(clean(unescaped(word))), attempts, now)


def _mistaken(code: Secret, known_secrets: Sequence[Secret]) -> Problem | None:
    if holds_secret(code.reveal(), known_secrets) or is_secret_of_twilio(code.reveal()):
        return book.SECRET
    return book.TOKEN if holds_access_token(code.reveal()) else None


def _contradicted(
    reading: Received | BareCode, text: str, attempts: Sequence[AuthorizationAttempt]
) -> Problem | None:
    """Name what else the text says beside what was found: which is meant is not clear."""
    if contradicts(text, "code", [reading.code]):
        return naming(book.DOUBLED, name="code=")
    if isinstance(reading, BareCode):
        is_foreign = contradicts(text, "state", [attempt.state for attempt in attempts])
        return book.FOREIGN_STATE if is_foreign else None
    is_other = contradicts(text, "state", [reading.attempt.state])
    return naming(book.DOUBLED, name="state=") if is_other else None


def mask(pasted: str) -> str:
    """Return what may be shown of a pasted text: host and path, never a code or a state."""
    best = next(iter(addresses(visible(pasted[:PASTE_LIMIT]))), None)
    if best is None or not best.is_marked or (place := place_of(best.base)) is None:
        return MASK
    names = [name for name in ("code", "error", "state") if best.first(name)]
    shown = place.shown()
    if not names or any(value in shown for name in names if (value := best.first(name))):
        return MASK
    return f"{shown}?{'&'.join(f'{name}={MASK}' for name in names)}"


def _judge(address: Address, attempts: Sequence[AuthorizationAttempt], now: datetime) -> Reading:
    state = address.first("state")
    attempt = _issued(state, attempts)
    if found := elsewhere(address, attempt or attempts[-1]):
        return Refused(*found)
    if name := address.doubled(*_ONCE):
        return Refused(naming(book.DOUBLED, name=f"{name}="))
    if address.is_cut or (attempt is None and _begins_one_of(state, attempts)):
        return Refused(book.CUT_OFF)
    code, error = address.first("code"), address.first("error")
    if code is None and error is None:
        if address.first("access_token"):
            return Refused(book.TOKEN)
        return Refused(book.NO_CODE.told(cause=book.STATE_ALONE) if state else book.NO_CODE)
    if state is None:
        return _without_state(address, attempts[-1], now)
    if attempt is None:
        return Refused(book.FOREIGN_STATE)
    if problem := _issuer_problem(address, attempt) or _stale(attempt, now):
        return Refused(problem)
    if code is None or error is not None:
        return Refused(_error_problem(error or "", address, attempt))
    return Received(Secret(code), attempt)


def _is_one_of(ids: set[str], reading: Reading) -> bool:
    return isinstance(reading, Refused) and reading.problem.id in ids


def _issued(
    state: str | None, attempts: Sequence[AuthorizationAttempt]
) -> AuthorizationAttempt | None:
    # Each is compared, in constant time (Secret.__eq__): how long it takes tells nothing.
    given = Secret(state or "")
    found = [attempt for attempt in attempts if attempt.state == given]
    return found[-1] if state and found else None


def _begins_one_of(state: str | None, attempts: Sequence[AuthorizationAttempt]) -> bool:
    given = Secret(state or "")
    length = len(given.reveal())
    found = [a for a in attempts if Secret(a.state.reveal()[:length]) == given]
    return bool(state and found)


def _without_state(address: Address, attempt: AuthorizationAttempt, now: datetime) -> Reading:
    if error := address.first("error"):
        return Refused(naming(book.UNPROVEN_ERROR, error=without_answer(error, address)))
    if address.base:
        return Refused(book.NO_STATE)
    if _iss(address) is not None and (problem := _issuer_problem(address, attempt)):
        # The mix-up that `iss` tells of is no question to a person (RFC 9207 §2.4).
        return Refused(problem)
    return _unchecked(address.first("code") or "", attempt, now)


def _unchecked(code: str, attempt: AuthorizationAttempt, now: datetime) -> BareCode | Refused:
    problem = _stale(attempt, now)
    return Refused(problem) if problem else BareCode(Secret(code), attempt)


def _stale(attempt: AuthorizationAttempt, now: datetime) -> Problem | None:
    if attempt.is_live(now):
        return None
    return book.LINK_EXPIRED if attempt.code_sent_at is None else book.LINK_USED


def _iss(address: Address) -> str | None:
    """The issuer an answer names: an empty one contradicts, only a missing one says nothing."""
    return next((value for name, value in address.fields if name == "iss"), None)


def _issuer_problem(address: Address, attempt: AuthorizationAttempt) -> Problem | None:
    """Compare `iss` as RFC 9207 §2.4 asks, by simple string comparison."""
    iss = _iss(address)
    if attempt.issuer is None or iss == attempt.issuer:
        return None
    if iss is not None:
        return naming(book.ISSUER_DIFFERS, issuer=own_name(iss, address))
    return book.ISSUER_MISSING if attempt.iss_required else None


def _error_problem(error: str, address: Address, attempt: AuthorizationAttempt) -> Problem:
    shown = without_answer(error, address)
    description = without_answer(address.first("error_description") or "", address)
    words = description.lower()
    entry = consent.SIGN_IN_FIRST if error in consent.SIGN_IN_CODES else consent.OTHER_ERROR
    problem = consent.ERRORS.get(error) or naming(entry, error=shown)
    if problem is consent.INVALID_REQUEST and "redirect" in words:
        problem = consent.REDIRECT_REFUSED
    elif attempt.verifier is None and _PKCE.search(words):
        cause, remedy = consent.NEEDS_PKCE
        problem = consent.INVALID_REQUEST.told(cause=cause, remedy=remedy)
    elif problem is consent.INVALID_REQUEST and attempt.verifier is not None:
        problem = problem.told(remedy=consent.OR_PKCE)
    elif problem is consent.UNAUTHORIZED_CLIENT and words and not _GRANT_TYPE.search(words):
        cause, remedy = consent.APP_SAYS
        problem = problem.told(cause=cause, remedy=remedy)
    return problem.saying(f"The answer says: {description}" if description else "")


def _bare(word: str, attempts: Sequence[AuthorizationAttempt], now: datetime) -> Reading:
    """Judge a text that holds no address and no query: a code by itself, or nothing."""
    if "access_token" in word:
        return Refused(book.TOKEN)
    if _is_host_and_path(word):
        is_cut = word.endswith(("...", "…"))
        return _judge(Address(word, (), is_cut, is_marked=False), attempts, now)
    if word.endswith(("...", "…")) and " " not in word:
        return Refused(book.CUT_OFF)
    is_code = _BARE_CODE.fullmatch(word) and (len(word) >= 20 or any(map(str.isdigit, word)))
    if not is_code or is_sid(word) or holds_secret(word, [a.state for a in attempts]):
        return Refused(book.NOTHING_USABLE)
    return _unchecked(word, attempts[-1], now)


def _unframed(word: str) -> str:
    """Take off what was put around a word: sent along, it would spoil the code."""
    frame = _FRAME.fullmatch(word)
    return clean(next(filter(None, frame.groups()))) if frame else word


def _is_host_and_path(word: str) -> bool:
    host = word.partition("/")[0].partition(":")[0]
    last = host.rpartition(".")[2]
    is_name = "." in host and last.isalpha() and len(last) <= 12 and not host.startswith("eyJ")
    return host == "localhost" or is_name
