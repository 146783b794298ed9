"""The error book: what goes wrong before a server has said anything, and what nobody knows.

The texts are filled with `Problem.about`: {host}, {phase}, {reason}, {variable}, {proxy},
{scheme}, {kind} and {path} as they occur.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import ExitCode, Problem, Who
from wizard.domain.steps import Step

THROUGH: Final = "It is asked through {proxy}, named in {variable} as one that speaks {kind}."
"""Added to the cause of what happened on the way through a proxy."""

SLOW_PROXY: Final = "Try again. If it stays, see whether {variable} is right, and start again."
"""Remedy of TIMED_OUT on that way."""

SIGN_IN_FIRST: Final = (
    "Open any page in a browser and sign in to this network if it asks, then try again. "
    "If it does not ask, have {host} let through."
)
"""Remedy where a network sends everybody to a login page of its own first."""

SIGN_IN_THEN_NEW_LINK: Final = (
    "Open any page in a browser and sign in to this network if it asks, then create a new link. "
    "If it does not ask, have {host} let through."
)
"""The same where a code was sent."""

NO_DNS: Final = Problem(
    id="no-dns",
    title="{host} cannot be found from here",
    cause="The name could not be looked up: offline, a VPN is down, or it is misspelled.",
    remedy="Check the connection, then try again. Behind a proxy, set HTTPS_PROXY and start again.",
    exit_code=ExitCode.UNREACHABLE,
)

REFUSED: Final = Problem(
    id="connection-refused",
    title="{host} refuses the connection",
    cause="Nothing answers at that port, or a firewall rejects it.",
    remedy="Try again later. A company network may need HTTPS_PROXY: set it and start again.",
    exit_code=ExitCode.UNREACHABLE,
)

NOBODY_THERE: Final = Problem(
    id="nobody-there",
    title="Nothing answers at {host}",
    cause="The address is this machine's own, and no program listens at that port.",
    remedy="Start the server there, then try again. A wrong address is corrected "
    "under Credentials, Advanced.",
    exit_code=ExitCode.UNREACHABLE,
    other_step=Step.CREDENTIALS,
)

UNREACHABLE: Final = Problem(
    id="unreachable",
    title="{host} cannot be reached",
    cause="The connection failed: {reason}.",
    remedy="Check the connection, then try again.",
    exit_code=ExitCode.UNREACHABLE,
)

TIMED_OUT: Final = Problem(
    id="timed-out",
    title="{host} takes too long",
    cause="Time ran out: {phase}.",
    remedy="Try again. If it stays, ask whether a firewall here drops the traffic silently.",
    exit_code=ExitCode.UNREACHABLE,
)

GAVE_UP: Final = "{host} gave up waiting for the request (status 408)."
"""Cause of TIMED_OUT where the server says so."""

NO_TIME_LEFT: Final = "The command's 60 seconds were over before {host} could be asked."
"""Cause of TIMED_OUT where a command had to wait for something else first."""

TLS_UNTRUSTED: Final = Problem(
    id="tls-untrusted",
    title="The certificate of {host} is not trusted",
    cause="The reason given is: {reason}. A company proxy may be reading the traffic.",
    remedy="Ask the network team for its CA certificate, then start again with --ca-file FILE.",
    exit_code=ExitCode.UNREACHABLE,
    needs_restart=True,
)

TLS_OTHER_HOST: Final = Problem(
    id="tls-other-host",
    title="The certificate that came is not for {host}",
    cause="The reason given is: {reason}. Most likely another server answered in its place: "
    "a captive portal, a proxy, or a wrong DNS entry.",
    remedy="Sign in to this network if it asks, see what {host} resolves to, then try again.",
    exit_code=ExitCode.UNREACHABLE,
)

TLS_OUT_OF_DATE: Final = Problem(
    id="tls-out-of-date",
    title="The certificate of {host} is not valid today",
    cause="The reason given is: {reason}. It wasn't renewed in time, or this machine's clock is "
    "wrong.",
    remedy="Set the date and time if they are wrong, then try again. "
    "If they are right, the owner of the server or of a proxy on the way must renew it.",
    exit_code=ExitCode.UNREACHABLE,
)

NOT_YET_VALID: Final = (
    "The reason given is: {reason}. This machine's clock is probably slow.",
    "Set the date and time, then try again. If they are right, the owner of the server or of a "
    "proxy on the way must replace the certificate.",
)
"""Cause and remedy of TLS_OUT_OF_DATE where the certificate isn't valid yet."""

TLS_UNFIT: Final = Problem(
    id="tls-unfit",
    title="The certificate of {host} was rejected",
    cause="The reason given is: {reason}. Trusting its issuer doesn't change that.",
    remedy="Ask the owner of the server, or of a proxy on the way, to replace the certificate.",
    who=Who.NETWORK,
    exit_code=ExitCode.UNREACHABLE,
)

WEAK_KEY: Final = f"{TLS_UNFIT.remedy} An RSA key needs at least 2,048 bits."
"""Remedy of TLS_UNFIT where the key, or the signature's hash, is too weak."""

TLS_FAILED: Final = Problem(
    id="tls-failed",
    title="No secure connection to {host}",
    cause="TLS failed: {reason}.",
    remedy="Check the address and its port. A proxy in between may break TLS.",
    exit_code=ExitCode.UNREACHABLE,
)

PROXY_LOGIN: Final = Problem(
    id="proxy-login",
    title="The proxy wants a login",
    cause="{host} is asked through {proxy}, named in {variable}, which answered: {reason}.",
    remedy="Start again with {variable} set to {scheme}://user:password@host:port.",
    exit_code=ExitCode.UNREACHABLE,
    needs_restart=True,
)

