"""`python -m tests.processes.journeys`: journeys through the real flow, each in its own fork.

Each line of JSON on stdin requests one journey; `Journeys` in `tests.processes.travel` writes these
lines. The programs are loaded once, so a journey starts no interpreter. All code below the screens
is the wizard's own: session, link desk, check, rotation, store, and network.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path

# Loaded before the forks, not in each of them.
import anyio._backends._asyncio  # noqa: F401
import filelock  # noqa: F401
import httpcore  # noqa: F401
import httpx  # noqa: F401

from tests.forks import end
from tests.processes.watched import Steps, watch_files, watch_requests
from tests.store.keyrings import FileKeyring, keyring_on
from wizard import cli, wiring
from wizard.api import (
    discovery,  # noqa: F401
    http,
    token,  # noqa: F401
    users,  # noqa: F401
)
from wizard.domain.credential_fields import CredentialField, has_changed, with_field
from wizard.domain.models import CredentialSet, Endpoints, StoreKind
from wizard.domain.oauth.authorization_response import Received
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.flow.check.runner import CheckRun
from wizard.flow.context import WizardContext
from wizard.flow.link import LinkDesk
from wizard.flow.ports import ProfileStore
from wizard.flow.services import Services
from wizard.flow.session import Session
from wizard.flow.state import (
    Change,
    CodeReceived,
    Delivery,
    GoTo,
    LinkTaken,
    Next,
    Outcome,
    Quit,
    Resume,
    Verified,
    WizardState,
    advance,
    start,
)
from wizard.flow.upkeep import rotate_secret
from wizard.store.profiles import LocalProfileStore

MOST_SCREENS = 12
"""A journey with more steps is in an endless loop."""


def tell(**what: str | int) -> None:
    """Write a line for the process that requested the journey."""
    os.write(1, json.dumps(what).encode() + b"\n")


def watch_keyring(steps: Steps) -> None:
    """Count each change of a keyring entry as a step, but not the changes of its file."""
    replaced = FileKeyring._replace

    def watched(self: FileKeyring, entries: dict[str, str]) -> None:
        steps("put" if len(entries) > len(self.entries()) else "delete")
        with steps.paused():
            replaced(self, entries)

    FileKeyring._replace = watched  # type: ignore[method-assign]


class Traveller:
    """Does on each screen what a person with these values does."""

    def __init__(self, session: Session, services: Services, fields: dict[str, str]) -> None:
        self._session = session
        self._services = services
        self._fields = fields
        self._desk = LinkDesk(session, services.connect, services.listener)

    async def travel(self) -> None:
        """Walk from the first screen to the last, and resume unfinished setups."""
        session = self._session
        state = start(session.profile, session.draft, session.clock())
        for _ in range(MOST_SCREENS):
            await session.note_step(state.step)
            state = advance(state, await self._leave(state))
            if state.has_left:
                break
        await self._desk.close()
        await session.protected.close()
        await self._services.close()

    async def _leave(self, state: WizardState) -> Outcome:
        match state.step:
            case Step.OVERVIEW if state.resume_at:
                tell(resumed=state.resume_at.value)
                return Resume()
            case Step.OVERVIEW:
                return Change(Step.CREDENTIALS)
            case Step.CREDENTIALS:
                return await self._credentials()
            case Step.AUTHORIZE:
                await self._desk.link()
                return LinkTaken(Delivery.COPIED)
            case Step.REDIRECT:
                return await self._redirect()
            case Step.CHECK:
                return await self._check(state)
            case Step.DONE:
                return Quit()
            case _:
                return Next()

    async def _credentials(self) -> Outcome:
        for name, text in self._fields.items():
            field, draft = CredentialField(name), self._session.working_draft()
            if has_changed(draft, field, text):
                await self._session.save_draft(with_field(draft, field, text))
                tell(saved=name)
        return Next()

    async def _redirect(self) -> Outcome:
        link = await self._desk.link()
        tell(approve=link.url)
        reading = self._desk.read(sys.stdin.readline().strip())
        assert isinstance(reading, Received), reading
        return CodeReceived(reading)

    async def _check(self, state: WizardState) -> Outcome:
        run = CheckRun(WizardContext(self._session, self._services), state)
        report = await run.run(lambda *_: None, is_retry=False)
        if report.problem is None:
            return Verified()
        return GoTo(report.problem.step or Step.AUTHORIZE, report.problem)


def store_of(order: dict[str, str]) -> ProfileStore:
    """Return the journey's store: files, or a keyring that outlives the process."""
    home = Path(order["home"])
    if order["store"] == "file":
        return LocalProfileStore(home)
    home.mkdir(exist_ok=True)
    return LocalProfileStore(home, StoreKind.KEYRING, keyring_on(FileKeyring(home / "ring.json")))


def journey(order: dict[str, str]) -> Coroutine[object, object, None]:
    """Return the requested journey."""
    profiles = store_of(order)
    connection = wiring.Connection()
    if order["run"] == "rotate":
        return rotate(profiles, connection, Secret(order["secret"]))
    blank = CredentialSet(endpoints=Endpoints(*json.loads(order["endpoints"])))
    session = Session("default", profiles, wiring.clock, blank)
    session.open()
    outside = wiring.services_over(profiles, connection)
    return Traveller(session, outside, json.loads(order["fields"])).travel()


async def rotate(profiles: ProfileStore, connection: wiring.Connection, secret: Secret) -> None:
    """Try a rotated secret, as Overview does."""
    async with connection:
        network = await connection()
        tell(rotation=(await rotate_secret("default", profiles, network.tokens, secret)).value)


def _as_if(fd: object) -> None:
    """Don't sync anything."""


def carry_out(order: dict[str, str]) -> None:
    """Do what is requested, with its steps watched; this is for a process of its own."""
    if order["run"] == "token":
        out = os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        wiring.store = lambda *_: store_of(order)
        sys.argv[1:] = ["token"]
        cli.main()
        return
    # A killed process loses nothing that it wrote: only a machine that stops does.
    os.fsync = _as_if
    trace = order.get("trace")
    steps = Steps(Path(trace) if trace else None, int(order.get("kill", "0")))
    watch_files(steps)
    watch_requests(steps)
    watch_keyring(steps)
    asyncio.run(journey(order))


def main() -> None:
    """Run each request in a fork, and report how it ended."""
    if sys.platform == "win32":
        raise NotImplementedError
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Certificates are read once, and there is no connection yet that forks could share.
    client = http.open_client(None)
    http.open_client = lambda ca_file=None: client
    gc.freeze()
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            end(partial(carry_out, json.loads(line)))
        tell(ended=os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
