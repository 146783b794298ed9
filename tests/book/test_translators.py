"""Every error of httpx and the system becomes an entry of the catalog, in services and store."""

from __future__ import annotations

import errno
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.book.stage import attempt
from tests.commands.stage import ACTIVE, issued, now
from tests.walks import STATE
from wizard.api.discovery import MetadataService, ReachService
from wizard.api.failures import network_problem
from wizard.api.token import TokenService
from wizard.api.users import UserService
from wizard.domain.errors import network
from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.models import TWILIO
from wizard.domain.problems import SetupError, Status, entries
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.store.files import telling

URL: Final = "https://iam.example.com/scim/v2"
SET: Final = replace(ACTIVE, tokens=issued(hours=1))


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    """Yield a class and all its subclasses."""
    yield kind
    for one in kind.__subclasses__():
        yield from below(one)


KINDS: Final = sorted(
    {
        kind
        for top in (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
        for kind in below(top)
        if kind.__module__.startswith("httpx")
    },
    key=lambda kind: kind.__name__,
)
"""Every exception of httpx."""


def make(kind: type[Exception]) -> Exception:
    """Create an instance, whatever its constructor needs."""
    request = httpx.Request("GET", URL)
    if issubclass(kind, httpx.HTTPStatusError):
        return kind("words", request=request, response=httpx.Response(500, request=request))
    try:
        return kind("words")
    except TypeError:
        return kind()


def client(error: Exception) -> httpx.AsyncClient:
    """Return a client whose every request ends with this error."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    return httpx.AsyncClient(transport=httpx.MockTransport(fail))


async def no_sleep(_seconds: float) -> None:
    """Return without waiting."""


Ask = Callable[[httpx.AsyncClient], Awaitable[object]]
ASKS: Final[dict[str, Ask]] = {
    "exchange": lambda over: TokenService(over, now, sleep=no_sleep).exchange(
        SET, attempt(SET, state=STATE), Secret("a-code"), print
    ),
    "refresh": lambda over: TokenService(over, now, sleep=no_sleep).refresh(SET),
    "users": lambda over: UserService(over, sleep=no_sleep).list_users(
        URL, Secret("a-token"), lambda _why, _seconds: None
    ),
}


def test_all_of_them_are_there() -> None:
    names = {kind.__name__ for kind in KINDS}
    assert {"ConnectTimeout", "ProxyError", "DecodingError", "TooManyRedirects"} <= names
    assert {"StreamConsumed", "CookieConflict", "InvalidURL", "LocalProtocolError"} <= names


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_what_httpx_raises_is_in_the_book(kind: type[Exception]) -> None:
    async with client(make(kind)) as over:
        for ask in ASKS.values():
            with pytest.raises(SetupError) as caught:
                await ask(over)
            assert caught.value.problem.id in CATALOGUE
        reach, _clock = await ReachService(over, now).probe(TWILIO)
        assert reach.status is Status.WARNING
        assert reach.problem is not None
        assert reach.problem.id in {entry.id for entry in entries(network)}
        assert await MetadataService(over).fetch(TWILIO) is None


NUMBERS: Final = {
    errno.ENOSPC: ("disk-full", "unreachable"),
    errno.EDQUOT: ("disk-full", "unreachable"),
    errno.EROFS: ("folder-not-writable", "unreachable"),
    errno.EACCES: ("folder-not-writable", "unreachable"),
    errno.EPERM: ("folder-not-writable", "unreachable"),
    errno.ENOENT: ("store-failed", "unreachable"),
    errno.ENOTDIR: ("store-failed", "unreachable"),
    errno.EISDIR: ("store-failed", "unreachable"),
    errno.ELOOP: ("store-failed", "unreachable"),
    errno.ENAMETOOLONG: ("store-failed", "unreachable"),
    errno.EMFILE: ("store-failed", "unreachable"),
    errno.ENFILE: ("store-failed", "unreachable"),
    errno.EIO: ("store-failed", "unreachable"),
    errno.ETXTBSY: ("store-failed", "unreachable"),
    errno.EFBIG: ("store-failed", "unreachable"),
    errno.ESTALE: ("store-failed", "unreachable"),
    errno.ECONNREFUSED: ("store-failed", "connection-refused"),
    errno.ECONNRESET: ("store-failed", "unreachable"),
    errno.ECONNABORTED: ("store-failed", "unreachable"),
    errno.EPIPE: ("store-failed", "unreachable"),
    errno.ENETUNREACH: ("store-failed", "unreachable"),
    errno.EHOSTUNREACH: ("store-failed", "unreachable"),
    errno.ENETDOWN: ("store-failed", "unreachable"),
    errno.ETIMEDOUT: ("store-failed", "timed-out"),
    errno.EADDRINUSE: ("store-failed", "unreachable"),
    errno.EADDRNOTAVAIL: ("store-failed", "unreachable"),
}
"""What an errno means to the store, and to a connection that it prevented."""

EVERY_NUMBER = pytest.mark.parametrize("number", NUMBERS, ids=lambda n: errno.errorcode[n])


@EVERY_NUMBER
def test_what_the_system_says_of_a_file(number: int) -> None:
    with pytest.raises(SetupError) as caught, telling(Path("/the/file")):
        raise OSError(number, os.strerror(number))
    problem = caught.value.problem
    assert problem.id == NUMBERS[number][0]
    assert os.strerror(number) in problem.detail
    # If a folder doesn't exist, its nearest existing parent must be writable.
    assert any("/the/file" in text for text in (problem.cause, *problem.detail))


@EVERY_NUMBER
def test_what_the_system_says_of_a_connection(number: int) -> None:
    reason = OSError(number, os.strerror(number))
    try:
        raise httpx.ConnectError("words") from reason
    except httpx.ConnectError as error:
        connecting = network_problem(error, URL, 5)
    assert connecting.id == NUMBERS[number][1]
    bare = network_problem(reason, URL, 5)
    for problem in (connecting, bare):
        assert CATALOGUE[problem.id] in entries(network)
        assert "iam.example.com" in problem.title
        is_named = problem.id == "unreachable"
        assert not is_named or os.strerror(number) in problem.cause
