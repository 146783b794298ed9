"""Encodes records and credential sets as JSON; decodes and validates them."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeVar

import msgspec

from wizard.domain import models, rules
from wizard.domain.errors.local import INTERNAL
from wizard.domain.errors.store import FILE_NEWER
from wizard.domain.problems import SetupError, Words
from wizard.domain.secret import Secret
from wizard.domain.text import misfit
from wizard.domain.value import Value

_ONE_AT_A_TIME: Final = Lock()
"""msgspec prepares a type when it first decodes one, and crashes if two threads do that at once."""
_YEARS: Final = range(1970, 2200)
"""The valid years; in Python's first and last year, local time overflows."""

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]+")
"""A code verifier (RFC 7636 §4.1), of any length."""


def fault_in(value: object, name: str = "") -> str | None:
    """Return what is invalid in a value, or in one inside it, without quoting it; else None.

    Args: `name` is the name of the value in messages.
    """
    if isinstance(value, Words):
        # It is only shown, and sanitized then.
        return None
    if isinstance(value, Value):
        fields = {field: getattr(value, field) for field in value.__struct_fields__}
        inside = (fault_in(each, field) for field, each in fields.items())
        return next(filter(None, (*inside, *_own_faults(value))), None)
    if isinstance(value, tuple):
        return next(filter(None, (fault_in(each, name) for each in value)), None)
    if isinstance(value, datetime):
        is_sound = value.utcoffset() == timedelta(0) and value.year in _YEARS
        return None if is_sound else f"{name} is not a UTC time of this age"
    text = value.reveal() if isinstance(value, Secret) else value
    if isinstance(text, str) and not _is_text(text):
        return f"{name} has control characters"
    return None


def _is_text(text: str) -> bool:
    if text.isprintable():
        return True
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def _own_faults(value: Value) -> Iterator[str]:
    """Yield what violates the rules of this type of value."""
    match value:
        case models.Endpoints():
            # Secrets are sent there: a file may hold only what forms and options accept.
            for name, url in msgspec.structs.asdict(value).items():
                if rules.endpoint(url) is not None:
                    yield f"{name} is not a valid endpoint"
        case models.TokenSet(access_token=access, refresh_token=refresh):
            if not rules.is_access_token(access.reveal()):
                yield "access_token is not a token"
            if refresh is not None and not rules.is_refresh_token(refresh.reveal()):
                yield "refresh_token is not a token"
        case models.AuthorizationAttempt(state=state, verifier=verifier):
            if not state.reveal().isascii():
                yield "state is not ASCII"
            if verifier is not None and not _VERIFIER.fullmatch(verifier.reveal()):
                yield "verifier is not a code verifier"
        case models.LastCheck(users=int(users)) if users < 0:
            yield "users is negative"


_GENERATION: Final = re.compile(r"[0-9a-f]{32}")


def new_generation() -> str:
    """Return a new, unique generation ID."""
    # As `secrets` does it, whose import takes longer.
    return os.urandom(16).hex()


def is_generation(text: str) -> bool:
    """Whether a text has the shape of a generation id."""
    return bool(_GENERATION.fullmatch(text))


T = TypeVar("T")


class Damaged(Exception):
    """Data that isn't valid; the message says why."""


class _Header(Value):
    """The fields that every version of every file has."""

    version: int


class Blob(Value):
    """A credential set as it is saved."""

    version: int
    credentials: models.CredentialSet
    succeeds: str | None = None
    """The generation that this set replaces without a user's decision, as refreshed tokens do; the
record is about to point here. None: only the record decides whether this set counts."""


def encode_profile(profile: models.Profile) -> bytes:
    """Return a record as JSON that a person can read.

    Raises SetupError, also if it could not be decoded again.
    """
    return msgspec.json.format(_encode(profile), indent=2) + b"\n"


def decode_profile(data: bytes, path: str) -> models.Profile:
    """Return the record that was read from `path`.

    Raises Damaged, and SetupError for one of a newer version.
    """
    profile = _decode(data, models.Profile, path)
    # They become parts of file names.
    if not all(is_generation(g) for g in (profile.active, profile.draft) if g is not None):
        raise Damaged("not a generation id")
    return profile


def encode_credentials(credentials: models.CredentialSet, succeeds: str | None = None) -> bytes:
    """Return a credential set as JSON, secrets in clear.

    Raises SetupError, also if it could not be decoded again.
    """
    return _encode(Blob(models.RECORD_VERSION, credentials, succeeds))


def decode_blob(data: bytes, path: str) -> Blob:
    """Return the credential set that was read from `path`, with the generation it succeeds.

    Raises Damaged, and SetupError for one of a newer version.
    """
    return _decode(data, Blob, path)


def _encode(value: object) -> bytes:
    try:
        data = msgspec.json.encode(value, enc_hook=_reveal)
        # A failed save keeps the old values; one that can't be read again loses a secret.
        _decode(data, type(value), "")
    except Damaged as damage:
        problem = INTERNAL.filled(error=Damaged.__name__).with_detail(str(damage))
        raise SetupError(problem) from None
    except UnicodeEncodeError:
        # Half a surrogate pair, which is removed from everything that is entered or received.
        # The cause would quote the value.
        raise SetupError(INTERNAL.filled(error=UnicodeEncodeError.__name__)) from None
    return data


def _decode(data: bytes, kind: type[T], path: str) -> T:
    try:
        with _ONE_AT_A_TIME:
            version = msgspec.json.decode(data, type=_Header).version
            if version > models.RECORD_VERSION:
                raise SetupError(FILE_NEWER.filled(path=path))
            value = msgspec.json.decode(data, type=kind, dec_hook=_conceal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(misfit(str(error))) from error
    if version < 1:
        raise Damaged("no such version")
    if fault := fault_in(value):
        raise Damaged(fault)
    return value


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(type(value).__name__)


def _conceal(kind: type, value: object) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise ValueError("not a text")
