"""Choosing the proxy of a request: reads the proxy variables as curl does, when they are used."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import sys
from fnmatch import fnmatch
from typing import Final
from urllib.request import getproxies

import httpx

from wizard.domain.errors import network
from wizard.domain.problems import Problem
from wizard.domain.rules import LOOPBACK_HOSTS
from wizard.domain.secret import Secret
from wizard.domain.value import Value

HIGHEST_PORT: Final = 65535
LONGEST_LOGIN: Final = 255
"""The maximum bytes of a user name or password in SOCKS (RFC 1929 §2)."""

_WINDOWS_SETTINGS: Final = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_ENDS_A_LOGIN: Final = re.compile(r"[@#/?\\\s]")
_BRACKETED: Final = re.compile(
    r"(?:\w+://)?\[(?P<address>[^][]*)\](?P<prefix>/\d+)?(?::(?P<port>\d+))?/?"
)
_NAMED: Final = re.compile(
    r"(?:\w+://)?(?P<name>\*|[*.]*[\w-][\w.-]*)(?::(?P<port>\d+))?/?", re.ASCII
)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class UnusableProxy(httpx.UnsupportedProtocol):
    """The variable that names a request's proxy is invalid; nothing was sent."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.id)
        self.problem = problem


class Way(Value):
    """The proxy for a URL."""

    variable: str
    """The variable that names the proxy."""
    proxy: str
    """Its host and port."""
    scheme: str
    address: Secret
    """Its whole URL, which may hold a password."""

    @property
    def kind(self) -> str:
        """The kind of the proxy, a word to put before "proxy"."""
        return {"http": "HTTP", "https": "https"}.get(self.scheme.lower(), "SOCKS")

    def filling(self, entry: Problem, host: str, reason: str) -> Problem:
        """Fill in an error catalog entry about a proxy."""
        return entry.filled(
            host=host,
            variable=self.variable,
            proxy=self.proxy,
            scheme=self.scheme,
            kind=self.kind,
            # Some of them end with a period already.
            reason=reason.rstrip("."),
        )


