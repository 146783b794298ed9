"""The state and rules of the simulated Twilio: one organization, its OAuth app, its users.

It behaves as Twilio's documentation and published specification say. What Twilio publishes
nothing about (texts of token errors, error redirects, the refresh token's life) follows the RFCs.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urlsplit

from wizard.sandbox import api, oauth

SCENARIOS: Final[dict[str, str]] = {
    "happy": "Everything works",
    "denied": "The first approval is denied, and the next one works",
    "expired-code": "The first code has already expired, and the next one works",
    "wrong-secret": "Twilio rejects the Client Secret, and accepts the one you enter next",
    "missing-permission": "The app lacks managed-users/list at the first check, and has it later",
    "throttled": "The first SCIM request hits the rate limit, and the next one works",
    "slow": "Every response takes 3 seconds",
    "down": "The SCIM API returns 503 every time",
    "not-scim": "A network login page replaces the SCIM API every time",
    "many-users": "The organization has 20,000 users",
    "rotating": "Each refresh returns a new refresh token",
    "loopback": "The Redirect URL is on this machine",
    "client-credentials": "A script uses an app with the Client credentials grant type",
    "wrong-grant": "The app's grant type is Authorization code, but Client credentials is selected",
}
"""The demo's scenarios, and what each one shows."""

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

_LOGIN_PAGE: Final = "<!doctype html><title>Sign in</title><h1>Sign in to continue</h1>"


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
        delay: float = 0.0,
        retry_after: int = 2,
        users: int = 25,
        grant_types: Collection[str] = GRANT_TYPES,
    ) -> None:
        """Create the organization and its app.

        Args:
            scenario: A key of SCENARIOS.
            client_secret: What the admin was given, random when None; in wrong-secret the app
                accepts any other.
            redirect_url: The app's only one, until more are added to `redirect_urls`.
            now: UTC epoch seconds; also tells the Date header.
            token_seconds: Life of an access token.
            rotate: Each refresh returns a new refresh token and ends the old one.
            reuse_is_theft: A code or refresh token sent twice ends its grant (RFC 9700 §4.14.2).
            delay: Seconds before each answer; at least three in the scenario slow.
            retry_after: Seconds in the Retry-After of the request that throttled refuses.
            users: How many there are; 20,000 in the scenario many-users.
            grant_types: Those that the app may use. In Twilio it is one; here it fits the choice.
        """
        self.scenario = scenario
        self._has_failed = False
        self.client_id = "OQ" + secrets.token_hex(16)
        self.client_secret = client_secret or _new_secret()
        self.accepted_secret = None if scenario == "wrong-secret" else self.client_secret
        """None: any but `client_secret`, so that a user of the demo can type one."""
        self.redirect_urls = [redirect_url or _default_redirect_url(scenario)]
        self.app_name = "SCIM for our identity provider"
        self.organization = "OR" + secrets.token_hex(16)
        self.approver = "scim-service@example.com"
        """Who is signed in on the authorization page."""
        is_wrong = scenario == "wrong-grant"
        self.grant_types = {"authorization_code"} if is_wrong else set(grant_types)
        self.permissions = set(PERMISSIONS)
        if scenario == "missing-permission":
            self.permissions.discard("managed-users/list")
        self.now = now
        self.delay = max(delay, 3.0) if scenario == "slow" else delay
        self.throttles_left = 1 if scenario == "throttled" else 0
        self.retry_after = retry_after
        self.users = 20_000 if scenario == "many-users" else users
        self.seen: list[api.Seen] = []
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
        self.client_secret = self.accepted_secret = new or _new_secret()
        return self.client_secret

    def approve(self, authorize_url: str) -> str:
        """Press Approve access; return the URL that the browser lands on. Raises BadClient."""
        return self._press(authorize_url, is_approved=True)

    def deny(self, authorize_url: str) -> str:
        """Press Deny; return the URL that the browser lands on. Raises BadClient."""
        return self._press(authorize_url, is_approved=False)

    def _press(self, authorize_url: str, *, is_approved: bool) -> str:
        fields = api.Fields.of(urlsplit(authorize_url).query)
        try:
            return self.decide(self.read(fields), is_approved=is_approved)
        except oauth.BadRequest as error:
            return error.location

    def read(self, fields: api.Fields) -> oauth.AuthorizationRequest:
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

    def token(self, seen: api.Seen) -> api.Response:
        """Answer the token endpoint. The secret counts in the form only (client_secret_post)."""
        never_stored = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1
        if not self._is_client(seen.form):
            return api.twilio_error(401, 20003, "Invalid credentials", never_stored)
        grant_type = seen.form["grant_type"].replace("refresh_token", "authorization_code")
        if grant_type not in self.grant_types:
            # RFC 6749 §5.2's meaning in Twilio's form; what Twilio returns isn't documented.
            message = "unauthorized_client: this OAuth app can't use this grant_type"
            return api.twilio_error(400, 20001, message, never_stored)
        try:
            return api.json_answer(200, self._grant(seen.form), headers=never_stored)
        except oauth.InvalidGrant as error:
            return api.twilio_error(400, 20001, str(error), never_stored)

    def _is_client(self, form: api.Fields) -> bool:
        """Whether Client ID and secret are the app's; both are always compared."""
        is_id = api.is_same(form["client_id"], self.client_id)
        is_secret = api.is_same(form["client_secret"], self.accepted_secret or self.client_secret)
        return (is_secret != (self.accepted_secret is None)) and is_id

    def _grant(self, form: api.Fields) -> dict[str, object]:
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

    def metadata(self, issuer: str) -> api.Response:
        """Answer with RFC 8414's document; `issuer` is the server's own origin."""
        return api.json_answer(
            200,
            {
                "issuer": issuer,
                "authorization_endpoint": issuer + api.AUTHORIZE_PATH,
                "token_endpoint": issuer + api.TOKEN_PATH,
                "response_types_supported": ["code"],
                "grant_types_supported": [*GRANT_TYPES, "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
        )

    def scim(self, seen: api.Seen) -> api.Response:
        """Answer the SCIM API, which is read-only here: what would write is rejected with 405."""
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        if seen.method != "GET":
            allow = {"Allow": "GET"}
            return api.scim_error(405, 20004, "The simulated Twilio is read-only", headers=allow)
        try:
            grant = self.grants.bearer(api.bearer_token(seen))
        except oauth.InvalidToken as error:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}  # RFC 6750 §3
            return api.scim_error(401, 25018, str(error), headers=challenge)
        if seen.path != f"{api.SCIM_PATH}/Users":
            return api.scim_error(404, 20404, "There is no such resource")
        response = api.list_users(self.users, grant.permissions)
        if self._fails_now("missing-permission"):
            # As if the admin selected it in the app now.
            self.permissions = set(PERMISSIONS)
            grant.permissions = frozenset(PERMISSIONS)
        return response

    def _trouble(self) -> api.Response | None:
        """Return the scenario's error response of the SCIM API; None if it works."""
        if self.scenario == "down":
            return api.twilio_error(503, 20503, "Service unavailable")
        if self.scenario == "not-scim":
            return api.Response(200, _LOGIN_PAGE, api.HTML)
        if self.throttles_left > 0:
            self.throttles_left -= 1
            wait = {"Retry-After": str(self.retry_after)}
            return api.scim_error(429, 25109, "Too many requests", headers=wait)
        return None


def _new_secret() -> str:
    return secrets.token_urlsafe(48)


def _default_redirect_url(scenario: str) -> str:
    if scenario != "loopback":
        return DEFAULT_REDIRECT_URL
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/callback"
