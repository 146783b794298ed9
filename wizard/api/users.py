"""The connection check: one read-only request to the SCIM API (RFC 7644 §3.4.2)."""

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
from wizard.domain.value import Value, replace

LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
LIMIT: Final = 64 << 20
"""The most bytes of a list that are read; Twilio has no paging, so a list may be long."""
PAUSES: Final = (1.0, 3.0)
"""Seconds before the second and the third (last) try, unless the server says how long."""
LONGEST_PAUSE: Final = 60.0
"""A longer Retry-After is not waited for."""
TRY_SECONDS: Final = 120.0
"""Seconds for one request with its complete response."""

_BESIDE_THE_LOOP: Final = 1 << 18
"""Bytes; a longer body is decoded in a thread, so that the screen doesn't freeze."""
_FAILING: Final = frozenset({408, 502, 503, 504})
_BEGINNING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\{"
    rb'(?:\s*"(?:totalResults|itemsPerPage|startIndex)"\s*:\s*\d{1,16}\s*,)*'
    rb'\s*"(?:Resources"\s*:\s*\[|schemas"\s*:\s*\[\s*"'
    + re.escape(LIST_RESPONSE).encode()
    + rb'")'
)
"""The markers of a SCIM list; a response without them that is too long to read proves nothing."""


class _List(msgspec.Struct, frozen=True):
    """RFC 7644 §3.4.2; resources stay raw, so that no user's name is ever decoded."""

    schemas: list[str]
    totalResults: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)] | None = None
    # Above it, implementations don't agree on numbers (RFC 8259 §6).
    Resources: list[msgspec.Raw] | None = None


class _Named(msgspec.Struct, frozen=True):
    schemas: list[str]


class UserService(Value):
    """Requests the list of users and nothing else; implements the flow's UserDirectory."""

    client: httpx.AsyncClient
    sleep: Sleep = asyncio.sleep
    limit: int = LIMIT
    seconds: float = TRY_SECONDS

    async def list_users(
        self, scim_url: str, access_token: Secret, on_wait: OnWait, limit: float | None = None
    ) -> UserList:
        """Send `GET {scim}/Users`, at most three times.

        It pauses before another try. After a 429, the pause is as long as Retry-After says, up to a
        minute. After 502, 503, 504, and failed connections, it is short. `on_wait` gets the reason
        and the seconds left, once a second and 0 at the end.

        Args:
            limit: seconds for all tries and pauses together; a pause that doesn't fit isn't
                waited for.

        Raises SetupError.
        """
        url = scim_url.rstrip("/") + "/Users"
        now = asyncio.get_running_loop().time
        ends = now() + (math.inf if limit is None else limit)
        seconds = min(self.seconds, ends - now())
        got = await self._ask(url, access_token, seconds)
        for default in PAUSES:
            pause = _pause(got, default)
            if pause is None or pause >= ends - now():
                break
            await count_down(self.sleep, pause, partial(on_wait, _why(got)), lambda: False)
            seconds = min(self.seconds, ends - now())
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
            request = self.client.build_request(
                "GET",
                url,
                headers={
                    "Accept": "application/scim+json",
                    "Authorization": f"Bearer {access_token.reveal()}",
                },
            )
            return await send(self.client, request, limit=self.limit, seconds=seconds)
        except WIRE_ERRORS as error:
            return error


def _pause(got: Reply | Exception, default: float) -> float | None:
    """Return the seconds before another try; None if a retry can't help."""
    if isinstance(got, Exception):
        # A read-only request may be sent again even after it was sent (RFC 9110 §9.2.2).
        return default if is_passing(got) else None
    if got.status == 429:
        return pause_asked(got, max(default, THROTTLED_PAUSE), LONGEST_PAUSE)
    return pause_asked(got, default, LONGEST_PAUSE) if got.status in _FAILING else None


def _why(got: Reply | Exception) -> str:
    """Return the reason for another try, in a few words."""
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
    size = f" (more than {LIMIT >> 20} MiB)" if got.is_cut else ""
    problem = NOT_SCIM.filled(host=answer.host, kind=f"a response that isn't a SCIM list{size}")
    if _is_list(got.body):
        problem = ODD_LIST
    problem = replace(problem, response=Response(got.status, answer.request_id))
    return problem.with_detail(f"200 {answer.content_type}".strip(), read)


def _is_list(body: bytearray) -> bool:
    """Whether a body claims to be a SCIM list, even if it isn't valid otherwise."""
    try:
        return LIST_RESPONSE in decode_json(body, _Named).schemas
    except BAD_JSON:
        return False


def _decode(body: bytearray) -> UserList | str:
    """Return the size of a list; or why it isn't valid, without quoting its content."""
    try:
        found = decode_json(body, _List)
    except BAD_JSON as error:
        return misfit(str(error))
    if LIST_RESPONSE not in found.schemas:
        return "schemas: ListResponse is missing"
    if found.totalResults is None:
        return UserList(total=len(found.Resources or ()))
    return UserList(total=found.totalResults)
