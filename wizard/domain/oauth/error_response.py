"""What a server said when it did not do what was asked, and from whom that seems to be.

Three shapes are known: OAuth's `error`/`error_description` (RFC 6749 §5.2), Twilio's own
`code`/`message`, SCIM's `detail`/`scimType` (RFC 7644 §3.12).
"""

from __future__ import annotations

from typing import Final

from wizard.domain.value import Value

_THROTTLED: Final = frozenset({20429, 25021, 25109})
"""Twilio's numbers for too many requests (https://www.twilio.com/docs/api/errors)."""
_GATEWAYS: Final = frozenset({502, 503, 504})
"""What a gateway answers for a server it does not get an answer from (RFC 9110 §15.6)."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class ErrorResponse(Value):
    """What a server said when it did not do what was asked; None where it said nothing."""

    host: str
    status: int
    """What it means: the status of HTTP, or what an error document names that came with 200."""
    content_type: str = ""
    error: str | None = None
    """OAuth's code, as `invalid_grant`."""
    description: str | None = None
    """OAuth's `error_description`."""
    code: int | None = None
    """Twilio's number; SCIM errors of Twilio carry it too."""
    message: str | None = None
    """Twilio's sentence."""
    detail: str | None = None
    """SCIM's sentence."""
    scim_type: str | None = None
    text: str | None = None
    """What a page says, or the head of a body that is none of the three shapes."""
    location: str | None = None
    """The host a redirect points at; None without a usable URL. Redirects are not followed."""
    request_id: str | None = None
    clock: str = ""
    """How far this machine's clock is off by its Date: "3 h slow"; "" where it is not."""
    is_clock_slow: bool = False
    sent_as: int | None = None
    """The status of HTTP, where it may be another."""
    wait: str = "a minute"
    """How long a throttled request should wait, in words."""
    retry_after: int | None = None
    """The same in whole seconds; None where it doesn't say."""

    @property
    def is_page(self) -> bool:
        """Whether this is for a browser: a login page, a captive portal, an error page."""
        return "html" in self.content_type or self.status == 511

    @property
    def is_foreign(self) -> bool:
        """Whether something on the way refused: it says none of what the server itself would."""
        return self.is_page or (self.status == 403 and self.is_bare)

    @property
    def is_bare(self) -> bool:
        """Whether it is in none of the three shapes."""
        own = (self.error, self.code, self.message, self.detail, self.scim_type)
        return all(part is None for part in own)

    @property
    def is_gateways(self) -> bool:
        """Whether something on the way may say that it did not reach the server."""
        return self.is_page and self.status in _GATEWAYS

    @property
    def is_throttled(self) -> bool:
        """Whether it was asked too often."""
        return self.status == 429 or self.code in _THROTTLED

    @property
    def is_failing(self) -> bool:
        """Whether a server has failed; 511 is a network that wants a login first."""
        return self.status >= 500 and self.status != 511

    @property
    def is_from_the_way(self) -> bool:
        """Whether something on the way answered, also with a redirect, in the server's stead."""
        return self.is_foreign or self.status < 400

    @property
    def is_login(self) -> bool:
        """Whether a network wants everybody to sign in first (RFC 6585 §6, or a portal's way)."""
        return self.status == 511 or self.location not in (None, self.host)

    @property
    def kind(self) -> str:
        """What came, as it stands after "answered with"."""
        if self.location is not None:
            return f"a redirect to {self.location}"
        if self.status in _REDIRECTS:
            return "a redirect without a usable URL"
        if self.is_page:
            return "a web page, as filters, logins and captive portals do"
        return f"status {self.status}, and not in a form of Twilio's"

    @property
    def words(self) -> str:
        """Everything it said, in lower case, to look for hints in."""
        said = (self.error, self.description, self.message, self.detail, self.scim_type)
        return " ".join(part for part in said if part).lower()
