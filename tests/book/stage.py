"""A home on disk, the real wizard and commands that run on it, and checks of their output."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from textual.widgets import Button

from tests import system
from tests.book.row import BY_COMMAND, says
from tests.book.wire import Wire
from tests.commands.stage import issued
from tests.driving import text_of, wait_for_screen, wait_until
from tests.ui.running import TICKED, running
from tests.walks import CLIENT_ID, REDIRECT_URL, SECRET, STATE, ThePilot
from wizard import wiring
from wizard.cli import main
from wizard.domain.errors.catalog import CATALOGUE
from wizard.domain.models import AuthorizationAttempt, CredentialSet, Endpoints, Profile, TokenSet
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.check.report import ELSEWHERE
from wizard.store.profiles import LocalProfileStore
from wizard.ui.app import WizardApp
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.step_screen import StepScreen
from wizard.wiring import Settings

SIZE: Final = (100, 40)
"""Columns and rows with room for a whole page, so that no test has to scroll."""

SCREENS: Final[Mapping[Step, type[StepScreen]]] = {
    Step.PREREQUISITES: PrerequisitesScreen,
    Step.CREDENTIALS: CredentialsScreen,
    Step.AUTHORIZE: AuthorizeScreen,
    Step.REDIRECT: RedirectScreen,
}


@dataclass(frozen=True)
class Ended:
    """The result of a command."""

    code: int
    out: str
    words: str
    """Its output on stderr."""


@dataclass(frozen=True)
class Stage:
    """A home, its environment, and a server beside it."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    wire: Wire

    def credentials(self, endpoints: Endpoints | None = None) -> CredentialSet:
        """Return a complete set, for the server beside it unless a test says otherwise."""
        return CredentialSet(
            CLIENT_ID, Secret(SECRET), REDIRECT_URL, endpoints or self.wire.endpoints
        )

    def put(self, profile: Profile | None = None, *, name: str = "default", **sets: object) -> None:
        """Store what an earlier run would have left."""
        with LocalProfileStore(self.home).locked(name) as held:
            held.save(profile or Profile(), **sets)  # type: ignore[arg-type]

    def put_draft(self, draft: CredentialSet, step: Step) -> None:
        """Store a draft that has reached a step."""
        self.put(Profile(ticks=TICKED, draft_step=step, draft_saved_at=now()), draft=draft)

    def put_active(self, *, hours: float, endpoints: Endpoints | None = None) -> None:
        """Store a set whose access token expires in this many hours."""
        self.put(active=replace(self.credentials(endpoints), tokens=issued(hours=hours)))

    def run(self, capsys: pytest.CaptureFixture[str], *args: str) -> Ended:
        """Run a command line as the shell would, but in this process."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, system.SIGHUP)}
        self.monkeypatch.setattr(sys, "argv", ["scim-wizard", *args])
        capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, *capsys.readouterr())

    def meets(
        self, capsys: pytest.CaptureFixture[str], entry: str, code: int | None, *args: str
    ) -> Ended:
        """Run a command that must meet an entry, and check its words and its JSON."""
        ended = self.run(capsys, *args, "--json")
        remedy = BY_COMMAND.get(entry, "")
        assert says(ended.words, entry, remedy), ended
        assert ended.code == code, ended
        problem = json.loads(ended.out)["problem"]
        assert problem["id"] == entry
        assert says(f"{problem['title']} {problem['remedy']}", entry, remedy)
        # A command has no button that leads to the step.
        assert "Run: " in problem["remedy"] or not CATALOGUE[entry].step
        return ended


def now() -> datetime:
    """Return the current time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def attempt(
    credentials: CredentialSet, *, state: str = STATE, minutes: float = 0, **more: object
) -> AuthorizationAttempt:
    """Return a link that was created this many minutes ago."""
    made = begin(credentials, None, now() - timedelta(minutes=minutes))
    return replace(made, state=Secret(state), **more)  # type: ignore[arg-type]


def linked(credentials: CredentialSet) -> CredentialSet:
    """Return the set with a link that was just created."""
    return replace(credentials, attempts=(attempt(credentials),))


def proven(credentials: CredentialSet) -> CredentialSet:
    """Return the set with tokens that are valid for 1 hour."""
    good: TokenSet = issued(hours=1)
    return replace(credentials, tokens=good)


@asynccontextmanager
async def opened(settings: Settings = Settings()) -> AsyncIterator[tuple[WizardApp, ThePilot]]:  # noqa: B008
    """Run the wizard with its own services, as its command would."""
    with wiring.wizard(settings, wiring.store()) as app:
        assert isinstance(app, WizardApp)
        async with running(app, SIZE) as (_, pilot):
            yield app, pilot


@asynccontextmanager
async def resumed(settings: Settings = Settings()) -> AsyncIterator[tuple[WizardApp, ThePilot]]:  # noqa: B008
    """Run the wizard, and resume the stored draft."""
    async with opened(settings) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("u")
        yield app, pilot


def panel(app: WizardApp, selector: str = "#problem") -> str:
    """Return the text of a widget on the screen, or nothing between two screens."""
    found = app.screen.query(selector)
    if not found:
        return ""
    region = found.first().region
    lines = text_of(app).splitlines()[region.y : region.bottom]
    return "\n".join(
        line[region.x : region.right].translate({ord(sign): " " for sign in "▌▏│"})
        for line in lines
    )


async def until_said(
    app: WizardApp, pilot: ThePilot, entry: str, selector: str = "#problem", remedy: str = ""
) -> None:
    """Wait until an entry's title and remedy, or another `remedy`, can be read."""
    try:
        await wait_until(pilot, lambda: says(panel(app, selector), entry, remedy), entry)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{text_of(app)}") from None


def leads(entry: str) -> Step | None:
    """Return the step where an entry is fixed after a check; None if it can only be tried again."""
    step = CATALOGUE[entry].step
    return ELSEWHERE[step].step if step else None


async def leads_to(pilot: ThePilot, step: Step | None) -> None:
    """Check that the one button of a failed check leads to the step where it is fixed."""
    screen = await wait_for_screen(pilot, CheckScreen)
    beside = screen.query_one("#elsewhere", Button)
    if step is None:
        assert str(screen.query_one("#next").render()).strip() == "Try again ›"
        # If a response to a refresh was lost, the screen also offers a new authorization; if a
        # setting may be wrong, the way to it.
        ways = [ELSEWHERE[each].label for each in (Step.AUTHORIZE, Step.CREDENTIALS)]
        assert not beside.display or str(beside.label) in ways
        return
    is_beside = beside.display and str(beside.label) == ELSEWHERE[step].label
    await pilot.click("#elsewhere" if is_beside else "#next")
    await wait_for_screen(pilot, SCREENS[step])
