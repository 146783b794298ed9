"""A second OAuth and SCIM server, written independently of the simulated Twilio.

It conforms to RFC 6749, 7636, 6750, and 7644, and requires the same of its clients. Where they
leave a choice, it differs from the simulated Twilio. It returns 201 for tokens, opaque tokens, a
long code, more parameters in another order, and a list without `Resources`. It has other paths and
no metadata. A client
that works with both servers relies on the standards, not on one server's habits.
"""

from __future__ import annotations

import html
import http.client
import re
import secrets
import string
import threading
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from tests.second_grants import TOKEN_LIFE, Grant, Grants, Refusal, strict_form
from tests.second_http import FORM, Answer, HttpServer, Request, html_answer, json_answer

AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = "/oauth/token"
GRANT_TYPES: Final = ("authorization_code", "client_credentials")
USERS: Final = "/directory/v9/Users"
SCIM: Final = "application/scim+json"

_ACCEPTABLE: Final = {SCIM, "application/*", "application/json", "*/*"}
_ERROR_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_LIST_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_TICKET: Final = re.compile(r'name="ticket" value="([^"]+)"')


class SecondServer:
    """The server, which listens on a free port of 127.0.0.1 from `__enter__` to `__exit__`.

    Args:
        redirect_url: The only registered redirect URI, compared as a string.
        rotate: Give a new refresh token on each refresh and retire the old one.
        theft: Treat the use of a retired refresh token as theft, which ends the whole grant.
        delay: Seconds that the token endpoint waits before each response, after its work.
        users: `totalResults` of the list, which never includes the users themselves.
        grant_type: The only one that the app may use, besides refreshing.

    The arguments are attributes too, and can be changed while it serves. `__exit__` raises internal
    errors of the server, so that they aren't mistaken for errors of the client.
    """

    def __init__(
        self,
        *,
        redirect_url: str,
        rotate: bool = False,
        theft: bool = False,
        delay: float = 0.0,
        users: int = 0,
        grant_type: str = "authorization_code",
    ) -> None:
        self.redirect_url = redirect_url
        self.rotate = rotate
        self.theft = theft
        self.delay = delay
        self.users = users
        self.grant_type = grant_type
        self.client_id = _client_id()
        self.client_secret = _client_secret()
        self.requests: list[Request] = []
        """Every request, in the order received."""
        self.counts: Counter[str] = Counter()
        """The actions: approved, denied, exchanged, refreshed, issued, listed, refused."""
        self._consents: dict[str, dict[str, str]] = {}
        self._grants = Grants()
        self._failures: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._http = HttpServer(self._answer)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="second-server"
        )
        self.base_url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.authorize_url = self.base_url + AUTHORIZE
        self.token_url = self.base_url + TOKEN
        self.scim_url = self.base_url + USERS.removesuffix("/Users")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._http.stop()
        self._thread.join()
        if error is None and self._http.faults:
            raise self._http.faults[0]

    # Actions of a test

    def approve(self, authorize_url: str) -> str:
        """Approve a link as its user would, and return the URL that the browser would land on.

        Raises AssertionError if the server shows an error page instead of a redirect.
        """
        return self._decide(authorize_url, "approve")

    def deny(self, authorize_url: str) -> str:
        """Deny the request instead: the URL has `error=access_denied`."""
        return self._decide(authorize_url, "deny")

    def expire(self) -> None:
        """Expire every access token issued so far."""
        with self._lock:
            self._grants.expire()

    def revoke(self) -> None:
        """Revoke every grant: codes, access tokens, and refresh tokens."""
        with self._lock:
            self._grants.revoke()

    def rotate_secret(self) -> str:
        """Return a new client secret; the old one is invalid at once, and tokens stay valid."""
        with self._lock:
            self.client_secret = _client_secret()
            return self.client_secret

    def fail_next(
        self, status: int, body: str | Mapping[str, object] = "", *, path: str = TOKEN
    ) -> None:
        """Respond this way to the next request to `path`, without reading it; calls are queued.

        A mapping is sent as JSON, text as HTML.
        """
        failure = html_answer(status, body) if isinstance(body, str) else json_answer(status, body)
        with self._lock:
            self._failures.setdefault(path, []).append(failure)

    def _decide(self, authorize_url: str, decision: str) -> str:
        assert authorize_url.startswith(self.authorize_url + "?"), f"not mine: {authorize_url}"
        target = authorize_url.removeprefix(self.base_url)
        status, headers, page = self._fetch("GET", target)
        if status != 303:
            ticket = _TICKET.search(page)
            assert ticket, f"no consent page but {status}: {page}"
            form = urlencode({"ticket": ticket[1], "decision": decision})
            status, headers, page = self._fetch("POST", AUTHORIZE, form)
        assert status == 303, f"no redirect but {status}: {page}"
        return headers["Location"]

    def _fetch(
        self, method: str, target: str, form: str | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=10)
        try:
            connection.request(method, target, form, {"Content-Type": FORM} if form else {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    # The endpoints

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            queued = self._failures.get(request.path)
            answer = queued.pop(0) if queued else self._route(request)
        if request.path == TOKEN and self.delay:
            self._stopping.wait(self.delay)
        return answer

    def _route(self, request: Request) -> Answer:
        match request.method, request.path:
            case "GET", "/oauth/authorize":
                return self._ask(request)
            case "POST", "/oauth/authorize":
                return self._decided(request.form)
            case "POST", "/oauth/token":
                return self._token(request)
            case "GET", "/directory/v9/Users":
                return self._users(request)
            case _, "/oauth/authorize" | "/oauth/token" | "/directory/v9/Users":
                return html_answer(405, "<h1>Method not allowed</h1>")
            case _:
                return html_answer(404, "<!doctype html><title>404</title><h1>Nothing here</h1>")

    def _ask(self, request: Request) -> Answer:
        """Show the approval form, or redirect with an error (RFC 6749 §4.1.1, §4.1.2.1)."""
        query = request.query
        if query.get("client_id") != self.client_id:
            return html_answer(400, "<h1>Unknown application</h1>")
        if query.get("redirect_uri") != self.redirect_url:
            return html_answer(400, "<h1>This redirect URI is not registered</h1>")
        if request.has_doubles:
            return self._redirect(query, error="invalid_request")
        if query.get("response_type") != "code":
            return self._redirect(query, error="unsupported_response_type")
        if query.get("scope", "offline_access") != "offline_access":
            return self._redirect(query, error="invalid_scope")
        if "code_challenge" in query and query.get("code_challenge_method") != "S256":
            return self._redirect(query, error="invalid_request")
        ticket = secrets.token_urlsafe(16)
        self._consents[ticket] = query
        return html_answer(200, _CONSENT_PAGE.format(action=AUTHORIZE, ticket=html.escape(ticket)))

    def _decided(self, form: dict[str, str]) -> Answer:
        query = self._consents.pop(form.get("ticket", ""), None)
        if query is None:
            return html_answer(400, "<h1>This form was sent before</h1>")
        if form.get("decision") != "approve":
            self.counts["denied"] += 1
            return self._redirect(query, error="access_denied", error_description="Not today")
        self.counts["approved"] += 1
        code = self._grants.approve(
            query.get("scope", ""), query["redirect_uri"], query.get("code_challenge")
        )
        return self._redirect(query, code=code)

    def _redirect(self, query: dict[str, str], **result: str) -> Answer:
        """Redirect the browser, and keep the redirect URI's own query (RFC 6749 §3.1.2)."""
        parts = {"iss": self.base_url, "scope": query.get("scope", "")}
        if "state" in query:
            parts["state"] = query["state"]
        target = urlsplit(self.redirect_url)
        added = urlencode(parts | result, quote_via=quote, safe="")
        location = urlunsplit(target._replace(query="&".join(filter(None, [target.query, added]))))
        return Answer(303, headers={"Location": location, "Cache-Control": "no-store"})

    def _token(self, request: Request) -> Answer:
        try:
            form = strict_form(request)
            # 400, not 401: §5.2 requires 401 only if the Authorization header was used.
            if (form["client_id"], form["client_secret"]) != (self.client_id, self.client_secret):
                raise Refusal("invalid_client", "client authentication failed")
            asked = form["grant_type"].replace("refresh_token", "authorization_code")
            if asked != self.grant_type and asked in GRANT_TYPES:
                raise Refusal("unauthorized_client", "not for this client")
            match form["grant_type"]:
                case "client_credentials":
                    return self._issue(self._grants.to_client(), "issued")
                case "authorization_code":
                    return self._issue(self._grants.exchange(form), "exchanged")
                case "refresh_token":
                    grant = self._grants.refresh(form, theft=self.theft)
                    return self._issue(grant, "refreshed")
                case _:
                    raise Refusal("unsupported_grant_type", "not offered here")
        except Refusal as refusal:
            self.counts["refused"] += 1
            error = {"error": refusal.error, "error_description": refusal.description}
            return json_answer(400, error)

    def _issue(self, grant: Grant, done: Literal["exchanged", "refreshed", "issued"]) -> Answer:
        self.counts[done] += 1
        answer: dict[str, object] = {
            "access_token": self._grants.access_token(grant),
            "expires_in": TOKEN_LIFE,
            "token_type": "bearer",
            "granted": {"by": "a consent form", "audience": [self.scim_url]},
            "not_before": None,
        }
        # RFC 6749 §4.4.3 advises against one for a client itself; some servers send it anyway.
        if grant.scope == "offline_access" and (done != "refreshed" or self.rotate):
            answer["refresh_token"] = self._grants.refresh_token(grant)
        return json_answer(201, answer)

    def _users(self, request: Request) -> Answer:
        """Return a list without users, only with their number (RFC 7644 §3.4.2)."""
        accepted = request.headers.get("accept", "*/*").split(",")
        if _ACCEPTABLE.isdisjoint(part.split(";")[0].strip().lower() for part in accepted):
            return _scim_error(406, f"only {SCIM}")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._grants.is_good(token):
            return _scim_error(401, "no access token, or one that is expired or unknown")
        self.counts["listed"] += 1
        return json_answer(200, {"schemas": [_LIST_SCHEMA], "totalResults": self.users}, SCIM)


_CONSENT_PAGE: Final = """<!doctype html><title>Consent</title><h1>An application asks</h1>
<form method="post" action="{action}"><input type="hidden" name="ticket" value="{ticket}">
<button name="decision" value="approve">Approve access</button>
<button name="decision" value="deny">Deny</button></form>"""


def _client_id() -> str:
    """Return OQ and 32 letters and digits, of both cases."""
    alphabet = string.ascii_letters + string.digits
    return "OQaZ" + "".join(secrets.choice(alphabet) for _ in range(30))


def _client_secret() -> str:
    """Return 86 URL-safe characters that begin with FK."""
    return "FK" + secrets.token_urlsafe(63)


def _scim_error(status: int, detail: str) -> Answer:
    """Return an error in the form of RFC 7644 §3.12; 401 has RFC 6750's challenge."""
    error = {"schemas": [_ERROR_SCHEMA], "status": str(status), "detail": detail}
    answer = json_answer(status, error, SCIM)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="directory"'
    return answer
