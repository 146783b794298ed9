"""Protocols of the services that the flow needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from typing import Protocol

from wizard.domain import models
from wizard.domain.problems import Check, Problem
from wizard.domain.secret import Secret

OnWait = Callable[[str, float], None]
"""Called with the reason for a retry and the seconds left before it."""
Clock = Callable[[], datetime]
"""Returns the current time, timezone-aware, in UTC."""


class TokenEndpoint(Protocol):
    """OAuth's token endpoint. Both raise SetupError."""

    async def exchange(
        self,
        credentials: models.CredentialSet,
        attempt: models.AuthorizationAttempt,
        code: Secret,
        on_wait: OnWait,
    ) -> models.TokenSet:
        """Exchange a code for tokens (RFC 6749 §4.1.3).

        The code is sent once, and again after a 429, which didn't redeem it; `on_wait` then gets
        the reason and the seconds left.
        """

    async def refresh(self, credentials: models.CredentialSet) -> models.TokenSet:
        """Return new tokens of a set (RFC 6749 §6, or §4.4 for client credentials).

        A refresh token that isn't replaced is kept.
        """

    def drop_unsent(self) -> None:
        """Drop the requests that haven't begun to be sent, now and from now on.

        They raise a SetupError with `is_unsent`.
        """


class MetadataSource(Protocol):
    """The authorization server's metadata (RFC 8414), best effort."""

    async def fetch(self, endpoints: models.Endpoints) -> models.ServerMetadata | None:
        """Return the authorization server's metadata; None if it has none."""


class UserDirectory(Protocol):
    """The SCIM API, read-only."""

    async def list_users(
        self, scim_url: str, access_token: Secret, on_wait: OnWait, limit: float | None = None
    ) -> models.UserList:
        """Send `GET {scim}/Users`; `on_wait` gets the reason for a retry and the seconds left.

        All tries and pauses take `limit` seconds at most, if it is given.

        Raises SetupError.
        """


class Reach(Protocol):
    """Tests whether the servers can be reached and trusted, and whether the clocks agree."""

    async def probe(self, endpoints: models.Endpoints) -> tuple[Check, ...]:
        """Return one line for reaching and trusting both hosts, and one for the clock."""


class Locked(Protocol):
    """A profile whose lock is held; it is read again when the lock is acquired."""

    @property
    def profile(self) -> models.Profile | None:
        """The current record, or None."""

    def active(self) -> models.CredentialSet | None:
        """The active credential set; None when there is none. Raises SetupError."""

    def draft(self) -> models.CredentialSet | None:
        """The draft; None when there is none. Raises SetupError."""

    def prove_writable(self) -> None:
        """Raise SetupError unless a test write of the size of a credential set succeeds."""

    def save(
        self,
        profile: models.Profile,
        *,
        active: models.CredentialSet | None = None,
        draft: models.CredentialSet | None = None,
        to_files: bool = False,
    ) -> models.Profile:
        """Write the given sets as new generations, point the record at them, and remove old ones.

        A set that is not given keeps its generation as `profile` names it: to drop one, pass a
        profile whose `active` or `draft` is None. With `to_files`, all sets move to files. Returns
        the record written. Raises SetupError.
        """

    def remove(self) -> None:
        """Remove secrets first, then the record. Raises SetupError."""


class ProfileStore(Protocol):
    """Profiles and their credential sets."""

    @property
    def notices(self) -> Sequence[Problem]:
        """Problems that the store found or fixed, to be shown once."""

    @property
    def whereabouts(self) -> tuple[str, str]:
        """The folder of the profiles, and the user it belongs to."""

    def names(self) -> Sequence[str]:
        """The names of the profiles, including damaged ones, until they are removed; sorted."""

    def has_files(self, name: str) -> bool:
        """Whether there are any files of a profile, including locks. Raises SetupError."""

    def client_ids(self) -> Mapping[str, str]:
        """The Client IDs by profile, from the records that can be read."""

    def load(self, name: str) -> models.Profile | None:
        """Return the record, read without a lock, or None. Raises SetupError."""

    def set_aside(self, name: str) -> str | None:
        """Return the path of a profile's newest damaged record, or None. Raises SetupError."""

    def active(self, name: str, profile: models.Profile) -> models.CredentialSet | None:
        """Return the credential set that `profile.active` points at, read without a lock."""

    def locked(self, name: str, timeout: float = 60.0) -> AbstractContextManager[Locked]:
        """Hold the profile's lock, waiting at most `timeout` seconds. Raises SetupError."""

    def locked_async(self, name: str, timeout: float = 60.0) -> AbstractAsyncContextManager[Locked]:
        """Do the same without blocking the event loop."""

    def wizard_lock(self, name: str) -> AbstractContextManager[None]:
        """Hold the lock that a wizard keeps while it runs. Raises SetupError if another has it."""


class Browser(Protocol):
    """The browser of the user at the terminal, if this machine has one."""

    @property
    def is_here(self) -> bool:
        """Whether a graphical browser can be expected to open on the user's screen."""

    @property
    def why_not(self) -> str:
        """A few words on why it can't ("SSH", "container", "text browser only"); "" when it can."""

    async def open(self, url: str) -> bool:
        """Ask the browser to open a URL; return whether a program accepted it."""


class Clipboard(Protocol):
    """The clipboard of this machine."""

    async def copy(self, text: str) -> bool:
        """Copy text to the local clipboard; return False if there is none."""


class Listening(Protocol):
    """A bound loopback listener."""

    async def close(self) -> None:
        """Stop listening and close every connection."""


class LoopbackListener(Protocol):
    """Waits for the response at a loopback redirect URL (RFC 8252 §7.3)."""

    async def listen(
        self, redirect_url: str, accept: Callable[[str], Awaitable[bool]]
    ) -> Listening:
        """Bind exactly the address and port of the URL, then return.

        `accept` gets the full URL of each matching request. It returns whether this is the expected
        response (else the request gets a 404 and changes nothing). Raises SetupError if the port
        can't be bound.
        """
