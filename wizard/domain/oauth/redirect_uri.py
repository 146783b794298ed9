"""Compares a pasted URL with the redirect URI (RFC 6749 §3.1.2)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from wizard.domain.errors import paste as book
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.oauth.pasted_urls import Address
from wizard.domain.problems import Problem
from wizard.domain.rules import LOOPBACK_HOSTS, is_twilio_host, port_of, split
from wizard.domain.secret import MASK
from wizard.domain.text import one_line
from wizard.domain.value import Value

_TUNNELS: Final = (
    "github.dev",
    "githubpreview.dev",
    "gitpod.io",
    "devtunnels.ms",
    "cloudshell.dev",
    "cloudworkstations.dev",
    "codeanyapp.com",
    "csb.app",
    "repl.co",
    "coder.com",
)
"""Remote workspaces that forward a port under a host name that contains the port."""


class Comparison(Value):
    """Two URLs that should be the same, without their queries, so that they can be shown."""

    pasted: str
    expected: str
    differs_at: int
    """Index of the first character that differs."""


class UrlParts(NamedTuple):
    """Normalized scheme, host, port, and path of a URL (RFC 3986 §6.2.2, §6.2.3)."""

    scheme: str
    has_userinfo: bool
    host: str
    port: int | None
    path: str

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host, and port."""
        return self.scheme, self.host, self.port

    def shown(self) -> str:
        """Return it as a URL that can be shown, without a default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == port_of(f"{self.scheme}://host")
        port = "" if is_usual else f":{self.port}"
        user = f"{MASK}@" if self.has_userinfo else ""
        return one_line(f"{self.scheme}://{user}{host}{port}{self.path}")


def url_parts(url: str) -> UrlParts | None:
    """Split a URL, without its query; None if it has no valid host and port."""
    parts = split(url)
    if parts is None:
        return None
    host, path = parts.hostname or "", parts.path or "/"
    return UrlParts(parts.scheme, "@" in parts.netloc, host, port_of(url), path)


def elsewhere(
    address: Address, attempt: AuthorizationAttempt, *, is_proven: bool = False
) -> tuple[Problem, Comparison | None] | None:
    """Return the problem if a URL isn't the attempt's Redirect URL; None if it is.

    With a matching state (`is_proven`), a URL to which the Redirect URL's own host forwards is
    accepted, too. Twilio must have sent the response to the Redirect URL.
    """
    expected = url_parts(attempt.redirect_url)
    if not address.base or expected is None:
        return None
    place = url_parts(_completed(address.base, expected))
    has_answer = bool(address.first("code") or address.first("error"))
    if place == expected:
        return _without_query(address, attempt) if has_answer else None
    if place is None:
        # It has no valid host.
        other = _not(expected, one_line(address.base), address)
        return other if has_answer else (book.NOTHING_USABLE, None)
    if is_proven and has_answer and _is_forwarded(place, expected):
        return None
    authorize = url_parts(attempt.endpoints.authorize_url)
    if place == authorize or (address.first("response_type") and not has_answer):
        return book.AUTHORIZE_URL, None
    if is_twilio_host(place.host) or (authorize and place.origin == authorize.origin):
        return book.TWILIO_PAGE, None
    if not has_answer and (problem := _without_answer(address, place, expected)):
        return problem, None
    problem, comparison = _not(expected, place.shown(), address)
    if is_proven and place.host != expected.host:
        is_here = expected.host in LOOPBACK_HOSTS
        entry = book.FORWARDED_HERE if is_here else book.FORWARDED_ELSEWHERE
        problem = naming(entry, host=place.host)
    return problem, comparison


def naming(problem: Problem, **names: str) -> Problem:
    """Fill the {names} of a problem with short excerpts of outside text."""
    return problem.filled(60, **names)


def _without_answer(address: Address, place: UrlParts, expected: UrlParts) -> Problem | None:
    if address.first("access_token"):
        return book.TOKEN
    if address.is_cut or _stops_within(place, expected):
        return book.CUT_OFF
    return book.FORWARDED if place.host == expected.host else None


def _stops_within(place: UrlParts, expected: UrlParts) -> bool:
    """Whether the path ends within a segment of the expected one, so that it was cut off.

    A page that forwards leads to a whole path, such as the parent.
    """
    rest = expected.path.removeprefix(place.path)
    is_start = rest not in ("", expected.path) and not rest.startswith("/")
    return place.host == expected.host and is_start and not place.path.endswith("/")


def _is_forwarded(place: UrlParts, expected: UrlParts) -> bool:
    """Whether the Redirect URL's host, or a tunnel to this machine, forwards to this URL."""
    if place.has_userinfo:
        return False
    hosts = {place.host.removeprefix("www."), expected.host.removeprefix("www.")}
    ports = {place.port, expected.port}
    if expected.host in LOOPBACK_HOSTS:
        is_here = place.host in LOOPBACK_HOSTS and len(ports) == 1
        return is_here or _is_tunnel(place, expected.port)
    return len(hosts) == 1 and (len(ports) == 1 or ports <= {80, 443})


def _is_tunnel(place: UrlParts, port: int | None) -> bool:
    """Whether a host is of a remote workspace or tunnel that leads to this local port."""
    is_known = any(place.host.endswith(f".{domain}") for domain in _TUNNELS)
    is_proxied = f"/proxy/{port}/" in place.path or f"/port/{port}/" in place.path
    return is_proxied or (is_known and str(port) in re.split(r"[.-]", place.host))


def _completed(base: str, expected: UrlParts) -> str:
    """Add what a browser hides or a server's log omits: the scheme, or scheme and host."""
    if "://" in base:
        return base
    if base.startswith("/"):
        return expected._replace(path="").shown() + base
    return f"{expected.scheme}://{base}"


def _without_query(
    address: Address, attempt: AuthorizationAttempt
) -> tuple[Problem, Comparison | None] | None:
    # RFC 6749 §3.1.2: a query of the Redirect URL itself comes back with the response.
    wanted = parse_qsl(urlsplit(attempt.redirect_url).query, keep_blank_values=True)
    missing = next((name for name, value in wanted if (name, value) not in address.fields), None)
    return None if missing is None else (naming(book.OTHER_QUERY, name=missing), None)


def _not(expected: UrlParts, pasted: str, address: Address) -> tuple[Problem, Comparison | None]:
    if address.fields and not address.is_marked:
        # If its "?" was lost, what looks like a path may end in the code.
        return book.OTHER_ADDRESS, None
    wanted = expected.shown()
    pairs = enumerate(zip(pasted, wanted, strict=False))
    shorter = min(len(pasted), len(wanted))
    differs_at = next((i for i, (a, b) in pairs if a != b), shorter)
    return book.OTHER_ADDRESS, Comparison(pasted, wanted, differs_at)
