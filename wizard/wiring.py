"""Creates the services on first use; and a wizard, as screens or prompts, or as the demo."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import __version__
from wizard.domain import journal
from wizard.domain.endpoints import refuse_others
from wizard.domain.errors.local import NO_SCENARIO
from wizard.domain.models import CredentialSet, Endpoints, GrantType
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.text import one_line
from wizard.domain.value import Value, field, replace
from wizard.host import process
from wizard.store.paths import log_file

if TYPE_CHECKING:
    import httpx

    from wizard.flow.context import Demo, WizardContext
    from wizard.flow.ports import ProfileStore
    from wizard.flow.services import Network, Services
    from wizard.flow.state import WizardState
    from wizard.plain.app import PlainWizard
    from wizard.ui.app import WizardApp

    Face = WizardApp | PlainWizard
    """A wizard, as screens or as prompts."""


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
        self._opened: tuple[httpx.AsyncClient, Network] | None = None
        self._opening = asyncio.Lock()

    async def __call__(self) -> Network:
        """Return the services. Raises SetupError when no client can be made."""
        import asyncio

        async with self._opening:
            if self._opened is None:
                # Importing httpx and reading certificates takes long enough to be seen.
                self._opened = await asyncio.to_thread(_open, self._ca_file)
            return self._opened[1]

    def drop_unsent(self) -> None:
        """Drop the token requests that haven't begun to be sent."""
        if self._opened:
            self._opened[1].tokens.drop_unsent()

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the client, if there is one."""
        if self._opened:
            await self._opened[0].aclose()


def _open(ca_file: Path | None) -> tuple[httpx.AsyncClient, Network]:
    from wizard.api.discovery import MetadataService, ReachService
    from wizard.api.http import open_client
    from wizard.api.token import TokenService
    from wizard.api.users import UserService
    from wizard.flow.services import Network

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

    from wizard.flow.services import Services
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


class Settings(Value):
    """What the command line and the environment ask for."""

    profile: str = "default"
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """The endpoints that were given, by name (see wizard.domain.endpoints)."""
    ca_file: Path | None = None
    is_plain: bool = False
    """Whether to use prompts instead of screens."""
    came_from: str | None = None
    """The profile that was open before this one was chosen in the wizard."""
    why_plain: str = ""
    """Why plain mode is used if the user didn't request it, in a sentence."""


@contextmanager
def log(work: str, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Keep the log that SCIM_WIZARD_LOG asks for until the end of the block. Raises SetupError."""
    path = log_file(environ)
    if path is None:
        yield
        return
    import platform

    from wizard.console import print_to_stderr
    from wizard.store.log import keeping

    with keeping(path) as kept:
        versions = f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
        journal.note(f"scim-wizard {work} begins: {versions}")
        try:
            yield
            journal.note(f"scim-wizard {work} ends")
        finally:
            # Afterwards, so that it doesn't garble a screen or a result.
            if kept.trouble:
                # The window was closed, so no one can read it.
                with suppress(OSError):
                    print_to_stderr(
                        [f"Can't write to the log file {one_line(str(path))}: {kept.trouble}."]
                    )


@contextmanager
def wizard(settings: Settings, profiles: ProfileStore) -> Iterator[Face]:
    """Yield the wizard on the user's own profiles. Raises SetupError.

    Args: `profiles`: the store, of which the caller holds the wizard's lock of the profile. The
        wizard says its notices.
    """
    from wizard.store.paths import home

    initial = CredentialSet(endpoints=replace(Endpoints(), **settings.endpoints))
    yield _face(settings, profiles, initial, home(os.environ))


def scenarios() -> Mapping[str, str]:
    """Return the scenarios of the demo, and what each one shows."""
    from wizard.sandbox import SCENARIOS

    return SCENARIOS


@contextmanager
def demo(settings: Settings, scenario: str) -> Iterator[Face]:
    """Yield the wizard against the simulated Twilio, with a temporary folder.

    Raises SetupError when there is no such scenario.
    """
    import asyncio
    import tempfile

    from wizard.flow.context import Demo
    from wizard.sandbox import SCENARIOS, serve, twilio
    from wizard.store.profiles import LocalProfileStore

    if scenario not in SCENARIOS:
        raise SetupError(NO_SCENARIO.filled(name=scenario, known=", ".join(SCENARIOS)))
    sandbox = twilio.Sandbox(scenario=scenario)
    is_of_app = scenario in ("client-credentials", "wrong-grant")

    with serve.serving(sandbox) as base, tempfile.TemporaryDirectory() as folder:
        values = CredentialSet(
            client_id=sandbox.client_id,
            client_secret=Secret(sandbox.client_secret),
            redirect_url=sandbox.redirect_urls[0],
            endpoints=Endpoints(
                serve.authorize_url(base), serve.token_url(base), serve.scim_url(base)
            ),
            grant_type=GrantType.CLIENT_CREDENTIALS if is_of_app else GrantType.AUTHORIZATION_CODE,
        )
        home = Path(folder) / "home"
        acted = Demo(
            values,
            lambda url: asyncio.to_thread(sandbox.approve, url),
            f"This demo: {sandbox.about}." if sandbox.about else "",
            wants_new_secret=sandbox.accepted_secret is None,
            rotate=lambda secret: sandbox.rotate_secret(secret.reveal()),
        )
        yield _face(settings, LocalProfileStore(home), values, home, acted)


def _face(
    settings: Settings,
    profiles: ProfileStore,
    initial: CredentialSet,
    home: Path,
    demo: Demo | None = None,
) -> Face:
    from wizard.flow.context import WizardContext
    from wizard.flow.session import Session
    from wizard.flow.state import start

    session = Session(settings.profile, profiles, clock, initial)
    session.open()
    stored = (kept.endpoints for kept in (session.active, session.draft) if kept is not None)
    refuse_others(settings.endpoints, stored)
    if session.trouble is not None:
        # The record repeats them, also while the active set itself is out of reach.
        refuse_others(settings.endpoints, [session.profile.endpoints])
    outside = services_over(profiles, Connection(settings.ca_file))
    begin = start(session.profile, session.draft, clock())
    program = process.started(ca_file=settings.ca_file)
    wizard_context = WizardContext(session, outside, demo, program)
    wizard_context.came_from = settings.came_from
    if settings.is_plain:
        return _plain(wizard_context, begin, settings.why_plain)
    return _app(wizard_context, begin, home)


def _app(wizard_context: WizardContext, begin: WizardState, home: Path) -> Face:
    import asyncio

    from wizard.host.terminal import has_few_colors, is_in_tmux
    from wizard.store.paths import Preferences
    from wizard.ui.app import WizardApp
    from wizard.ui.theme import Look

    preferences = Preferences(home)

    async def remember(theme: str) -> None:
        await asyncio.to_thread(preferences.save_theme, theme)

    theme = preferences.theme()
    look = Look(
        theme,
        remember,
        preferences.trouble,
        is_in_tmux=is_in_tmux(os.environ),
        has_few_colors=has_few_colors(os.environ),
    )
    return WizardApp(wizard_context, begin, look)


def _plain(wizard_context: WizardContext, begin: WizardState, why: str) -> Face:
    import sys

    from wizard.host.line_reader import LineReader
    from wizard.host.terminal import Output, columns
    from wizard.plain.app import PlainWizard
    from wizard.plain.paper import Paper

    paper = Paper(Output(sys.stderr), lambda: columns(sys.stderr))
    return PlainWizard(wizard_context, begin, paper, LineReader(paper.echo), why)
