"""The words of an answer to a link, fit to be quoted: without the code and the state in them."""

from __future__ import annotations

import re
from typing import Final

from wizard.domain.book import consent
from wizard.domain.book import paste as book
from wizard.domain.landing import naming, place_of
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.problems import Problem
from wizard.domain.redact import hide
from wizard.domain.secret import MASK
from wizard.domain.unwrap import Address, addresses, visible
from wizard.domain.words import one_line

_PKCE: Final = re.compile(r"pkce|code.?challenge")
_GRANT_TYPE: Final = re.compile(r"(grant|response).?type")
_LOOKED_AT: Final = 256 * 1024
_SHOWN: Final = 60
"""Characters of a text in words that are shown."""
_WORDS: Final = re.compile(r"(?:[A-Za-z]?[a-z']{0,11}[.,:;!?]?(?: |\Z))+")
"""Words as people write them: a secret is longer, or has digits and capitals in it."""
_PATH: Final = re.compile(r"(?:/[A-Za-z]?[a-z._-]{0,19}[0-9]{0,2}){0,9}")


def without_answer(text: str, address: Address) -> str:
    """Hide the code and the state of an answer in its own words, should they repeat them."""
    return hide(text, [value for name in ("code", "state") if (value := address.first(name))])


def mask(pasted: str) -> str:
    """Return what may be shown of a pasted text: host, path and common words, never a code."""
    text = visible(pasted[:_LOOKED_AT])
    best = next(iter(addresses(text)), None)
    if best is None:
        return text if len(text) <= _SHOWN and _WORDS.fullmatch(text) else MASK
    place = place_of(best.base)
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
    """Name what an error redirect says (RFC 6749 §4.1.2.1), in the server's words if it has any."""
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
    return problem.with_detail(f"The answer says: {description}" if description else "")


def _iss(address: Address) -> str | None:
    """The issuer an answer names: an empty one contradicts, only a missing one says nothing."""
    return next((value for name, value in address.fields if name == "iss"), None)


def issuer_problem(address: Address, attempt: AuthorizationAttempt) -> Problem | None:
    """Compare `iss` as RFC 9207 §2.4 asks, by simple string comparison."""
    iss = _iss(address)
    if attempt.issuer is None or iss == attempt.issuer:
        return None
    if iss is not None:
        return naming(book.ISSUER_DIFFERS, issuer=without_answer(one_line(iss), address))
    return book.ISSUER_MISSING if attempt.iss_required else None
