"""Hypothesis strategies for every kind of stored value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from wizard.domain.models import (
    RECORD_VERSION,
    AuthorizationAttempt,
    CredentialSet,
    Endpoints,
    LastCheck,
    Pkce,
    Profile,
    RefreshFailure,
    TokenSet,
    Warned,
)
from wizard.domain.problems import Words
from wizard.domain.secret import Secret

_utc_times = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))
_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
_generations = st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)
_secrets = st.builds(Secret, _texts)
_ascii = st.builds(Secret, st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
_verifiers = st.builds(Secret, st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True))
_urls = st.from_regex(
    r"https://[a-z][a-z0-9.]{0,9}(:[1-9][0-9]{0,3})?(/[!$-Z^-~]*)?", fullmatch=True
)
_endpoints = st.builds(Endpoints, _urls, _urls, _urls)

_tokens = st.builds(
    TokenSet,
    access_token=_ascii,
    expires_at=_utc_times,
    obtained_at=_utc_times,
    refresh_token=st.none() | _ascii,
)
_attempts = st.builds(
    AuthorizationAttempt,
    state=_ascii,
    client_id=_texts,
    redirect_url=_texts,
    endpoints=_endpoints,
    scope=_texts,
    created_at=_utc_times,
    verifier=st.none() | _verifiers,
    issuer=st.none() | _texts,
    iss_required=st.booleans(),
    code_sent_at=st.none() | _utc_times,
)

credential_sets = st.builds(
    CredentialSet,
    client_id=_texts,
    client_secret=st.none() | _secrets,
    redirect_url=_texts,
    endpoints=_endpoints,
    scope=_texts,
    pkce=st.sampled_from(Pkce),
    tokens=st.none() | _tokens,
    attempts=st.lists(_attempts, max_size=3).map(tuple),
)
"""Any credential set."""

_counts = st.none() | st.integers(0, 1 << 53)
_told = st.builds(Words, _texts, _texts, _texts, st.lists(_texts).map(tuple))
_words = st.none() | _told
_named = st.none() | _texts
_warnings = st.lists(st.builds(Warned, _texts, _told), max_size=3).map(tuple)
_checks = st.builds(
    LastCheck,
    status=...,
    at=_utc_times,
    users=_counts,
    problem=_named,
    words=_words,
    warnings=_warnings,
)
_failures = st.builds(RefreshFailure, problem=_texts, at=_utc_times)
_drawn_by_type: dict[str, Any] = dict.fromkeys(Profile.__struct_fields__, ...)

profiles = st.builds(
    Profile,
    **_drawn_by_type
    | {
        "version": st.just(RECORD_VERSION),
        "client_id": _texts,
        "redirect_url": _texts,
        "endpoints": _endpoints,
        "organization": _named,
        "token_organization": _named,
        "ticks": st.lists(_texts).map(tuple),
        "audience": _named,
        "active": _generations,
        "draft": _generations,
        "expires_at": st.none() | _utc_times,
        "set_up_at": st.none() | _utc_times,
        "draft_saved_at": st.none() | _utc_times,
        "last_check": st.none() | _checks,
        "draft_check": st.none() | _checks,
        "refresh_failure": st.none() | _failures,
        "refresh_error": st.none() | _failures,
    },
)
"""Any record of this version, with any fields."""
