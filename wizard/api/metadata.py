"""What the authorization server says of itself (RFC 8414), best effort."""

from __future__ import annotations

from typing import Final

import httpx
import msgspec

from wizard.api.answers import BAD_JSON
from wizard.api.failures import WIRE_ERRORS, origin_of
from wizard.api.http import send
from wizard.domain.models import Endpoints, ServerMetadata

WELL_KNOWN: Final = "/.well-known/oauth-authorization-server"
TOTAL_SECONDS: Final = 2.0
"""People wait for it before they see a link."""

_LIMIT: Final = 1 << 20


class _Document(msgspec.Struct, frozen=True):
    """RFC 8414 §2, as far as it is used; its endpoints are not."""

    issuer: str
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool | None = None


class MetadataService:
    """Fetches the metadata; satisfies the flow's MetadataSource."""

    def __init__(self, client: httpx.AsyncClient, *, seconds: float = TOTAL_SECONDS) -> None:
        self._client = client
        self._seconds = seconds

    async def fetch(self, endpoints: Endpoints) -> ServerMetadata | None:
        """Return what the authorize URL's origin says of itself.

        None on anything odd: without metadata the documented URL is used. The issuer must be the
        origin itself (RFC 8414 §3.3), or the document is somebody else's.
        """
        try:
            origin = origin_of(endpoints.authorize_url)
            request = self._client.build_request(
                "GET", origin + WELL_KNOWN, headers={"Accept": "application/json"}
            )
            reply = await send(self._client, request, limit=_LIMIT, seconds=self._seconds)
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
