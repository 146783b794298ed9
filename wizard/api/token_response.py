"""Reading a token endpoint's response (RFC 6749 §5): its tokens, and which values are valid."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from wizard.api.answers import BAD_JSON, decode_answer, decode_json
from wizard.api.http import Reply
from wizard.domain import journal, rules
from wizard.domain.errors.exchange import ODD_TOKENS
from wizard.domain.models import TokenSet
from wizard.domain.oauth.error_response import ErrorResponse
from wizard.domain.problems import Problem, Response
from wizard.domain.secret import Secret
from wizard.domain.text import misfit
from wizard.domain.value import replace

LONGEST_LIFE: Final = timedelta(days=366)
"""Twilio's longest lifetime is 30 days; more than a year can't be meant in seconds."""
UNSAID_LIFE: Final = timedelta(minutes=5)
"""The lifetime if the response has none, as RFC 6749 §5.1 allows, or an invalid one: rejecting it
would lose a rotated refresh token."""


class _TokenAnswer(msgspec.Struct, frozen=True):
    """RFC 6749 §5.1, with what Twilio sends as null; `repr` would show tokens: never print it."""

    access_token: str | None = None
    token_type: str | None = None
    expires_in: msgspec.Raw = msgspec.Raw(b"null")
    """Any JSON: an invalid number must not lose the refresh token."""
    refresh_token: str | None = None


def read_tokens(
    reply: Reply, url: str, secrets: tuple[Secret, ...], asked_at: datetime, now: datetime
) -> TokenSet | Problem | ErrorResponse:
    """Return the tokens; or else a problem with them, or an error response to classify."""
    # Twilio's reference says 200; its earlier version returned 201.
    if reply.status not in (200, 201):
        return decode_answer(reply, url, secrets)
    read = _tokens(reply, asked_at, now)
    if isinstance(read, TokenSet):
        return read
    answer = decode_answer(reply, url, secrets)
    # An error document may come with 200, and so may a captive portal's page.
    return answer if answer.is_page or answer.status != reply.status else read


def _tokens(reply: Reply, asked_at: datetime, now: datetime) -> TokenSet | Problem:
    """Read a token response, or return the problem that makes it invalid.

    The problem is returned, not raised, so that no traceback holds the frame with the tokens.
    """
    odd = replace(ODD_TOKENS, response=Response(reply.status))
    try:
        answer = decode_json(reply.body, _TokenAnswer)
    except BAD_JSON as error:
        return odd.with_detail(misfit(str(error)))
    access = answer.access_token or ""
    if not rules.is_access_token(access):
        return odd.with_detail("access_token: missing, or not a token")
    if answer.refresh_token and not rules.is_refresh_token(answer.refresh_token):
        return odd.with_detail("refresh_token: not a token")
    if (answer.token_type or "").lower() != "bearer":
        return odd.with_detail("token_type: missing, or not Bearer")
    return TokenSet(
        access_token=Secret(access),
        expires_at=asked_at + _life(answer.expires_in),
        obtained_at=now,
        refresh_token=Secret(answer.refresh_token) if answer.refresh_token else None,
    )


def _life(raw: msgspec.Raw) -> timedelta:
    """Return a token's lifetime; the short default if it is invalid."""
    try:
        said = msgspec.json.decode(raw)
    except BAD_JSON:
        # A number that is too large, such as 1e400.
        said = ""
    if said is None:
        return UNSAID_LIFE
    longest = LONGEST_LIFE.total_seconds()
    # True is an int, and 1.
    if isinstance(said, int | float) and said is not True and 1 <= said <= longest:
        return timedelta(seconds=int(said))
    journal.note("expires_in is invalid: using 5 minutes", is_problem=True)
    return UNSAID_LIFE
