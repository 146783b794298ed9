"""The values that all layers share."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from wizard.domain import rules
from wizard.domain.problems import Words
from wizard.domain.secret import Secret
from wizard.domain.steps import STEPS, WITHOUT_APPROVAL, Step
from wizard.domain.value import Value, field, replace

RECORD_VERSION: Final = 1
"""The version written into every file; files of a higher version aren't changed."""

LINK_LIFE: Final = timedelta(minutes=30)
"""How long the response to an authorization link is accepted, also after a restart."""

SCOPE: Final = "offline_access"
"""The only scope Twilio documents; without it, no refresh token can be expected."""


class Endpoints(Value):
    """The URLs of the OAuth server and the SCIM API; part of a credential set."""

    authorize_url: str = "https://oauth.twilio.com/v2/authorize"
    token_url: str = "https://oauth.twilio.com/v2/token"  # noqa: S105  an address, not a secret
    scim_url: str = "https://iam.twilio.com/scim/v2"

    @property
    def named(self) -> dict[str, str]:
        """The URLs by their names, in order."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    @property
    def foreign_hosts(self) -> tuple[str, ...]:
        """The hosts (with port) that are not Twilio's, each once, in order."""
        parts = [rules.split(url) for url in self.named.values()]
        foreign = [p.netloc for p in parts if p and not rules.is_twilio_host(p.hostname or "")]
        return tuple(dict.fromkeys(foreign))


TWILIO: Final = Endpoints()
"""Twilio's documented endpoints."""


class Pkce(Enum):
    """Whether a code challenge is sent (RFC 7636): as the metadata says, always, or never."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class TokenSet(Value):
    """The tokens that the token endpoint returned (RFC 6749 §5.1)."""

    access_token: Secret
    expires_at: datetime
    """UTC; `expires_in` counted from before the request was sent."""
    obtained_at: datetime
    """UTC."""
    refresh_token: Secret | None = None
    is_refused: bool = False
    """Whether the SCIM API rejected the access token before it expired."""
    is_refresh_open: bool = False
    """In a draft: whether a refresh was, or is about to be, sent without a saved response."""

    @property
    def margin(self) -> timedelta:
        """How long before its expiry a token counts as expired: min(60 s, 10 % of its lifetime)."""
        return min(timedelta(seconds=60), (self.expires_at - self.obtained_at) / 10)

    @property
    def longest_use(self) -> timedelta:
        """The longest remaining validity that can be requested of such a token."""
        return self.expires_at - self.obtained_at - self.margin

    def needs_refresh(self, now: datetime, at_least: timedelta | None = None) -> bool:
        """Whether less time than the margin, or than `at_least`, is left.

        Also True if the clock is before the time the tokens were obtained: it was set back.
        """
        if now < self.obtained_at:
            return True
        least = self.margin if at_least is None else max(self.margin, at_least)
        return self.expires_at - now <= least


class ServerMetadata(Value):
    """The part of the server's metadata (RFC 8414) that is used here; never its endpoints."""

    issuer: str
    has_s256: bool
    sends_iss: bool = False
    """`authorization_response_iss_parameter_supported` (RFC 9207 §3)."""


class AuthorizationAttempt(Value):
    """One authorization link, with everything its response is checked against (RFC 6749 §4.1.1)."""

    state: Secret
    client_id: str
    redirect_url: str
    endpoints: Endpoints
    scope: str
    created_at: datetime
    """UTC."""
    verifier: Secret | None = None
    """PKCE's code verifier (RFC 7636 §4.1); None when no challenge was sent."""
    issuer: str | None = None
    """The metadata's issuer; None without metadata, and then `iss` is ignored."""
    iss_required: bool = False
    """Whether the metadata promises `iss`: a response without it is rejected (RFC 9207 §2.4)."""
    code_sent_at: datetime | None = None
    """UTC, set before the code is sent: a code is never sent twice."""

    def is_live(self, now: datetime) -> bool:
        """Whether a response to this link is still accepted."""
        return self.code_sent_at is None and now - self.created_at < LINK_LIFE


