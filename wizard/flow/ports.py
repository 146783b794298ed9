"""What the flow needs from outside, as small protocols that services satisfy by shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from typing import Protocol

from wizard.domain.models import (
    AuthorizationAttempt,
    CredentialSet,
    Endpoints,
    Profile,
    ServerMetadata,
    TokenSet,
    UserList,
)
from wizard.domain.problems import Check, Problem
from wizard.domain.secret import Secret

Clock = Callable[[], datetime]
"""Gives the time now, aware, in UTC."""


class TokenEndpoint(Protocol):
    """OAuth's token endpoint. Both raise SetupError."""

    async def exchange(
        self,
        credentials: CredentialSet,
        attempt: AuthorizationAttempt,
        code: Secret,
        on_wait: Callable[[str, float], None],
    ) -> TokenSet:
        """Trade a code for tokens (RFC 6749 §4.1.3).

        The code is sent once, and again after a 429, which took none; `on_wait` is told why, and
        the seconds left before that.
        """

    async def refresh(self, credentials: CredentialSet) -> TokenSet:
        """Trade the set's refresh token for new tokens (RFC 6749 §6); keeps the old refresh
        token when the server gives no new one.
        """

    def drop_unsent(self) -> None:
        """Give up the requests of which nothing has left, now and from now on.

        They raise, `is_unsent`.
        """


class MetadataSource(Protocol):
    """RFC 8414's metadata, best effort."""

    async def fetch(self, endpoints: Endpoints) -> ServerMetadata | None:
        """Return what the authorization server says of itself; None when it does not."""


class UserDirectory(Protocol):
    """The SCIM API, read-only."""

    async def list_users(
        self,
        scim_url: str,
        access_token: Secret,
        on_wait: Callable[[str, float], None],
        limit: float | None = None,
    ) -> UserList:
        """Ask `GET {scim}/Users`; `on_wait` is told why, and the seconds left before a retry.

        All tries and pauses take `limit` seconds at most, where it is given.

        Raises SetupError.
        """


class Reach(Protocol):
    """Looks whether the servers can be reached and trusted, and whether clocks agree."""

    async def probe(self, endpoints: Endpoints) -> tuple[Check, ...]:
        """Return a line for reaching and trusting both hosts and one for the clock."""


class Locked(Protocol):
    """A profile held under its lock: re-read when the lock was taken."""

    @property
    def profile(self) -> Profile | None:
        """The record as it stands; None when there is none."""

    def active(self) -> CredentialSet | None:
        """The active credential set; None when there is none. Raises SetupError."""

    def draft(self) -> CredentialSet | None:
        """The draft; None when there is none. Raises SetupError."""

    def prove_writable(self) -> None:
        """Raise SetupError unless a write the size of a credential set succeeds now."""

    def save(
        self,
        profile: Profile,
        *,
        active: CredentialSet | None = None,
        draft: CredentialSet | None = None,
    ) -> Profile:
        """Write new generations for the sets given, point the record at them, and sweep.

        A set that is not given keeps its generation as `profile` names it: to drop one, pass a
        profile whose `active` or `draft` is None. Returns the record written. Raises SetupError.
        """

    def remove(self) -> None:
        """Remove secrets first, then the record. Raises SetupError."""


class ProfileStore(Protocol):
    """Profiles and their credential sets."""

    @property
    def notices(self) -> Sequence[Problem]:
        """What was found amiss and mended on the way, to be said once."""

    @property
    def whereabouts(self) -> tuple[str, str]:
        """The folder that profiles are kept in, and the user it was looked up for."""

    def names(self) -> Sequence[str]:
        """Names of the profiles there are or were, until they are forgotten; sorted."""

    def has_files(self, name: str) -> bool:
        """Whether anything is kept under the name of a profile, locks too. Raises SetupError."""

    def client_ids(self) -> Mapping[str, str]:
        """Client IDs by profile, of the records that can be read."""

    def load(self, name: str) -> Profile | None:
        """The record, read without a lock; None when there is none. Raises SetupError."""

    def set_aside(self, name: str) -> str | None:
        """Where the newest damaged record of a profile is kept, if one is. Raises SetupError."""

    def active(self, name: str, profile: Profile) -> CredentialSet | None:
        """The credential set `profile.active` points at, read without a lock."""

    def use_file(self, name: str, *, is_wanted: bool = True) -> None:
        """Have the next save of a profile put its secrets, kept ones too, into files for good."""

    def locked(self, name: str, timeout: float = 60.0) -> AbstractContextManager[Locked]:
        """Hold the profile's lock, waiting at most `timeout` seconds. Raises SetupError."""

    def locked_async(self, name: str, timeout: float = 60.0) -> AbstractAsyncContextManager[Locked]:
        """The same without blocking the event loop while waiting."""

    def wizard_lock(self, name: str) -> AbstractContextManager[None]:
        """Hold the lock a wizard keeps while it runs; raises SetupError when another has it."""


class Browser(Protocol):
    """The browser of the person in front of the terminal, if this machine has one."""

    @property
    def is_here(self) -> bool:
        """Whether a graphical browser can be expected to open on the person's screen."""

    @property
    def why_not(self) -> str:
        """A few words on why not ("SSH", "container", "text browser only"); "" when it can."""

    async def open(self, url: str) -> bool:
        """Ask the browser to open an address; whether something took it."""


class Clipboard(Protocol):
    """The clipboard of this machine."""

    async def copy(self, text: str) -> bool:
        """Put text on the local clipboard; False when there is none (then OSC 52 is tried)."""


class Listening(Protocol):
    """A bound loopback listener."""

    async def close(self) -> None:
        """Stop listening and close every connection."""


class LoopbackListener(Protocol):
    """Waits on a loopback redirect URL (RFC 8252 §7.3)."""

    async def listen(
        self, redirect_url: str, accept: Callable[[str], Awaitable[bool]]
    ) -> Listening:
        """Bind exactly that address and port, then return.

        `accept` is given the full address of each request that matches; it says whether this is
        the answer waited for (else the request is 404 and changes nothing).
        Raises SetupError when the port cannot be bound.
        """
