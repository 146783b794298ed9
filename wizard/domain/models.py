"""The values everything else passes around."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from wizard.domain import rules
from wizard.domain.problems import Words
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import Value, field

RECORD_VERSION: Final = 1
"""The version written into every file; a higher one is left alone."""

ATTEMPT_LIFE: Final = timedelta(minutes=30)
"""How long an authorize link made here is answered, also across a Resume."""

SCOPE: Final = "offline_access"
"""The only scope Twilio documents; without it no refresh token is to be expected."""


class Endpoints(Value):
    """Where the OAuth server and the SCIM API are; part of a credential set."""

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
    """Whether a code challenge is sent (RFC 7636): as the metadata says, always, never."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class TokenSet(Value):
    """What the token endpoint gave (RFC 6749 §5.1)."""

    access_token: Secret
    expires_at: datetime
    """UTC; `expires_in` counted from before the request was sent."""
    obtained_at: datetime
    """UTC."""
    refresh_token: Secret | None = None
    is_refused: bool = False
    """The SCIM API took it no more before it expired."""
    is_refresh_open: bool = False
    """In a draft: a refresh was sent, or is about to be, and no response to it has been saved."""

    @property
    def margin(self) -> timedelta:
        """How long before its end a token counts as expired: min(60 s, 10 % of its life)."""
        return min(timedelta(seconds=60), (self.expires_at - self.obtained_at) / 10)

    @property
    def longest_use(self) -> timedelta:
        """How long a token like this can be asked to stay valid."""
        return self.expires_at - self.obtained_at - self.margin

    def needs_refresh(self, now: datetime, at_least: timedelta | None = None) -> bool:
        """Whether less than the margin is left, or than `at_least`.

        Also when the clock stands before the tokens were got: it was set back, or ran ahead then.
        """
        if now < self.obtained_at:
            return True
        least = self.margin if at_least is None else max(self.margin, at_least)
        return self.expires_at - now <= least


class ServerMetadata(Value):
    """The part of RFC 8414's metadata that is used here; never its endpoints."""

    issuer: str
    has_s256: bool
    sends_iss: bool = False
    """`authorization_response_iss_parameter_supported` (RFC 9207 §3)."""


class AuthorizationAttempt(Value):
    """One authorize link: all that its answer is checked against (RFC 6749 §4.1.1)."""

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
    """The metadata promises an `iss`, so an answer without one is refused (RFC 9207 §2.4)."""
    code_sent_at: datetime | None = None
    """UTC, set before the code is posted: a code is never sent twice."""

    def is_live(self, now: datetime) -> bool:
        """Whether an answer to this link is still taken."""
        return self.code_sent_at is None and now - self.created_at < ATTEMPT_LIFE


class CredentialSet(Value):
    """A client with all that belongs to it, whole (active) or half entered (draft).

    Immutable: it is stored as one blob under a random generation id, so that no crash can pair
    a new client ID with an old secret.
    """

    client_id: str = ""
    client_secret: Secret | None = None
    redirect_url: str = ""
    endpoints: Endpoints = TWILIO
    scope: str = SCOPE
    pkce: Pkce = Pkce.AUTO
    tokens: TokenSet | None = None
    attempts: tuple[AuthorizationAttempt, ...] = ()
    """Links made for these settings, newest last."""
    is_unconfirmed: bool = False
    """The code of the tokens came to the listener, and no person has said that it's theirs."""

    @property
    def is_complete(self) -> bool:
        """Whether an authorize link can be made of it."""
        return bool(self.client_id and self.client_secret and self.redirect_url)


class UserList(Value):
    """What a live check learns from a SCIM list (RFC 7644 §3.4.2): its size, no names."""

    total: int | None
    """`totalResults`; None when the answer was too long to read."""
    clock: str = ""
    """How far this machine's clock is off by the answer's Date: "3 h slow"; "" where it is not."""


class StoreKind(Enum):
    """Where the credential sets of a profile lie."""

    FILE = "file"
    KEYRING = "keyring"


GRANT_TYPE: Final = "authorization_code"
"""How tokens are granted (RFC 6749 §1.3.1), as programs are told."""


class CheckStatus(Enum):
    """How a live check ended."""

    PASSED = "passed"
    FAILED = "failed"


class Warned(Value):
    """What a check warned of."""

    problem: str
    """The id of the problem."""
    words: Words
    """How it was told."""


class LastCheck(Value):
    """The newest live check."""

    status: CheckStatus
    at: datetime
    """UTC."""
    users: int | None = None
    """`totalResults`, when it was read."""
    problem: str | None = None
    """The id of the problem it ended with. Older records have what it warned of where it passed."""
    words: Words | None = None
    """How that was told; None in a record of before these were kept."""
    warnings: tuple[Warned, ...] = ()
    """What it warned of, the worst first."""


class RefreshFailure(Value):
    """Why nothing is renewed; kept until it is, and for who waited for the same lock.

    A refresh was refused, or the set was taken without a refresh token.
    """

    problem: str
    """The id of the problem."""
    at: datetime
    """UTC."""
    words: Words | None = None
    """How it was told; None in a record of before these were kept."""


class Profile(Value):
    """What is known without opening a secret: the content of `profiles/<name>.json`.

    `active` and `draft` are generation ids and the only pointers to credential sets; the fields
    after them repeat what `status` shows, so that it needs no secret store: of the active set, or
    of the draft's fields while there is none.
    """

    version: int = RECORD_VERSION
    store: StoreKind = StoreKind.FILE
    active: str | None = None
    client_id: str = ""
    redirect_url: str = ""
    endpoints: Endpoints = TWILIO
    expires_at: datetime | None = None
    """Of the active access token, UTC."""
    refreshable: bool = False
    """The active set has a refresh token."""
    organization: str | None = None
    """The organization SID at the setup, when a token named it."""
    token_organization: str | None = None
    """The one that the active access token names, if it does; a renewal may bring another."""
    token_refused: bool = False
    """That token was refused by the SCIM API, and ended thereby."""
    set_up_at: datetime | None = None
    draft: str | None = None
    draft_step: Step | None = None
    draft_saved_at: datetime | None = None
    draft_check: LastCheck | None = None
    """The draft's newest check, which has not passed."""
    ticks: tuple[str, ...] = field(default_factory=tuple)
    """Ids of the ticked prerequisites."""
    audience: str | None = None
    """Id of who will use the credential (script, okta, entra, other)."""
    last_check: LastCheck | None = None
    refresh_failure: RefreshFailure | None = None
    refresh_error: RefreshFailure | None = None
    """How the newest refresh failed, also where nothing was rejected: whoever waited for it
    shares it."""
    is_refresh_open: bool = False
    """A refresh was sent, or is about to be, and no response to it has been saved."""

    def is_same_setup(self, other: Profile) -> bool:
        """Whether both point at what one setup proved; renewed tokens make no other."""
        mine, theirs = (
            (p.set_up_at, p.client_id, p.redirect_url, p.endpoints) for p in (self, other)
        )
        return mine == theirs
