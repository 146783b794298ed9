"""Creates the services on first use: the clock, the profiles, the network, the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from wizard.flow.ports import Network, ProfileStore, Services


def clock() -> datetime:
    """Return the time now, UTC."""
    return datetime.now(UTC)


def store(environ: Mapping[str, str] = os.environ) -> ProfileStore:
    """Return the profiles of this user. Raises SetupError if a variable is invalid."""
    from wizard.store.paths import home, preferred
    from wizard.store.profiles import LocalProfileStore

    return LocalProfileStore(home(environ), preferred(environ))


class Connection:
    """The network services over one client, which is made on first use."""

    def __init__(self, ca_file: Path | None = None) -> None:
        # Imported here: a command that needs no network should not wait for it.
        import asyncio

        self._ca_file = ca_file
        self._client: httpx.AsyncClient | None = None
        self._network: Network | None = None
        self._making = asyncio.Lock()

    async def __call__(self) -> Network:
        """Return the services. Raises SetupError when no client can be made."""
        import asyncio

        async with self._making:
            if self._network is None:
                # Importing httpx and reading certificates takes long enough to be seen.
                opened = await asyncio.to_thread(_opened, self._ca_file)
                self._client, self._network = opened
        return self._network

    def drop_unsent(self) -> None:
        """Drop the token requests that haven't begun to be sent."""
        if self._network is not None:
            self._network.tokens.drop_unsent()

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the client, if there is one."""
        if self._client is not None:
            await self._client.aclose()


def _opened(ca_file: Path | None) -> tuple[httpx.AsyncClient, Network]:
    from wizard.api.discovery import MetadataService, ReachService
    from wizard.api.http import open_client
    from wizard.api.token import TokenService
    from wizard.api.users import UserService
    from wizard.flow.ports import Network

    client = open_client(ca_file)
    return client, Network(
        tokens=TokenService(client, clock),
        metadata=MetadataService(client),
        users=UserService(client),
        reach=ReachService(client, clock),
    )


def services_over(profiles: ProfileStore, connection: Connection) -> Services:
    """Return all services that a wizard needs."""
    from time import monotonic

    from wizard.flow.ports import Services
    from wizard.host.browser import SystemBrowser
    from wizard.host.desktop import SystemClipboard
    from wizard.host.line_reader import show_bare
    from wizard.host.listener import CallbackListener
    from wizard.store.files import write_new

    browser = SystemBrowser(os.environ)

    async def close() -> None:
        browser.remove_old_pages()
        await connection.aclose()

    return Services(
        store=profiles,
        connect=connection,
        browser=browser,
        clipboard=SystemClipboard(os.environ),
        show_bare=show_bare,
        listener=CallbackListener(),
        clock=clock,
        timer=monotonic,
        write_new=write_new,
        drop_unsent=connection.drop_unsent,
        close=close,
    )
