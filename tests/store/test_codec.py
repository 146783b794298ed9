"""Records and sets survive being saved and read; anything else is rejected by a named problem."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.forking import forking
from tests.store.samples import NOW, credentials
from tests.store.strategies import credential_sets, profiles
from wizard.domain.models import CredentialSet, GrantType, Profile
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.store.codec import (
    Damaged,
    decode_blob,
    decode_profile,
    encode_credentials,
    encode_profile,
)


@given(credential_sets)
def test_credential_set_comes_back_as_it_was(value: CredentialSet) -> None:
    assert decode_blob(encode_credentials(value), "f").credentials == value


@given(profiles)
def test_profile_comes_back_as_it_was(value: Profile) -> None:
    assert decode_profile(encode_profile(value), "f") == value


def test_times_and_enums_are_written_in_standard_forms() -> None:
    record = json.loads(encode_profile(Profile(draft_saved_at=NOW)))
    assert record["draft_saved_at"] == "2026-11-23T14:02:00Z"
    assert record["store"] == "file"
    assert json.loads(encode_credentials(CredentialSet()))["version"] == 1


def test_first_edition_named_no_grant_type_and_had_authorization_codes() -> None:
    blob = json.loads(encode_credentials(credentials()))
    del blob["credentials"]["grant_type"]
    read = decode_blob(json.dumps(blob).encode(), "f").credentials
    assert read == credentials()
    assert read.grant_type is GrantType.AUTHORIZATION_CODE
    record = json.loads(encode_profile(Profile(refreshable=True)))
    del record["grant_type"]
    assert decode_profile(json.dumps(record).encode(), "f") == Profile(
        refreshable=True, grant_type=GrantType.AUTHORIZATION_CODE
    )


@pytest.mark.parametrize("grant_type", ["password", "", None, 1])
def test_unknown_grant_type_is_not_taken_for_another(grant_type: object) -> None:
    record = json.loads(encode_profile(Profile())) | {"grant_type": grant_type}
    with pytest.raises(Damaged):
        decode_profile(json.dumps(record).encode(), "f")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "credentials", "tokens", "active", "ticks", "store", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.binary(max_size=60) | _json.map(lambda value: json.dumps(value).encode()))
def test_garbage_raises_nothing_unforeseen(data: bytes) -> None:
    for decode in (decode_profile, decode_blob):
        with suppress(Damaged, SetupError):
            decode(data, "f")


@given(st.data())
def test_bit_rot_raises_nothing_unforeseen(draw: st.DataObject) -> None:
    data = bytearray(encode_credentials(credentials()))
    place = draw.draw(st.integers(0, len(data) - 1))
    data[place] = draw.draw(st.integers(0, 255))
    with suppress(Damaged, SetupError):
        decode_blob(bytes(data), "f")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 600,
        b"\xff\xfe",
        b'{"version": 1, "client_id": "\xff"}',
        b"null",
        b"{}",
        b'{"version": "1"}',
        b'{"version": 0}',
        b'{"version": -1}',
        b'{"version": 1, "client_id": 7}',
        b'{"version": 1, "store": "cloud"}',
        b'{"version": 1, "active": "../../etc/passwd"}',
        b'{"version": 1, "draft": ""}',
        b'{"version": 1, "expires_at": "soon"}',
        b'{"version": 1, "expires_at": "2026-11-23T14:02:00"}',
        b'{"version": 1, "set_up_at": "2026-11-23T14:02:00+02:00"}',
        b'{"version": 1, "last_check": {"status": "passed", "at": "2026-11-23T14:02:00"}}',
        b'{"version": 1, "endpoints": {"token_url": "http://collect.example.net/token"}}',
        b'{"version": 1, "endpoints": {"scim_url": ""}}',
        b'{"version": 1, "endpoints": {"authorize_url": "javascript:alert(1)"}}',
        b'{"version": 1, "expires_at": "0001-01-01T00:00:00Z"}',
        b'{"version": 1, "draft_saved_at": "9999-12-31T23:59:59Z"}',
        b'{"version": 1, "refresh_failure": {"problem": "x", "at": "9999-12-31T23:59:59Z"}}',
        b'{"version": 1, "client_id": "OQ\\nOQ"}',
        b'{"version": 1, "ticks": ["a\\u001b[31m"]}',
        b'{"version": 1, "last_check": {"status": "passed", "at": "2026-11-23T14:02:00Z",'
        b' "users": -1}}',
        b'{"version": 1, "x": ' + b"[" * 100_000,
        encode_profile(Profile(client_id="OQ"))[:-5],
    ],
)
def test_damaged_record_is_refused(data: bytes) -> None:
    with pytest.raises(Damaged):
        decode_profile(data, "f")


def test_record_nested_too_deep_to_be_read_is_refused_or_read() -> None:
    """How deep a decoder can go differs between versions of Python."""
    with suppress(Damaged):
        nested = b'{"version": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        assert decode_profile(nested, "f") == Profile()


@pytest.mark.parametrize(
    "data",
    [
        b'{"version": 1}',
        b'{"version": 1, "credentials": {"client_secret": 7}}',
        b'{"version": 1, "credentials": {"client_secret": {}}}',
        b'{"version": 1, "credentials": {"attempts": [{}]}}',
        b'{"version": 1, "credentials": {"endpoints": {"token_url": "https://192.0.2.1:99999/"}}}',
        b'{"version": 1, "credentials": {"endpoints": {"scim_url": "http://scim.example"}}}',
        b'{"version": 1, "credentials": {"tokens": {"access_token": "t",'
        b' "expires_at": "2026-11-23T14:02:00", "obtained_at": "2026-11-23T14:02:00Z"}}}',
    ],
)
def test_damaged_credential_set_is_refused(data: bytes) -> None:
    with pytest.raises(Damaged):
        decode_blob(data, "f")


def with_value(path: str, value: object) -> bytes:
    """Return a stored credential set with one value replaced, such as "tokens.expires_at"."""
    blob = json.loads(encode_credentials(credentials()))
    inner, (*names, last) = blob["credentials"], path.split(".")
    for name in names:
        inner = inner[int(name) if name.isdecimal() else name]
    inner[last] = value
    return json.dumps(blob).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("client_id", "OQ\x1b[2J"),
        ("client_secret", "hush\nhush"),
        ("redirect_url", "https://example.org/\r\nX: y"),
        ("scope", "offline_access\0"),
        ("endpoints.token_url", "http://collect.example.net/token"),
        ("tokens.access_token", ""),
        ("tokens.access_token", "hush\r\nX-Other: 1"),
        ("tokens.access_token", "hush hush"),
        ("tokens.access_token", "hüsh"),
        ("tokens.refresh_token", "hush\nhush"),
        ("tokens.refresh_token", "\x7f"),
        ("tokens.expires_at", "9999-12-31T23:59:59Z"),
        ("tokens.obtained_at", "0001-01-01T00:00:00Z"),
        ("attempts.0.created_at", "0001-01-01T00:00:00Z"),
        ("attempts.0.verifier", "hüsh"),
        ("attempts.0.verifier", ""),
        ("attempts.0.state", "hüsh"),
        ("attempts.0.issuer", "https://example.org\n"),
        ("attempts.0.endpoints", {"token_url": "http://collect.example.net/token"}),
    ],
)
def test_credential_set_with_a_value_no_wizard_writes_is_damaged(path: str, value: object) -> None:
    with pytest.raises(Damaged) as caught:
        decode_blob(with_value(path, value), "f")
    assert "hush" not in str(caught.value)


def test_unknown_fields_of_this_version_are_overlooked() -> None:
    assert decode_profile(b'{"version": 1, "later": [1], "client_id": "OQ"}', "f") == Profile(
        client_id="OQ"
    )


def test_newer_version_is_told_from_damage_whatever_its_shape() -> None:
    for decode in (decode_profile, decode_blob):
        with pytest.raises(SetupError) as caught:
            decode(b'{"version": 2, "client_id": [], "expires_at": 5}', "the-file")
        assert caught.value.problem.id == "file-newer"
        assert "the-file" in caught.value.problem.cause


def test_half_a_surrogate_pair_is_refused_without_quoting_it() -> None:
    with pytest.raises(SetupError) as caught:
        encode_credentials(CredentialSet(client_secret=Secret("hush\ud800")))
    assert caught.value.problem.id == "internal-error"
    assert caught.value.__cause__ is None


def test_only_secrets_pass_the_hooks() -> None:
    with pytest.raises(NotImplementedError):
        encode_profile(Profile(client_id=object()))  # type: ignore[arg-type]


def test_blob_is_plain_json_for_another_reader() -> None:
    blob = msgspec.json.decode(encode_credentials(credentials("x")))
    assert blob["credentials"]["client_secret"] == "hush-secret-x"


AT_ONCE = """
import sys
from pathlib import Path
from threading import Barrier, Thread
from wizard.store.codec import decode_blob

def work(path):
    data, together = Path(path).read_bytes(), Barrier(8)
    sys.setswitchinterval(1e-6)

    def decode():
        together.wait()
        decode_blob(data, path)

    threads = [Thread(target=decode) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@pytest.mark.posix("Windows has no fork")
def test_first_sets_are_decoded_by_several_threads_at_once(tmp_path: Path) -> None:
    """`check --all` does so. Without a lock, one process in eight crashed here."""
    path = tmp_path / "set.json"
    path.write_bytes(encode_credentials(credentials()))
    with forking(AT_ONCE) as decode:
        assert {decode(path) for _ in range(60)} == {0}
