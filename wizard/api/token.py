"""OAuth's token endpoint: a code or a refresh token for tokens (RFC 6749 §4.1.3, §5, §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

import httpx

from wizard.api.answers import THROTTLED_PAUSE, pause_asked
from wizard.api.failures import NEVER_SENT, UNSENT_ERRORS, WIRE_ERRORS, network_problem
from wizard.api.http import OnWait, Reply, Sleep, count_down, send
from wizard.api.token_response import read_tokens
from wizard.domain.errors.exchange import ANSWER_LOST
from wizard.domain.models import AuthorizationAttempt, CredentialSet, TokenSet
from wizard.domain.oauth.classify import exchange_problem, no_refresh_token, refresh_problem
from wizard.domain.oauth.error_response import ErrorResponse
from wizard.domain.oauth.jwt import expiry
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.texts.wording import after_code
from wizard.domain.value import replace

TOTAL_SECONDS: Final = 30.0
"""From the first try to the whole answer."""
TRIES: Final = 3
CODE_SECONDS: Final = 240.0
"""How long a code is sent again: Twilio's live 5 minutes, and it took time to paste it."""
PAUSE_SECONDS: Final = 0.5

_LIMIT: Final = 1 << 20
"""Bytes; a token answer has a few thousand."""

Field = str | Secret


class TokenService:
    """Asks the token endpoint; satisfies the flow's TokenEndpoint.

    A request is sent once: only when nothing of it had left, or a code was turned away with 429,
    is it tried again.
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
        self._watches: set[_Watch] = set()
        """Of the requests under way."""
        self._is_dropping = False

    async def exchange(
        self,
        credentials: CredentialSet,
        attempt: AuthorizationAttempt,
        code: Secret,
        on_wait: OnWait,
    ) -> TokenSet:
        """Trade a code for tokens (RFC 6749 §4.1.3).

        The client ID, the redirect URI and the endpoint are those the link was made with. After
        a 429, which took no code, it is sent again as long as it can be good; `on_wait` is told
        why and the seconds left.

        Raises:
            SetupError: `is_unsent` when the code was not taken and is still good; else the
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
            # What any grant can meet: trying again is all it takes.
            raise SetupError(refresh_problem(read), is_unsent=True)
        if isinstance(read, ErrorResponse):
            raise SetupError(exchange_problem(read, sent_verifier=attempt.verifier is not None))
        if isinstance(read, Problem):
            raise SetupError(after_code(read))
        return read

    async def refresh(self, credentials: CredentialSet) -> TokenSet:
        """Trade the set's refresh token for new tokens (RFC 6749 §6).

        Raises SetupError, `is_lost` when the server may have replaced the refresh token although
        no new one arrived.
        """
        old = credentials.tokens.refresh_token if credentials.tokens else None
        if old is None:
            raise SetupError(no_refresh_token(credentials.scope))
        fields: dict[str, Field] = {
            "grant_type": "refresh_token",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret or "",
            "refresh_token": old,
        }
        url = credentials.endpoints.token_url
        asked_at = self._clock()
        got = await self._post(url, fields)
        if isinstance(got, SetupError):
            raise SetupError(got.problem, is_unsent=got.is_unsent, is_lost=not got.is_unsent)
        read = read_tokens(got, url, _secrets(fields), asked_at, self._clock())
        if isinstance(read, ErrorResponse):
            # A gateway may have given up on a server that did refresh.
            raise SetupError(refresh_problem(read), is_lost=got.status >= 500)
        if isinstance(read, Problem):
            raise SetupError(read, is_lost=True)
        return read if read.refresh_token else replace(read, refresh_token=old)

    def drop_unsent(self) -> None:
        """Give up the requests of which nothing has left, now and from now on: nobody waits."""
        self._is_dropping = True
        for watch in self._watches:
            watch.drop()

    async def _post_code(
        self, url: str, fields: Mapping[str, Field], code: Secret, on_wait: OnWait
    ) -> tuple[Reply | SetupError, datetime, bool]:
        """The answer, when its request began, and whether the code was turned away but is good."""
        asked_at = self._clock()
        left = CODE_SECONDS
        if (dies := expiry(code)) is not None:
            left = min(left, (dies - asked_at).total_seconds())
        got = await self._post(url, fields)
        for tries_left in range(TRIES - 1, -1, -1):
            if isinstance(got, SetupError) or got.status != 429:
                return got, asked_at, False
            pause = pause_asked(got, THROTTLED_PAUSE, left)
            if pause is None or not tries_left:
                return got, asked_at, pause is not None
            on_pause = partial(on_wait, "too many requests")
            await count_down(self._sleep, pause, on_pause, lambda: self._is_dropping)
            if self._is_dropping:
                break
            left -= pause
            asked_at = self._clock()
            got = await self._post(url, fields)
        return got, asked_at, True

    async def _post(self, url: str, fields: Mapping[str, Field]) -> Reply | SetupError:
        """The answer; or the error, to be raised without httpx's, which holds the form."""
        watch = _Watch()
        try:
            # The time of all tries together; each has its own limits besides.
            async with asyncio.timeout(self._seconds) as watch.limit:
                self._watches.add(watch)
                if self._is_dropping:
                    watch.drop()
                return await self._try(url, fields, watch)
        except WIRE_ERRORS as error:
            # An error's kind alone proves nothing: a library may raise it at the response.
            is_unsent = not watch.has_begun and isinstance(error, (TimeoutError, *NEVER_SENT))
            return SetupError(network_problem(error, url, self._seconds), is_unsent=is_unsent)
        finally:
            self._watches.discard(watch)

    async def _try(self, url: str, fields: Mapping[str, Field], watch: _Watch) -> Reply:
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


class _Watch:
    """Notes when a request begins to leave (the `trace` extension of HTTPX)."""

    def __init__(self) -> None:
        self.has_begun = False
        self.limit: asyncio.Timeout | None = None
        """The time of all tries."""
        self._is_dropped = False

    def drop(self) -> None:
        """Let the time be over, unless the request has begun to leave."""
        if self.limit is not None and not self.has_begun and not self._is_dropped:
            self._is_dropped = True
            # A limit that is expiring at this moment can't be changed any more.
            if not self.limit.expired():
                self.limit.reschedule(asyncio.get_running_loop().time())

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        # A proxy's CONNECT is traced as well.
        is_post = getattr(info.get("request"), "method", b"") == b"POST"
        if is_post and event == "http11.send_request_headers.started":
            if self._is_dropped:
                # Nothing leaves any more: what ends the wait for this is on its way.
                await asyncio.get_running_loop().create_future()
            self.has_begun = True


def _form(
    client: httpx.AsyncClient, url: str, fields: Mapping[str, Field], watch: _Watch
) -> httpx.Request:
    # Bare values live in this frame only, which is gone when the network can fail.
    return client.build_request(
        "POST",
        url,
        data={k: v.reveal() if isinstance(v, Secret) else v for k, v in fields.items()},
        headers={"Accept": "application/json"},
        extensions={"trace": watch},
    )


def _secrets(fields: Mapping[str, Field]) -> tuple[Secret, ...]:
    return tuple(value for value in fields.values() if isinstance(value, Secret))
