"""The live check: one read-only question to the SCIM API (RFC 7644 §3.4.2)."""

from __future__ import annotations

import asyncio
import math
import re
from functools import partial
from typing import Annotated, Final

import httpx
import msgspec

from wizard.api.answers import BAD_JSON, THROTTLED_PAUSE, decode_answer, decode_json, pause_asked
from wizard.api.failures import WIRE_ERRORS, is_passing, network_problem
from wizard.api.http import OnWait, Reply, Sleep, count_down, offset_in_words, send
from wizard.domain.errors.scim import NOT_SCIM, ODD_LIST
from wizard.domain.models import UserList
from wizard.domain.oauth.classify import scim_problem
from wizard.domain.problems import Problem, Response, SetupError
from wizard.domain.secret import Secret
from wizard.domain.text import misfit
from wizard.domain.value import replace

LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
LIMIT: Final = 64 << 20
"""Bytes of a list that are read; Twilio has no paging, so a list may be long."""
PAUSES: Final = (1.0, 3.0)
"""Seconds before the second and the third, last try, when the server names none."""
LONGEST_PAUSE: Final = 60.0
"""A longer Retry-After is not waited for."""
TRY_SECONDS: Final = 120.0
"""One request with its whole answer."""

_BESIDE_THE_LOOP: Final = 1 << 18
"""Bytes; a longer body is decoded in a thread, so that the screen goes on."""
_FAILING: Final = frozenset({408, 502, 503, 504})
_BEGINNING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\{"
    rb'(?:\s*"(?:totalResults|itemsPerPage|startIndex)"\s*:\s*\d{1,16}\s*,)*'
    rb'\s*"(?:Resources"\s*:\s*\[|schemas"\s*:\s*\[\s*"'
    + re.escape(LIST_RESPONSE).encode()
    + rb'")'
)
"""How a SCIM list begins; what came without it, and was too long to read, proves nothing."""


class _List(msgspec.Struct, frozen=True):
    """RFC 7644 §3.4.2; resources stay raw, so that no user's name is ever decoded."""

    schemas: list[str]
    totalResults: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)] | None = None
    # Beyond it no number is the same to everyone (RFC 8259 §6).
    Resources: list[msgspec.Raw] | None = None


class _Named(msgspec.Struct, frozen=True):
    schemas: list[str]


class UserService:
    """Asks for the list of users and nothing else; satisfies the flow's UserDirectory."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        sleep: Sleep = asyncio.sleep,
        limit: int = LIMIT,
        seconds: float = TRY_SECONDS,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._limit = limit
        self._seconds = seconds

    async def list_users(
        self, scim_url: str, access_token: Secret, on_wait: OnWait, limit: float | None = None
    ) -> UserList:
        """Ask `GET {scim}/Users`, at most three times.

        A pause comes before another try: after 429 as long as Retry-After says, up to a minute;
        after 502, 503, 504 and failed connections a short one. `on_wait` is told why
        and the seconds left, once a second and at the end 0.

        Args:
            limit: seconds for all tries and pauses together; a pause that doesn't fit isn't
                waited for.

        Raises SetupError.
        """
        url = scim_url.rstrip("/") + "/Users"
        now = asyncio.get_running_loop().time
        ends = now() + (math.inf if limit is None else limit)
        seconds = min(self._seconds, ends - now())
        got = await self._ask(url, access_token, seconds)
        for default in PAUSES:
            pause = _pause(got, default)
            if pause is None or pause >= ends - now():
                break
            await count_down(self._sleep, pause, partial(on_wait, _why(got)), lambda: False)
            seconds = min(self._seconds, ends - now())
            got = await self._ask(url, access_token, seconds)
        result = (
            network_problem(got, url, seconds)
            if isinstance(got, Exception)
            else await _read(got, url, access_token)
        )
        if isinstance(result, Problem):
            raise SetupError(result)
        return result

    async def _ask(self, url: str, access_token: Secret, seconds: float) -> Reply | Exception:
        try:
            request = self._client.build_request(
                "GET",
                url,
                headers={
                    "Accept": "application/scim+json",
                    "Accept-Encoding": "identity",
                    "Authorization": f"Bearer {access_token.reveal()}",
                },
            )
            return await send(self._client, request, limit=self._limit, seconds=seconds)
        except WIRE_ERRORS as error:
            return error


def _pause(got: Reply | Exception, default: float) -> float | None:
    """Seconds until another try makes sense; None when none does."""
    if isinstance(got, Exception):
        # A request that reads may be sent again also after it has left (RFC 9110 §9.2.2).
        return default if is_passing(got) else None
    if got.status == 429:
        return pause_asked(got, max(default, THROTTLED_PAUSE), LONGEST_PAUSE)
    return pause_asked(got, default, LONGEST_PAUSE) if got.status in _FAILING else None


def _why(got: Reply | Exception) -> str:
    """Why another try is waited for, in a few words."""
    if isinstance(got, Exception):
        return "no connection"
    return "too many requests" if got.status == 429 else f"status {got.status}"


async def _read(got: Reply, url: str, access_token: Secret) -> UserList | Problem:
    if got.status != 200:
        return scim_problem(decode_answer(got, url, (access_token,)))
    if got.is_cut and _BEGINNING.match(got.body):
        return UserList(total=None, clock=offset_in_words(got.ahead))
    if len(got.body) > _BESIDE_THE_LOOP:
        read = await asyncio.to_thread(_decode, got.body)
    else:
        read = _decode(got.body)
    if isinstance(read, UserList):
        return replace(read, clock=offset_in_words(got.ahead))
    answer = decode_answer(got, url, (access_token,))
    if answer.is_page or answer.status != 200:
        return scim_problem(answer)
    size = f" in more than {LIMIT >> 20} MiB" if got.is_cut else ""
    problem = NOT_SCIM.filled(host=answer.host, kind=f"something that is no SCIM list{size}")
    if _is_list(got.body):
        problem = ODD_LIST
    problem = replace(problem, response=Response(got.status, answer.request_id))
    return problem.with_detail(f"200 {answer.content_type}".strip(), read)


def _is_list(body: bytearray) -> bool:
    """Whether it says of itself that it is one, whatever else is odd about it."""
    try:
        return LIST_RESPONSE in decode_json(body, _Named).schemas
    except BAD_JSON:
        return False


def _decode(body: bytearray) -> UserList | str:
    """The size of a list; or what is odd about it, without a word of its content."""
    try:
        found = decode_json(body, _List)
    except BAD_JSON as error:
        return misfit(str(error))
    if LIST_RESPONSE not in found.schemas:
        return "schemas: no ListResponse"
    if found.totalResults is None:
        return UserList(total=len(found.Resources or ()))
    return UserList(total=found.totalResults)
