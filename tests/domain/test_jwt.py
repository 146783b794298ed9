"""The claims that can be read from a token, if there are any."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.domain.oauth.jwt import organization_sid
from wizard.domain.secret import Secret

ONE = "OR" + "0123456789abcdef" * 2
OTHER = "OR" + "f" * 32


def jwt(*parts: bytes) -> Secret:
    encoded = (urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return Secret(".".join(encoded))


def with_claims(claims: Any) -> Secret:
    return jwt(b'{"alg":"none"}', json.dumps(claims).encode(), b"signature")


@pytest.mark.parametrize(
    ("claims", "sid"),
    [
        ({"organization": ONE}, ONE),
        ({"act": {"sub": f"trn:us1:iam:organization:{ONE}"}, "ctx": [ONE]}, ONE),
        ({"sub": f"trn:us1:iam:organization:{ONE}:x"}, ONE),
        ({ONE: 1}, ONE),
        ({"a": ONE, "pad": "x"}, ONE),
        ({"a": ONE, "pad": "xx"}, ONE),
        ({"a": ONE, "b": OTHER}, None),
        ({"a": ONE.upper()}, None),
        ({"a": f"x{ONE}"}, None),
        ({"a": f"{ONE}0"}, None),
        ({"a": ONE[:-1]}, None),
        ({"a": "AC" + "0" * 32}, None),
        ({}, None),
        (None, None),
    ],
)
def test_organization_is_named_when_there_is_exactly_one(claims: Any, sid: str | None) -> None:
    assert organization_sid(with_claims(claims)) == sid


@pytest.mark.parametrize(
    "token",
    [
        jwt(b"{}", ONE.encode(), b""),
        jwt(b"{}", b"\xff\xfe not JSON, " + ONE.encode(), b"x"),
    ],
)
def test_claims_need_not_be_json(token: Secret) -> None:
    assert organization_sid(token) == ONE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "opaque",
        ONE,
        f"{ONE}.{ONE}.{ONE}",
        "a.b",
        "a.b.c.d",
        "..",
        "a.é.c",
        "a.A.c",
        "a.\ud800.c",
        jwt(b"{}", ONE.encode()).reveal(),
        jwt(b"{}", ONE.encode(), b"x", b"y").reveal(),
    ],
)
def test_what_is_no_jwt_names_nothing(text: str) -> None:
    assert organization_sid(Secret(text)) is None


def test_only_the_claims_are_looked_at() -> None:
    assert organization_sid(jwt(ONE.encode(), b"{}", ONE.encode())) is None


@given(st.text() | st.binary().map(lambda data: jwt(b"{}", data, b"x").reveal()))
def test_no_text_breaks_it(text: str) -> None:
    sid = organization_sid(Secret(text))
    assert sid is None or len(sid) == 34
