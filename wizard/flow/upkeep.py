"""Actions on a profile outside the steps: machine checks, a handoff sheet, a rotated secret."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, Final

from wizard.domain.errors import exchange
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.errors.store import FILE_SET_ASIDE_IN_WIZARD
from wizard.domain.problems import Check, Problem, SetupError, Status
from wizard.domain.texts.prerequisites import AUDIENCES
from wizard.domain.value import replace
from wizard.flow.context import WizardContext
from wizard.flow.inactive import lost, standing
from wizard.flow.protected import to_its_end

if TYPE_CHECKING:
    from wizard.domain.models import Endpoints, GrantType
    from wizard.domain.secret import Secret
    from wizard.domain.texts.handoff import Sheet
    from wizard.flow.ports import Browser, ProfileStore, TokenEndpoint
    from wizard.flow.refresh import RefreshRequest
    from wizard.flow.services import Connect


BROWSER: Final = "browser"
"""The id of the check whether a browser can be opened."""


def relevant(checks: tuple[Check, ...], grant_type: GrantType) -> tuple[Check, ...]:
    """Return the machine checks that matter for a grant type: only approving needs a browser."""
    if grant_type.needs_approval:
        return checks
    return tuple(check for check in checks if check.id != BROWSER)


async def _reach(endpoints: Endpoints, connect: Connect) -> tuple[Check, ...]:
    try:
        network = await connect()
        return await network.reach.probe(endpoints)
    except SetupError as error:
        return (_warning("reach", error.problem),)


def _storage(name: str, store: ProfileStore) -> tuple[Check, ...]:
    """Return lines about the store; this also chooses where new secrets are saved."""
    try:
        with store.locked(name) as held:
            held.prove_writable()
            aside = lost(name, store, held.profile, FILE_SET_ASIDE_IN_WIZARD)
        known = next(iter(standing(store)), None)
    except SetupError as error:
        return (_warning("storage", error.problem),)
    fine = Check("storage", "Storage", Status.PASSED)
    kept = fine if known is None else _warning("storage", known)
    return (kept, _warning("record", aside)) if aside else (kept,)


def _warning(id_: str, problem: Problem) -> Check:
    return Check(id_, problem.title, Status.WARNING, problem=problem)


def _browser(browser: Browser) -> Check:
    if browser.is_here:
        return Check(BROWSER, "Browser", Status.PASSED)
    title = f"No browser here ({browser.why_not}). You'll copy the link"
    return Check(BROWSER, title, Status.WARNING)


class Rotation(Enum):
    """The result of entering a rotated secret."""

    KEPT = "kept"
    """It worked and is saved; no new authorization was needed."""
    NEEDS_CONSENT = "needs authorization"
    """There is no valid refresh token to verify it with; nothing was changed."""


async def rotate_secret(
    name: str, store: ProfileStore, endpoint: TokenEndpoint, client_secret: Secret
) -> Rotation:
    """Request new tokens with a new secret; save both if that succeeds.

    Raises:
        SetupError: not set up; the secret was rejected or the server couldn't be reached (then
            nothing was changed); the store can't be written to.
    """
    # Imported here, so that it doesn't slow down Overview.
    from wizard.flow.refresh import RefreshRequest

    async with store.locked_async(name) as held:
        profile, active = held.profile, await asyncio.to_thread(held.active)
        if profile is None or active is None:
            raise SetupError(NOT_SET_UP)
        if not active.is_renewable:
            return Rotation.NEEDS_CONSENT
        candidate = replace(active, client_secret=client_secret)
        request = RefreshRequest(held, profile, candidate, endpoint)
        return await to_its_end(_prove(request), request.drop)


async def _prove(request: RefreshRequest) -> Rotation:
    try:
        tokens = await request.send()
    except SetupError as error:
        if error.problem.id in (exchange.REFRESH_REFUSED.id, exchange.REFRESH_LOST.id):
            return Rotation.NEEDS_CONSENT
        if error.problem.id == exchange.WRONG_CLIENT.id:
            problem = exchange.NEW_SECRET_REJECTED.with_response_of(error.problem)
            raise SetupError(problem) from error
        raise
    await request.keep(tokens)
    return Rotation.KEPT


class Upkeep:
    """Acts on what is saved for a wizard's profile."""

    def __init__(self, wizard_context: WizardContext) -> None:
        self._wizard_context = wizard_context
        self._session = wizard_context.session
        self._services = wizard_context.services
        self._storage: asyncio.Future[tuple[Check, ...]] | None = None
        """The check of the store, if one is running."""
        self._is_storage_known = False

    async def probe(self) -> tuple[Check, ...]:
        """Return one line each for the servers, the clock, the store, and the browser."""
        reaching = _reach(self._session.working_draft().endpoints, self._services.connect)
        # Not canceled with this wait: the next step may wait for it, too.
        storage = asyncio.shield(self._look_at_storage())
        reached, kept = await asyncio.gather(reaching, storage)
        self._wizard_context.tell_notices()
        return (*reached, *kept, _browser(self._services.browser))

    async def settle_storage(self) -> None:
        """Wait until it is known where secrets are saved: a keyring that hangs takes seconds.

        The user has to know before entering a secret that it is saved in files.
        """
        if not self._is_storage_known:
            await asyncio.wait((self._storage or self._look_at_storage(),))
        self._wizard_context.tell_notices()

    def _look_at_storage(self) -> asyncio.Future[tuple[Check, ...]]:
        work = asyncio.to_thread(_storage, self._session.name, self._services.store)
        self._storage = storage = asyncio.ensure_future(work)
        storage.add_done_callback(self._note_storage)
        return storage

    def _note_storage(self, ended: asyncio.Future[tuple[Check, ...]]) -> None:
        self._is_storage_known = not ended.cancelled()
        # A new context: a task keeps its own, which would keep the current screen alive.
        self._storage = None

    @property
    def audience(self) -> str:
        """The ID of who uses the credential."""
        return self._session.profile.audience or AUDIENCES[0].id

    def sheet(self, audience: str | None = None) -> Sheet:
        """Return the handoff sheet for an audience, the profile's own if None, without secrets."""
        # Its texts are imported when it is shown, so that they don't delay the first frame.
        from wizard.domain.texts.handoff import sheet

        profile, program = self._session.profile, self._wizard_context.program
        return sheet(profile, self._session.name, None, audience or profile.audience, program)

    async def save_sheet(self, audience: str | None = None) -> str:
        """Save a handoff sheet as Markdown in a new file; return its path. Raises SetupError."""
        from wizard.domain.texts.handoff_formats import markdown

        whose = f"-{audience}" if audience not in (None, self.audience) else ""
        name = f"twilio-scim-{self._session.name}{whose}.md"
        text = markdown(self.sheet(audience)) + "\n"
        return await asyncio.to_thread(self._services.write_new, name, text)
