"""The simulated Twilio as a web server on 127.0.0.1, in a thread; and the pages of a browser.

No page has a script; every value that comes from outside is escaped.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import socket
import threading
from asyncio import sleep
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from email.utils import formatdate
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wizard.sandbox import oauth, twilio
from wizard.sandbox.twilio import Sandbox, Seen

_GRACE_SECONDS: Final = 1
"""For responses that are under way when the server stops."""


def authorize_url(base: str) -> str:
    """Return the authorization endpoint of a server at `base`."""
    return base + twilio.AUTHORIZE_PATH


def token_url(base: str) -> str:
    """Return the token endpoint of a server at `base`."""
    return base + twilio.TOKEN_PATH


def scim_url(base: str) -> str:
    """Return the SCIM base URL of a server at `base`."""
    return base + twilio.SCIM_PATH


@contextmanager
def serving(sandbox: Sandbox) -> Iterator[str]:
    """Serve a sandbox, which may be changed meanwhile; yield `http://127.0.0.1:PORT`."""
    # The socket listens from here on, so a request that comes before the thread is up waits.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = _Server(sandbox)
        # Outside the main thread Uvicorn leaves signals alone.
        thread = threading.Thread(
            target=server.run, args=([listener],), name="twilio-stand-in", daemon=True
        )
        thread.start()
        try:
            yield base
        finally:
            server.end.set_result(None)
            thread.join()


class _Server(uvicorn.Server):
    """Stops when told to; Uvicorn's own server polls for it and so takes 0.2 s."""

    def __init__(self, sandbox: Sandbox) -> None:
        config = uvicorn.Config(
            build_app(sandbox),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,  # the sandbox's clock tells it
        )
        super().__init__(config)
        self.end: Future[None] = Future()
        """Done when the server should stop; may be set from another thread."""

    async def main_loop(self) -> None:
        """Wait for the end."""
        await asyncio.wrap_future(self.end)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections, after the responses that are under way."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                # Uvicorn has no event for its last connection.
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)


_LABELS: Final = {**twilio.PERMISSIONS, "offline_access": "Keep access while you're signed out"}


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


_PAGE: Final = Template(_part("page.html"))
_CONSENT: Final = Template(_part("consent.html"))
_STYLE: Final = _part("page.css")
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS: Final = {
    # No form-action: Chromium would apply it to the redirect that answers the form.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every page and redirect."""


def _consent(sandbox: Sandbox, request: oauth.AuthorizationRequest, fields: oauth.Fields) -> str:
    """Return the page that asks for approval; its form sends the fields of the request again."""
    permissions = sandbox.permissions | ({"offline_access"} if request.is_offline else set())
    content = _CONSENT.substitute(
        app=escape(sandbox.app_name),
        approver=escape(sandbox.approver),
        organization=escape(sandbox.organization),
        permissions="\n".join(
            f"<li><span>{label}</span><code>{name}</code></li>"
            for name, label in _LABELS.items()
            if name in permissions
        ),
        redirect_uri=escape(request.redirect_uri),
        action=twilio.AUTHORIZE_PATH,
        fields="\n".join(
            f'<input type="hidden" name="{name}" value="{escape(fields[name])}">'
            for name in oauth.PARAMETERS
            if fields[name]
        ),
        demo=f'<p class="next">This demo: {escape(sandbox.about)}.</p>' if sandbox.about else "",
    )
    return _page(f"Approve {sandbox.app_name}", content)


def message(title: str, *paragraphs: str) -> str:
    """Return a page that only says something."""
    text = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return _page(title, f"<h1>{escape(title)}</h1>\n{text}")


def _page(title: str, content: str) -> str:
    return _PAGE.substitute(title=escape(title), style=_STYLE, content=content)


_FORM: Final = "application/x-www-form-urlencoded"


def build_app(sandbox: Sandbox) -> ASGIApp:
    """Return the ASGI app that serves a sandbox: it logs a request, waits, and answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen = await _see(Request(scope, receive))
        sandbox.seen.append(seen)
        if sandbox.delay:
            await sleep(sandbox.delay)
        response = _answer(sandbox, seen)
        response.headers["Date"] = formatdate(sandbox.now(), usegmt=True)
        response.headers["Twilio-Request-Id"] = "RQ" + secrets.token_hex(16)
        await response(scope, receive, send)

    return app


async def _see(request: Request) -> Seen:
    """Read a request; a body that is not form-encoded is not looked at."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = await request.body() if kind == _FORM else b""
    return Seen(
        method=request.method,
        path=request.url.path,
        query=oauth.fields_of(request.url.query),
        form=oauth.fields_of(form.decode("latin-1")),
        headers=dict(request.headers),
    )


def _answer(sandbox: Sandbox, seen: Seen) -> Response:
    match seen.path:
        case twilio.AUTHORIZE_PATH:
            return _authorize(sandbox, seen)
        case twilio.TOKEN_PATH:
            return sandbox.token(seen)
        case "/.well-known/oauth-authorization-server":
            return _metadata("http://" + seen.headers.get("host", ""))
    if seen.path.startswith(f"{twilio.SCIM_PATH}/"):
        return sandbox.scim(seen)
    return twilio.twilio_error(404, 20404, "The resource wasn't found")


def _authorize(sandbox: Sandbox, seen: Seen) -> Response:
    """Answer the authorization endpoint: GET shows the authorization page, POST is its form."""
    fields = seen.form if seen.method == "POST" else seen.query
    try:
        request = sandbox.read(fields)
    except oauth.BadClient as error:
        why = "That's why your browser wasn't sent back. Close this page and return to the wizard."
        page = message("This link can't be used", str(error), why)
        return HTMLResponse(page, 400, HEADERS)
    except oauth.BadRequest as error:
        return RedirectResponse(error.location, 302, HEADERS)
    if seen.method == "GET":
        return HTMLResponse(_consent(sandbox, request, fields), headers=HEADERS)
    is_approved = fields["decision"] == "approve"
    # 303, so that the browser asks for the redirect URL with GET (RFC 9700 §4.12).
    return RedirectResponse(sandbox.decide(request, is_approved=is_approved), 303, HEADERS)


def _metadata(issuer: str) -> Response:
    """Return RFC 8414's document; `issuer` is the server's own origin."""
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": authorize_url(issuer),
            "token_endpoint": token_url(issuer),
            "response_types_supported": ["code"],
            "grant_types_supported": [*twilio.GRANT_TYPES, "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
    )
