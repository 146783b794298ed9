"""The state and responses of the simulated Twilio: one organization, its OAuth app, its users.

It behaves as Twilio's documentation and published specification say. What Twilio publishes
nothing about (texts of token errors, error redirects, the refresh token's life) follows the RFCs.
"""

from __future__ import annotations

import hashlib
import secrets
import socket
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, JSONResponse, Response

from wizard.sandbox import SCENARIOS, oauth

AUTHORIZE_PATH: Final = "/v2/authorize"
TOKEN_PATH: Final = "/v2/token"  # noqa: S105  an address, not a secret
SCIM_PATH: Final = "/scim/v2"
LIST_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_SCIM_JSON: Final = "application/scim+json"

DEFAULT_REDIRECT_URL: Final = "https://idp.example.invalid/callback"
"""Reserved (RFC 6761 §6.4), so the browser shows the error page most admins will see."""

GRANT_TYPES: Final = ("authorization_code", "client_credentials")

PERMISSIONS: Final = {
    "managed-users/list": "List users",
    "managed-users/read": "Read a user",
    "managed-users/create": "Create users",
    "managed-users/update": "Change users",
    "managed-users/delete": "Deactivate users",
}
"""Every permission of the group that an admin selects on the app, and what it allows."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, kept for tests to look at; its repr shows no value that was sent."""

    method: str
    path: str
    query: oauth.Fields = field(repr=False)
    form: oauth.Fields = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""


def twilio_error(status: int, code: int, message: str, **headers: str) -> Response:
    """Return Twilio's own error: `{code, message, more_info, status}`, both numbers integers."""
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    value = {"code": code, "message": message, "more_info": more_info, "status": status}
    return JSONResponse(value, status, headers)


def _scim_error(status: int, code: int, detail: str, **headers: str) -> Response:
    """Return a SCIM error (RFC 7644 §3.12: `status` is a string) with Twilio's `code`."""
    value = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "detail": detail,
        "status": str(status),
        "code": code,
        "moreInfo": f"https://www.twilio.com/docs/errors/{code}",
    }
    return JSONResponse(value, status, headers, _SCIM_JSON)


_GIVEN: Final = ("Ada", "Ben", "Chloé", "Dana", "Emre", "Fatima", "Grace", "Hugo", "Ines", "Jun")
_FAMILY: Final = ("Adeyemi", "Berg", "Castillo", "Dubois", "Eriksen", "Gupta", "Haddad")


def user(number: int) -> dict[str, object]:
    """Return a managed user as Twilio's SCIM API shows it (RFC 7643 §4.1).

    All of it follows from the number, which counts from 0: every run has the same users.
    """
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
    address, at = f"person{number:05d}@example.com", "2026-02-17T16:05:00Z"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "US" + hashlib.sha256(str(number).encode()).hexdigest()[:32],
        "userName": address,
        "displayName": f"{given} {family}",
        "name": {"givenName": given, "familyName": family},
        "emails": [{"primary": True, "value": address, "type": "work"}],
        "active": number % 12 != 11,
        "locale": "en-US",
        "timezone": "America/Los_Angeles",
        "meta": {"resourceType": "user", "created": at, "lastModified": at, "version": 'W/"1"'},
    }


