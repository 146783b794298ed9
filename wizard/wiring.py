"""Builds the services, each on first use; alone imports api, store, host and sandbox."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wizard.domain.book.here import DEMO_NOT_INSTALLED, NO_SCENARIO
from wizard.domain.endpoints import refuse_others
from wizard.domain.models import CredentialSet, Endpoints
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret

if TYPE_CHECKING:
    import httpx

    from wizard.flow.ports import Network, ProfileStore, Services
    from wizard.ui.app import WizardApp
    from wizard.ui.road import Demo

PLACE: Final = "files only you can read"
"""Where secrets lie, in words."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line and the environment ask for."""

    profile: str = "default"
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """The endpoints that were given, by name (see wizard.domain.endpoints)."""
    ca_file: Path | None = None


def clock() -> datetime:
    """Return the time now, UTC."""
    return datetime.now(UTC)


def store(environ: Mapping[str, str] = os.environ) -> ProfileStore:
    """Return the profiles of this user."""
    from wizard.store.paths import home
    from wizard.store.profiles import FileProfileStore

    return FileProfileStore(home(environ))


class Connection:
    """The network services over one client, which is made on first use."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()

    async def __call__(self) -> Network:
        """Return the services. Raises SetupError when no client can be made."""
        async with self._making:
            if self._client is None:
                # Importing httpx and reading certificates takes long enough to be seen.
                self._client = await asyncio.to_thread(_client, self._ca_file)
        return _network(self._client)

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the client, if there is one."""
        if self._client is not None:
            await self._client.aclose()


def _client(ca_file: Path | None) -> httpx.AsyncClient:
    from wizard.api.http import open_client

    return open_client(ca_file)


def _network(client: httpx.AsyncClient) -> Network:
    from wizard.api.metadata import MetadataService
    from wizard.api.reach import ReachService
    from wizard.api.token import TokenService
    from wizard.api.users import UserService
    from wizard.flow.ports import Network

    return Network(
        tokens=TokenService(client, clock),
        metadata=MetadataService(client),
        users=UserService(client),
        reach=ReachService(client, clock),
    )


def _services(profiles: ProfileStore, connection: Connection) -> Services:
    from time import monotonic

    from wizard.flow.ports import Services
    from wizard.host.browser import SystemBrowser
    from wizard.host.clipboard import SystemClipboard
    from wizard.host.listener import CallbackListener

    return Services(
        store=profiles,
        connect=connection,
        browser=SystemBrowser(os.environ),
        clipboard=SystemClipboard(os.environ),
        listener=CallbackListener(),
        clock=clock,
        timer=monotonic,
        close=connection.aclose,
    )


@contextmanager
def wizard(settings: Settings) -> Iterator[WizardApp]:
    """Give the wizard on the user's own profiles. Raises SetupError."""
    profiles = store()
    with profiles.wizard_lock(settings.profile):
        yield _app(settings, profiles, _blank(settings), None)


def _blank(settings: Settings) -> CredentialSet:
    return CredentialSet(endpoints=replace(Endpoints(), **settings.endpoints))


@contextmanager
def demo(settings: Settings, scenario: str) -> Iterator[WizardApp]:
    """Give the wizard against the built-in stand-in, with a home that is thrown away.

    Raises SetupError when the extra is not installed, or there is no such scenario.
    """
    try:
        from wizard.sandbox import serve
        from wizard.sandbox.twilio import SCENARIOS, Sandbox
    except ImportError:
        raise SetupError(DEMO_NOT_INSTALLED) from None
    from wizard.store.profiles import FileProfileStore
    from wizard.ui.road import Demo

    if scenario not in SCENARIOS:
        raise SetupError(NO_SCENARIO.about(name=scenario, known=", ".join(SCENARIOS)))
    sandbox = Sandbox(scenario=scenario)

    async def approve(url: str) -> str:
        return await asyncio.to_thread(sandbox.approve, url)

    with serve.serving(sandbox) as base, tempfile.TemporaryDirectory() as folder:
        values = CredentialSet(
            client_id=sandbox.client_id,
            client_secret=Secret(sandbox.client_secret),
            redirect_url=sandbox.redirect_urls[0],
            endpoints=Endpoints(
                serve.authorize_url(base), serve.token_url(base), serve.scim_url(base)
            ),
        )
        profiles = FileProfileStore(Path(folder) / "home")
        yield _app(settings, profiles, values, Demo(values, approve))


def _app(
    settings: Settings, profiles: ProfileStore, blank: CredentialSet, demo: Demo | None
) -> WizardApp:
    from wizard.flow.session import Session
    from wizard.flow.state import start
    from wizard.host.bare import show_bare
    from wizard.ui.app import WizardApp
    from wizard.ui.road import Road

    session = Session(settings.profile, profiles, clock, blank)
    session.open()
    stored = (kept.endpoints for kept in (session.active, session.draft) if kept is not None)
    refuse_others(settings.endpoints, stored)
    services = _services(profiles, Connection(settings.ca_file))
    road = Road(session, services, show_bare, PLACE, demo)
    return WizardApp(session, start(session.profile, session.draft, clock()), road)
