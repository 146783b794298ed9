"""The authorization response: a code, or the error (RFC 6749 §4.1.2, RFC 9207).

Checks one URL against the pending requests. What is quoted of the response holds neither the code
nor the state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from wizard.domain.errors import consent
from wizard.domain.errors import paste as book
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.oauth.authorization_request import attempt_of, begins_state
from wizard.domain.oauth.pasted_urls import Address, addresses
from wizard.domain.oauth.redirect_uri import Comparison, elsewhere, naming, url_parts
from wizard.domain.oauth.residue import visible
from wizard.domain.problems import Problem
from wizard.domain.secret import MASK, Secret, hide
from wizard.domain.text import one_line
from wizard.domain.value import Value

_DAMAGED: Final = re.compile(
    r"[^!-~]|\A[\"'<>(\[{`,;]|[\"'<>)\]}`\\,;]\Z|[01]~\Z|://|(?:\A|[?&;])(?:code|state)="
)
"""Characters outside VSCHAR (RFC 6749 appendix A.11), spaces, and others that no code has."""

_STILL_ENCODED: Final = re.compile(
    r"(?=[^%]*%[0-9A-Fa-f]{2})(?:[\w.~-]|%[0-9A-Fa-f]{2})+", re.ASCII
)


def is_damaged(code: str) -> bool:
    """Whether a code might differ from the issued one, so that it must not be sent.

    RFC 6749 allows a code with spaces, and one that looks percent-encoded. But both may be the
    result of a line break or of double encoding, and a code can be sent only once.
    """
    return bool(_DAMAGED.search(code) or _STILL_ENCODED.fullmatch(code))


def unclear(code: str, *, is_broken: bool) -> Problem | None:
    """Return why a decoded code might differ from the issued one, or None.

    Args: `is_broken`: a "%" in it was not followed by two hex digits.
    """
    if is_broken:
        return book.ENCODING_BROKEN
    if _STILL_ENCODED.fullmatch(code):
        return book.STILL_ENCODED
    return book.CODE_UNCLEAR if is_damaged(code) else None


def stale(attempt: AuthorizationAttempt, now: datetime) -> Problem | None:
    """Return why the code of an attempt can't be used any more, or None."""
    if attempt.is_live(now):
        return None
    return book.LINK_EXPIRED if attempt.code_sent_at is None else book.LINK_USED


_PKCE: Final = re.compile(r"pkce|code.?challenge")
_GRANT_TYPE: Final = re.compile(r"(grant|response).?type")
_LOOKED_AT: Final = 256 * 1024
_SHOWN: Final = 60
"""How many characters of a text are shown."""
_WORDS: Final = re.compile(r"(?:[A-Za-z]?[a-z']{0,11}[.,:;!?]?(?: |\Z))+")
"""Ordinary words: a secret is longer, or has digits and capitals in it."""
_PATH: Final = re.compile(r"(?:/[A-Za-z]?[a-z._-]{0,19}[0-9]{0,2}){0,9}")


def without_answer(text: str, address: Address) -> str:
    """Mask the code and the state of a response wherever its own words repeat them."""
    return hide(text, [value for name in ("code", "state") if (value := address.first(name))])


def mask(pasted: str) -> str:
    """Return what may be shown of a pasted text: host, path, and common words, never a code."""
    text = visible(pasted[:_LOOKED_AT])
    best = next(iter(addresses(text)), None)
    if best is None:
        return text if len(text) <= _SHOWN and _WORDS.fullmatch(text) else MASK
    place = url_parts(best.base)
    if place is None or (not best.is_marked and not _PATH.fullmatch(place.path)):
        return MASK
    names = [name for name in ("code", "error", "state") if best.first(name)]
    shown = place.shown()
    if any(value in shown for name in names if (value := best.first(name))):
        return MASK
    if best.fields and not names:
        return f"{shown}?{MASK}"
    return f"{shown}?{'&'.join(f'{name}={MASK}' for name in names)}" if names else shown


def error_problem(error: str, address: Address, attempt: AuthorizationAttempt) -> Problem:
    """Return the problem for an error redirect (RFC 6749 §4.1.2.1), with the server's own words."""
    shown = without_answer(error, address)
    description = without_answer(address.first("error_description") or "", address)
    words = description.lower()
    entry = consent.SIGN_IN_FIRST if error in consent.SIGN_IN_CODES else consent.OTHER_ERROR
    problem = consent.ERRORS.get(error) or naming(entry, error=shown)
    if problem is consent.INVALID_REQUEST and "redirect" in words:
        problem = consent.REDIRECT_REFUSED
    elif attempt.verifier is None and _PKCE.search(words):
        problem = consent.INVALID_REQUEST_WITHOUT_PKCE
    elif problem is consent.INVALID_REQUEST and attempt.verifier is not None:
        problem = consent.INVALID_REQUEST_WITH_PKCE
    elif problem is consent.UNAUTHORIZED_CLIENT and words and not _GRANT_TYPE.search(words):
        problem = consent.UNAUTHORIZED_CLIENT_EXPLAINED
    return problem.with_detail(f"Twilio's message: {description}" if description else "")


def issuer_problem(address: Address, attempt: AuthorizationAttempt) -> Problem | None:
    """Return the problem with `iss`, if any, by simple string comparison (RFC 9207 §2.4)."""
    # An empty one is a mismatch; only a missing one is None.
    iss = next((value for name, value in address.fields if name == "iss"), None)
    if attempt.issuer is None or iss == attempt.issuer:
        return None
    if iss is not None:
        return naming(book.ISSUER_DIFFERS, issuer=without_answer(one_line(iss), address))
    return book.ISSUER_MISSING if attempt.iss_required else None


_ONCE: Final = ("code", "state", "error", "iss")


class Received(Value):
    """A code whose state was verified, its attempt, and whether the listener received it."""

    code: Secret
    attempt: AuthorizationAttempt
    is_caught: bool = False


class BareCode(Value):
    """A possible code without a state to verify: ask before using it."""

    code: Secret
    attempt: AuthorizationAttempt


class Refused(Value):
    """No usable response, and the reason."""

    problem: Problem
    comparison: Comparison | None = None
    """Set if the URL isn't the Redirect URL."""


Reading = Received | BareCode | Refused


def judge(address: Address, attempts: Sequence[AuthorizationAttempt], now: datetime) -> Reading:
    """Check a URL against the pending requests, the latest last; `now` is timezone-aware, UTC."""
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


def _without_state(address: Address, attempt: AuthorizationAttempt, now: datetime) -> Reading:
    if error := address.first("error"):
        return Refused(naming(book.UNPROVEN_ERROR, error=without_answer(error, address)))
    if address.base:
        return Refused(book.NO_STATE)
    if "iss" in dict(address.fields) and (problem := issuer_problem(address, attempt)):
        # The user can't override a mix-up that `iss` reveals (RFC 9207 §2.4).
        return Refused(problem)
    if not address.is_sure:
        return Refused(book.END_UNCLEAR)
    is_broken = "code" in address.broken
    return unchecked(address.first("code") or "", attempt, now, is_broken=is_broken)


def unchecked(
    code: str, attempt: AuthorizationAttempt, now: datetime, *, is_broken: bool = False
) -> BareCode | Refused:
    """Return a code without a state to verify, unless its form or its link rules it out."""
    problem = stale(attempt, now) or unclear(code, is_broken=is_broken)
    return Refused(problem) if problem else BareCode(Secret(code), attempt)