class ByProxy(httpx.AsyncBaseTransport):
    """Sends each request directly or through its proxy.

    HTTPX's own mounts aren't used. They read every variable before the first request, and fail at
    values that no request needs, such as an IPv6 network in NO_PROXY.
    """

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._transports: dict[Secret | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises UnusableProxy, and what HTTPX raises."""
        way = way_of(request.url)
        return await self._by(way.address if way else None).handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._transports.values():
            await transport.aclose()

    def _by(self, address: Secret | None) -> httpx.AsyncHTTPTransport:
        if address not in self._transports:
            proxy = None
            if address is not None:
                # For TLS to the proxy itself; other schemes accept no context.
                trust = self._trust if address.reveal().startswith("https:") else None
                proxy = httpx.Proxy(address.reveal(), ssl_context=trust)
            self._transports[address] = httpx.AsyncHTTPTransport(
                verify=self._trust, trust_env=False, proxy=proxy
            )
        return self._transports[address]


def way_of(url: httpx.URL) -> Way | None:
    """Return the proxy for a URL; None without one. Raises UnusableProxy."""
    settings = getproxies()
    address = settings.get(url.scheme) or settings.get("all")
    if url.host in LOOPBACK_HOSTS or not address or _is_bypassed(url):
        return None
    variables = (*_variables(url.scheme), *_variables("all"))
    variable = variables[0] if variables else "the system's settings"
    return _usable(variable, address)


def unreadable_entries() -> list[str]:
    """Return the entries of NO_PROXY that name no host or network, and so are ignored."""
    return [entry for entry in _entries() if entry and _entry(entry) is None]


def _variables(scheme: str) -> tuple[str, ...]:
    """Return the variables that are set for "https", "http", or "all"; the first counts."""
    # Not looked up by name: Windows would find HTTPS_PROXY as https_proxy.
    present = {name for name, value in os.environ.items() if value}
    return tuple(n for n in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY") if n in present)


def _usable(variable: str, address: str) -> Way:
    whole = address if "://" in address else f"http://{address}"
    # GNOME's spelling.
    whole = re.sub(r"(?i)^socks://", "socks5://", whole)
    login, at, place = whole.partition("://")[2].rpartition("@")
    if at and _ENDS_A_LOGIN.search(login):
        raise UnusableProxy(network.PROXY_LOGIN_NOT_ENCODED.filled(variable=variable))
    # As in http//proxy:8080, which HTTPX takes for a host called http.
    is_path = "://" not in address and "/" in address.rstrip("/")
    if is_path or "#" in place or "?" in place or not _is_proxy(whole):
        raise UnusableProxy(network.PROXY_MISSPELLED.filled(variable=variable))
    url = httpx.URL(whole)
    return Way(variable, url.netloc.decode("ascii"), whole.partition("://")[0], Secret(whole))


def _is_proxy(address: str) -> bool:
    try:
        proxy = httpx.Proxy(address)
    except (ValueError, httpx.InvalidURL):
        return False
    # HTTPX accepts any number as a port, and any login for SOCKS, and crashes later.
    is_login_short = all(len(part) <= LONGEST_LOGIN for part in proxy.raw_auth or ())
    return (
        proxy.url.host != ""
        and (proxy.url.port or 0) <= HIGHEST_PORT
        and (is_login_short or not proxy.url.scheme.startswith("socks"))
    )


# -- NO_PROXY ------------------------------------------------------------------------------------


def _entries() -> list[str]:
    """Return the entries of NO_PROXY; of its two spellings, the first that is set counts."""
    value = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return re.split(r"[,\s]+", value.strip(", \t"))


def _is_bypassed(url: httpx.URL) -> bool:
    port = str(url.port or {"https": 443}.get(url.scheme, 80))
    entries = [found for text in _entries() if text and (found := _entry(text)) is not None]
    if any(_matches(host, url.host) and wanted in ("", port) for host, wanted in entries):
        return True
    # The exceptions in the settings of Windows and macOS apply only to the proxy there.
    return not any(map(_variables, (url.scheme, "all"))) and is_excepted(url.host, _exceptions())


def _exceptions() -> list[str]:
    """Return the exceptions of the system's proxy settings; "<local>" is any host without a dot."""
    if sys.platform == "darwin":
        from _scproxy import _get_proxy_settings

        found = _get_proxy_settings()
        return [*filter(None, found.get("exceptions", ())), *["<local>"] * found["exclude_simple"]]
    elif sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _WINDOWS_SETTINGS) as key:
                return str(winreg.QueryValueEx(key, "ProxyOverride")[0]).split(";")
        except OSError:  # The value doesn't exist.
            return []
    else:
        return []


def is_excepted(host: str, exceptions: list[str]) -> bool:
    """Whether one of a system's exceptions covers a host, by its name or address as written.

    `urllib.request.proxy_bypass` isn't used: it queries DNS, which may block the event loop.
    """
    host, address = host.lower(), _address(host)
    for text in map(str.strip, exceptions):
        within = _network(_whole(text))
        if within is not None:
            if address is not None and address in within:
                return True
        elif fnmatch(host, text.lower()) or (text == "<local>" and "." not in host):
            return True
    return False


def _whole(text: str) -> str:
    """Complete an IPv4 network as macOS shortens it: 10.1 for 10.1.0.0/16, 169.254/16."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3}){0,3})(/\d{1,2})?", text)
    if found is None:
        return text
    parts = found[1].split(".")
    return ".".join([*parts, "0", "0", "0"][:4]) + (found[2] or f"/{8 * len(parts)}")


def _entry(text: str) -> tuple[str | _Network, str] | None:
    """Return an entry's host or network, and its port or ""; None if the entry isn't valid."""
    found = _BRACKETED.fullmatch(text)
    if found:
        within = _network(found["address"] + (found["prefix"] or ""))
        return (within, found["port"] or "") if within else None
    if within := _network(text):
        return within, ""
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    return _network(found["name"]) or found["name"].lower(), found["port"] or ""


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _matches(entry: str | _Network, host: str) -> bool:
    """Whether an entry covers a host: a domain also covers its subdomains."""
    if not isinstance(entry, str):
        address = _address(host)
        return address is not None and address in entry
    domain = entry.lstrip("*.")
    return entry == "*" or host.lower() == domain or host.lower().endswith(f".{domain}")


def _address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