class Sandbox:
    """One organization with one OAuth app.

    The server reads and changes it in its own thread, one request at a time. Attributes may be
    changed meanwhile; a scenario chosen later acts only where it needs no preparation (denied,
    expired-code, down, not-scim, and happy in their place). What a user can fix fails once.
    """

    def __init__(
        self,
        *,
        scenario: str = "happy",
        client_secret: str | None = None,
        redirect_url: str | None = None,
        now: Callable[[], float] = time.time,
        token_seconds: int = 3600,
        rotate: bool = False,
        reuse_is_theft: bool = False,
        users: int = 25,
        grant_types: Collection[str] = GRANT_TYPES,
    ) -> None:
        """Create the organization and its app.

        Args:
            scenario: A key of SCENARIOS.
            client_secret: What the admin was given, random when None.
            redirect_url: The app's only one, until more are added to `redirect_urls`.
            now: UTC epoch seconds; also tells the Date header.
            token_seconds: Life of an access token.
            rotate: Each refresh returns a new refresh token and ends the old one.
            reuse_is_theft: A code or refresh token sent twice ends its grant (RFC 9700 §4.14.2).
            users: How many there are; 20,000 in the scenario many-users.
            grant_types: Those that the app may use. In Twilio it is one; here it fits the choice.
        """
        self.scenario = scenario
        self._has_failed = False
        self.client_id = "OQ" + secrets.token_hex(16)
        self.client_secret = client_secret or secrets.token_urlsafe(48)
        self.accepted_secret = None if scenario == "wrong-secret" else self.client_secret
        """None: any but `client_secret`, so that a user of the demo can type one."""
        self.redirect_urls = [redirect_url or _default_redirect_url(scenario)]
        self.app_name = "SCIM for our identity provider"
        self.organization = "OR" + secrets.token_hex(16)
        self.approver = "scim-service@example.com"
        """Who is signed in on the authorization page."""
        self.grant_types = set(GRANT_TYPES[:1] if scenario == "wrong-grant" else grant_types)
        self.permissions = set(PERMISSIONS)
        if scenario == "missing-permission":
            self.permissions.discard("managed-users/list")
        self.now = now
        self.delay = 3.0 if scenario == "slow" else 0.0
        """Seconds before each answer."""
        self.throttles_left = 1 if scenario == "throttled" else 0
        self.retry_after = 2
        """Seconds in the Retry-After of the request that throttled refuses."""
        self.users = 20_000 if scenario == "many-users" else users
        self.seen: list[Seen] = []
        self.grants = oauth.Grants(
            lambda: self.now(),
            token_seconds=token_seconds,
            rotate=rotate or scenario == "rotating",
            reuse_is_theft=reuse_is_theft,
        )

    @property
    def about(self) -> str:
        """What the scenario shows; "" where nothing is to be expected."""
        return SCENARIOS[self.scenario] if self.scenario != "happy" else ""

    @property
    def redirect_url(self) -> str:
        """The app's first redirect URL."""
        return self.redirect_urls[0]

    def rotate_secret(self, new: str | None = None) -> str:
        """Give the app a new secret and return it; the old one ends at once (no grace period).

        Args: `new`: the secret; random when None.
        """
        self.client_secret = self.accepted_secret = new or secrets.token_urlsafe(48)
        return self.client_secret

    def approve(self, authorize_url: str) -> str:
        """Press Approve access; return the URL that the browser lands on. Raises BadClient."""
        return self._press(authorize_url, is_approved=True)

    def deny(self, authorize_url: str) -> str:
        """Press Deny; return the URL that the browser lands on. Raises BadClient."""
        return self._press(authorize_url, is_approved=False)

    def _press(self, authorize_url: str, *, is_approved: bool) -> str:
        fields = oauth.fields_of(urlsplit(authorize_url).query)
        try:
            return self.decide(self.read(fields), is_approved=is_approved)
        except oauth.BadRequest as error:
            return error.location

    def read(self, fields: oauth.Fields) -> oauth.AuthorizationRequest:
        """Check an authorization request. Raises BadClient, BadRequest."""
        return oauth.read(fields, self.client_id, self.redirect_urls)

    def decide(self, request: oauth.AuthorizationRequest, *, is_approved: bool) -> str:
        """Return the redirect that answers a request (RFC 6749 §4.1.2)."""
        if self._fails_now("denied") or not is_approved:
            return request.answer(
                error="access_denied", error_description="The user denied the request"
            )
        grant = oauth.Grant(request, self.client_id, self.organization, frozenset(self.permissions))
        age = oauth.CODE_SECONDS if self._fails_now("expired-code") else 0
        return request.answer(code=self.grants.issue_code(grant, age))

    def _fails_now(self, scenario: str) -> bool:
        """Return whether the failure of this scenario is due, which comes once."""
        is_due = self.scenario == scenario and not self._has_failed
        self._has_failed = self._has_failed or is_due
        return is_due

    def token(self, seen: Seen) -> Response:
        """Answer the token endpoint. The secret counts in the form only (client_secret_post)."""
        never_stored = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1
        if not self._is_client(seen.form):
            return twilio_error(401, 20003, "Invalid credentials", **never_stored)
        grant_type = seen.form["grant_type"].replace("refresh_token", "authorization_code")
        if grant_type not in self.grant_types:
            # RFC 6749 §5.2's meaning in Twilio's form; what Twilio returns isn't documented.
            message = "unauthorized_client: this OAuth app can't use this grant_type"
            return twilio_error(400, 20001, message, **never_stored)
        try:
            return JSONResponse(self._grant(seen.form), headers=never_stored)
        except oauth.InvalidGrant as error:
            return twilio_error(400, 20001, str(error), **never_stored)

    def _is_client(self, form: oauth.Fields) -> bool:
        """Whether Client ID and secret are the app's."""
        is_secret = form["client_secret"] == (self.accepted_secret or self.client_secret)
        return form["client_id"] == self.client_id and is_secret != (self.accepted_secret is None)

    def _grant(self, form: oauth.Fields) -> dict[str, object]:
        match form["grant_type"]:
            case "authorization_code":
                return self.grants.redeem(form["code"], form["redirect_uri"], form["code_verifier"])
            case "refresh_token":
                return self.grants.refresh(form["refresh_token"])
            case _:
                nobody = oauth.AuthorizationRequest("", "", False, "")
                permissions = frozenset(self.permissions)
                grant = oauth.Grant(nobody, self.client_id, self.organization, permissions)
                return self.grants.issue(grant)

    def scim(self, seen: Seen) -> Response:
        """Answer the SCIM API, which is read-only here: what would write is rejected with 405."""
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        if seen.method != "GET":
            return _scim_error(405, 20004, "The simulated Twilio is read-only", Allow="GET")
        kind, _, token = seen.headers.get("authorization", "").partition(" ")  # RFC 6750 §2.1
        try:
            grant = self.grants.bearer(token.strip() if kind.lower() == "bearer" else "")
        except oauth.InvalidToken as error:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}  # RFC 6750 §3
            return _scim_error(401, 25018, str(error), **challenge)
        if seen.path != f"{SCIM_PATH}/Users":
            return _scim_error(404, 20404, "There is no such resource")
        response = self._list_users(grant.permissions)
        if self._fails_now("missing-permission"):
            # As if the admin selected it in the app now.
            self.permissions = set(PERMISSIONS)
            grant.permissions = frozenset(PERMISSIONS)
        return response

    def _list_users(self, permissions: Collection[str]) -> Response:
        """Answer `GET /Users` with everyone. The wizard never filters, so no filter is read."""
        if "managed-users/list" not in permissions:
            # 401 and Twilio's own shape, as its other hosts answer code 70051; not 403, not SCIM's.
            return twilio_error(401, 70051, oauth.LIST_MISSING)
        resources = [user(number) for number in range(self.users)]
        # Twilio does not page: no startIndex, no itemsPerPage (SCIM API reference).
        value = {"schemas": [LIST_SCHEMA], "totalResults": self.users, "Resources": resources}
        return JSONResponse(value, media_type=_SCIM_JSON)

    def _trouble(self) -> Response | None:
        """Return the scenario's error response of the SCIM API; None if it works."""
        if self.scenario == "down":
            return twilio_error(503, 20503, "Service unavailable")
        if self.scenario == "not-scim":
            return HTMLResponse("<!doctype html><title>Sign in</title><h1>Sign in to continue</h1>")
        if self.throttles_left > 0:
            self.throttles_left -= 1
            wait = {"Retry-After": str(self.retry_after)}
            return _scim_error(429, 25109, "Too many requests", **wait)
        return None


def _default_redirect_url(scenario: str) -> str:
    if scenario != "loopback":
        return DEFAULT_REDIRECT_URL
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/callback"
