"""The server itself: metadata, the log, the clock, startup, and shutdown."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.sandbox.world import START, World, world
from wizard.sandbox.serve import authorize_url, scim_url, serving, token_url
from wizard.sandbox.twilio import Sandbox, Seen


class Watched(list[Seen]):
    """A request log that reports each new entry."""

    def __init__(self, arrived: threading.Event) -> None:
        super().__init__()
        self._arrived = arrived

    def append(self, item: Seen) -> None:
        super().append(item)
        self._arrived.set()


def test_metadata_is_of_this_server(happy: World) -> None:
    metadata = happy.client.get(f"{happy.base}/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == happy.base
    assert metadata["authorization_endpoint"] == authorize_url(happy.base)
    assert metadata["token_endpoint"] == token_url(happy.base)


def test_other_paths_are_not_found(happy: World) -> None:
    for path in ("/", "/scim/Users", "/v2/token/", "/v1/token"):
        assert happy.client.get(happy.base + path).status_code == 404


def test_every_answer_tells_the_sandbox_clock_and_a_request_id(happy: World) -> None:
    ids = set()
    for url in (happy.base, scim_url(happy.base) + "/Users", happy.link(), happy.base + "/x"):
        headers = happy.client.get(url).headers
        assert headers.get_list("date") == [headers["date"]]
        assert parsedate_to_datetime(headers["date"]).timestamp() == START
        ids.add(headers["twilio-request-id"])
    assert len(ids) == 4


def test_every_request_is_seen_with_what_it_sent(happy: World) -> None:
    tokens = happy.tokens()
    happy.users(tokens["access_token"], filter='userName eq "a@b"')
    happy.client.get(happy.base + "/nowhere?x=1&empty=")
    token, users, nowhere = happy.sandbox.seen
    assert (token.method, token.path) == ("POST", "/v2/token")
    assert token.form["grant_type"] == "authorization_code"
    assert token.form["client_secret"] == happy.sandbox.client_secret
    assert users.query == {"filter": 'userName eq "a@b"'}
    assert users.headers["authorization"] == f"Bearer {tokens['access_token']}"
    assert nowhere.query == {"x": "1"}


def test_stopping_leaves_no_thread_and_no_listener() -> None:
    before = threading.enumerate()
    with serving(Sandbox()) as base, httpx.Client(trust_env=False) as client:
        # The client keeps its connection open while the server stops.
        assert client.get(base).status_code == 404
        assert len(threading.enumerate()) == len(before) + 1
        port = httpx.URL(base).port
    assert threading.enumerate() == before
    assert port is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_stopping_does_not_wait_for_a_slow_answer() -> None:
    sandbox = Sandbox()
    sandbox.delay = 3600
    answers: list[httpx.Response] = []

    def ask(url: str) -> None:
        with suppress(httpx.HTTPError):
            answers.append(httpx.get(url, trust_env=False, timeout=30))
        gone.set()

    arrived, gone = threading.Event(), threading.Event()
    sandbox.seen = Watched(arrived)
    with serving(sandbox) as base:
        thread = threading.Thread(target=ask, args=(base,))
        thread.start()
        assert arrived.wait(10)
    assert gone.wait(10)
    thread.join()
    assert all(answer.status_code == 500 for answer in answers)


def test_two_servers_do_not_disturb_each_other() -> None:
    with world() as one, world() as two:
        token = one.tokens()["access_token"]
        assert one.users(token).status_code == 200
        assert two.users(token).status_code == 401


def test_error_inside_the_context_stops_the_server_too() -> None:
    before = threading.enumerate()
    with pytest.raises(KeyError), serving(Sandbox()):
        raise KeyError("stop")
    assert threading.enumerate() == before
