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
    unreachable,
    cause="The proxy {proxy} (set in {variable}) responded to the request for {host}: {reason}.",
)
_at_proxy = partial(
    unreachable,
    cause="Couldn't reach {host} through the proxy {proxy} (set in {variable}): {reason}.",
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
    cause="A value is missing or invalid. See the details.",
    remedy="Try again. If that doesn't help, send the details to Twilio Support.",
)
"""A response of the right kind that can't be used."""


def blocked(id_: str, server: str, setting: str) -> Problem:
    """Return the entry for a server that something on the network blocks."""
    return unreachable(
        id=id_,
        title=f"The {server} seems to be blocked",
        cause="{host} returned {kind}. A filter or proxy on your network probably blocked the "
        f"request. If you changed the {setting}, it may also be wrong.",
        remedy="Allow {host}, or try another network.",
        who=Who.NETWORK,
    )


def not_from(server: str, id_: str, setting: str) -> Problem:
    """Return the entry for a response that another server must have sent."""
    return Problem(
        id=id_,
        title=f"The response isn't from {server}",
        cause="{host} returned {kind}.",
        remedy="If your network requires a login, sign in. If it uses a web filter, ask your "
        f"network team to allow {{host}}. Otherwise, check the {setting} under Credentials > "
        "Advanced.",
        is_in_advanced=True,
        other_step=Step.CREDENTIALS,
    )


NO_DNS: Final = unreachable(
    id="no-dns",
    title="Can't find {host}",
    cause="DNS lookup failed. You may be offline or off the VPN, or the name is misspelled.",
    remedy="Check your connection, then try again. If you're behind a proxy, set HTTPS_PROXY and "
    "run scim-wizard again.",
)

REFUSED: Final = unreachable(
    id="connection-refused",
    title="{host} refused the connection",
    cause="Nothing is listening on that port, or a firewall rejected the connection.",
    remedy="Try again later. If your company network uses a proxy, set HTTPS_PROXY and run "
    "scim-wizard again.",
)

NOBODY_THERE: Final = unreachable(
    id="nobody-there",
    title="No response from {host}",
    cause="The URL points to this machine, but no program is listening on that port.",
    remedy="Start the server, then try again. If the URL is wrong, fix it under "
    "Credentials > Advanced.",
    is_in_advanced=True,
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
    remedy="Try again. If that doesn't help, ask your network team whether a firewall is "
    "dropping the traffic.",
)

SERVER_TIMED_OUT: Final = replace(
    TIMED_OUT, cause="{host} gave up waiting for the request (status 408)."
)

NO_TIME_LEFT: Final = replace(
    TIMED_OUT,
    title="Timed out before contacting {host}",
    cause="The 60-second limit for this profile ran out before the request could be sent.",
)
"""Used if a command had to wait for a lock or for the same host first."""

TLS_UNTRUSTED: Final = unreachable(
    id="tls-untrusted",
    title="The certificate for {host} isn't trusted",
    cause="TLS reported: {reason}. A company proxy may be inspecting traffic.",
    remedy="Ask your network team for its CA certificate, then run scim-wizard again with "
    "--ca-file FILE.",
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
    title="The certificate for {host} has expired",
    cause="TLS reported: {reason}. The certificate wasn't renewed in time, or this "
    "machine's clock is wrong.",
    remedy="Fix the date and time if they're wrong, then try again. Otherwise, the owner of "
    "the server or proxy must renew the certificate.",
)

TLS_NOT_YET_VALID: Final = replace(
    TLS_OUT_OF_DATE,
    title="The certificate for {host} isn't valid yet",
    cause="TLS reported: {reason}. This machine's clock is probably slow.",
    remedy="Fix the date and time if they're wrong, then try again. Otherwise, the owner of the "
    "server or proxy must replace the certificate.",
)

TLS_UNFIT: Final = unreachable(
    id="tls-unfit",
    title="The certificate for {host} was rejected",
    cause="TLS reported: {reason}. Adding its issuer with --ca-file won't help.",
    remedy="Ask the owner of the server, or of any proxy in between, to replace the certificate.",
    who=Who.NETWORK,
)

TLS_WEAK_KEY: Final = replace(
    TLS_UNFIT,
    remedy=f"{TLS_UNFIT.remedy} If its key is RSA, it needs at least 2,048 bits.",
)
"""Used if the key, or the hash of the signature, is too weak."""

TLS_FAILED: Final = unreachable(
    id="tls-failed",
    title="No secure connection to {host}",
    cause="TLS failed: {reason}.",
    remedy=(
        "Check the URL and its port. If there's a proxy in between, ask your network team whether"
        " it intercepts TLS."
    ),
)

PROXY_LOGIN: Final = _by_proxy(
    id="proxy-login",
    title="The proxy requires a login",
    remedy="Run scim-wizard again with {variable} set to {scheme}://user:password@host:port.",
    needs_restart=True,
)

PROXY_UNNAMED: Final = unreachable(
    id="proxy-unnamed",
    title="A proxy in front of {host} requires a login",
    cause="The response was HTTP 407, which only proxies send.",
    remedy="Ask your network team for the proxy's host and port. Set "
    "HTTPS_PROXY=http://user:password@host:port, then run scim-wizard again.",
    needs_restart=True,
)

PROXY_REFUSED: Final = _by_proxy(
    id="proxy-refused",
    title="The proxy doesn't allow {host}",
    remedy="Allow {host}.",
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
    remedy="Fix the port or the scheme (http, https, or socks5) in {variable}. Then run "
    "scim-wizard again.",
)

PROXY_UNREACHABLE: Final = _at_proxy(
    id="proxy-unreachable",
    title="Can't reach the proxy",
    remedy="Change or unset {variable}, then run scim-wizard again.",
)

PROXY_MISSPELLED: Final = on_this_machine(
    id="proxy-misspelled",
    title="{variable} isn't valid",
    cause="A proxy must be http://host:port, https://host:port, or socks5://host:port. NO_PROXY "
    "must be a comma-separated list of hosts.",
    remedy="Change or unset {variable}, then run scim-wizard again.",
    needs_restart=True,
)

PROXY_LOGIN_NOT_ENCODED: Final = replace(
    PROXY_MISSPELLED,
    cause="Its username or password has a character that must be percent-encoded.",
    remedy="Write @ as %40, # as %23, / as %2F, and ? as %3F in {variable}. Then run scim-wizard "
    "again.",
)
"""Used if the login has a character that splits the URL."""

CA_FILE_UNUSABLE: Final = on_this_machine(
    id="ca-file-unusable",
    title="The file in {variable} can't be used",
    cause="Couldn't load CA certificates (PEM) from {path}: {reason}.",
    remedy="Fix the path or the file, then run scim-wizard again.",
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
    remedy="Check the endpoint's port under Credentials > Advanced. If it's correct, ask "
    "your network team what is modifying responses from {host}.",
    is_in_advanced=True,
    other_step=Step.CREDENTIALS,
)

GATEWAY_FAILING: Final = unreachable(
    id="gateway-failing",
    title="{host} or a gateway returned an error",
    cause="It returned {kind}. Nothing you entered caused this.",
    remedy="Try again in a few minutes. If that doesn't help, send the details to your network "
    "team. Check status.twilio.com for outages.",
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
    is_in_advanced=True,
)

UNRECOGNIZED: Final = Problem(
    id="unrecognized",
    title="{host} sent an unrecognized response",
    cause="The wizard doesn't recognize the response's status or format. See the details for the "
    "server's message.",
    remedy="Try again. If that doesn't help, send the details to Twilio Support.",
)
