"""Validation rules for fields: each takes a text and returns a problem sentence, or None."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from wizard.domain.text import without_invisible
from wizard.domain.value import Value

CLIENT_ID_LENGTH: Final = 34
"""`OQ` and 32 letters or digits."""

TEXT_LIMIT: Final = 64 * 1024
"""Characters of a pasted Authorization URL that are looked at."""

_PROFILE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DEVICES: Final = {"con", "prn", "aux", "nul"} | {
    f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)
}
_CLIENT_ID: Final = r"OQ[0-9A-Za-z]{32}"
_NAMED_SIDS: Final = {
    "AC": "an Account SID",
    "SK": "an API key SID",
    "OR": "an organization SID",
    "US": "a user SID",
}
_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "«": "»", "<": ">"}
LOOPBACK_HOSTS: Final = ("127.0.0.1", "::1", "localhost")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_EXAMPLE_HOSTS: Final = ("example.com", "example.org", "example.net")
_REQUEST: Final = re.compile(r"client_id(?:=|%(?:25){0,3}3d)", re.IGNORECASE)
_RESPONSE: Final = re.compile(r"[?&#](?:code|state|error)=")
_IDP_HOSTS: Final = (
    "okta.com",
    "okta-emea.com",
    "oktapreview.com",
    "microsoftonline.com",
    "onelogin.com",
    "pingone.com",
    "jumpcloud.com",
    "auth0.com",
)


def clean(text: str) -> str:
    """Return a pasted, loaded, or typed value without surrounding quotes and white space.

    White space and matching quotes around it are removed, and all invisible characters. White space
    inside stays, so that two values copied together are noticed.
    """
    text = without_invisible(text)
    start, end = 0, len(text)
    while start < end:
        if text[start].isspace():
            start += 1
        elif text[end - 1].isspace():
            end -= 1
        elif end - start > 1 and _QUOTES.get(text[start]) == text[end - 1]:
            start, end = start + 1, end - 1
        else:
            break
    return text[start:end]


def client_id(text: str) -> str | None:
    """Rule for a Client ID, the SID of an OAuth app: `OQ` + 32 letters or digits."""
    text = clean(text)
    if not text:
        return "Enter the Client ID: OQ followed by 32 letters or digits."
    if name := _NAMED_SIDS.get(text[:2]):
        return f"This is {name} ({text[:2]}…). The app's Client ID starts with OQ."
    if not text.startswith("OQ"):
        return "A Client ID starts with OQ (uppercase)."
    if not (text.isascii() and text.isalnum()):
        return "A Client ID has only letters and digits after OQ."
    if not re.fullmatch(_CLIENT_ID, text):
        return f"A Client ID has {CLIENT_ID_LENGTH} characters; this one has {len(text)}."
    return None


def client_id_shape(text: str) -> str:
    """Return how much of a Client ID was typed: "12 of 34"."""
    return f"{len(clean(text))} of {CLIENT_ID_LENGTH}"


def client_secret(text: str) -> str | None:
    """Rule for a Client Secret: Twilio documents no form, so only obvious mistakes are rejected."""
    text = clean(text)
    if not text:
        return "Enter the Client Secret. Twilio shows it once, when it's created or rotated."
    if any(c.isspace() for c in text):
        return "A Client Secret contains no spaces. Did you copy something else too?"
    if re.fullmatch(_CLIENT_ID, text):
        return "This is the Client ID (OQ…). Twilio shows the Client Secret only once."
    if (name := _NAMED_SIDS.get(text[:2])) and len(text) == CLIENT_ID_LENGTH and text.isalnum():
        return f"This is {name} ({text[:2]}…), not the Client Secret."
    if "://" in text:
        return "This is a URL, not the Client Secret."
    if _RESPONSE.search(f"?{text}"):
        return "This is part of the URL you land on, not the Client Secret."
    # RFC 6749 appendix A.2: *VSCHAR. Bullets and dots come from copying a masked field.
    if not text.isascii():
        return "This has invalid characters. Did you copy the dots that mask the secret?"
    return None


def redirect_url(text: str) -> str | None:
    """Rule for a Redirect URL (RFC 6749 §3.1.2): https, or http on this machine."""
    text = clean(text)
    if not text:
        return "Enter the Redirect URL, exactly as in the app."
    if "*" in text:
        return "A Redirect URL can't contain a wildcard (*). Enter it exactly as in the app."
    if _RESPONSE.search(text):
        return "This is the URL you land on. Remove code=, state=, and error= from it."
    return _address_problem(text, "Redirect URL")


def profile_name(text: str) -> str | None:
    """Rule for the name of a profile, which is also that of its files.

    Lowercase letters only, because two names must not share a file if file names ignore case. No
    dot, because the suffix after it distinguishes a profile's files. No name that Windows reserves
    for a device.
    """
    if _PROFILE_NAME.fullmatch(text) and text not in _DEVICES:
        return None
    return "Use 1 to 64 characters: a-z, 0-9, -, and _. Start with a letter or digit."


def endpoint(text: str) -> str | None:
    """Rule for an endpoint (RFC 6749 §3.1, §3.2): https, or http on this machine."""
    text = clean(text)
    return _address_problem(text, "endpoint") if text else "Enter the endpoint's URL."


def clean_scope(text: str) -> str:
    """Return a scope as RFC 6749 §3.3 writes it: tokens with one space between each two."""
    return " ".join(clean(text).split())


def scope(text: str) -> str | None:
    """Rule for a scope (RFC 6749 §3.3), which may be empty."""
    # A scope token has all visible characters but quotes and backslashes.
    if all("!" <= c <= "~" and c not in '"\\' for c in "".join(clean(text).split())):
        return None
    return "Use only ASCII letters, digits, and symbols, but no quotes or backslashes."


def is_access_token(text: str) -> bool:
    """Whether a text can stand in an Authorization header (RFC 6749 appendix A.12, no spaces)."""
    return bool(text) and all("!" <= c <= "~" for c in text)


def is_refresh_token(text: str) -> bool:
    """Whether a text is a refresh token by RFC 6749 appendix A.17."""
    return bool(text) and all(" " <= c <= "~" for c in text)


def _address_problem(text: str, noun: str) -> str | None:
    if any(c.isspace() for c in text):
        return "A URL can't contain spaces."
    if not text.isascii() or "\\" in text:
        return "Use ASCII characters only: percent-encode others, or use xn--… in a host."
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "The host or port of this URL is invalid."
    if parts.scheme not in _DEFAULT_PORTS:
        return f"Start the {noun} with https:// (http:// only for this machine)."
    if not parts.hostname:
        return "The URL has no host after https://"
    if "@" in parts.netloc:
        return f"The {noun} can't contain a username or password (…@)."
    if port == 0 or parts.netloc.endswith(":"):
        return "The port must be a number from 1 to 65535."
    if "#" in text:
        return f"The {noun} can't have a fragment (#…)."
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        return "Use https. Plain http works only for 127.0.0.1, [::1], and localhost."
    return None


def redirect_warnings(text: str) -> tuple[str, ...]:
    """Return warnings about a Redirect URL that passes its rule."""
    parts = split(clean(text))
    if parts is None:
        return ()
    host = parts.hostname or ""
    warnings = []
    if parts.path.endswith("/"):
        warnings.append("It ends with a slash. The app's Redirect URL must too.")
    if _is_under(host, _EXAMPLE_HOSTS):
        warnings.append(f"{host} isn't your domain. Someone else would get the code.")
    if _is_under(host, _IDP_HOSTS):
        warnings.append(
            "An identity provider's callback may redeem the code before you can copy it."
        )
    if is_twilio_host(host):
        warnings.append("This is a Twilio URL. Use a URL of your own.")
    if is_loopback(text) and host == "localhost":
        warnings.append("Use 127.0.0.1 if you can. localhost can mean 127.0.0.1 or [::1].")
    if is_loopback(text):
        warnings.append("Twilio may reject a URL to this machine. If it does, use an https URL.")
    return tuple(warnings)


def split(url: str) -> SplitResult | None:
    """Split a URL; None if it has no valid host and port."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def host_of(url: str) -> str:
    """Return the host of a URL, in lower case; "" without a valid one."""
    parts = split(url)
    return (parts and parts.hostname) or ""


