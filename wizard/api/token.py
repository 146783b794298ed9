"""OAuth's token endpoint: grants and their responses (RFC 6749 §4.1.3, §4.4, §5, §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import httpx
import msgspec

from wizard.api.answers import BAD_JSON, THROTTLED_PAUSE, decode_answer, decode_json, pause_asked
from wizard.api.connection import Departure
from wizard.api.failures import NEVER_SENT, UNSENT_ERRORS, WIRE_ERRORS, network_problem
from wizard.api.http import OnWait, Reply, Sleep, count_down, send
from wizard.domain import journal, rules
from wizard.domain.errors.exchange import ANSWER_LOST, ODD_TOKENS
from wizard.domain.models import AuthorizationAttempt, CredentialSet, TokenSet
from wizard.domain.oauth import classify
from wizard.domain.oauth.error_response import ErrorResponse
from wizard.domain.oauth.jwt import expiry
from wizard.domain.problems import Problem, Response, SetupError
from wizard.domain.secret import Secret
from wizard.domain.text import misfit
from wizard.domain.texts.wording import after_code
from wizard.domain.value import replace

TOTAL_SECONDS: Final = 30.0
"""The limit in seconds, from the first try to the complete response."""
TRIES: Final = 3
CODE_SECONDS: Final = 240.0
"""How long to retry with a code: Twilio's codes expire in 5 minutes, and pasting took time."""
PAUSE_SECONDS: Final = 0.5

_LIMIT: Final = 1 << 20
"""The limit in bytes; a token response has a few thousand."""

Field = str | Secret


