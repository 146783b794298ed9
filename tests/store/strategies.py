"""Hypothesis strategies for any value that is stored."""

from __future__ import annotations

from datetime import UTC
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
)
from wizard.domain.secret import Secret

_utc_times = st.datetimes(timezones=st.just(UTC))
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_generations = st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)
_secrets = st.builds(Secret, _texts)
_urls = st.from_regex(
    r"https://[a-z][a-z0-9.]{0,9}(:[1-9][0-9]{0,3})?(/[!$-Z^-~]*)?", fullmatch=True
)
_endpoints = st.builds(Endpoints, _urls, _urls, _urls)

_tokens = st.builds(
    TokenSet,
    access_token=_secrets,
    expires_at=_utc_times,
    obtained_at=_utc_times,
    refresh_token=st.none() | _secrets,
)
_attempts = st.builds(
    AuthorizationAttempt,
    state=_secrets,
    client_id=_texts,
    redirect_url=_texts,
    endpoints=_endpoints,
    scope=_texts,
    created_at=_utc_times,
    verifier=st.none() | _secrets,
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

_checks = st.builds(LastCheck, status=..., at=_utc_times, users=..., problem=..., words=...)
_failures = st.builds(RefreshFailure, problem=..., at=_utc_times)
_drawn_by_type: dict[str, Any] = dict.fromkeys(Profile.__struct_fields__, ...)

profiles = st.builds(
    Profile,
    **_drawn_by_type
    | {
        "version": st.just(RECORD_VERSION),
        "active": _generations,
        "draft": _generations,
        "expires_at": st.none() | _utc_times,
        "set_up_at": st.none() | _utc_times,
        "draft_saved_at": st.none() | _utc_times,
        "last_check": st.none() | _checks,
        "draft_check": st.none() | _checks,
        "refresh_failure": st.none() | _failures,
    },
)
"""Any record of this version, whatever fields it has."""
