"""Fakes of the flow's ports: they record each call, and fail on an unexpected one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from wizard.domain.models import (
    AuthorizationAttempt,
    CredentialSet,
    Endpoints,
    GrantType,
    ServerMetadata,
    TokenSet,
    UserList,
)
from wizard.domain.problems import Check, SetupError, Status
from wizard.domain.secret import Secret
from wizard.flow.ports import Listening, ProfileStore
from wizard.flow.services import Network, Services
from wizard.store.files import write_new

T = TypeVar("T")

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move the clock: `move(minutes=5)`."""
        self.now += timedelta(**by)


def tokens(
    name: str = "1", *, refresh: str | None = "refresh-1", at: datetime = NOW, seconds: int = 3600
) -> TokenSet:
    """Return tokens with distinguishable texts."""
    return TokenSet(
        access_token=Secret(f"access-{name}"),
        expires_at=at + timedelta(seconds=seconds),
        obtained_at=at,
        refresh_token=None if refresh is None else Secret(refresh),
    )


@dataclass
class FakeTokenEndpoint:
    """Responds from two queues; a call on an empty queue was not expected."""

    exchanges: list[TokenSet | SetupError] = field(default_factory=list)
    refreshes: list[TokenSet | SetupError] = field(default_factory=list)
    calls: list[tuple[str, CredentialSet, Secret | None]] = field(default_factory=list)
    on_call: Callable[[], Awaitable[None]] | None = None
    """Awaited during a request, to look around, move a clock, or delay the response."""

    async def exchange(
        self,
        credentials: CredentialSet,
        attempt: AuthorizationAttempt,
        code: Secret,
        on_wait: Callable[[str, float], None],
    ) -> TokenSet:
        self.calls.append(("exchange", credentials, code))
        await self._under_way()
        return _next(self.exchanges, "an exchange")

    async def refresh(self, credentials: CredentialSet) -> TokenSet:
        tokens = credentials.tokens
        assert tokens or credentials.grant_type is GrantType.CLIENT_CREDENTIALS
        self.calls.append(("refresh", credentials, tokens.refresh_token if tokens else None))
        await self._under_way()
        return _next(self.refreshes, "a refresh")

    def drop_unsent(self) -> None:
        """Do nothing: this fake sends everything at once."""

    async def _under_way(self) -> None:
        if self.on_call is not None:
            await self.on_call()

    @property
    def sent(self) -> list[str]:
        """The kinds of the requests, in order."""
        return [kind for kind, _, _ in self.calls]


@dataclass
class FakeMetadata:
    """Returns the same metadata each time."""

    metadata: ServerMetadata | None = None
    asked: list[Endpoints] = field(default_factory=list)

    async def fetch(self, endpoints: Endpoints) -> ServerMetadata | None:
        self.asked.append(endpoints)
        return self.metadata


@dataclass
class FakeUsers:
    """Responds from a queue."""

    answers: list[UserList | SetupError] = field(default_factory=list)
    calls: list[tuple[str, Secret]] = field(default_factory=list)

    async def list_users(
        self,
        scim_url: str,
        access_token: Secret,
        on_wait: Callable[[str, float], None],
        limit: float | None = None,
    ) -> UserList:
        self.calls.append((scim_url, access_token))
        return _next(self.answers, "a list of users")


@dataclass
class FakeReach:
    """Reports that all is well unless a test says otherwise."""

    checks: tuple[Check, ...] = (
        Check("reach", "Twilio reachable, trusted", Status.PASSED),
        Check("clock", "Clock", Status.PASSED),
    )

    async def probe(self, endpoints: Endpoints) -> tuple[Check, ...]:
        return self.checks


@dataclass
class FakeBrowser:
    """Opens nothing, and records what it was asked to open."""

    why_not: str = ""
    takes: bool = True
    opened: list[str] = field(default_factory=list)

    @property
    def is_here(self) -> bool:
        return not self.why_not

    async def open(self, url: str) -> bool:
        self.opened.append(url)
        return self.takes


@dataclass
class FakeClipboard:
    """Keeps the copied text."""

    is_here: bool = True
    copied: list[str] = field(default_factory=list)

    async def copy(self, text: str) -> bool:
        if self.is_here:
            self.copied.append(text)
        return self.is_here


@dataclass
class FakeListening:
    """A listener that isn't bound to a port."""

    is_open: bool = True

    async def close(self) -> None:
        self.is_open = False


@dataclass
class FakeListener:
    """Binds no port; `catch` acts as a browser that arrives."""

    problem: SetupError | None = None
    bound: list[str] = field(default_factory=list)
    listening: FakeListening = field(default_factory=FakeListening)
    accept: Callable[[str], Awaitable[bool]] | None = None

    async def listen(
        self, redirect_url: str, accept: Callable[[str], Awaitable[bool]]
    ) -> Listening:
        if self.problem is not None:
            raise self.problem
        self.bound.append(redirect_url)
        self.listening, self.accept = FakeListening(), accept
        return self.listening

    async def catch(self, url: str) -> bool:
        """Have a browser open a URL."""
        assert self.accept is not None, "nobody listens"
        return await self.accept(url)


async def no_bare(url: str) -> str:
    """Replace the full link on a plain terminal in tests that don't cover it."""
    raise AssertionError("the bare terminal was not expected")


@dataclass
class World:
    """Every fake, and the services built from them around a real store."""

    store: ProfileStore
    clock: FakeClock = field(default_factory=FakeClock)
    tokens: FakeTokenEndpoint = field(default_factory=FakeTokenEndpoint)
    metadata: FakeMetadata = field(default_factory=FakeMetadata)
    users: FakeUsers = field(default_factory=FakeUsers)
    reach: FakeReach = field(default_factory=FakeReach)
    browser: FakeBrowser = field(default_factory=FakeBrowser)
    clipboard: FakeClipboard = field(default_factory=FakeClipboard)
    listener: FakeListener = field(default_factory=FakeListener)
    show_bare: Callable[[str], Awaitable[str]] = no_bare
    unconnected: SetupError | None = None
    """Raised in place of connecting."""
    write_new: Callable[[str, str], str] = write_new
    is_closed: bool = False
    seconds: float = 0.0

    def timer(self) -> float:
        self.seconds += 0.12
        return self.seconds

    async def connect(self) -> Network:
        if self.unconnected is not None:
            raise self.unconnected
        return Network(self.tokens, self.metadata, self.users, self.reach)

    async def close(self) -> None:
        self.is_closed = True

    @property
    def services(self) -> Services:
        return Services(
            store=self.store,
            connect=self.connect,
            browser=self.browser,
            clipboard=self.clipboard,
            show_bare=self.show_bare,
            listener=self.listener,
            clock=self.clock,
            timer=self.timer,
            write_new=self.write_new,
            drop_unsent=self.tokens.drop_unsent,
            close=self.close,
        )


def _next(queue: list[T | SetupError], what: str) -> T:
    assert queue, f"{what} was not expected"
    answer = queue.pop(0)
    if isinstance(answer, SetupError):
        raise answer
    return answer
