"""Which proxy a request uses by the variables, and how an unusable one is reported."""

from __future__ import annotations

import os
import socket
from typing import Any

import httpx
import pytest

from tests import system
from tests.api.conftest import Serve
from tests.api.server import reply
from wizard.api.failures import WIRE_ERRORS, network_problem
from wizard.api.http import begin, open_client
from wizard.api.proxies import UnusableProxy, is_excepted, unreadable_entries, way_of
from wizard.domain.problems import ExitCode, Problem

URL = httpx.URL("https://iam.twilio.com/scim/v2")


def refused(url: httpx.URL = URL) -> Problem:
    with pytest.raises(UnusableProxy) as caught:
        way_of(url)
    assert caught.value.__context__ is None
    return caught.value.problem


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("fd07:b51a:cc66:f0::/64", "https://[fd07:b51a:cc66:f0::9]/"),
        ("[fd07::]/16", "https://[fd07::9]/"),
        ("[fd07::9]", "https://[fd07::9]/"),
        ("fd07::9", "https://[FD07::9]:8443/"),
        ("[fd07::9]:8443", "https://[fd07::9]:8443/"),
        ("10.0.0.0/8", "https://10.1.2.3/"),
        ("10.1.2.3/8", "https://10.9.9.9/"),
        ("10.1.2.3:443", "https://10.1.2.3/"),
        ("twilio.com", "https://iam.twilio.com/"),
        (".twilio.com", "https://iam.twilio.com/"),
        ("*.twilio.com", "https://iam.twilio.com/"),
        ("IAM.Twilio.com", "https://iam.twilio.com/"),
        ("iam.twilio.com:443", "https://iam.twilio.com/"),
        ("https://iam.twilio.com", "https://iam.twilio.com/"),
        ("*", "https://iam.twilio.com/"),
        ("a.example b.example,iam.twilio.com", "https://iam.twilio.com/"),
        ("fd07::/999,[::1,iam.twilio.com", "https://iam.twilio.com/"),
    ],
)
def test_no_proxy_takes_hosts_domains_and_networks(
    monkeypatch: pytest.MonkeyPatch, entry: str, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    assert way_of(httpx.URL(url)) is not None
    monkeypatch.setenv("NO_PROXY", f"localhost,{entry}")
    assert way_of(httpx.URL(url)) is None


@pytest.mark.parametrize(
    "entry",
    ["xtwilio.com", "iam.twilio.com:8443", "10.0.0.0/8", "fd07::/16", "[fd07::9", "fd07::/999", ""],
)
def test_no_proxy_takes_nothing_else(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", entry)
    assert way_of(URL) is not None


class WindowsVariables(dict[str, str]):
    """Finds variables by names in any case, as `os.environ` does on Windows."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.upper(), default)


def test_variable_is_named_as_it_is_set_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = WindowsVariables(HTTPS_PROXY="http://proxy:3128")
    monkeypatch.setattr(os, "environ", variables)
    monkeypatch.setattr("wizard.api.proxies.getproxies", lambda: {"https": "http://proxy:3128"})
    way = way_of(URL)
    assert way is not None
    assert way.variable == "HTTPS_PROXY"


def test_proxy_of_the_system_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("wizard.api.proxies.getproxies", lambda: {"https": "http://proxy:3128"})
    way = way_of(URL)
    assert way is not None
    assert (way.variable, way.proxy) == ("the system's settings", "proxy:3128")


async def test_entry_that_was_left_out_is_named_where_the_proxy_fails(
    closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("NO_PROXY", "localhost,fd07::/999,fd07:b51a::/64")
    assert unreadable_entries() == ["fd07::/999"]
    async with open_client() as client:
        with pytest.raises(WIRE_ERRORS) as caught:
            await begin(client, client.build_request("GET", URL))
    problem = network_problem(caught.value, str(URL), 5)
    assert problem.id == "proxy-unreachable"
    assert "NO_PROXY has an invalid entry, which was ignored: fd07::/999." in problem.cause


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks4://user:hunter2@proxy"),
        ("HTTPS_PROXY", "http://user:hunter2@proxy:port"),
        ("HTTPS_PROXY", "http://user:hunter2@192.0.2.1:99999"),
        ("https_proxy", "ftp://user:hunter2@proxy"),
        ("https_proxy", "http//user:hunter2@proxy:8080"),
        ("ALL_PROXY", "socks5://" + "u" * 256 + ":hunter2@proxy:1080"),
        ("HTTPS_PROXY", "http://user:hunter2@"),
        ("HTTPS_PROXY", "http://proxy:3128#hunter2"),
        ("HTTPS_PROXY", "http://proxy:3128?hunter2"),
    ],
)
async def test_misspelled_proxy_variable_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    problem = refused()
    assert problem.id == "proxy-misspelled"
    assert system.variable(variable) in problem.title
    assert problem.exit_code is ExitCode.MACHINE
    assert "hunter2" not in repr(problem)
    async with open_client() as client:
        with pytest.raises(WIRE_ERRORS) as caught:
            await begin(client, client.build_request("GET", URL))
    assert network_problem(caught.value, str(URL), 5) == problem


@pytest.mark.parametrize(
    "value",
    [
        "http://jdoe:P@ss#1@127.0.0.1:3128",
        "http://jdoe:P@ss@127.0.0.1:3128",
        "http://jdoe:Pass#1@127.0.0.1:3128",
        "http://jdoe:Pa/ss@127.0.0.1:3128",
        "http://jdoe:Pa?ss@127.0.0.1:3128",
        "jdoe:P@ss#1@127.0.0.1:3128",
        "socks5://j@doe:Pass@127.0.0.1:3128",
    ],
)
def test_login_that_cuts_the_url_in_two_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    problem = refused()
    assert problem.exit_code is ExitCode.MACHINE
    assert "Write @ as %40, # as %23" in problem.remedy
    assert not any(part in repr(problem) for part in ("jdoe", "P@", "Pass", "ss@", "ss#"))


def test_escaped_login_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://jdoe:P%40ss%231:x@127.0.0.1:3128/")
    way = way_of(URL)
    assert way is not None
    assert (way.proxy, "P%40ss" in repr(way)) == ("127.0.0.1:3128", False)


@pytest.mark.parametrize("scheme", ["socks", "SOCKS", "socks5", "socks5h"])
def test_socks_is_socks5(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://proxy:1080")
    way = way_of(URL)
    assert way is not None
    assert (way.kind, way.proxy) == ("SOCKS", "proxy:1080")


@pytest.mark.parametrize(
    ("used", "unused"),
    [
        ({"HTTPS_PROXY": "{proxy}"}, {"ALL_PROXY": "sock://x"}),
        ({"HTTPS_PROXY": "{proxy}"}, {"HTTP_PROXY": "http://u:p@s@x"}),
        pytest.param(
            {"https_proxy": "{proxy}"},
            {"HTTPS_PROXY": "x:y:z"},
            marks=pytest.mark.posix("on Windows, both names are the same variable"),
        ),
        ({"ALL_PROXY": "{proxy}"}, {"http_proxy": "ftp://x"}),
    ],
)
def test_variable_that_this_request_does_not_use_is_not_read(
    monkeypatch: pytest.MonkeyPatch, used: dict[str, str], unused: dict[str, str]
) -> None:
    for name, value in (used | unused).items():
        monkeypatch.setenv(name, value.format(proxy="http://proxy:3128"))
    way = way_of(URL)
    assert way is not None
    assert (way.proxy, way.variable) == ("proxy:3128", next(iter(used)))


async def test_misspelled_variable_does_not_matter_where_no_proxy_is_used(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "sock://x")
    monkeypatch.setenv("ALL_PROXY", "sock://x")
    server = await serve(reply(200, b"hello"))
    async with open_client() as client:
        response = await begin(client, client.build_request("GET", server.url))
        assert await response.aread() == b"hello"
    monkeypatch.setenv("NO_PROXY", "twilio.com")
    assert way_of(URL) is None


@system.requires_ca_files
async def test_proxy_over_tls_is_trusted_by_the_same_ca_file(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.api.conftest import CERTIFICATE

    proxy = await serve(reply(407), tls=True)
    monkeypatch.setenv("https_proxy", f"https://localhost:{proxy.port}")
    async with open_client(CERTIFICATE) as client:
        with pytest.raises(WIRE_ERRORS) as caught:
            await begin(client, client.build_request("GET", URL))
    assert network_problem(caught.value, str(URL), 5).id == "proxy-login"


@pytest.mark.parametrize(
    ("host", "exceptions", "expected"),
    [
        ("iam.twilio.com", ["*.twilio.com"], True),
        ("iam.twilio.com", [" IAM.twilio.com"], True),
        ("iam.twilio.com", ["*.local", "169.254/16", ""], False),
        ("xtwilio.com", ["*.twilio.com"], False),
        ("10.1.2.3", ["10.1"], True),
        ("10.2.2.3", ["10.1"], False),
        ("10.2.2.3", ["10/8"], True),
        ("10.2.2.3", ["10/99"], False),
        ("169.254.7.7", ["169.254/16"], True),
        ("10.1.2.3", ["10.1.*"], True),
        ("fd07::9", ["fd07::/16"], True),
        ("intranet", ["<local>"], True),
        ("iam.twilio.com", ["<local>"], False),
    ],
)
def test_exceptions_of_the_system_are_matched_without_dns(
    monkeypatch: pytest.MonkeyPatch, host: str, exceptions: list[str], expected: bool
) -> None:
    def asked(*_: object) -> str:
        raise AssertionError("DNS was asked")

    monkeypatch.setattr(socket, "gethostbyname", asked)
    monkeypatch.setattr(socket, "getaddrinfo", asked)
    assert is_excepted(host, exceptions) is expected
