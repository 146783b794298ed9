"""What a face does with a profile beside its steps: looks at the machine, writes the sheet."""

from __future__ import annotations

import asyncio

from wizard.domain.checks import Check
from wizard.domain.handoff import sheet
from wizard.domain.handoff_text import markdown
from wizard.flow.journey import Journey
from wizard.flow.machine import machine_checks, storage_checks


class Upkeep:
    """Acts on what is stored for a journey's profile."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._session = journey.session
        self._services = journey.services
        self._storage: asyncio.Future[tuple[Check, ...]] | None = None
        """The check of the store that is under way."""
        self._is_storage_known = False

    async def probe(self) -> tuple[Check, ...]:
        """What the machine can look at by itself before a setup."""
        session, services = self._session, self._services
        endpoints = session.working_draft().endpoints
        storage = self._look_at_storage()
        checks = await machine_checks(
            session.name,
            endpoints,
            services.store,
            services.connect,
            services.browser,
            # The next step may wait for it too, when this wait is cancelled.
            asyncio.shield(storage),
        )
        self._journey.tell_notices()
        return checks

    async def settle_storage(self) -> None:
        """Wait until it is known where secrets go: a keyring that hangs takes seconds.

        That it is files instead is said before a secret is entered.
        """
        if not self._is_storage_known:
            await asyncio.wait((self._storage or self._look_at_storage(),))
        self._journey.tell_notices()

    def _look_at_storage(self) -> asyncio.Future[tuple[Check, ...]]:
        work = storage_checks(self._session.name, self._services.store)
        self._storage = storage = asyncio.ensure_future(work)
        storage.add_done_callback(self._note_storage)
        return storage

    def _note_storage(self, ended: asyncio.Future[tuple[Check, ...]]) -> None:
        self._is_storage_known = not ended.cancelled()
        # A task keeps its context, and with that the screen it was begun on.
        self._storage = None

    def sheet(self, audience: str | None = None) -> str:
        """The handoff sheet as Markdown, without secrets.

        Args: `audience`: who it is for; whom the profile names where None.
        """
        profile, program = self._session.profile, self._journey.program
        audience = audience or profile.audience
        return markdown(sheet(profile, self._session.name, None, audience, program))

    async def save_sheet(self, audience: str | None = None) -> str:
        """Save the same in a new file; give its path. Raises SetupError."""
        name, text = f"twilio-scim-{self._session.name}.md", self.sheet(audience) + "\n"
        return await asyncio.to_thread(self._services.write_new, name, text)