PROXY_UNNAMED: Final = Problem(
    id="proxy-unnamed",
    title="A proxy on the way to {host} wants a login",
    cause="Status 407 came, which only proxies send: one stands between this machine and {host}.",
    remedy="Set HTTPS_PROXY=http://user:password@host:port, then start again. "
    "The network team knows host and port.",
    exit_code=ExitCode.UNREACHABLE,
    needs_restart=True,
)

PROXY_REFUSED: Final = Problem(
    id="proxy-refused",
    title="The proxy does not let {host} through",
    cause="{host} is asked through {proxy}, named in {variable}, which answered: {reason}.",
    remedy="Have {host} let through.",
    who=Who.NETWORK,
    exit_code=ExitCode.UNREACHABLE,
)

PROXY_CUT_OFF: Final = Problem(
    id="proxy-cut-off",
    title="The proxy cannot reach {host}",
    cause="{host} is asked through {proxy}, named in {variable}, which answered: {reason}.",
    remedy="Try again. If it stays, have the proxy's own way to {host} looked at.",
    who=Who.NETWORK,
    exit_code=ExitCode.UNREACHABLE,
)

PROXY_OF_OTHER_KIND: Final = Problem(
    id="proxy-of-other-kind",
    title="The proxy is no {kind} proxy",
    cause="{host} is asked through {proxy}, named in {variable}: {reason}.",
    remedy="Correct {variable}, which begins http://, https:// or socks5:// as the proxy speaks, "
    "or its port; then start again.",
    exit_code=ExitCode.UNREACHABLE,
    needs_restart=True,
)

PROXY_UNREACHABLE: Final = Problem(
    id="proxy-unreachable",
    title="The proxy cannot be reached",
    cause="{host} is asked through {proxy}, named in {variable}: {reason}.",
    remedy="Correct or unset {variable}, then start again.",
    exit_code=ExitCode.UNREACHABLE,
    needs_restart=True,
)

PROXY_MISSPELLED: Final = Problem(
    id="proxy-misspelled",
    title="{variable} cannot be understood",
    cause="A proxy is http://host:port, or so with https:// or socks5://; NO_PROXY lists hosts.",
    remedy="Correct or unset {variable}, then start again.",
    exit_code=ExitCode.MACHINE,
    needs_restart=True,
)

UNSAFE_LOGIN: Final = (
    "Its user name or password holds a character that can't stand there in a URL.",
    "In {variable}, write @ as %40, # as %23, / as %2F, and ? as %3F. Then start again.",
)
"""Cause and remedy of PROXY_MISSPELLED where a password cuts the URL in two."""

LEFT_OUT: Final = "NO_PROXY has an entry that can't be read and was left out: {entry}."
"""Added to the cause of what happened on the way through a proxy."""

CA_FILE_UNUSABLE: Final = Problem(
    id="ca-file-unusable",
    title="The file of {variable} cannot be used",
    cause="{path} should hold CA certificates in PEM form: {reason}.",
    remedy="Correct the path or the file, then start again.",
    exit_code=ExitCode.MACHINE,
    needs_restart=True,
)

DROPPED: Final = Problem(
    id="connection-dropped",
    title="{host} broke off the connection",
    cause="It was closed before a whole answer had come.",
    remedy="Try again.",
    exit_code=ExitCode.UNREACHABLE,
)

NOT_HTTP: Final = Problem(
    id="not-http",
    title="{host} sent a response that isn't valid HTTP",
    cause="It can't be read: {reason}.",
    remedy="Check the endpoint's port under Credentials > Advanced. If it is right, ask the "
    "network team what changes the responses of {host}.",
    exit_code=ExitCode.UNREACHABLE,
)

GATEWAY_FAILING: Final = Problem(
    id="gateway-failing",
    title="{host} or a gateway before it is failing",
    cause="It answered with {kind}; nothing you entered caused it.",
    remedy="Try again in some minutes. If it stays, show the network team what it said. "
    "status.twilio.com tells of outages.",
    who=Who.NOBODY,
    exit_code=ExitCode.UNREACHABLE,
)

ENCODING_REFUSED: Final = Problem(
    id="encoding-refused",
    title="{host} sent a compressed answer",
    cause="It was asked not to, so something in between has changed the answer.",
    remedy="Have {host} exempted from what changes its answers.",
    who=Who.NETWORK,
    exit_code=ExitCode.UNREACHABLE,
)

BAD_ADDRESS: Final = Problem(
    id="bad-address",
    title="The address of the server cannot be used",
    cause="{host} is no host to be asked over http or https.",
    remedy="Correct the endpoints under Credentials, Advanced.",
    step=Step.CREDENTIALS,
)

UNRECOGNIZED: Final = Problem(
    id="unrecognized",
    title="{host} gave an answer the wizard does not know",
    cause="The wizard can't interpret the response.",
    remedy="Try again. If it stays, show Twilio's support what it said.",
)

ENTRIES: Final = (
    NO_DNS,
    REFUSED,
    NOBODY_THERE,
    UNREACHABLE,
    TIMED_OUT,
    TLS_UNTRUSTED,
    TLS_OTHER_HOST,
    TLS_OUT_OF_DATE,
    TLS_UNFIT,
    TLS_FAILED,
    PROXY_LOGIN,
    PROXY_UNNAMED,
    PROXY_REFUSED,
    PROXY_CUT_OFF,
    PROXY_OF_OTHER_KIND,
    PROXY_UNREACHABLE,
    PROXY_MISSPELLED,
    CA_FILE_UNUSABLE,
    DROPPED,
    NOT_HTTP,
    GATEWAY_FAILING,
    ENCODING_REFUSED,
    BAD_ADDRESS,
    UNRECOGNIZED,
)
"""Every entry of this part."""
