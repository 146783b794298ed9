"""Whether the servers can be reached and trusted from here, and whether the clock agrees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx

from wizard.api.dates import offset_in_words, seconds_ahead
from wizard.api.failures import WIRE_ERRORS, network_problem, origin_of
from wizard.api.http import begin
from wizard.domain.book.exchange import CLOCK_OFF
from wizard.domain.checks import Check, Status
from wizard.domain.models import Endpoints
from wizard.domain.problems import Problem

TOTAL_SECONDS: Final = 5.0


class ReachService:
    """Asks both servers for anything at all; satisfies the flow's Reach."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Callable[[], datetime],
        *,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._client = client
        self._clock = clock
        self._seconds = seconds

    async def probe(self, endpoints: Endpoints) -> tuple[Check, ...]:
        """Return the lines "reach" and "clock".

        Any HTTP answer counts as reached. Neither line ever fails, as neither blocks the way:
        what is wrong is a warning with its problem.
        """
        urls = (endpoints.token_url, endpoints.scim_url)
        found = await asyncio.gather(*(self._ask(url) for url in urls))
        problems = [one for one in found if isinstance(one, Problem)]
        offsets = [one for one in found if isinstance(one, str)]
        reach = Check(
            "reach",
            f"{'Server' if endpoints.foreign_hosts else 'Twilio'} reachable, trusted",
            Status.WARNING if problems else Status.PASSED,
            problem=problems[0] if problems else None,
        )
        is_silent = len(problems) == len(found)
        return reach, _clock_line(offsets[0] if offsets else None, is_silent)

    async def _ask(self, url: str) -> Problem | str | None:
        """What keeps from the server; or how far our clock is off by its Date header."""
        try:
            request = self._client.build_request("GET", origin_of(url) + "/")
            async with asyncio.timeout(self._seconds):
                response = await begin(self._client, request)
                await response.aclose()
        except WIRE_ERRORS as error:
            return network_problem(error, url, self._seconds)
        ahead = seconds_ahead(response.headers, self._clock())
        return None if ahead is None else offset_in_words(ahead)


def _clock_line(offset: str | None, is_silent: bool) -> Check:
    if offset is None:
        return Check("clock", "Clock", Status.SKIPPED, "no answer" if is_silent else "no Date")
    problem = CLOCK_OFF.filled(offset=offset) if offset else None
    return Check("clock", "Clock", Status.WARNING if problem else Status.PASSED, problem=problem)
