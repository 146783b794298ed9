"""Values read from disk: whether each is one that the wizard itself could have written."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

import msgspec

from wizard.domain import rules
from wizard.domain.models import AuthorizationAttempt, Endpoints, LastCheck, TokenSet
from wizard.domain.problems import Words
from wizard.domain.secret import Secret
from wizard.domain.value import Value

_UTC: Final = timedelta(0)
_YEARS: Final = range(1970, 2200)
"""Wide enough for any clock; in the first and the last year there is, local time overflows."""

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]+")
"""RFC 7636 §4.1; its length is the server's to judge."""


def fault_in(value: object, name: str = "") -> str | None:
    """Return what is wrong with a value, or with one inside it, without quoting it; else None.

    Args: `name` is what the value is called in messages.
    """
    if isinstance(value, Words):
        # Only ever shown, and made harmless there.
        return None
    if isinstance(value, Value):
        fields = {field: getattr(value, field) for field in value.__struct_fields__}
        inside = (fault_in(each, field) for field, each in fields.items())
        return next(filter(None, (*inside, *_own_faults(value))), None)
    if isinstance(value, tuple):
        return next(filter(None, (fault_in(each, name) for each in value)), None)
    if isinstance(value, datetime):
        is_sound = value.utcoffset() == _UTC and value.year in _YEARS
        return None if is_sound else f"{name} is not a UTC time of this age"
    text = value.reveal() if isinstance(value, Secret) else value
    if isinstance(text, str) and not _is_text(text):
        return f"{name} has control characters"
    return None


def _is_text(text: str) -> bool:
    if text.isprintable():
        return True
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def _own_faults(value: Value) -> list[str]:
    """Return what is wrong by the rules of this kind of value."""
    broken: dict[str, bool]
    match value:
        case Endpoints():
            # Secrets are sent there: what no form or option accepts, no file brings in either.
            urls = msgspec.structs.asdict(value)
            broken = {
                f"{name} is not a valid endpoint": rules.endpoint(url) is not None
                for name, url in urls.items()
            }
        case TokenSet(access_token=access, refresh_token=refresh):
            is_whole = refresh is None or rules.is_refresh_token(refresh.reveal())
            broken = {
                "access_token is not a token": not rules.is_access_token(access.reveal()),
                "refresh_token is not a token": not is_whole,
            }
        case AuthorizationAttempt(state=state, verifier=verifier):
            is_verifier = verifier is None or _VERIFIER.fullmatch(verifier.reveal())
            broken = {
                "state is not ASCII": not state.reveal().isascii(),
                "verifier is not a code verifier": not is_verifier,
            }
        case LastCheck(users=users):
            broken = {"users is negative": users is not None and users < 0}
        case _:
            return []
    return [fault for fault, is_broken in broken.items() if is_broken]
