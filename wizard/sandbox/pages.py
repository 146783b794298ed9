"""The pages a browser sees. No script; every value that comes from outside is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

_LABELS: Final = {
    "managed-users/list": "List users",
    "managed-users/read": "Read a user",
    "managed-users/create": "Create users",
    "managed-users/update": "Change users",
    "managed-users/delete": "Deactivate users",
    "offline_access": "Keep access later",
}


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
"""Go with every page."""


def consent(
    *,
    app: str,
    approver: str,
    organization: str,
    permissions: Collection[str],
    redirect_uri: str,
    action: str,
    fields: Mapping[str, str],
) -> str:
    """Return the page that asks for approval; `fields` is the request the form sends again."""
    ordered = [name for name in _LABELS if name in permissions]
    content = _CONSENT.substitute(
        app=escape(app),
        approver=escape(approver),
        organization=escape(organization),
        permissions="\n".join(
            f"<li><span>{_LABELS[name]}</span><code>{name}</code></li>" for name in ordered
        ),
        redirect_uri=escape(redirect_uri),
        action=escape(action),
        fields="\n".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in fields.items()
        ),
    )
    return _page(f"Approve {app}", content)


def message(title: str, *paragraphs: str) -> str:
    """Return a page that only says something."""
    text = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return _page(title, f"<h1>{escape(title)}</h1>\n{text}")


def _page(title: str, content: str) -> str:
    return _PAGE.substitute(title=escape(title), style=_STYLE, content=content)
