"""An error response of a server, and whether something in between seems to have sent it.

Three shapes are known: OAuth's `error`/`error_description` (RFC 6749 §5.2), Twilio's own
`code`/`message`, SCIM's `detail`/`scimType` (RFC 7644 §3.12).
"""

from __future__ import annotations

from typing import Final

from wizard.domain.value import Value

_THROTTLED: Final = frozenset({20429, 25021, 25109})
"""Twilio's error codes for too many requests (https://www.twilio.com/docs/api/errors)."""
_GATEWAYS: Final = frozenset({502, 503, 504})
"""The statuses of a gateway that gets no response from a server (RFC 9110 §15.6)."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class ErrorResponse(Value):
    """An error response of a server; fields that it doesn't have are None."""

    host: str
    status: int
    """The effective status: that of HTTP, or the one in an error document that came with 200."""
    content_type: str = ""
    error: str | None = None
    """OAuth's error code, such as `invalid_grant`."""
    description: str | None = None
    """OAuth's `error_description`."""
    code: int | None = None
    """Twilio's error code; Twilio's SCIM errors have it, too."""
    message: str | None = None
    """Twilio's sentence."""
    detail: str | None = None
    """SCIM's sentence."""
    scim_type: str | None = None
    text: str | None = None
    """The text of a page, or the beginning of a body that has none of the three forms."""
    location: str | None = None
    """The host a redirect points at; None without a usable URL. Redirects aren't followed."""
    request_id: str | None = None
    clock: str = ""
    """How far this machine's clock is off by the Date header: "3 h slow"; "" if it isn't."""
    is_clock_slow: bool = False
    sent_as: int | None = None
    """The HTTP status, if it may differ."""
    wait: str = "a minute"
    """How long a throttled request should wait, in words."""
    retry_after: int | None = None
    """The same in whole seconds; None if it isn't known."""

    @property
    def is_page(self) -> bool:
        """Whether this is a page for a browser: a sign-in page, a captive portal, an error page."""
        return "html" in self.content_type or self.status == 511

    @property
    def is_foreign(self) -> bool:
        """Whether something in between rejected the request, judging by the response's form."""
        return self.is_page or (self.status == 403 and self.is_bare)

    @property
    def is_bare(self) -> bool:
        """Whether it has none of the three forms."""
        own = (self.error, self.code, self.message, self.detail, self.scim_type)
        return all(part is None for part in own)

    @property
    def is_gateways(self) -> bool:
        """Whether a gateway in between may have failed to reach the server."""
        return self.is_page and self.status in _GATEWAYS

    @property
    def is_throttled(self) -> bool:
        """Whether the request was rate limited."""
        return self.status == 429 or self.code in _THROTTLED

    @property
    def is_failing(self) -> bool:
        """Whether this is a server error; 511 is a network that requires a login first."""
        return self.status >= 500 and self.status != 511

    @property
    def is_from_the_way(self) -> bool:
        """Whether something in between responded instead of the server, perhaps with a redirect."""
        return self.is_foreign or self.status < 400

    @property
    def is_login(self) -> bool:
        """Whether the network requires a sign-in first (RFC 6585 §6, or a captive portal)."""
        return self.status == 511 or self.location not in (None, self.host)

    @property
    def kind(self) -> str:
        """The kind of response, in words that follow "returned"."""
        if self.location is not None:
            return f"a redirect to {self.location}"
        if self.status in _REDIRECTS:
            return "a redirect without a usable URL"
        if self.is_page:
            return "a web page, probably from a web filter or a captive portal"
        return f"status {self.status}, not in Twilio's error format"

    @property
    def words(self) -> str:
        """All its texts in lower case, to search for hints."""
        said = (self.error, self.description, self.message, self.detail, self.scim_type)
        return " ".join(part for part in said if part).lower()
