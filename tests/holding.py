"""A second server that processes a request, but holds its response until it is released."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import TracebackType
from typing import Final, Literal

from tests.second_http import Answer, Request, json_answer
from tests.second_server import TOKEN, USERS, SecondServer

PATIENCE: Final = 60.0

Held = Literal["reach", "metadata", "exchange", "refresh", "users", "throttled", ""]


class HoldingServer(SecondServer):
    """Refresh tokens rotate, and reuse of an old one ends the grant, so a lost response shows."""

    def __init__(self, redirect_url: str) -> None:
        super().__init__(redirect_url=redirect_url, rotate=True, theft=True)
        self.held: Held = ""
        """The kind of response to hold. "throttled" isn't held, but asks for 1 minute."""
        self._arrived = threading.Event()
        self._released = threading.Event()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        super().__exit__(kind, error, trace)

    def wait_for_request(self) -> None:
        """Wait until the request whose response is held has arrived."""
        assert self._arrived.wait(PATIENCE), f"nobody asked: {self.held}"

    def release(self) -> None:
        """Release all responses, from now on too."""
        self._released.set()

    def _answer(self, request: Request) -> Answer:
        answer = super()._answer(request)
        kind = _kind(request)
        if self.held == "throttled" and kind == "users":
            self._arrived.set()
            return replace(json_answer(429, {}), headers={"Retry-After": "30"})
        if kind and kind == self.held:
            self._arrived.set()
            self._released.wait(PATIENCE)
        return answer


def _kind(request: Request) -> Held:
    if request.path == TOKEN and request.method == "POST":
        return "exchange" if "code" in request.form else "refresh"
    if request.path == USERS:
        return "users"
    if request.path.startswith("/.well-known/"):
        return "metadata"
    return "reach" if request.path == "/" else ""
