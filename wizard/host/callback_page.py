"""The responses of the loopback listener: a redirect to a page without a code, and that page.

Neither holds a script, or anything from the request.
"""

from __future__ import annotations

import base64
import hashlib
import html
from enum import Enum
from http import HTTPStatus


class Landing(Enum):
    """The page shown after the redirect: its heading and its sentence, as HTML."""

    GOOD = (
        '<span class="good">✓</span> Approval received',
        "You can close this window and return to the terminal.",
    )
    NEUTRAL = (
        "Response received",
        "Return to the terminal to see what happened. You can close this window.",
    )


def landing_page(landing: Landing) -> bytes:
    """Return the response with the page; its style is allowed by hash, all else forbidden."""
    # Imported here: most wizards show no page.
    from importlib.resources import files

    title, text = landing.value
    page, style = (
        files(__package__).joinpath(f"callback.{kind}").read_text("utf-8")
        for kind in ("html", "css")
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return _response(
        HTTPStatus.OK,
        page.format(style=style, title=title, text=text),
        media_type="text/html",
        policy=f"default-src 'none'; style-src 'sha256-{digest}'",
    )


def redirect_page(url: str) -> str:
    """Return a page for a local file that leads to a URL and doesn't name itself there."""
    to = html.escape(url)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta http-equiv="refresh" content="0; url={to}">\n'
        f'<title>Twilio SCIM setup</title>\n<p><a href="{to}">Continue to Twilio</a></p>\n'
    )


def see_other(path: str) -> bytes:
    """Return a 303 to a path of this listener, so that the code leaves the address bar."""
    return _response(HTTPStatus.SEE_OTHER, "", f"Location: {path}")


def not_found() -> bytes:
    """Return the response to all unexpected requests."""
    return _response(HTTPStatus.NOT_FOUND, "Not found\n")


def _response(
    status: HTTPStatus,
    body: str,
    *fields: str,
    media_type: str = "text/plain",
    policy: str = "default-src 'none'",
) -> bytes:
    content = body.encode()
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        *fields,
        f"Content-Type: {media_type}; charset=utf-8",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        f"Content-Security-Policy: {policy}",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(lines).encode("ascii") + content
