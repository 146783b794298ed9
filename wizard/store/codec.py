"""Records and credential sets as JSON, and back into the domain's values."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from wizard.domain.book.here import INTERNAL
from wizard.domain.book.store import FILE_NEWER
from wizard.domain.models import RECORD_VERSION, CredentialSet, Profile
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import Value
from wizard.domain.words import misfit
from wizard.store.soundness import fault_in
from wizard.store.vault import is_generation

T = TypeVar("T")


class Damaged(Exception):
    """What was read is not what it should be; says why."""


class _Header(Value):
    """What every version of every file has."""

    version: int


class Blob(Value):
    """A credential set as it is stored."""

    version: int
    credentials: CredentialSet
    succeeds: str | None = None
    """The generation it takes the place of without anybody's decision, as refreshed tokens do; the
    record is about to point here. None: only the record says whether this set counts."""


def encode_profile(profile: Profile) -> bytes:
    """Return a record as JSON that a person can read.

    Raises SetupError, also for one that would be called damaged when it is read.
    """
    return msgspec.json.format(_encode(profile), indent=2) + b"\n"


def decode_profile(data: bytes, path: str) -> Profile:
    """Return the record that was read from `path`.

    Raises Damaged, and SetupError for one of a newer version.
    """
    profile = _decode(data, Profile, path)
    # They become parts of file names.
    if not all(is_generation(g) for g in (profile.active, profile.draft) if g is not None):
        raise Damaged("not a generation id")
    return profile


def encode_credentials(credentials: CredentialSet, succeeds: str | None = None) -> bytes:
    """Return a credential set as JSON, secrets in clear.

    Raises SetupError, also for one that would be called damaged when it is read.
    """
    return _encode(Blob(RECORD_VERSION, credentials, succeeds))


def decode_credentials(data: bytes, path: str) -> CredentialSet:
    """Return the credential set that was read from `path`.

    Raises Damaged, and SetupError for one of a newer version.
    """
    return decode_blob(data, path).credentials


def decode_blob(data: bytes, path: str) -> Blob:
    """Return the same with what it succeeds."""
    return _decode(data, Blob, path)


def _encode(value: object) -> bytes:
    try:
        data = msgspec.json.encode(value, enc_hook=_reveal)
        # A save that fails leaves the old values; one that can't be read again loses a secret.
        _decode(data, type(value), "")
    except Damaged as damage:
        problem = INTERNAL.filled(error=Damaged.__name__).with_detail(str(damage))
        raise SetupError(problem) from None
    except UnicodeEncodeError:
        # Half a surrogate pair, which everything that is entered or received is rid of at the edge.
        # The cause would quote the text.
        raise SetupError(INTERNAL.filled(error=UnicodeEncodeError.__name__)) from None
    return data


def _decode(data: bytes, kind: type[T], path: str) -> T:
    try:
        version = msgspec.json.decode(data, type=_Header).version
        if version > RECORD_VERSION:
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