def is_loopback(url: str) -> bool:
    """Whether a URL is plain http to this machine, where a listener can run (RFC 8252 §7.3)."""
    parts = split(clean(url))
    return parts is not None and parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS


def port_of(url: str) -> int | None:
    """Return the port of a URL, or the default port of its scheme.

    None without a valid host and port, or for another scheme than http and https.
    """
    parts = split(clean(url))
    return parts and (parts.port or _DEFAULT_PORTS.get(parts.scheme))


def is_twilio_host(host: str) -> bool:
    """Whether a lower-case host name is Twilio's."""
    return _is_under(host, ("twilio.com",))


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


class AuthorizationUrlParts(Value):
    """The values in an Authorization URL, as Twilio shows it for an OAuth app."""

    client_id: str
    redirect_url: str | None
    scope: str | None
    host: str


def from_authorization_url(text: str) -> AuthorizationUrlParts | None:
    """Read an Authorization URL pasted into any field; None when the text is not one.

    It is cleaned of surrounding text and encodings as a pasted response is.
    """
    if len(text) > TEXT_LIMIT:
        return None
    # Imported here, as it imports this module.
    from wizard.domain.oauth.pasted_urls import addresses
    from wizard.domain.oauth.residue import visible

    for url in addresses(visible(text), holding=_REQUEST):
        parts = split(url.base)
        query = {name: clean(value) for name, value in url.fields}
        if parts is None or parts.scheme not in _DEFAULT_PORTS or not query.get("client_id"):
            continue
        if "response_type" in query or parts.path.endswith("/authorize"):
            return AuthorizationUrlParts(
                client_id=query["client_id"],
                redirect_url=query.get("redirect_uri"),
                scope=query.get("scope") and clean_scope(query["scope"]),
                host=parts.hostname or "",
            )
    return None
