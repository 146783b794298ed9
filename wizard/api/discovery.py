"""Best-effort probes of the servers: their metadata (RFC 8414), reachability, and clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx
import msgspec

from wizard.api.answers import BAD_JSON
from wizard.api.failures import WIRE_ERRORS, network_problem, origin_of
from wizard.api.http import begin, offset_in_words, seconds_ahead, send
from wizard.domain.errors.exchange import CLOCK_OFF
from wizard.domain.models import Endpoints, ServerMetadata
from wizard.domain.problems import Check, Problem, Status
from wizard.domain.value import Value

WELL_KNOWN: Final = "/.well-known/oauth-authorization-server"
TOTAL_SECONDS: Final = 2.0
"""The total time in seconds; users wait for it before they see a link."""

_LIMIT: Final = 1 << 20


class _Document(msgspec.Struct, frozen=True):
    """The members of RFC 8414 §2 that are used; its endpoints are not."""

    issuer: str
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool | None = None


class MetadataService(Value):
    """Fetches the metadata; implements the flow's MetadataSource."""

    client: httpx.AsyncClient
    seconds: float = TOTAL_SECONDS

    async def fetch(self, endpoints: Endpoints) -> ServerMetadata | None:
        """Return the metadata at the origin of the authorization URL.

        Return None for anything unexpected: without metadata the documented URL is used. The issuer
        must be the origin itself (RFC 8414 §3.3); otherwise the document belongs to another server.
        """
        try:
            origin = origin_of(endpoints.authorize_url)
            request = self.client.build_request(
                "GET", origin + WELL_KNOWN, headers={"Accept": "application/json"}
            )
            reply = await send(self.client, request, limit=_LIMIT, seconds=self.seconds)
            document = msgspec.json.decode(reply.body, type=_Document)
        except (*WIRE_ERRORS, *BAD_JSON):
            return None
        if reply.status != 200 or document.issuer != origin:
            return None
        return ServerMetadata(
            issuer=document.issuer,
            has_s256="S256" in (document.code_challenge_methods_supported or ()),
            sends_iss=document.authorization_response_iss_parameter_supported is True,
        )


REACH_SECONDS: Final = 5.0


class ReachService(Value):
    """Sends a request to both servers; implements the flow's Reach."""

    client: httpx.AsyncClient
    clock: Callable[[], datetime]
    seconds: float = REACH_SECONDS

    async def probe(self, endpoints: Endpoints) -> tuple[Check, ...]:
        """Return the lines "reach" and "clock".

        Any HTTP response counts as reached. Neither line ever fails, as neither prevents the setup:
        a problem is only a warning.
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
        """Return the problem with reaching a server, or how far the local clock is off."""
        try:
            request = self.client.build_request("GET", origin_of(url) + "/")
            async with asyncio.timeout(self.seconds):
                response = await begin(self.client, request)
                await response.aclose()
        except WIRE_ERRORS as error:
            return network_problem(error, url, self.seconds)
        ahead = seconds_ahead(response.headers, self.clock())
        return None if ahead is None else offset_in_words(ahead)


def _clock_line(offset: str | None, is_silent: bool) -> Check:
    if offset is None:
        return Check(
            "clock", "Clock", Status.SKIPPED, "no response" if is_silent else "no Date header"
        )
    problem = CLOCK_OFF.filled(offset=offset) if offset else None
    return Check("clock", "Clock", Status.WARNING if problem else Status.PASSED, problem=problem)