class GrantType(Enum):
    """How an OAuth app gets tokens; chosen when it is created. The value is RFC 6749's name."""

    AUTHORIZATION_CODE = "authorization_code"
    CLIENT_CREDENTIALS = "client_credentials"

    @property
    def needs_approval(self) -> bool:
        """Whether someone has to approve access in a browser."""
        return self is GrantType.AUTHORIZATION_CODE

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of a setup, in order."""
        return STEPS if self.needs_approval else WITHOUT_APPROVAL


class CredentialSet(Value):
    """A client and all that belongs to it: complete (active) or partly entered (draft).

    Immutable, and saved as one blob under a random generation ID, so that no crash can combine a
    new Client ID with an old secret.
    """

    client_id: str = ""
    client_secret: Secret | None = None
    redirect_url: str = ""
    endpoints: Endpoints = TWILIO
    scope: str = SCOPE
    pkce: Pkce = Pkce.AUTO
    tokens: TokenSet | None = None
    attempts: tuple[AuthorizationAttempt, ...] = ()
    """Links created with these settings, newest last."""
    is_unconfirmed: bool = False
    """Whether the listener received the code, and the user has not confirmed it yet."""
    grant_type: GrantType = GrantType.AUTHORIZATION_CODE

    @property
    def is_complete(self) -> bool:
        """Whether every field that its grant type needs has a value."""
        has_url = bool(self.redirect_url) or not self.grant_type.needs_approval
        return bool(self.client_id and self.client_secret and has_url)

    @property
    def is_renewable(self) -> bool:
        """Whether new tokens can be requested without anyone's approval."""
        has_refresh_token = self.tokens is not None and self.tokens.refresh_token is not None
        return has_refresh_token or not self.grant_type.needs_approval


class UserList(Value):
    """What a check reads from a SCIM list (RFC 7644 §3.4.2): its size, no names."""

    total: int | None
    """`totalResults`; None if the response was too long to read."""
    clock: str = ""
    """How far this machine's clock is off by the response's Date: "3 h slow"; "" if it isn't."""


class StoreKind(Enum):
    """Where the credential sets of a profile are saved."""

    FILE = "file"
    KEYRING = "keyring"


class CheckStatus(Enum):
    """The result of a check."""

    PASSED = "passed"
    FAILED = "failed"


class Warned(Value):
    """A warning of a check."""

    problem: str
    """The id of the problem."""
    words: Words
    """Its words, as they were shown."""


class LastCheck(Value):
    """The latest check."""

    status: CheckStatus
    at: datetime
    """UTC."""
    users: int | None = None
    """`totalResults`, if it was read."""
    problem: str | None = None
    """The ID of the problem it failed with; in older records also a passed check's warning."""
    words: Words | None = None
    """Its words, as they were shown; None in older records."""
    warnings: tuple[Warned, ...] = ()
    """Its warnings, the worst first."""


class RefreshFailure(Value):
    """Why the tokens aren't refreshed; saved until they are, and for waiting callers.

    A refresh was rejected, or the set was accepted without a refresh token.
    """

    problem: str
    """The id of the problem."""
    at: datetime
    """UTC."""
    words: Words | None = None
    """Its words, as they were shown; None in older records."""


class Profile(Value):
    """The record of a profile, without secrets: the content of `profiles/<name>.json`.

    `active` and `draft` are generation IDs and the only pointers to credential sets. The fields
    after them repeat what `status` shows, so that it needs no secrets. They have the values of the
    active set, or of the draft if there is none.
    """

    version: int = RECORD_VERSION
    store: StoreKind = StoreKind.FILE
    active: str | None = None
    client_id: str = ""
    redirect_url: str = ""
    endpoints: Endpoints = TWILIO
    expires_at: datetime | None = None
    """When the active access token expires, UTC."""
    refreshable: bool = False
    """Whether the active set has a refresh token."""
    grant_type: GrantType = GrantType.AUTHORIZATION_CODE
    """With neither set, the one chosen on Prerequisites."""
    organization: str | None = None
    """The organization SID at the setup, if a token named it."""
    token_organization: str | None = None
    """The organization SID in the active access token, if any; a refresh may change it."""
    token_refused: bool = False
    """Whether the SCIM API rejected that token, so that it counts as expired."""
    set_up_at: datetime | None = None
    draft: str | None = None
    draft_step: Step | None = None
    draft_saved_at: datetime | None = None
    draft_check: LastCheck | None = None
    """The draft's latest check, which failed."""
    ticks: tuple[str, ...] = field(default_factory=tuple)
    """IDs of the selected prerequisites."""
    audience: str | None = None
    """Id of who will use the credential (script, okta, entra, other)."""
    last_check: LastCheck | None = None
    refresh_failure: RefreshFailure | None = None
    refresh_error: RefreshFailure | None = None
    """How the latest refresh failed, even if nothing was rejected: waiting callers share it."""
    is_refresh_open: bool = False
    """Whether a refresh was, or is about to be, sent without a saved response."""

    @property
    def is_renewable(self) -> bool:
        """Whether the active set can get new tokens without anyone's approval."""
        return self.refreshable or not self.grant_type.needs_approval

    @property
    def refreshed(self) -> Profile:
        """The record after a refresh that worked: without failures and open requests."""
        return replace(self, refresh_failure=None, refresh_error=None, is_refresh_open=False)

    def is_same_setup(self, other: Profile) -> bool:
        """Whether both belong to the same setup; refreshed tokens don't make a difference."""
        mine, theirs = (
            (p.set_up_at, p.client_id, p.redirect_url, p.endpoints, p.grant_type)
            for p in (self, other)
        )
        return mine == theirs
