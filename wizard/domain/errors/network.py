"""The error catalog: network problems before a server responds, and unrecognized responses.

The texts are filled with `Problem.filled`: {host}, {phase}, {reason}, {variable}, {proxy},
{scheme}, {kind} and {path} as they occur.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from wizard.domain.problems import Problem, Who, in_credentials, on_this_machine, unreachable
from wizard.domain.steps import Step
from wizard.domain.value import replace

_by_proxy = partial(
    unreachable, cause="The proxy {proxy} (set in {variable}) for {host} replied: {reason}."
)
_at_proxy = partial(
    unreachable,
    cause="The proxy {proxy} (set in {variable}) for {host} failed: {reason}.",
    needs_restart=True,
)

throttled = partial(
    unreachable,
    title="Twilio's rate limit was reached",
    remedy="Try again in {wait}.",
    who=Who.NOBODY,
)
"""A rate limit of either of Twilio's servers."""
failing = partial(
    unreachable,
    cause="Nothing you entered caused this.",
    remedy="Try again in a few minutes. Check status.twilio.com for outages.",
    who=Who.NOBODY,
)
"""A server error of either of Twilio's servers."""
unusable = partial(
    Problem,
    cause="A value is missing or invalid; the details name it.",
    remedy="Try again. If that doesn't help, show Twilio support the response.",
)
"""A response of the right kind that can't be used."""


def blocked(id_: str, server: str, setting: str) -> Problem:
    """Return the entry for a server that something on the network blocks."""
    return unreachable(
        id=id_,
        title=f"The {server} seems to be blocked",
        cause="{host} returned {kind}. A filter or proxy on your network probably did. A "
        f"{setting} that isn't Twilio's may also be wrong.",
        remedy="Have {host} allowed, or try another network.",
        who=Who.NETWORK,
    )


def not_from(server: str, id_: str, setting: str) -> Problem:
    """Return the entry for a response that another server must have sent."""
    return Problem(
        id=id_,
        title=f"The response isn't from {server}",
        cause="{host} returned {kind}.",
        remedy="If your network requires a login, sign in. If it has a web filter, have {host} "
        f"allowed. Otherwise, check the {setting} under Credentials > Advanced.",
        other_step=Step.CREDENTIALS,
    )


NO_DNS: Final = unreachable(
    id="no-dns",
    title="Can't find {host}",
    cause="DNS lookup failed. You may be offline or off the VPN, or the name is misspelled.",
    remedy="Check your connection, then try again. Behind a proxy, set HTTPS_PROXY and start "
    "again.",
)

REFUSED: Final = unreachable(
    id="connection-refused",
    title="{host} refused the connection",
    cause="Nothing listens on that port, or a firewall rejected the connection.",
    remedy="Try again later. A company network may need HTTPS_PROXY: set it and start again.",
)

NOBODY_THERE: Final = unreachable(
    id="nobody-there",
    title="Nothing responds at {host}",
    cause="The address is this machine's own, and no program listens on that port.",
    remedy="Start the server, then try again. If the address is wrong, fix it under "
    "Credentials > Advanced.",
    other_step=Step.CREDENTIALS,
)

UNREACHABLE: Final = unreachable(
    id="unreachable",
    title="Can't reach {host}",
    cause="The connection failed: {reason}.",
    remedy="Check your connection, then try again.",
)

TIMED_OUT: Final = unreachable(
    id="timed-out",
    title="{host} took too long",
    cause="The request timed out: {phase}.",
    remedy="Try again. If that doesn't help, ask your network team whether a firewall drops "
    "the traffic.",
)

SERVER_TIMED_OUT: Final = replace(
    TIMED_OUT, cause="{host} gave up waiting for the request (status 408)."
)

NO_TIME_LEFT: Final = replace(
    TIMED_OUT, cause="Too little of the 60 seconds per profile was left to ask {host}."
)
"""Used if a command had to wait for a lock or for the same host first."""

TLS_UNTRUSTED: Final = unreachable(
    id="tls-untrusted",
    title="The certificate of {host} isn't trusted",
    cause="TLS reported: {reason}. A company proxy may be inspecting traffic.",
    remedy="Ask your network team for its CA certificate, then start again with --ca-file FILE.",
    needs_restart=True,
)

TLS_OTHER_HOST: Final = unreachable(
    id="tls-other-host",
    title="The certificate isn't for {host}",
    cause="TLS reported: {reason}. Another server probably responded: a captive portal, a "
    "proxy, or a wrong DNS entry.",
    remedy="If your network requires a login, sign in. Check what {host} resolves to. Then "
    "try again.",
)

TLS_OUT_OF_DATE: Final = unreachable(
    id="tls-out-of-date",
    title="The certificate of {host} isn't valid today",
    cause="TLS reported: {reason}. The certificate wasn't renewed in time, or this "
    "machine's clock is wrong.",
    remedy="Fix the date and time if they're wrong, then try again. Otherwise, the owner of "
    "the server or proxy must renew the certificate.",
)