class TokenService:
    """Sends requests to the token endpoint; implements the flow's TokenEndpoint.

    A request is sent once. It is retried only if nothing of it was sent, or if a code met a 429.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Callable[[], datetime],
        *,
        sleep: Sleep = asyncio.sleep,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._client = client
        self._clock = clock
        self._sleep = sleep
        self._seconds = seconds
        self._watches: set[Departure] = set()
        """The watches of the requests in progress."""
        self._is_dropping = False

    async def exchange(
        self,
        credentials: CredentialSet,
        attempt: AuthorizationAttempt,
        code: Secret,
        on_wait: OnWait,
    ) -> TokenSet:
        """Exchange a code for tokens (RFC 6749 §4.1.3).

        The client ID, the redirect URI, and the endpoint are those that the link was created with.
        After a 429, which doesn't redeem the code, it is sent again until it expires; `on_wait`
        gets the reason and the seconds left.

        Raises:
            SetupError: with `is_unsent` if the code was not redeemed and is still valid; else the
                problem's step is Authorize or an earlier one.
        """
        fields: dict[str, Field] = {
            "grant_type": "authorization_code",
            "client_id": attempt.client_id,
            "client_secret": credentials.client_secret or "",
            "code": code,
            "redirect_uri": attempt.redirect_url,
        }
        if attempt.verifier is not None:
            fields["code_verifier"] = attempt.verifier
        url = attempt.endpoints.token_url
        got, asked_at, is_good = await self._post_code(url, fields, code, on_wait)
        if isinstance(got, SetupError):
            lost = ANSWER_LOST.with_detail(got.problem.title, got.problem.cause)
            raise got if got.is_unsent else SetupError(lost)
        read = read_tokens(got, url, _secrets(fields), asked_at, self._clock())
        if is_good and isinstance(read, ErrorResponse):
            # A failure that isn't about the code: a retry is enough.
            raise SetupError(classify.refresh_problem(read), is_unsent=True)
        if isinstance(read, ErrorResponse):
            raise SetupError(
                classify.exchange_problem(read, sent_verifier=attempt.verifier is not None)
            )
        if isinstance(read, Problem):
            raise SetupError(after_code(read))
        return read

    async def refresh(self, credentials: CredentialSet) -> TokenSet:
        """Return new tokens of a set: by its refresh token (RFC 6749 §6), or as its app (§4.4).

        Raises SetupError, with `is_lost` if the server may have replaced the refresh token although
        no new one arrived.
        """
        needs_approval = credentials.grant_type.needs_approval
        old = credentials.tokens.refresh_token if needs_approval and credentials.tokens else None
        if needs_approval and old is None:
            raise SetupError(classify.no_refresh_token(credentials.scope))
        fields: dict[str, Field] = {
            "grant_type": "refresh_token" if needs_approval else credentials.grant_type.value,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret or "",
        }
        if old is not None:
            fields["refresh_token"] = old
        url, asked_at = credentials.endpoints.token_url, self._clock()
        got = await self._post(url, fields)
        if isinstance(got, SetupError):
            is_lost = needs_approval and not got.is_unsent
            raise SetupError(got.problem, is_unsent=got.is_unsent, is_lost=is_lost)
        read = read_tokens(got, url, _secrets(fields), asked_at, self._clock())
        if isinstance(read, ErrorResponse) and not needs_approval:
            raise SetupError(classify.client_credentials_problem(read))
        if isinstance(read, ErrorResponse):
            # A gateway may have timed out although the server did refresh.
            raise SetupError(classify.refresh_problem(read), is_lost=got.status >= 500)
        if isinstance(read, Problem):
            raise SetupError(read, is_lost=needs_approval)
        # An app's own refresh token isn't used (RFC 6749 §4.4.3).
        kept = read.refresh_token or old
        return replace(read, refresh_token=kept if needs_approval else None)

    def drop_unsent(self) -> None:
        """Drop the requests that haven't begun to be sent, now and from now on."""
        self._is_dropping = True
        for watch in self._watches:
            watch.drop()

    async def _post_code(
        self, url: str, fields: Mapping[str, Field], code: Secret, on_wait: OnWait
    ) -> tuple[Reply | SetupError, datetime, bool]:
        """Return the response, the time of its request, and whether the code is still valid."""
        left, tries_left = CODE_SECONDS, TRIES
        if (dies := expiry(code)) is not None:
            left = min(left, (dies - self._clock()).total_seconds())
        while True:
            asked_at = self._clock()
            got = await self._post(url, fields)
            tries_left -= 1
            if isinstance(got, SetupError) or got.status != 429:
                return got, asked_at, False
            pause = pause_asked(got, THROTTLED_PAUSE, left)
            if pause is None or not tries_left:
                return got, asked_at, pause is not None
            on_pause = partial(on_wait, "too many requests")
            await count_down(self._sleep, pause, on_pause, lambda: self._is_dropping)
            if self._is_dropping:
                return got, asked_at, True
            left -= pause

    async def _post(self, url: str, fields: Mapping[str, Field]) -> Reply | SetupError:
        """Return the response, or the error to raise without httpx's, which holds the form."""
        # The time limit of all tries together; each also has its own limits.
        watch = Departure(asyncio.timeout(self._seconds))
        try:
            async with watch.limit:
                self._watches.add(watch)
                if self._is_dropping:
                    watch.drop()
                return await self._try(url, fields, watch)
        except WIRE_ERRORS as error:
            # The error's type alone proves nothing: a library may raise it while reading the
            # response.
            is_unsent = not watch.has_begun and isinstance(error, (TimeoutError, *NEVER_SENT))
            return SetupError(network_problem(error, url, self._seconds), is_unsent=is_unsent)
        finally:
            self._watches.discard(watch)

    async def _try(self, url: str, fields: Mapping[str, Field], watch: Departure) -> Reply:
        async def once() -> Reply:
            request = _form(self._client, url, fields, watch)
            return await send(self._client, request, limit=_LIMIT, seconds=self._seconds)

        for _ in range(TRIES - 1):
            try:
                return await once()
            except UNSENT_ERRORS:
                if watch.has_begun:
                    raise
                await self._sleep(PAUSE_SECONDS)
        return await once()


def _form(
    client: httpx.AsyncClient, url: str, fields: Mapping[str, Field], watch: Departure
) -> httpx.Request:
    # Unmasked values exist in this frame only, which is gone before the network can fail.
    return client.build_request(
        "POST",
        url,
        data={k: v.reveal() if isinstance(v, Secret) else v for k, v in fields.items()},
        headers={"Accept": "application/json"},
        extensions={"on_leaving": watch.begin},
    )


def _secrets(fields: Mapping[str, Field]) -> tuple[Secret, ...]:
    return tuple(value for value in fields.values() if isinstance(value, Secret))


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
