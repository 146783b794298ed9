"""The second server conforms to its standards, and a real browser can approve on its page."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest

from tests.browser import consent_in_browser, requires_chromium
from tests.second_server import SecondServer

REDIRECT = "https://idp.example.invalid/callback?tenant=7"
VERIFIER = "v" * 43
S256 = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def server() -> Iterator[SecondServer]:
    with SecondServer(redirect_url=REDIRECT) as server:
        yield server


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def _link(server: SecondServer, **changes: str) -> str:
    query = {
        "client_id": server.client_id,
        "response_type": "code",
        "scope": "offline_access",
        "redirect_uri": server.redirect_url,
        "state": "st&te",
    }
    return f"{server.authorize_url}?{urlencode(query | changes)}"


def _code(server: SecondServer, **changes: str) -> str:
    return parse_qs(urlsplit(server.approve(_link(server, **changes))).query)["code"][0]


def _form(server: SecondServer, **fields: str) -> dict[str, str]:
    return {"client_id": server.client_id, "client_secret": server.client_secret} | fields


def _code_form(server: SecondServer, code: str, **changes: str) -> dict[str, str]:
    form = _form(server, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
    return form | changes


def _exchange(
    client: httpx.Client, server: SecondServer, code: str | None = None, **changes: str
) -> httpx.Response:
    form = _code_form(server, code or _code(server), **changes)
    return client.post(server.token_url, data=form)


def _refresh(client: httpx.Client, server: SecondServer, token: str) -> httpx.Response:
    form = _form(server, grant_type="refresh_token", refresh_token=token)
    return client.post(server.token_url, data=form)


def _list(client: httpx.Client, server: SecondServer, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/scim+json"}
    return client.get(f"{server.scim_url}/Users", headers=headers)


def _error(response: httpx.Response) -> str:
    assert response.status_code == 400
    answer = response.json()
    assert set(answer) == {"error", "error_description"}
    return str(answer["error"])


def test_the_identifiers_have_twilios_shape(server: SecondServer) -> None:
    identifier = server.client_id
    assert (len(identifier), identifier[:2], identifier.isalnum()) == (34, "OQ", True)
    assert identifier[2:] not in (identifier[2:].upper(), identifier[2:].lower())
    assert (len(server.client_secret), server.client_secret[:2]) == (86, "FK")


def test_the_landing_address_has_more_parameters_and_a_code_to_decode(
    server: SecondServer,
) -> None:
    landing = urlsplit(server.approve(_link(server)))
    assert landing.geturl().startswith("https://idp.example.invalid/callback?tenant=7&iss=http")
    assert [name for name, _ in parse_qsl(landing.query)] == [
        *("tenant", "iss", "scope", "state", "code")
    ]
    query = dict(parse_qsl(landing.query))
    assert (query["state"], query["iss"]) == ("st&te", server.base_url)
    assert len(query["code"]) == 3000
    assert set("+/=") <= set(query["code"])
    assert not set("+/") & set(landing.query.rpartition("code=")[2])


def test_a_code_becomes_tokens_once_and_a_second_use_ends_them(
    server: SecondServer, client: httpx.Client
) -> None:
    code = _code(server)
    answer = _exchange(client, server, code)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 90)
    assert "." not in tokens["access_token"]
    assert _list(client, server, tokens["access_token"]).status_code == 200
    assert _error(_exchange(client, server, code)) == "invalid_grant"
    assert _list(client, server, tokens["access_token"]).status_code == 401
    assert _error(_refresh(client, server, tokens["refresh_token"])) == "invalid_grant"
    assert server.counts == {"approved": 1, "exchanged": 1, "listed": 1, "refused": 2}


def test_of_many_exchanges_at_once_one_succeeds(server: SecondServer) -> None:
    form = _code_form(server, _code(server))
    with ThreadPoolExecutor(8) as pool, httpx.Client(trust_env=False) as client:
        answers = pool.map(lambda _: client.post(server.token_url, data=form), range(8))
        assert sorted(answer.status_code for answer in answers) == [201, *[400] * 7]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": REDIRECT + "/"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"code": "guess"}, "invalid_grant"),
        ({"client_id": "OQ0"}, "invalid_client"),
        ({"client_secret": "FK0"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code_verifier": VERIFIER}, "invalid_grant"),
    ],
)
def test_an_exchange_is_refused(
    server: SecondServer, client: httpx.Client, changes: dict[str, str], error: str
) -> None:
    form = _code_form(server, _code(server)) | changes
    assert _error(client.post(server.token_url, data=form)) == error


def test_a_token_request_is_a_form_without_other_credentials(
    server: SecondServer, client: httpx.Client
) -> None:
    form = _code_form(server, _code(server))
    url = server.token_url
    assert _error(client.post(url, json=form)) == "invalid_request"
    assert _error(client.post(url, data=form, auth=("a", "b"))) == "invalid_request"
    assert _error(client.post(f"{url}?audience=x", data=form)) == "invalid_request"
    doubled = urlencode(form) + "&grant_type=authorization_code"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert _error(client.post(url, content=doubled, headers=headers)) == "invalid_request"
    assert client.get(url, params=form).status_code == 405
    assert client.post(url, data=form).status_code == 201


@pytest.mark.parametrize(
    ("verifier", "status"), [(VERIFIER, 201), ("w" * 43, 400), ("", 400), ("v" * 42, 400)]
)
def test_pkce_is_held_to(
    server: SecondServer, client: httpx.Client, verifier: str, status: int
) -> None:
    code = _code(server, code_challenge=S256, code_challenge_method="S256")
    answer = _exchange(client, server, code, **({"code_verifier": verifier} if verifier else {}))
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"code_challenge": S256}, "invalid_request"),
    ],
)
def test_a_wrong_link_is_sent_back_with_an_error(
    server: SecondServer, changes: dict[str, str], error: str
) -> None:
    query = parse_qs(urlsplit(server.approve(_link(server, **changes))).query)
    assert (query["error"], query["state"]) == ([error], ["st&te"])
    assert "code" not in query


@pytest.mark.parametrize("changes", [{"client_id": "OQ0"}, {"redirect_uri": REDIRECT + "/"}])
def test_a_link_of_unknown_origin_is_never_sent_back(
    server: SecondServer, changes: dict[str, str]
) -> None:
    with pytest.raises(AssertionError, match="no consent page but 400"):
        server.approve(_link(server, **changes))


def test_a_refusal_by_the_user_carries_the_state(server: SecondServer) -> None:
    query = parse_qs(urlsplit(server.deny(_link(server))).query)
    assert (query["error"], query["state"]) == (["access_denied"], ["st&te"])


def test_a_consent_form_counts_once(server: SecondServer, client: httpx.Client) -> None:
    page = client.get(_link(server)).text
    form = {"ticket": page.split('name="ticket" value="')[1].split('"')[0], "decision": "approve"}
    assert client.post(server.authorize_url, data=form).status_code == 303
    assert client.post(server.authorize_url, data=form).status_code == 400


def test_a_refresh_keeps_the_token_unless_it_rotates(
    server: SecondServer, client: httpx.Client
) -> None:
    first = _exchange(client, server).json()
    again = _refresh(client, server, first["refresh_token"])
    assert again.status_code == 201
    assert "refresh_token" not in again.json()
    server.rotate = True
    second = _refresh(client, server, first["refresh_token"]).json()["refresh_token"]
    assert _error(_refresh(client, server, first["refresh_token"])) == "invalid_grant"
    assert _refresh(client, server, second).status_code == 201


def test_reuse_of_a_rotated_token_ends_everything_where_it_counts_as_theft(
    server: SecondServer, client: httpx.Client
) -> None:
    server.rotate = server.theft = True
    first = _exchange(client, server).json()
    second = _refresh(client, server, first["refresh_token"]).json()
    assert _error(_refresh(client, server, first["refresh_token"])) == "invalid_grant"
    assert _error(_refresh(client, server, second["refresh_token"])) == "invalid_grant"
    assert _list(client, server, second["access_token"]).status_code == 401


def test_without_offline_access_there_is_no_refresh_token(
    server: SecondServer, client: httpx.Client
) -> None:
    link = _link(server).replace("scope=offline_access&", "")
    code = parse_qs(urlsplit(server.approve(link)).query)["code"][0]
    assert "refresh_token" not in _exchange(client, server, code).json()


def test_a_new_secret_ends_the_old_one_and_no_token(
    server: SecondServer, client: httpx.Client
) -> None:
    tokens = _exchange(client, server).json()
    old = server.client_secret
    assert server.rotate_secret() == server.client_secret != old
    form = _form(server, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    stale = client.post(server.token_url, data=form | {"client_secret": old})
    assert _error(stale) == "invalid_client"
    assert client.post(server.token_url, data=form).status_code == 201
    assert _list(client, server, tokens["access_token"]).status_code == 200


def test_the_list_has_a_size_and_no_resources(server: SecondServer, client: httpx.Client) -> None:
    answer = _list(client, server, _exchange(client, server).json()["access_token"])
    assert answer.headers["content-type"] == "application/scim+json"
    assert set(answer.json()) == {"schemas", "totalResults"}
    assert answer.json()["totalResults"] == 0


def test_the_list_wants_a_living_token_and_a_scim_client(
    server: SecondServer, client: httpx.Client
) -> None:
    token = _exchange(client, server).json()["access_token"]
    server.expire()
    refused = _list(client, server, token)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert refused.json()["status"] == "401"
    assert refused.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    users = f"{server.scim_url}/Users"
    assert client.get(users, headers={"Accept": "text/html"}).status_code == 406
    assert client.post(users, json={}).status_code == 405


def test_a_revoked_consent_ends_tokens(server: SecondServer, client: httpx.Client) -> None:
    tokens = _exchange(client, server).json()
    server.revoke()
    assert _list(client, server, tokens["access_token"]).status_code == 401
    assert _error(_refresh(client, server, tokens["refresh_token"])) == "invalid_grant"


def test_failures_are_answered_in_turn(server: SecondServer, client: httpx.Client) -> None:
    server.fail_next(503, "<h1>Later</h1>")
    server.fail_next(400, {"code": 20003, "message": "no"})
    server.fail_next(429, path="/directory/v9/Users")
    code = _code(server)
    assert _exchange(client, server, code).text == "<h1>Later</h1>"
    assert _exchange(client, server, code).json() == {"code": 20003, "message": "no"}
    token = _exchange(client, server, code).json()["access_token"]
    assert _list(client, server, token).status_code == 429
    assert _list(client, server, token).status_code == 200


def test_there_is_no_metadata_and_requests_are_kept(
    server: SecondServer, client: httpx.Client
) -> None:
    answer = client.get(f"{server.base_url}/.well-known/oauth-authorization-server?a=b")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    _exchange(client, server, "x")
    first, second = server.requests
    assert (first.method, first.path) == ("GET", "/.well-known/oauth-authorization-server")
    assert (first.query, first.form) == ({"a": "b"}, {})
    assert second.form["code"] == "x"
    assert second.headers["content-type"] == "application/x-www-form-urlencoded"


def test_leaving_waits_for_no_client_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with SecondServer(redirect_url=REDIRECT, delay=60) as server:
        port = urlsplit(server.base_url).port
        idle = socket.create_connection(("127.0.0.1", port or 0))
        slow = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        slow.request("POST", "/oauth/token", "", {})
        while not server.requests:
            threading.Event().wait(0.01)
    assert threading.active_count() == before
    assert idle.recv(1) == b""
    idle.close()
    slow.close()


def test_a_bug_in_the_server_is_not_blamed_on_the_client(client: httpx.Client) -> None:
    server = SecondServer(redirect_url=REDIRECT, users=object())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not JSON serializable"), server:
        _list_and_lose(client, server)


def _list_and_lose(client: httpx.Client, server: SecondServer) -> None:
    token = _exchange(client, server).json()["access_token"]
    with pytest.raises(httpx.RemoteProtocolError):
        _list(client, server, token)


@requires_chromium
@pytest.mark.parametrize(("button", "name"), [("Approve access", "code"), ("Deny", "error")])
def test_a_real_browser_lands_where_nothing_answers(
    server: SecondServer, button: str, name: str
) -> None:
    landing = consent_in_browser(_link(server), button)
    assert landing.startswith(REDIRECT + "&")
    assert name in parse_qs(urlsplit(landing).query)


@requires_chromium
def test_a_real_browser_reaches_a_loopback_address(client: httpx.Client) -> None:
    seen: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(303 if "code=" in self.path else 200)
            self.send_header("Location", "/done")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        address = f"http://127.0.0.1:{listener.server_address[1]}"
        with SecondServer(redirect_url=f"{address}/callback") as server:
            landing = consent_in_browser(_link(server))
            code = parse_qs(urlsplit(landing).query)["code"][0]
            answer = _exchange(client, server, code, redirect_uri=f"{address}/callback")
        listener.shutdown()
        thread.join()
    assert answer.status_code == 201
    assert landing == address + seen[0]