TLS_NOT_YET_VALID: Final = replace(
    TLS_OUT_OF_DATE,
    cause="TLS reported: {reason}. This machine's clock is probably slow.",
    remedy="Fix the date and time if they're wrong, then try again. Otherwise, the owner of the "
    "server or proxy must replace the certificate.",
)

TLS_UNFIT: Final = unreachable(
    id="tls-unfit",
    title="The certificate of {host} was rejected",
    cause="TLS reported: {reason}. Trusting its issuer doesn't change that.",
    remedy="Ask the owner of the server, or of a proxy on the way, to replace the certificate.",
    who=Who.NETWORK,
)

TLS_WEAK_KEY: Final = replace(
    TLS_UNFIT,
    remedy="Ask the owner of the server, or of a proxy on the way, to replace the certificate. "
    "An RSA key needs at least 2,048 bits.",
)
"""Used if the key, or the hash of the signature, is too weak."""

TLS_FAILED: Final = unreachable(
    id="tls-failed",
    title="No secure connection to {host}",
    cause="TLS failed: {reason}.",
    remedy="Check the URL and its port. A proxy in between may be breaking TLS.",
)

PROXY_LOGIN: Final = _by_proxy(
    id="proxy-login",
    title="The proxy requires a login",
    remedy="Start again with {variable} set to {scheme}://user:password@host:port.",
    needs_restart=True,
)

PROXY_UNNAMED: Final = unreachable(
    id="proxy-unnamed",
    title="A proxy in front of {host} requires a login",
    cause="Status 407 came back, which only proxies send. There's a proxy between this "
    "machine and {host}.",
    remedy="Set HTTPS_PROXY=http://user:password@host:port, then start again. Your network "
    "team knows the host and port.",
    needs_restart=True,
)

PROXY_REFUSED: Final = _by_proxy(
    id="proxy-refused",
    title="The proxy doesn't allow {host}",
    remedy="Have {host} allowed.",
    who=Who.NETWORK,
)

PROXY_CUT_OFF: Final = _by_proxy(
    id="proxy-cut-off",
    title="The proxy can't reach {host}",
    remedy="Try again. If that doesn't help, check the proxy's own connection to {host}.",
    who=Who.NETWORK,
)

PROXY_OF_OTHER_KIND: Final = _at_proxy(
    id="proxy-of-other-kind",
    title="The proxy doesn't speak {kind}",
    remedy="Fix {variable}: it starts with http://, https://, or socks5://, whichever the "
    "proxy speaks. Or fix its port. Then start again.",
)

PROXY_UNREACHABLE: Final = _at_proxy(
    id="proxy-unreachable",
    title="Can't reach the proxy",
    remedy="Fix or unset {variable}, then start again.",
)

PROXY_MISSPELLED: Final = on_this_machine(
    id="proxy-misspelled",
    title="{variable} can't be read",
    cause="A proxy is http://host:port, https://host:port, or socks5://host:port. NO_PROXY "
    "is a list of hosts.",
    remedy="Fix or unset {variable}, then start again.",
    needs_restart=True,
)

PROXY_LOGIN_NOT_ENCODED: Final = replace(
    PROXY_MISSPELLED,
    cause="Its user name or password has a character that isn't allowed there in a URL.",
    remedy="In {variable}, write @ as %40, # as %23, / as %2F, and ? as %3F. Then start again.",
)
"""Used if the login has a character that splits the URL."""

CA_FILE_UNUSABLE: Final = on_this_machine(
    id="ca-file-unusable",
    title="The file in {variable} can't be used",
    cause="{path} should contain CA certificates in PEM format: {reason}.",
    remedy="Fix the path or the file, then start again.",
    needs_restart=True,
)

DROPPED: Final = unreachable(
    id="connection-dropped",
    title="{host} closed the connection",
    cause="It closed before the full response arrived.",
    remedy="Try again.",
)

NOT_HTTP: Final = unreachable(
    id="not-http",
    title="{host} sent a response that isn't valid HTTP",
    cause="It can't be read: {reason}.",
    remedy="Check the endpoint's port under Credentials > Advanced. If it is right, ask the "
    "network team what changes the responses of {host}.",
)

GATEWAY_FAILING: Final = unreachable(
    id="gateway-failing",
    title="{host} or a gateway returned an error",
    cause="It returned {kind}. Nothing you entered caused this.",
    remedy="Try again in a few minutes. If that doesn't help, show your network team the "
    "response. Check status.twilio.com for outages.",
    who=Who.NOBODY,
)

ENCODING_REFUSED: Final = unreachable(
    id="encoding-refused",
    title="{host} sent a compressed response",
    cause="The wizard asked for an uncompressed one, so something in between changed it.",
    remedy="Exempt {host} from whatever changes its responses.",
    who=Who.NETWORK,
)

BAD_ADDRESS: Final = in_credentials(
    id="bad-address",
    title="The server's URL can't be used",
    cause="{host} isn't a host that can be reached over http or https.",
    remedy="Fix the endpoints under Credentials > Advanced.",
)

UNRECOGNIZED: Final = Problem(
    id="unrecognized",
    title="{host} sent an unrecognized response",
    cause="The wizard doesn't know this response. The details have the server's own words.",
    remedy="Try again. If that doesn't help, show Twilio support the response.",
)
